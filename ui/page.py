"""The chat page: Gradio components and their wiring, nothing else.

The page reaches the service over HTTP only (`api.client`); `ui.render` makes its HTML. No `gr.State`: the
conversation lives in the browser, so that a restart loses nothing and tabs hold no connection open.
"""

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.client import AsyncClient, RefusedError, ServiceError
from api.schema import AnswerResponse, CitationEvent, CitationResponse, StatusEvent, TokenEvent
from ui.conversation import Conversation, Turn
from ui.render import library, source, turns

STATIC = Path(__file__).parent / "static"
STORAGE_KEY = "tiaowen.v1"  # fixed, like the secret: the defaults change at each start and would lose everything
STORAGE_SECRET = "tiaowen"  # it stands in the page and protects nothing
UPDATE_EVERY_S = 0.05
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class _Cited(BaseModel):
    """What a click on a mark sends."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    clause: str = Field(min_length=1, max_length=400)
    start: int = 0
    end: int = 0
    turn: int = 0
    n: int = 0
    total: int = 0


class _Named(BaseModel):
    """A document, and maybe a clause in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    document: str = Field(min_length=1, max_length=200)
    clause: str = Field(default="", max_length=400)


class Handlers:
    """What the page does when something happens; every method gives new values for components."""

    def __init__(
        self, base_url: str, examples: Sequence[str], max_question_chars: int, answer_timeout_s: float
    ) -> None:
        self._service = AsyncClient(base_url, timeout_s=answer_timeout_s)
        self._examples = tuple(examples)
        self._max_question_chars = max_question_chars
        self._titles: dict[str, str] = {}

    async def restore(self, saved: object) -> Any:
        """Show the conversation that the browser kept."""
        conversation = Conversation.load(saved)
        if not conversation.turns:
            return gr.skip()
        return await self._transcript(conversation)

    async def ask(self, question: str, saved: object) -> AsyncIterator[Any]:
        """Answer what stands in the question box."""
        async for step in self._converse(question, Conversation.load(saved)):
            yield step

    async def ask_suggested(self, saved: object, event: gr.EventData) -> AsyncIterator[Any]:
        """Answer an example or a suggested question."""
        async for step in self._converse(_text(event, "question"), Conversation.load(saved)):
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
                    turn = Turn(question=question, state="answered", answer=event)
                    break
                _take(draft, event)
                if time.monotonic() - shown_at >= UPDATE_EVERY_S:
                    yield [*[gr.skip()] * 2, turns.running(draft), gr.skip(), gr.skip(), _partial(draft), gr.skip()]
                    shown_at = time.monotonic()
        except ServiceError as exc:
            turn = Turn(question=question, state="failed", text=_in_words(exc))
        if turn is None:
            turn = Turn(question=question, state="failed", text="这次没有答出来。请点“重新回答”。")
        yield await self._settle(before.then(turn))

    async def _settle(self, after: Conversation) -> list[Any]:
        last = after.turns[-1]
        pane: Any = gr.skip()
        if last.answer and last.answer.citations:
            pane = await self._source(_first_place(last.answer.citations, len(after.turns)))
        settled = await self._transcript(after)
        return [gr.skip(), settled, "", turns.announcement(last), pane, None, after.dump()]

    async def stop(self, partial: object, saved: object) -> list[Any]:
        """Keep what had arrived when the user stopped the answer."""
        try:
            turn = Turn.model_validate(partial)
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
            return source.failed(_in_words(exc))

    async def list_documents(self) -> str:
        """The library's list."""
        try:
            return library.documents((await self._service.documents()).documents)
        except ServiceError as exc:
            return source.failed(_in_words(exc))

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
            return source.failed(_in_words(exc))
        return library.document(detail, clauses.clauses, named.clause)

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
        return ["", turns.empty(self._examples), "", "已开始新对话", source.empty(), None, empty.dump()]


def _text(event: gr.EventData, name: str) -> str:
    data = event._data
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _take(draft: turns.Draft, event: object) -> None:
    match event:
        case StatusEvent(stage=stage):
            draft.stage = stage
        case TokenEvent(text=text):
            draft.text += text
        case CitationEvent(citation=citation):
            draft.citations.append(citation)


def _partial(draft: turns.Draft) -> dict[str, object]:
    """What a stop would keep of this draft."""
    turn = Turn(question=draft.question, state="stopped", text=draft.text, citations=list(draft.citations))
    return turn.model_dump(mode="json")


def _first_place(citations: Sequence[CitationResponse], turn: int) -> _Cited:
    first = citations[0]
    return _Cited(
        clause=first.clause_id, start=first.start, end=first.end, turn=turn, n=first.index, total=len(citations)
    )


def _in_words(exc: ServiceError) -> str:
    """What the page says about an error, and what to do."""
    if isinstance(exc, RefusedError):
        if exc.status < 500:
            return str(exc).rstrip("。") + "。"
        return f"这次没有答出来。请过一分钟点“重新回答”。（编号 {exc.request_id}）"
    return "连不上服务。恢复后请再点“重新回答”。"


def theme() -> gr.themes.Base:
    """Colours and fonts of the page; fonts of the system only, nothing is fetched."""
    font = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    return gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=font, font_mono=["monospace"]).set(
        button_primary_background_fill="#1d4ed8",
        button_primary_background_fill_hover="#1e40af",
        button_primary_text_color="#ffffff",
        body_background_fill="#f8fafc",
        body_text_color="#0f172a",
        input_background_fill="#ffffff",
        input_border_color="#64748b",
        input_placeholder_color="#475569",
    )


def _html(value: str, elem_id: str, script: str | None = None) -> gr.HTML:
    code = (STATIC / script).read_text(encoding="utf-8") if script else ""
    return gr.HTML(value, elem_id=elem_id, js_on_load=code, apply_default_css=False)


def build_page(
    base_url: str, examples: Sequence[str], *, max_question_chars: int, answer_timeout_s: float
) -> gr.Blocks:
    """The page as Blocks, ready to be queued and mounted."""
    do = Handlers(base_url, examples, max_question_chars, answer_timeout_s)
    with gr.Blocks(title="条文 · 政策文件问答", analytics_enabled=False, fill_width=True) as page:
        saved = gr.BrowserState(Conversation().dump(), storage_key=STORAGE_KEY, secret=STORAGE_SECRET)
        _html((STATIC / "header.html").read_text(encoding="utf-8"), "head", "shell.js")
        status = _html("", "status")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("问答", id="chat"), gr.Row(elem_id="chat-row"):
                with gr.Column(scale=3, elem_id="talk"):
                    with gr.Column(elem_id="log"):
                        settled = _html(turns.empty(examples), "settled", "log.js")
                        running = _html("", "running", "log.js")
                    with gr.Row(elem_id="ask-row"):
                        box = gr.Textbox(
                            label="问题", show_label=False, container=False, lines=1, max_lines=5, scale=1,
                            placeholder="请输入问题", elem_id="ask",
                        )  # fmt: skip
                        go = gr.Button("提问", variant="primary", elem_id="go", scale=0, min_width=72)
                        halt = gr.Button("停止", elem_id="stop", scale=0, min_width=72)
                    with gr.Row(elem_id="tools"):
                        new = gr.Button("新对话", size="sm", elem_id="new", scale=0, min_width=72)
                    partial = gr.JSON(None, visible="hidden", elem_id="partial")
                pane = _html(source.empty(), "source", "source.js")
            with gr.Tab("文件库", id="library") as library_tab:
                shelf = _html("", "library", "library.js")
        outputs = [box, settled, running, status, pane, partial, saved]
        asking = [
            go.click(do.ask, [box, saved], outputs, **_QUIET),
            box.submit(do.ask, [box, saved], outputs, **_QUIET),
            settled.ask(do.ask_suggested, [saved], outputs, **_QUIET),
            settled.retry(do.retry, [saved], outputs, **_QUIET),
        ]
        halt.click(do.stop, [partial, saved], outputs, cancels=asking, **_QUIET)
        new.click(do.new, None, outputs, cancels=asking, **_QUIET)
        settled.rewrite(_question_of, None, box, queue=False, **_QUIET)
        for log in (settled, running, pane):
            log.cite(do.show, None, pane, queue=False, **_QUIET)
        # the tab is also selected when a document was just opened from the source pane: then it stays open
        is_open = "(html) => (html ? '1' : '')"
        library_tab.select(do.list_documents_unless, shelf, shelf, js=is_open, queue=False, **_QUIET)
        shelf.leave(do.list_documents, None, shelf, queue=False, **_QUIET)
        shelf.full(do.open_document, None, shelf, queue=False, **_QUIET)
        pane.full(do.open_document, None, shelf, queue=False, **_QUIET).then(
            lambda: gr.Tabs(selected="library"), None, tabs, queue=False, **_QUIET
        )
        page.load(do.restore, [saved], settled, queue=False, **_QUIET)
    return page


def _question_of(event: gr.EventData) -> str:
    return _text(event, "question")
