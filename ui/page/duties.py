"""责任分工: departments by documents, and each department's tasks with their clauses."""

from typing import Any

import gradio as gr
from pydantic import ValidationError

from api.client import AsyncClient, ServiceError
from api.schema_tasks import TaskPageQuery
from ui.page.parts import QUIET, html, in_words
from ui.render import duties, source


class Handlers:
    """What the tab does when something happens; every method gives new values for components."""

    def __init__(self, service: AsyncClient) -> None:
        self._service = service

    async def open(self, bar: str, matrix: str) -> list[Any]:
        """Filters, matrix and all tasks; what is shown stays, filters and all, as long as the library is the same."""
        try:
            found = await self._service.matrix()
        except ServiceError as exc:
            return ["", source.failed(in_words(exc, "责任分工")), ""]
        fresh = [duties.bar(found), duties.matrix(found)]
        return [gr.skip()] * 3 if fresh == [bar, matrix] else [*fresh, await self._tasks(TaskPageQuery())]

    async def find(self, event: gr.EventData) -> str:
        """The tasks that the filters ask for."""
        data = event._data if isinstance(event._data, dict) else {}
        try:
            query = TaskPageQuery.model_validate({name: value for name, value in data.items() if value != ""})
        except ValidationError:
            return source.failed("这些筛选条件认不出来，请点“清空”后重选。")
        return await self._tasks(query)

    async def _tasks(self, query: TaskPageQuery) -> str:
        try:
            return duties.tasks(await self._service.all_tasks(query), query)
        except ServiceError as exc:
            return source.failed(in_words(exc, "查找"))


def build(service: AsyncClient, tab: gr.Tab) -> gr.HTML:
    """Put the tab's components into the open tab and wire them; the component given sends `full`."""
    do = Handlers(service)
    with gr.Column(elem_id="duties"):
        bar = html("", "filters", "duties.js")
        with gr.Row(elem_id="duties-panes"):
            matrix = html("", "matrix", "matrix.js")
            tasks = html("", "tasks", "tasks.js")
    tab.select(do.open, [bar, matrix], [bar, matrix, tasks], queue=False, **QUIET)
    search = bar.find(do.find, None, tasks, queue=False, **QUIET)
    for ended in (search.then, search.failure):
        ended(None, None, None, js="() => tiaowen.duties.found()")
    return tasks
