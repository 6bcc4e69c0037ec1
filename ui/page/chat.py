"""问答: the conversation, the source beside it, and their wiring.

No `gr.State`: the conversation lives in the browser, so that a restart loses nothing and tabs hold no connection open.
"""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.client import AsyncClient, ServiceError
from api.schema import AnswerResponse, CitationEvent, CitationResponse, StatusEvent, TokenEvent
from ui.conversation import Conversation, Turn
from ui.page.parts import QUIET, hidden, html, in_words, text
from ui.render import source, turns

UPDATE_EVERY_S = 0.05


class _Cited(BaseModel):
    """What a click on a mark sends."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    clause: str = Field(min_length=1, max_length=400)
    start: int = 0
    end: int = 0
    turn: int = 0
    n: int = 0
    total: int = 0


class Handlers:
    """What the tab does when something happens; every method gives new values for components."""

    def __init__(self, service: AsyncClient, examples: Sequence[str], max_question_chars: int) -> None:
        self._service = service
        self._examples = tuple(examples)
        self._max_question_chars = max_question_chars
        self._titles: dict[str, str] = {}

    async def restore(self, saved: object, unsent: str) -> list[Any]:
        """Show the conversation and the unsent question that this browser tab had."""
        conversation = Conversation.load(saved)
        box: Any = unsent[: self._max_question_chars] if unsent else gr.skip()
        if not conversation.turns:
            return [box, *[gr.skip()] * 6]
        return [box, *(await self._opened(conversation))[1:]]

    async def reopen(self, event: gr.EventData) -> list[Any]:
        """Open an earlier conversation."""
        conversation = Conversation.load(text(event, "saved"))
        if not conversation.turns:
            return [*[gr.skip()] * 3, "这个对话打不开", *[gr.skip()] * 3]
        return await self._opened(conversation)

    async def ask(self, question: str, saved: object) -> AsyncIterator[Any]:
        """Answer what stands in the question box."""
        async for step in self._converse(question, Conversation.load(saved)):
            yield step

    async def ask_suggested(self, saved: object, event: gr.EventData) -> AsyncIterator[Any]:
        """Answer an example or a suggested question."""
        async for step in self._converse(text(event, "question"), Conversation.load(saved)):
            yield step

    async def retry(self, saved: object) -> AsyncIterator[Any]:
        """Ask the last question again."""
        conversation = Conversation.load(saved)
        question = conversation.turns[-1].question if conversation.turns else ""
        async for step in self._converse(question, conversation.without_last()):
            yield step

    async def _converse(self, question: str, before: Conversation) -> AsyncIterator[Any]:
        """Yield [box, settled, running, status, source, partial, saved] while the service answers."""
        question = question.strip()
        if not question:
            yield ["", *[gr.skip()] * 3, gr.skip(), gr.skip(), gr.skip()]
            return
        if len(question) > self._max_question_chars:
            words = f"问题太长：{len(question)} 字，最多 {self._max_question_chars} 字。请精简后再问。"
            yield [gr.skip(), gr.skip(), gr.skip(), words, gr.skip(), gr.skip(), gr.skip()]
            return
        draft = turns.Draft(question=question, number=len(before.turns) + 1)
        settled: Any = await self._transcript(before) if before.turns else ""
        yield ["", settled, turns.running(draft), "正在查找条款", gr.skip(), _partial(draft), before.dump()]
        shown_at = time.monotonic()
        turn: Turn | None = None
        try:
            async for event in self._service.stream(question, history=before.history()):
                if isinstance(event, AnswerResponse):
                    turn = Turn.answered(question, event)
                    break
                is_first = isinstance(event, TokenEvent) and not draft.text
                _take(draft, event)
                # a citation comes just before the words that it belongs to, which must not wait for the next ones
                is_due = time.monotonic() - shown_at >= UPDATE_EVERY_S and not isinstance(event, CitationEvent)
                if is_first or is_due:
                    yield [*[gr.skip()] * 2, turns.running(draft), gr.skip(), gr.skip(), _partial(draft), gr.skip()]
                    shown_at = time.monotonic()
        except ServiceError as exc:
            turn = Turn(question=question, state="failed", text=in_words(exc))
        if turn is None:
            turn = Turn(question=question, state="failed", text="这次没有成功。请点“重新回答”。")
        yield await self._settle(before.then(turn))

    async def _settle(self, after: Conversation) -> list[Any]:
        last = after.turns[-1]
        pane: Any = gr.skip()
        if last.answer and last.answer.citations:
            pane = await self._source(_first_place(last.answer.citations, len(after.turns)))
        elif last.answer:
            pane = source.without(bool(last.answer.nearest))
        settled = await self._transcript(after)
        return [gr.skip(), settled, "", turns.announcement(last), pane, "", after.dump()]

    async def _opened(self, conversation: Conversation) -> list[Any]:
        """What shows a conversation that the browser kept, its last turn's first source beside it."""
        shown = await self._settle(conversation)
        shown[3] = "已打开先前的对话"
        return shown

    async def stop(self, partial: str, saved: object) -> list[Any]:
        """Keep what had arrived when the user stopped the answer."""
        try:
            turn = Turn.model_validate_json(partial)
        except ValidationError:
            return [gr.skip()] * 7
        return await self._settle(Conversation.load(saved).then(turn))

    async def show(self, event: gr.EventData) -> str:
        """Show the clause behind a mark."""
        try:
            return await self._source(_Cited.model_validate(event._data))
        except ValidationError:
            return source.failed("这条依据打不开。")

    async def _source(self, cited: _Cited) -> str:
        focus = source.Focus(start=cited.start, end=cited.end, turn=cited.turn, n=cited.n, total=cited.total)
        try:
            return source.clause_in_place(await self._service.clause(cited.clause), focus)
        except ServiceError as exc:
            return source.failed(in_words(exc))

    async def _transcript(self, conversation: Conversation) -> str:
        named = {name for turn in conversation.turns if turn.answer for name in turn.answer.interpretation.document_ids}
        if not named <= self._titles.keys():
            try:
                found = (await self._service.documents()).documents
                self._titles = {document.id: document.title for document in found}
            except ServiceError:
                pass  # the ids are shown instead
        return turns.transcript(conversation, self._examples, self._titles)

    def new(self) -> list[Any]:
        """Begin a new conversation."""
        empty = Conversation()
        return ["", turns.empty(self._examples), "", "已开始新对话", source.empty(), "", empty.dump()]


def _take(draft: turns.Draft, event: object) -> None:
    match event:
        case StatusEvent(stage=stage):
            draft.stage = stage
        case TokenEvent(text=text):
            draft.text += text
        case CitationEvent(citation=citation):
            draft.citations.append(citation)


def _partial(draft: turns.Draft) -> str:
    """What a stop would keep of this draft."""
    turn = Turn(question=draft.question, state="stopped", text=draft.text, citations=list(draft.citations))
    return turn.model_dump_json()


def _first_place(citations: Sequence[CitationResponse], turn: int) -> _Cited:
    first = citations[0]
    return _Cited(
        clause=first.clause_id, start=first.start, end=first.end, turn=turn, n=first.index, total=len(citations)
    )


@dataclass(frozen=True, kw_only=True)
class ChatTab:
    """What other parts of the page need of this one."""

    pane: gr.HTML


def build(
    page: gr.Blocks, head: gr.HTML, service: AsyncClient, examples: Sequence[str], max_question_chars: int
) -> ChatTab:
    """Put the tab's components into the open tab and wire them; `head` lists the earlier conversations."""
    do = Handlers(service, examples, max_question_chars)
    status = html("", "status")
    with gr.Row(elem_id="chat-row"):
        with gr.Column(scale=3, elem_id="talk"):
            with gr.Column(elem_id="log"):
                settled = html(turns.empty(examples), "settled", "log.js")
                running = html("", "running", "log.js")
            with gr.Row(elem_id="ask-row"):
                box = gr.Textbox(
                    label="问题", show_label=False, container=False, lines=1, max_lines=5, scale=1,
                    placeholder="请输入问题", elem_id="ask",
                )  # fmt: skip
                go = gr.Button("提问", variant="primary", elem_id="go", scale=0, min_width=72)
                halt = gr.Button("停止", elem_id="stop", scale=0, min_width=72)
            with gr.Row(elem_id="tools"):
                new = gr.Button("新对话", size="sm", elem_id="new", scale=0, min_width=72)
                export = gr.Button("导出 Word", size="sm", elem_id="export", scale=0, min_width=72)
            saved, partial = hidden("saved"), hidden("partial")
        pane = html(source.empty(), "source", "source.js")
    outputs = [box, settled, running, status, pane, partial, saved]
    asking = [
        go.click(do.ask, [box, saved], outputs, **QUIET),
        box.submit(do.ask, [box, saved], outputs, **QUIET),
        settled.ask(do.ask_suggested, [saved], outputs, **QUIET),
        settled.retry(do.retry, [saved], outputs, **QUIET),
    ]
    halt.click(do.stop, [partial, saved], outputs, cancels=asking, **QUIET)
    new.click(do.new, None, outputs, cancels=asking, **QUIET)
    settled.rewrite(_question_of, None, box, queue=False, **QUIET)
    for log in (settled, running, pane):
        log.cite(do.show, None, pane, queue=False, trigger_mode="multiple", **QUIET)
    head.reopen(do.reopen, None, outputs, cancels=asking, **QUIET)
    saved.change(None, saved, None, js="(json) => tiaowen.keep(json)")
    export.click(None, saved, None, js="(json) => tiaowen.exportWord(json)")
    page.load(do.restore, [saved, box], outputs, js="() => tiaowen.left()", queue=False, **QUIET)
    return ChatTab(pane=pane)


def _question_of(event: gr.EventData) -> str:
    return text(event, "question")
