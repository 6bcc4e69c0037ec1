"""POST /v1/answers: a question answered, at once or as server-sent events."""

from collections.abc import Iterator
from itertools import chain

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from api.deps import Assistant, TheAssistant, TheSettings
from api.errors import HistoryTooLongError, QuestionTooLongError, error_body, request_id, responses
from api.logs import note_question
from api.schema import (
    AnswerRequest,
    AnswerResponse,
    CitationEvent,
    CitationResponse,
    Response,
    StatusEvent,
    TokenEvent,
)
from rag.schema import Answer, Cited, Done, Event, Stage, Token, Turn

router = APIRouter(tags=["answers"])

_STREAM = {
    "content": {
        "text/event-stream": {
            "example": 'event: status\ndata: {"stage": "searching"}\n\nevent: token\ndata: {"text": "……"}\n\n',
        }
    },
    "description": "回答；stream 为 true 时是事件流：status、token、citation、done（整个回答）、error",
}


@router.post(
    "/answers",
    response_model=AnswerResponse,
    responses={200: _STREAM, **responses(404, 422)},
    description="回答一个问题；每句话后面有脚注号，对应 citations 中逐字的原文。",
)
def create_answer(
    body: AnswerRequest, request: Request, assistant: TheAssistant, settings: TheSettings
) -> AnswerResponse | StreamingResponse:
    """Answer a question, at once or as a stream."""
    if len(body.question) > settings.max_question_chars:
        raise QuestionTooLongError(
            f"问题太长：{len(body.question)} 字，最多 {settings.max_question_chars} 字，请精简后再问"
        )
    if len(body.history) > settings.max_history_turns:
        raise HistoryTooLongError(
            f"历史消息太多：{len(body.history)} 条，最多 {settings.max_history_turns} 条，请只带最近的"
        )
    for document_id in body.document_ids or ():
        assistant.library.document(document_id)
    note_question(body.question, wanted=settings.log_questions, request_id=request_id(request))
    if not body.stream:
        return AnswerResponse.from_answer(_answer(assistant, body))
    events = _events(assistant, body)
    first = next(events)  # what fails at once fails with a proper status
    frames = sse_frames(chain([first], events), request_id(request))
    return StreamingResponse(
        frames,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _history(body: AnswerRequest) -> tuple[Turn, ...]:
    return tuple(Turn(role=turn.role, content=turn.content) for turn in body.history)


def _answer(assistant: Assistant, body: AnswerRequest) -> Answer:
    return assistant.answer(body.question, history=_history(body), document_ids=body.document_ids, mode=body.mode)


def _events(assistant: Assistant, body: AnswerRequest) -> Iterator[Event]:
    return iter(assistant.stream(body.question, history=_history(body), document_ids=body.document_ids, mode=body.mode))


def sse_frames(events: Iterator[Event], identifier: str) -> Iterator[bytes]:
    """Write events as server-sent events; an exception on the way becomes a last event `error`."""
    try:
        for event in events:
            yield _frame(*_wire(event))
    except Exception as exc:
        yield _frame("error", error_body(exc, identifier)[1])


def _wire(event: Event) -> tuple[str, Response]:
    match event:
        case Stage(stage=stage):
            return "status", StatusEvent(stage=stage)
        case Token(text=text):
            return "token", TokenEvent(text=text)
        case Cited(citation=citation):
            return "citation", CitationEvent(citation=CitationResponse.from_citation(citation))
        case Done(answer=answer):
            return "done", AnswerResponse.from_answer(answer)


# Some clients split a stream at every line separator of Unicode; inside JSON these can be written as escapes.
_SEPARATORS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


def _frame(name: str, body: Response) -> bytes:
    return f"event: {name}\ndata: {body.model_dump_json().translate(_SEPARATORS)}\n\n".encode()
