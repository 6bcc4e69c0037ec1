"""评测: the latest evaluation report."""

import gradio as gr

from api.client import AsyncClient, RefusedError, ServiceError
from ui.page.parts import QUIET, html, in_words
from ui.render import evaluation, source


class Handlers:
    """What the tab does when something happens."""

    def __init__(self, service: AsyncClient) -> None:
        self._service = service

    async def show(self) -> str:
        """The latest report, or how to make one."""
        try:
            return evaluation.report(await self._service.latest_evaluation())
        except RefusedError as exc:
            return evaluation.missing() if exc.status == 404 else source.failed(in_words(exc, "评测"))
        except ServiceError as exc:
            return source.failed(in_words(exc, "评测"))


def build(service: AsyncClient, tab: gr.Tab) -> None:
    """Put the tab's components into the open tab and wire them."""
    do = Handlers(service)
    board = html("", "evaluation", "evaluation.js", is_paper=True)
    tab.select(do.show, None, board, queue=False, **QUIET)
