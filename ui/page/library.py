"""文件库: the list of documents, and one document with its clause tree."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.client import AsyncClient, ServiceError
from ui.page.parts import QUIET, STATIC, html, in_words
from ui.render import library, source


class _Named(BaseModel):
    """A document, and maybe a clause in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    document: str = Field(min_length=1, max_length=200)
    clause: str = Field(default="", max_length=400)


class Handlers:
    """What the tab does when something happens; every method gives new values for components."""

    def __init__(self, service: AsyncClient) -> None:
        self._service = service

    async def list_documents(self) -> str:
        """The library's list."""
        try:
            return library.documents((await self._service.documents()).documents)
        except ServiceError as exc:
            return source.failed(in_words(exc, "文件库"))

    async def list_documents_unless(self, is_open: str) -> Any:
        """The library's list, unless something is open there already."""
        return gr.skip() if is_open else await self.list_documents()

    async def open_document(self, event: gr.EventData) -> str:
        """A document's full text."""
        try:
            named = _Named.model_validate(event._data)
            detail = await self._service.document(named.document)
            clauses = await self._service.clauses(named.document)
        except ValidationError:
            return source.failed("这份文件打不开。")
        except ServiceError as exc:
            return source.failed(in_words(exc, "文件库"))
        return library.document(detail, clauses.clauses, named.clause)


def build(service: AsyncClient, tab: gr.Tab, tabs: gr.Tabs, openers: Sequence[gr.HTML]) -> None:
    """Put the tab's components into the open tab and wire them; `openers` send `full` to open a document here."""
    do = Handlers(service)
    with gr.Column(elem_id="shelf"):
        manage = html((STATIC / "manage.html").read_text(encoding="utf-8"), "manage", "manage.js")
        shelf = html("", "library", "library.js", is_paper=True)
    # the tab is also selected when a document was just opened from elsewhere: then it stays open
    is_open = "(html) => (html ? '1' : '')"
    tab.select(do.list_documents_unless, shelf, shelf, js=is_open, queue=False, **QUIET)
    shelf.leave(do.list_documents, None, shelf, queue=False, **QUIET)
    manage.changed(do.list_documents, None, shelf, queue=False, **QUIET)
    for own in (shelf, manage):
        own.full(do.open_document, None, shelf, queue=False, **QUIET)
    for opener in openers:
        opener.full(do.open_document, None, shelf, queue=False, **QUIET).then(
            lambda: gr.Tabs(selected="library"), None, tabs, queue=False, **QUIET
        )
