"""POST /v1/chat/completions, GET /v1/models: the assistant in OpenAI's form, for clients that speak nothing else."""

import json
import re
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from api.deps import TheAssistant, TheSettings
from api.errors import NoQuestionError, QuestionTooLongError, UnknownModelError, error_body, request_id, responses
from api.logs import note_question
from api.schema import AnswerResponse, CitationResponse
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
)
from rag.schema import Done, Event, Token, Turn

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


@router.post(
    "/chat/completions",
    response_model=ChatResponse,
    responses={200: _STREAM, **responses(404, 422)},
    description="OpenAI 格式的问答，供 Open WebUI、openai 客户端等使用；正文末尾列出依据，"
    "annotations 里有每个脚注号的位置，tiaowen 里是完整的回答。系统消息和采样参数不起作用。",
)
def create_completion(
    body: ChatRequest, request: Request, assistant: TheAssistant, settings: TheSettings
) -> ChatResponse | StreamingResponse:
    """Answer the last message of a conversation."""
    if body.model not in MODELS:
        raise UnknownModelError(f"没有叫“{body.model[:60]}”的模型，可以用：{'、'.join(MODELS)}")
    question, history = _talk(body)
    if not question:
        raise NoQuestionError("最后一条消息应当是用户的问题，不能为空")
    if len(question) > settings.max_question_chars:
        raise QuestionTooLongError(f"问题太长：{len(question)} 字，最多 {settings.max_question_chars} 字，请精简后再问")
    history = history[-settings.max_history_turns :] if settings.max_history_turns else ()
    note_question(question, wanted=settings.log_questions, request_id=request_id(request))
    base, mode = str(request.base_url), MODELS[body.model]
    if not body.stream:
        answered = AnswerResponse.from_answer(assistant.answer(question, history=history, mode=mode))
        message = ChatMessage(content=_content(answered), annotations=_annotations(answered, base))
        return ChatResponse(
            id=f"chatcmpl-{answered.id}",
            created=int(time.time()),
            model=body.model,
            choices=[ChatChoice(message=message)],
            tiaowen=answered,
        )
    events = iter(assistant.stream(question, history=history, mode=mode))
    first = next(events)  # what fails at once fails with a proper status
    frames = _frames(chain([first], events), body.model, base, request_id(request))
    return StreamingResponse(
        frames, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


def _talk(body: ChatRequest) -> tuple[str, tuple[Turn, ...]]:
    """The question ("" where there is none) and what was said before it."""
    *before, last = body.messages
    turns = tuple(
        Turn(role="user" if message.role == "user" else "assistant", content=message.text.partition(_SOURCES)[0])
        for message in before
        if message.role in ("user", "assistant")
    )
    return (last.text.strip() if last.role == "user" else ""), turns


def _content(answered: AnswerResponse) -> str:
    return answered.answer + _sources(answered)


def _sources(answered: AnswerResponse) -> str:
    if not answered.citations:
        return ""
    lines = [f"[^{one.index}]: {_title(one)}：“{''.join(one.quote.split())}”" for one in answered.citations]
    return _SOURCES + "\n".join(lines)


def _title(citation: CitationResponse) -> str:
    number = f"（{citation.document.number}）" if citation.document.number else ""
    return f"《{citation.document.title}》{number}{citation.label}"


def _annotations(answered: AnswerResponse, base: str) -> list[Annotation]:
    """A citation for each footnote mark in the answer."""
    cited = {citation.index: citation for citation in answered.citations}
    return [
        Annotation(
            url_citation=UrlCitation(
                start_index=mark.start(),
                end_index=mark.end(),
                title=_title(cited[int(mark[1])]),
                url=f"{base}v1/clauses/{cited[int(mark[1])].clause_id}",
            )
        )
        for mark in _MARK.finditer(answered.answer)
        if int(mark[1]) in cited
    ]


def _frames(events: Iterator[Event], model: str, base: str, identifier: str) -> Iterator[bytes]:
    """Write events as chunks of a completion; an exception on the way becomes a last chunk with `error`."""
    head = {
        "id": f"chatcmpl-{identifier}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }

    def chunk(delta: dict[str, Any], *, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _frame({**head, "choices": [choice], **more})

    try:
        yield chunk({"role": "assistant", "content": ""})
        for event in events:
            if isinstance(event, Token):
                yield chunk({"content": event.text})
            elif isinstance(event, Done):
                answered = AnswerResponse.from_answer(event.answer)
                annotations = [one.model_dump(mode="json") for one in _annotations(answered, base)]
                yield chunk({"content": _sources(answered), "annotations": annotations})
                yield chunk({}, finish="stop", tiaowen=answered.model_dump(mode="json"))
    except Exception as exc:
        yield _frame(error_body(exc, identifier)[1].model_dump(mode="json"))
    yield b"data: [DONE]\n\n"


def _frame(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False).translate(_SEPARATORS)}\n\n".encode()
