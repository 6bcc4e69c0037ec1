"""Typed client of the HTTP API, synchronous and asynchronous; the page and the evaluation reach the service with it.

    with Client("http://127.0.0.1:7860") as service:
        print(service.answer("哪些部门负责PPP相关任务？").answer)

Whatever goes wrong raises a ServiceError: `RefusedError` with the service's own words, or `UnreachableError`.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, Generic, Literal, ParamSpec, Self, TypeVar, overload
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ValidationError

from api.schema import (
    AnswerResponse,
    CitationEvent,
    ErrorResponse,
    EvaluationResponse,
    SearchResponse,
    StatusEvent,
    StreamEvent,
    TokenEvent,
    TurnRequest,
)
from api.schema_citations import CheckFileResponse, CheckResponse, CorrectionRequest, CorrectionsRequest
from api.schema_documents import (
    ClauseDetailResponse,
    ClausesResponse,
    DocumentDetailResponse,
    DocumentsResponse,
    StoredDocumentResponse,
    TasksResponse,
    TextResponse,
    UnitsResponse,
)
from api.schema_exports import ConversationExportRequest
from api.schema_feedback import FeedbackListResponse, FeedbackRequest, FeedbackResponse
from api.schema_tasks import MatrixResponse, TaskPageQuery, TaskPageResponse, TaskQuery
from rag.schema import Mode

Body = TypeVar("Body", bound=BaseModel)
T = TypeVar("T")
P = ParamSpec("P")
_EVENTS: dict[str, type[StatusEvent | TokenEvent | CitationEvent | AnswerResponse]] = {
    "status": StatusEvent,
    "token": TokenEvent,
    "citation": CitationEvent,
    "done": AnswerResponse,
}


class ServiceError(Exception):
    """The service did not do what it was asked for."""


class RefusedError(ServiceError):
    """The service answered with an error; the message is its own."""

    def __init__(self, *, status: int, code: str, message: str, request_id: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class UnreachableError(ServiceError):
    """No connection, a time-out, or an answer that is none of this service."""


class SseDecoder:
    """Bytes of an event stream in, (event name, data) out; chunks may end anywhere.

    Lines end with a line feed alone, as this service writes them.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[tuple[str, str]]:
        """Return the events that this chunk completes."""
        *blocks, self._rest = (self._rest + chunk).split(b"\n\n")
        return [self._event(block.decode("utf-8")) for block in blocks if block.strip()]

    @staticmethod
    def _event(block: str) -> tuple[str, str]:
        name, data = "message", []
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                data.append(value.removeprefix(" "))
        return name, "\n".join(data)


def _stream_events(pairs: Sequence[tuple[str, str]]) -> Iterator[StreamEvent]:
    for name, data in pairs:
        if name == "error":  # after the head with its 200 was sent
            raise _refusal(500, data)
        if name in _EVENTS:
            yield _EVENTS[name].model_validate_json(data)


def _refusal(status: int, content: str | bytes) -> ServiceError:
    try:
        error = ErrorResponse.model_validate_json(content).error
    except ValidationError:
        return UnreachableError(f"服务返回了状态 {status}，内容认不出来")
    return RefusedError(status=status, code=error.code, message=error.message, request_id=error.request_id)


def _unreachable(exc: httpx.HTTPError) -> UnreachableError:
    return UnreachableError(f"连不上服务：{type(exc).__name__}")


def _answer_json(
    question: str, history: Sequence[TurnRequest], document_ids: Sequence[str] | None, mode: Mode, stream: bool
) -> dict[str, Any]:
    return {
        "question": question,
        "history": [{"role": turn.role, "content": turn.content} for turn in history],
        **_within(document_ids),
        "mode": mode.value,
        "stream": stream,
    }


def _within(document_ids: Sequence[str] | None) -> dict[str, Any]:
    return {"document_ids": None if document_ids is None else list(document_ids)}


def _named(document_ids: Sequence[str] | None) -> dict[str, Any]:
    """The form's field, repeated once a document."""
    return {} if document_ids is None else _within(document_ids)


def _with_key(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _path(*parts: str) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _tasks_path(name: str, query: TaskQuery) -> str:
    return _path("units", name) + "?" + urlencode(query.model_dump(mode="json", exclude_defaults=True))


@dataclass(frozen=True, kw_only=True)
class _Call(Generic[T]):
    """One request, and how its reply is read."""

    method: str
    path: str
    read: Callable[[bytes], T]
    json: Any = None
    files: dict[str, tuple[str, bytes]] | None = None
    form: dict[str, Any] | None = None

    def result(self, response: httpx.Response) -> T:
        """What was asked for. Raises ServiceError."""
        if response.status_code >= 400:
            raise _refusal(response.status_code, response.content)
        try:
            return self.read(response.content)
        except ValidationError as exc:
            raise UnreachableError("服务的返回认不出来，版本可能不一致") from exc


def _get(path: str, kind: type[Body]) -> _Call[Body]:
    return _Call(method="GET", path=path, read=kind.model_validate_json)


def _post(path: str, body: dict[str, Any], kind: type[Body]) -> _Call[Body]:
    return _Call(method="POST", path=path, read=kind.model_validate_json, json=body)


def _sent(
    path: str, content: bytes, name: str, read: Callable[[bytes], T], form: dict[str, Any] | None = None
) -> _Call[T]:
    return _Call(method="POST", path=path, read=read, files={"file": (name, content)}, form=form)


class _Method(Generic[P, T]):
    """A method of both clients, written once as the call that it makes."""

    def __init__(self, call: Callable[Concatenate[Any, P], _Call[T]]) -> None:
        self._call = call

    @overload
    def __get__(self, client: None, owner: type) -> Callable[Concatenate[Any, P], _Call[T]]: ...
    @overload
    def __get__(self, client: "Client", owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: "AsyncClient", owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: "Client | AsyncClient | None", owner: type) -> Callable[..., Any]:
        """The method of one client; of a class, the call alone."""
        if client is None:
            return self._call

        @wraps(self._call)
        def run(*arguments: P.args, **named: P.kwargs) -> Any:
            return client._run(self._call(client, *arguments, **named))

        return run


class _Methods:
    """What both clients can do."""

    @_Method
    def answer(
        self,
        question: str,
        *,
        history: Sequence[TurnRequest] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> _Call[AnswerResponse]:
        """Ask a question."""
        return _post("/v1/answers", _answer_json(question, history, document_ids, mode, False), AnswerResponse)

    @_Method
    def search(
        self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None
    ) -> _Call[SearchResponse]:
        """Find clauses."""
        return _post(_path("search"), {"query": query, "top_k": top_k, **_within(document_ids)}, SearchResponse)

    @_Method
    def check(self, text: str, *, document_ids: Sequence[str] | None = None) -> _Call[CheckResponse]:
        """Check the citations of a draft."""
        return _post(_path("citations", "check"), {"text": text, **_within(document_ids)}, CheckResponse)

    @_Method
    def check_file(
        self, content: bytes, name: str, *, document_ids: Sequence[str] | None = None
    ) -> _Call[CheckFileResponse]:
        """Check the citations of a draft from the bytes of a txt, md or docx file called `name`."""
        return _sent(
            _path("citations", "check", "file"),
            content,
            name,
            CheckFileResponse.model_validate_json,
            _named(document_ids),
        )

    @_Method
    def report(
        self, content: bytes, name: str, *, kind: Literal["html", "docx"] = "html",
        document_ids: Sequence[str] | None = None,
    ) -> _Call[bytes]:  # fmt: skip
        """The same check as a report for people: a web page, or a Word file with comments."""
        return _sent(_path("citations", "report"), content, name, bytes, {"format": kind, **_named(document_ids)})

    @_Method
    def corrected(self, content: bytes, name: str, corrections: Sequence[CorrectionRequest]) -> _Call[bytes]:
        """A Word draft with the corrections put in, in its own form."""
        body = CorrectionsRequest(corrections=list(corrections)).model_dump_json()
        return _sent(_path("citations", "corrected"), content, name, bytes, {"corrections": body})

    @_Method
    def latest_evaluation(self) -> _Call[EvaluationResponse]:
        """The figures of the last evaluation; RefusedError 404 when there was none."""
        return _get(_path("evaluations", "latest"), EvaluationResponse)

    @_Method
    def documents(self) -> _Call[DocumentsResponse]:
        """All documents."""
        return _get(_path("documents"), DocumentsResponse)

    @_Method
    def document(self, document_id: str) -> _Call[DocumentDetailResponse]:
        """One document with its splitting report."""
        return _get(_path("documents", document_id), DocumentDetailResponse)

    @_Method
    def clauses(self, document_id: str) -> _Call[ClausesResponse]:
        """A document's clauses in document order."""
        return _get(_path("documents", document_id, "clauses"), ClausesResponse)

    @_Method
    def text(self, document_id: str) -> _Call[TextResponse]:
        """A document's decoded source."""
        return _get(_path("documents", document_id, "text"), TextResponse)

    @_Method
    def clause(self, clause_id: str) -> _Call[ClauseDetailResponse]:
        """A clause in its place."""
        return _get(_path("clauses", clause_id), ClauseDetailResponse)

    @_Method
    def add_document(self, content: bytes, name: str) -> _Call[StoredDocumentResponse]:
        """Take in a new document from the bytes of a file called `name`; needs the administrator's key."""
        return _sent(_path("documents"), content, name, StoredDocumentResponse.model_validate_json)

    @_Method
    def replace_document(self, document_id: str, content: bytes, name: str) -> _Call[StoredDocumentResponse]:
        """Take in a new version of a document; needs the administrator's key."""
        return replace(
            _sent(_path("documents", document_id), content, name, StoredDocumentResponse.model_validate_json),
            method="PUT",
        )

    @_Method
    def renew_document(self, document_id: str) -> _Call[StoredDocumentResponse]:
        """Split and index a document anew; needs the administrator's key."""
        return _post(_path("documents", document_id, "renew"), {}, StoredDocumentResponse)

    @_Method
    def remove_document(self, document_id: str) -> _Call[None]:
        """Remove a document; needs the administrator's key."""
        return _Call(method="DELETE", path=_path("documents", document_id), read=lambda _: None)

    @_Method
    def units(self) -> _Call[UnitsResponse]:
        """All departments."""
        return _get(_path("units"), UnitsResponse)

    @_Method
    def tasks(self, unit: str) -> _Call[TasksResponse]:
        """A department's tasks."""
        return _get(_path("units", unit, "tasks"), TasksResponse)

    @_Method
    def all_tasks(self, query: TaskPageQuery) -> _Call[TaskPageResponse]:
        """The tasks of all departments that `query` asks for."""
        return _get(_tasks_path("tasks", query), TaskPageResponse)

    @_Method
    def tasks_xlsx(self, query: TaskQuery) -> _Call[bytes]:
        """The same tasks, all of them, as an Excel file."""
        return _Call(method="GET", path=_tasks_path("tasks.xlsx", query), read=bytes)

    @_Method
    def matrix(self) -> _Call[MatrixResponse]:
        """Departments by documents."""
        return _get(_path("units", "matrix"), MatrixResponse)

    @_Method
    def give_feedback(self, feedback: FeedbackRequest) -> _Call[FeedbackResponse]:
        """Say whether an answer helped."""
        return _post(_path("feedback"), feedback.model_dump(mode="json"), FeedbackResponse)

    @_Method
    def feedback(self, limit: int = 100) -> _Call[FeedbackListResponse]:
        """The latest feedback; needs the administrator's key."""
        return _get(_path("feedback") + f"?limit={limit}", FeedbackListResponse)

    @_Method
    def export_conversation(self, conversation: ConversationExportRequest) -> _Call[bytes]:
        """A conversation as a Word file."""
        body = conversation.model_dump(mode="json")
        return _Call(method="POST", path=_path("exports", "conversation"), read=bytes, json=body)


class Client(_Methods):
    """The service, one call after the other."""

    def __init__(self, base_url: str, *, timeout_s: float = 60.0, key: str | None = None) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=timeout_s, trust_env=False, headers=_with_key(key))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def stream(
        self,
        question: str,
        *,
        history: Sequence[TurnRequest] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Iterator[StreamEvent]:
        """Ask a question and take the answer event by event; the last event is the whole answer."""
        body, decoder = _answer_json(question, history, document_ids, mode, True), SseDecoder()
        try:
            with self._http.stream("POST", "/v1/answers", json=body) as response:
                if response.status_code >= 400:
                    raise _refusal(response.status_code, response.read())
                for chunk in response.iter_bytes():
                    for event in _stream_events(decoder.feed(chunk)):
                        yield event
                        if isinstance(event, AnswerResponse):
                            return
            raise UnreachableError("回答没有传完，连接就断了")
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def _run(self, call: _Call[T]) -> T:
        try:
            response = self._http.request(call.method, call.path, json=call.json, files=call.files, data=call.form)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc
        return call.result(response)


class AsyncClient(_Methods):
    """The service for a program with an event loop; use one client in one loop."""

    def __init__(self, base_url: str, *, timeout_s: float = 60.0, key: str | None = None) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self._http = httpx.AsyncClient(
            base_url=base_url, headers=_with_key(key), timeout=timeout_s, trust_env=False, limits=limits
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def stream(
        self,
        question: str,
        *,
        history: Sequence[TurnRequest] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> AsyncIterator[StreamEvent]:
        """Ask a question and take the answer event by event; the last event is the whole answer."""
        body, decoder = _answer_json(question, history, document_ids, mode, True), SseDecoder()
        try:
            async with self._http.stream("POST", "/v1/answers", json=body) as response:
                if response.status_code >= 400:
                    raise _refusal(response.status_code, await response.aread())
                async for chunk in response.aiter_bytes():
                    for event in _stream_events(decoder.feed(chunk)):
                        yield event
                        if isinstance(event, AnswerResponse):
                            return
            raise UnreachableError("回答没有传完，连接就断了")
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    async def _run(self, call: _Call[T]) -> T:
        try:
            response = await self._http.request(
                call.method, call.path, json=call.json, files=call.files, data=call.form
            )
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc
        return call.result(response)
