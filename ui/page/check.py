"""引文核查: a draft, its verdicts in the text, and the corrections beside it.

A pasted draft comes here; an uploaded one goes from the browser straight to the service, whose report comes here to be
shown. Corrections are taken in the browser, which gets the files to keep (report, corrected draft) from the service.
"""

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.client import AsyncClient, ServiceError
from api.schema_citations import CheckFileResponse
from ui.page.parts import QUIET, STATIC, html, in_words
from ui.render import check

UNREADABLE = "这份草稿核不了。请重新粘贴或上传。"


class _Pasted(BaseModel):
    """A draft to be checked."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = Field(max_length=5_000_000)  # the service says how much it takes
    run: str = Field(default="", max_length=40)
    name: str = Field(default="", max_length=300)


class _Uploaded(BaseModel):
    """A file's report as the service gave it to the browser."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    report: CheckFileResponse
    run: str = Field(default="", max_length=40)
    name: str = Field(default="", max_length=300)


class Handlers:
    """What the tab does when something happens; every method gives the result's markup."""

    def __init__(self, service: AsyncClient) -> None:
        self._service = service

    async def check(self, event: gr.EventData) -> str:
        """Check a pasted draft."""
        try:
            draft = _Pasted.model_validate(event._data)
        except ValidationError:
            return check.failed(UNREADABLE, "")
        try:
            report = await self._service.check(draft.text)
        except ServiceError as exc:
            return check.failed(in_words(exc, "核查引文"), draft.run)
        return check.verdicts(check.Checked(text=draft.text, report=report, run=draft.run, name=draft.name))

    async def show(self, event: gr.EventData) -> str:
        """Show an uploaded draft's report."""
        try:
            given = _Uploaded.model_validate(event._data)
        except ValidationError:
            return check.failed(UNREADABLE, "")
        checked = check.Checked(text=given.report.text, report=given.report, run=given.run, name=given.name)
        return check.verdicts(checked)


def build(service: AsyncClient) -> gr.HTML:
    """Put the tab's components into the open tab and wire them; the component given sends `full`."""
    do = Handlers(service)
    with gr.Row(elem_id="check"):
        draft = html((STATIC / "check.html").read_text(encoding="utf-8"), "draft", "check.js")
        result = html(check.guide(), "verdicts", "verdicts.js")
    draft.check(do.check, None, result, **QUIET)
    draft.uploaded(do.show, None, result, **QUIET)
    return result
