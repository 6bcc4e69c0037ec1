"""POST /v1/chat/completions, GET /v1/models: the assistant in OpenAI's form, for clients that speak nothing else."""

import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from api.config import Settings
from api.deps import Assistant, TheAssistant, TheSettings
from api.errands import done, errand_in
from api.errors import (
    NoQuestionError,
    QuestionTooLongError,
    UnknownModelError,
    error_body,
    in_openai_form,
    request_id,
    responses,
)
from api.logs import note_question
from api.official import placed
from api.schema import AnswerResponse
from api.schema_openai import (
    MODELS,
    Annotation,
    ChatChoice,
    ChatMessage,
    ChatRequest,
    ChatResponse,
    Model,
    ModelsResponse,
    UrlCitation,
    Usage,
)
from rag.cite import inert
from rag.schema import Done, Event, Mode, Token, Turn

router = APIRouter(tags=["openai"])

_SOURCES = "\n\n依据：\n"  # between answer and sources; what follows it in an earlier answer is no part of the talk
_MARK = re.compile(r"\[\^(\d+)\]")  # [^12]
_SEPARATORS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}

_STREAM = {
    "content": {"text/event-stream": {"example": "data: {…}\n\ndata: [DONE]\n\n"}},
    "description": "回答；stream 为 true 时是 chat.completion.chunk 的事件流",
}


@router.get("/models", responses=responses(), description="可以用的模型名，OpenAI 的格式。")
def list_models() -> ModelsResponse:
    """Return the models."""
    return ModelsResponse(data=[Model(id=name) for name in MODELS])


@router.get("/models/{name}", responses=responses(404, 422), description="一个模型名，OpenAI 的格式。")
def show_model(name: str) -> Model:
    """Return one model."""
    _mode(name)
    return Model(id=name)


@router.post(
    "/chat/completions",
    response_model=ChatResponse,
    responses={200: _STREAM, **responses(404, 422)},
    description="OpenAI 格式的问答，供 Open WebUI、openai 客户端等使用；正文末尾列出依据，"
    "annotations 里有每个脚注号的位置，tiaowen 里是完整的回答。系统消息和采样参数不起作用；usage 按字数。"
    "Open WebUI 要的标题、标签和追问，按它要的 JSON 给出。",
)
def create_completion(
    body: ChatRequest, request: Request, assistant: TheAssistant, settings: TheSettings
) -> ChatResponse | StreamingResponse:
    """Answer the last message of a conversation."""
    mode = _mode(body.model)
    question, history = _talk(body)
    if not question:
        raise NoQuestionError("最后一条消息应当是用户的问题，不能为空")
    if errand := errand_in(question):
        content = done(errand, partial(_follow_ups, assistant, settings))
        return _Stream(body, request).whole(content) if body.stream else _response(body, content, request_id(request))
    if len(question) > settings.max_question_chars:
        raise QuestionTooLongError(f"问题太长：{len(question)} 字，最多 {settings.max_question_chars} 字，请精简后再问")
    before = _latest(history, settings)
    note_question(question, wanted=settings.log_questions, request_id=request_id(request))
    if not body.stream:
        answered = AnswerResponse.from_answer(assistant.answer(question, history=before, mode=mode))
        return _response(body, _content(answered), answered.id, answered, _annotations(answered, str(request.base_url)))
    events = iter(assistant.stream(question, history=before, mode=mode))
    first = next(events)  # what fails at once fails with a proper status
    return _Stream(body, request).answer(chain([first], events))


def _mode(model: str) -> Mode:
    if model not in MODELS:
        raise UnknownModelError(f"没有叫“{model[:60]}”的模型，可以用：{'、'.join(MODELS)}")
    return MODELS[model]


def _follow_ups(assistant: Assistant, settings: Settings, question: str, before: Sequence[Turn]) -> Sequence[str]:
    """What might be asked after a question."""
    history = [replace(turn, content=_without_sources(turn.content)) for turn in _latest(before, settings)]
    asked = question[: settings.max_question_chars]
    return assistant.answer(asked, history=history, mode=Mode.EXTRACTIVE).suggestions


def _latest(history: Sequence[Turn], settings: Settings) -> Sequence[Turn]:
    return history[-settings.max_history_turns :] if settings.max_history_turns else ()


def _response(
    body: ChatRequest,
    content: str,
    identifier: str,
    answered: AnswerResponse | None = None,
    annotations: Sequence[Annotation] = (),
) -> ChatResponse:
    return ChatResponse(
        id=f"chatcmpl-{identifier}",
        created=int(time.time()),
        model=body.model,
        choices=[ChatChoice(message=ChatMessage(content=content, annotations=list(annotations)))],
        usage=Usage.of(body.messages, content),
        tiaowen=answered,
    )


def _talk(body: ChatRequest) -> tuple[str, tuple[Turn, ...]]:
    """The question ("" where there is none) and what was said before it."""
    *before, last = body.messages
    turns = tuple(
        Turn(role=message.role, content=_without_sources(message.text))
        for message in before
        if message.role in ("user", "assistant")
    )
    return (last.text.strip() if last.role == "user" else ""), turns


def _without_sources(said: str) -> str:
    return said.partition(_SOURCES)[0]


def _content(answered: AnswerResponse) -> str:
    return answered.answer + _sources(answered)


def _sources(answered: AnswerResponse) -> str:
    """What follows the answer: its sources, and why the language model did not write it."""
    why = answered.engine.fallback if answered.engine.mode is Mode.EXTRACTIVE else None
    note = f"\n\n（{why}）" if why else ""
    if not answered.citations:
        return note
    lines = [
        f"[^{one.index}]: " + inert(f"{placed(one.document, one.label)}：“{''.join(one.quote.split())}”")
        for one in answered.citations
    ]
    return _SOURCES + "\n".join(lines) + note


def _annotations(answered: AnswerResponse, base: str) -> list[Annotation]:
    """A citation for each footnote mark in the answer."""
    cited = {citation.index: citation for citation in answered.citations}
    return [
        Annotation(
            url_citation=UrlCitation(
                start_index=mark.start(),
                end_index=mark.end(),
                title=placed(cited[int(mark[1])].document, cited[int(mark[1])].label),
                url=f"{base}v1/clauses/{cited[int(mark[1])].clause_id}",
            )
        )
        for mark in _MARK.finditer(answered.answer)
        if int(mark[1]) in cited
    ]


class _Stream:
    """The chunks of a completion, as server-sent events."""

    def __init__(self, body: ChatRequest, request: Request) -> None:
        self._body = body
        self._base = str(request.base_url)
        self._identifier = request_id(request)
        self._with_usage = bool(body.stream_options and body.stream_options.include_usage)
        self._head = {
            "id": f"chatcmpl-{self._identifier}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": body.model,
        }

    def whole(self, content: str) -> StreamingResponse:
        """Words that are there already."""
        return self._sent([self._chunk({"content": content}), self._chunk({}, finish="stop"), *self._usage(content)])

    def answer(self, events: Iterator[Event]) -> StreamingResponse:
        """Words as they come."""
        return self._sent(self._frames(events))

    def _sent(self, frames: Iterable[bytes]) -> StreamingResponse:
        first, last = self._chunk({"role": "assistant", "content": ""}), b"data: [DONE]\n\n"
        return StreamingResponse(
            chain([first], frames, [last]),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def _frames(self, events: Iterator[Event]) -> Iterator[bytes]:
        """Write events as chunks; an exception on the way becomes a last chunk with `error`."""
        try:
            for event in events:
                if isinstance(event, Token):
                    yield self._chunk({"content": event.text})
                elif isinstance(event, Done):
                    answered = AnswerResponse.from_answer(event.answer)
                    annotations = [one.model_dump(mode="json") for one in _annotations(answered, self._base)]
                    yield self._chunk({"content": _sources(answered), "annotations": annotations})
                    yield self._chunk({}, finish="stop", tiaowen=answered.model_dump(mode="json"))
                    yield from self._usage(_content(answered))
        except Exception as exc:
            yield _frame(in_openai_form(*error_body(exc, self._identifier)))

    def _usage(self, content: str) -> list[bytes]:
        """The chunk that says how long everything was, where it was asked for."""
        if not self._with_usage:
            return []
        usage = Usage.of(self._body.messages, content).model_dump(mode="json")
        return [_frame({**self._head, "choices": [], "usage": usage})]

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        usage = {"usage": None} if self._with_usage else {}
        return _frame({**self._head, "choices": [choice], **usage, **more})


def _frame(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False).translate(_SEPARATORS)}\n\n".encode()
