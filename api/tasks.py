"""The table of tasks: every clause that names departments as responsible, joined by the departments' names of today."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from api.deps import Assistant, Departments
from api.schema_tasks import MatrixResponse, MatrixRowResponse, TaskQuery, TaskRowResponse, TaskUnitResponse
from ingest.schema import Clause


@dataclass(frozen=True, kw_only=True)
class TaskTable:
    """All tasks of one index version, in document order; `words` is what a search for words looks at, row by row."""

    version: str
    rows: Sequence[TaskRowResponse]
    words: Sequence[str]
    departments: Departments

    @classmethod
    def of(cls, assistant: Assistant) -> Self:
        """Read the tasks of the version that serves."""
        version, library, departments = assistant.version, assistant.library, assistant.departments
        clauses = library.clauses_of_units([name for name, _ in library.units()])
        rows = [
            TaskRowResponse.of(clause, library.document(clause.document_id), _units(clause, departments))
            for clause in clauses
        ]
        return cls(version=version, rows=rows, words=[_words(row) for row in rows], departments=departments)

    def select(self, query: TaskQuery) -> list[TaskRowResponse]:
        """The tasks that a query asks for."""
        today = self.today(query.unit) if query.unit else ""
        wanted = [_folded(word) for word in query.q.split()]
        return [
            row
            for row, words in zip(self.rows, self.words, strict=True)
            if query.document_id in ("", row.document.id)
            and (not (today or query.role) or any(_fits(unit, today, query) for unit in row.units))
            and all(word in words for word in wanted)
        ]

    def today(self, unit: str) -> str:
        """The name of today for any written form of a department's name."""
        return self.departments.today(self.departments.canonical(unit) or unit)

    def matrix(self) -> MatrixResponse:
        """Departments by documents."""
        counts: dict[str, Counter[str]] = {}
        names: dict[str, dict[str, bool]] = {}
        for row in self.rows:
            for unit in row.units:
                names.setdefault(unit.today, {})[unit.name] = unit.generic
            for today in {unit.today for unit in row.units}:
                counts.setdefault(today, Counter())[row.document.id] += 1
        documents = {row.document.id: row.document for row in self.rows}
        rows = [
            MatrixRowResponse(
                name=today,
                names=sorted(names[today]),
                generic=all(names[today].values()),
                counts=dict(count),
                total=count.total(),
            )
            for today, count in counts.items()
        ]
        return MatrixResponse(
            documents=list(documents.values()),
            rows=sorted(rows, key=lambda row: (row.generic, -row.total, row.name)),
        )


def _units(clause: Clause, departments: Departments) -> list[TaskUnitResponse]:
    return [
        TaskUnitResponse(
            written=unit.written,
            name=unit.name,
            role=unit.role,
            today=departments.today(unit.name),
            generic=unit.generic,
        )
        for unit in clause.units
    ]


def _fits(unit: TaskUnitResponse, today: str, query: TaskQuery) -> bool:
    return today in ("", unit.today) and query.role in (None, unit.role)


def _words(row: TaskRowResponse) -> str:
    """What a search looks at: the text and where it stands, without white space, width and case."""
    names = [name for unit in row.units for name in (unit.written, unit.name, unit.today)]
    return _folded("\n".join([row.text, row.label, *row.path, row.document.title, row.document.number, *names]))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
