"""GET /v1/units/tasks, /v1/units/tasks.xlsx, /v1/units/matrix: who does what, over all documents."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.deps import TheAssistant
from api.errors import responses
from api.exports.files import XLSX, attachment, described
from api.exports.tasks import tasks_xlsx
from api.schema_tasks import MatrixResponse, TaskPageQuery, TaskPageResponse, TaskQuery
from api.tasks import TaskTable

router = APIRouter(prefix="/units", tags=["units"])


def _table(request: Request, assistant: TheAssistant) -> TaskTable:
    """Return the tasks of the version that serves now; a new version gets a new table."""
    kept: TaskTable | None = getattr(request.app.state, "tasks", None)
    if kept is None or kept.version != assistant.version:
        kept = request.app.state.tasks = TaskTable.of(assistant)
    return kept


TheTable = Annotated[TaskTable, Depends(_table)]


@router.get(
    "/tasks", responses=responses(422), description="任务表：写明责任单位的全部条款，可按部门、文件、角色、关键词筛选。"
)
def list_tasks(query: Annotated[TaskPageQuery, Query()], table: TheTable) -> TaskPageResponse:
    """Return tasks."""
    found = table.select(query)
    return TaskPageResponse(
        total=len(found), offset=query.offset, tasks=found[query.offset : query.offset + query.limit]
    )


@router.get(
    "/tasks.xlsx",
    response_class=Response,
    responses={200: described(XLSX, "Excel 文件"), **responses(422)},
    description="同样筛选的任务表，一个 Excel 文件；第二张表是部门与文件对照。",
)
def tasks_file(query: Annotated[TaskQuery, Query()], table: TheTable) -> Response:
    """Return tasks as an Excel file."""
    name = f"责任分工{datetime.now().astimezone():%Y%m%d}.xlsx"
    return attachment(tasks_xlsx(table.select(query), table.matrix()), XLSX, name)


@router.get(
    "/matrix", responses=responses(), description="部门与文件对照：每个部门在每份文件里有几项任务；新旧名称合为一行。"
)
def matrix(table: TheTable) -> MatrixResponse:
    """Return departments by documents."""
    return table.matrix()
