"""What goes over the wire about the table of tasks: every clause that names departments as responsible."""

import re
from collections.abc import Collection
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.schema import DocumentRef, Request, Response
from api.schema_documents import UnitRef
from ingest.schema import Clause, Document, Role

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
PAGE = 100


class TaskQuery(Request):
    """Which tasks are wanted; what is left empty does not narrow."""

    unit: Word = Field(default="", description="部门，任何一种写法；新旧名称合在一起")
    document_id: Word = Field(default="", description="文件编号")
    role: Role | None = Field(default=None, description="部门在任务中的角色")
    q: Word = Field(default="", description="关键词，用空格隔开的都要有")


class TaskPageQuery(TaskQuery):
    """Which of these tasks, in their order."""

    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=PAGE, ge=1, le=1000)


class TaskUnitResponse(UnitRef):
    """A department in a task, with the name that it goes by today."""

    today: str
    generic: bool


class TaskRowResponse(Response):
    """A clause that names departments as responsible, by its own text."""

    clause_id: str
    document: DocumentRef
    label: str
    path: list[str]
    text: str
    task: str = Field(description="所要做的事：表格里的行不含序号和责任单位两栏，其余与 text 相同")
    start: int
    end: int
    units: list[TaskUnitResponse]

    @classmethod
    def of(cls, clause: Clause, document: Document, units: list[TaskUnitResponse]) -> Self:
        """Put a task together."""
        return cls(
            clause_id=clause.id,
            document=DocumentRef.from_document(document),
            label=clause.label,
            path=list(clause.path),
            text=clause.own.text.strip(),
            task=_task(clause, {unit.written for unit in units}),
            start=clause.start,
            end=clause.end,
            units=units,
        )


def _task(clause: Clause, names: Collection[str]) -> str:
    """The clause's own text; of a table's row, without the cells that number it or hold nothing but departments."""
    cells = []
    for cell in clause.cells:
        rest = cell.value
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "")
        if re.search(r"[^\W\d]", rest.replace("等", "")):
            cells.append(cell.value.strip())
    return "\n".join(cells) or clause.own.text.strip()


class TaskPageResponse(Response):
    """Some of the tasks that were asked for, in document order; `total` counts all of them."""

    total: int
    offset: int
    tasks: list[TaskRowResponse]


class MatrixRowResponse(Response):
    """A department by today's name, with the number of its tasks in each document (0 left out)."""

    name: str
    names: list[str] = Field(description="文件里用过的名称，新的旧的")
    generic: bool = Field(description="泛称，如“各区人民政府”")
    counts: dict[str, int] = Field(description="文件编号 → 任务数")
    total: int


class MatrixResponse(Response):
    """Departments by documents, the busiest department first; only documents that name departments."""

    documents: list[DocumentRef]
    rows: list[MatrixRowResponse]
