"""Typed client of the HTTP API, synchronous and asynchronous; the page and the evaluation reach the service with it.

    with Client("http://127.0.0.1:7860") as service:
        print(service.answer("哪些部门负责PPP相关任务？").answer)

Whatever goes wrong raises a ServiceError: `RefusedError` with the service's own words, or `UnreachableError`.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
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


def _read(response: httpx.Response, kind: type[Body]) -> Body:
    if response.status_code >= 400:
        raise _refusal(response.status_code, response.content)
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as exc:
        raise UnreachableError("服务的返回认不出来，版本可能不一致") from exc


def _unreachable(exc: httpx.HTTPError) -> UnreachableError:
    return UnreachableError(f"连不上服务：{type(exc).__name__}")


def _answer_json(
    question: str, history: Sequence[TurnRequest], document_ids: Sequence[str] | None, mode: Mode, stream: bool
) -> dict[str, Any]:
    return {
        "question": question,
        "history": [{"role": turn.role, "content": turn.content} for turn in history],
        "document_ids": None if document_ids is None else list(document_ids),
        "mode": mode.value,
        "stream": stream,
    }


def _search_json(query: str, top_k: int, document_ids: Sequence[str] | None) -> dict[str, Any]:
    return {"query": query, "top_k": top_k, "document_ids": None if document_ids is None else list(document_ids)}


def _with_key(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _file(response: httpx.Response) -> bytes:
    if response.status_code >= 400:
        raise _refusal(response.status_code, response.content)
    return response.content


def _check_json(text: str, document_ids: Sequence[str] | None) -> dict[str, Any]:
    return {"text": text, "document_ids": None if document_ids is None else list(document_ids)}


def _named(document_ids: Sequence[str] | None) -> dict[str, Any]:
    """The form's field, repeated once a document."""
    return {} if document_ids is None else {"document_ids": list(document_ids)}


def _path(*parts: str) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _tasks_path(name: str, query: TaskQuery) -> str:
    return _path("units", name) + "?" + urlencode(query.model_dump(mode="json", exclude_defaults=True))


class Client:
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

    def answer(
        self,
        question: str,
        *,
        history: Sequence[TurnRequest] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> AnswerResponse:
        """Ask a question."""
        return self._post("/v1/answers", _answer_json(question, history, document_ids, mode, False), AnswerResponse)

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

    def search(self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None) -> SearchResponse:
        """Find clauses."""
        return self._post("/v1/search", _search_json(query, top_k, document_ids), SearchResponse)

    def check(self, text: str, *, document_ids: Sequence[str] | None = None) -> CheckResponse:
        """Check the citations of a draft."""
        return self._post("/v1/citations/check", _check_json(text, document_ids), CheckResponse)

    def check_file(self, content: bytes, name: str, *, document_ids: Sequence[str] | None = None) -> CheckFileResponse:
        """Check the citations of a draft from the bytes of a txt, md or docx file called `name`."""
        return _read(self._draft("check/file", content, name, _named(document_ids)), CheckFileResponse)

    def report(
        self, content: bytes, name: str, *, kind: Literal["html", "docx"] = "html",
        document_ids: Sequence[str] | None = None,
    ) -> bytes:  # fmt: skip
        """The same check as a report for people: a web page, or a Word file with comments."""
        return _file(self._draft("report", content, name, {"format": kind, **_named(document_ids)}))

    def corrected(self, content: bytes, name: str, corrections: Sequence[CorrectionRequest]) -> bytes:
        """A Word draft with the corrections put in, in its own form."""
        body = CorrectionsRequest(corrections=list(corrections)).model_dump_json()
        return _file(self._draft("corrected", content, name, {"corrections": body}))

    def latest_evaluation(self) -> EvaluationResponse:
        """The figures of the last evaluation; RefusedError 404 when there was none."""
        return self._get(_path("evaluations", "latest"), EvaluationResponse)

    def documents(self) -> DocumentsResponse:
        """All documents."""
        return self._get(_path("documents"), DocumentsResponse)

    def document(self, document_id: str) -> DocumentDetailResponse:
        """One document with its splitting report."""
        return self._get(_path("documents", document_id), DocumentDetailResponse)

    def clauses(self, document_id: str) -> ClausesResponse:
        """A document's clauses in document order."""
        return self._get(_path("documents", document_id, "clauses"), ClausesResponse)

    def text(self, document_id: str) -> TextResponse:
        """A document's decoded source."""
        return self._get(_path("documents", document_id, "text"), TextResponse)

    def clause(self, clause_id: str) -> ClauseDetailResponse:
        """A clause in its place."""
        return self._get(_path("clauses", clause_id), ClauseDetailResponse)

    def add_document(self, content: bytes, name: str) -> StoredDocumentResponse:
        """Take in a new document from the bytes of a file called `name`; needs the administrator's key."""
        return self._send("POST", _path("documents"), content, name)

    def replace_document(self, document_id: str, content: bytes, name: str) -> StoredDocumentResponse:
        """Take in a new version of a document; needs the administrator's key."""
        return self._send("PUT", _path("documents", document_id), content, name)

    def renew_document(self, document_id: str) -> StoredDocumentResponse:
        """Split and index a document anew; needs the administrator's key."""
        return self._post(_path("documents", document_id, "renew"), {}, StoredDocumentResponse)

    def remove_document(self, document_id: str) -> None:
        """Remove a document; needs the administrator's key."""
        try:
            _file(self._http.delete(_path("documents", document_id)))
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def units(self) -> UnitsResponse:
        """All departments."""
        return self._get(_path("units"), UnitsResponse)

    def tasks(self, unit: str) -> TasksResponse:
        """A department's tasks."""
        return self._get(_path("units", unit, "tasks"), TasksResponse)

    def all_tasks(self, query: TaskPageQuery) -> TaskPageResponse:
        """The tasks of all departments that `query` asks for."""
        return self._get(_tasks_path("tasks", query), TaskPageResponse)

    def tasks_xlsx(self, query: TaskQuery) -> bytes:
        """The same tasks, all of them, as an Excel file."""
        try:
            return _file(self._http.get(_tasks_path("tasks.xlsx", query)))
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def matrix(self) -> MatrixResponse:
        """Departments by documents."""
        return self._get(_path("units", "matrix"), MatrixResponse)

    def give_feedback(self, feedback: FeedbackRequest) -> FeedbackResponse:
        """Say whether an answer helped."""
        return self._post(_path("feedback"), feedback.model_dump(mode="json"), FeedbackResponse)

    def feedback(self, limit: int = 100) -> FeedbackListResponse:
        """The latest feedback; needs the administrator's key."""
        return self._get(_path("feedback") + f"?limit={limit}", FeedbackListResponse)

    def export_conversation(self, conversation: ConversationExportRequest) -> bytes:
        """A conversation as a Word file."""
        try:
            body = conversation.model_dump(mode="json")
            return _file(self._http.post(_path("exports", "conversation"), json=body))
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def _draft(self, what: str, content: bytes, name: str, fields: dict[str, Any]) -> httpx.Response:
        try:
            return self._http.post(f"/v1/citations/{what}", files={"file": (name, content)}, data=fields)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def _send(self, method: str, path: str, content: bytes, name: str) -> StoredDocumentResponse:
        try:
            return _read(self._http.request(method, path, files={"file": (name, content)}), StoredDocumentResponse)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def _get(self, path: str, kind: type[Body]) -> Body:
        try:
            return _read(self._http.get(path), kind)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    def _post(self, path: str, body: dict[str, Any], kind: type[Body]) -> Body:
        try:
            return _read(self._http.post(path, json=body), kind)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc


class AsyncClient:
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

    async def answer(
        self,
        question: str,
        *,
        history: Sequence[TurnRequest] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> AnswerResponse:
        """Ask a question."""
        body = _answer_json(question, history, document_ids, mode, False)
        return await self._post("/v1/answers", body, AnswerResponse)

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

    async def search(self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None) -> SearchResponse:
        """Find clauses."""
        return await self._post("/v1/search", _search_json(query, top_k, document_ids), SearchResponse)

    async def check(self, text: str, *, document_ids: Sequence[str] | None = None) -> CheckResponse:
        """Check the citations of a draft."""
        return await self._post("/v1/citations/check", _check_json(text, document_ids), CheckResponse)

    async def latest_evaluation(self) -> EvaluationResponse:
        """The figures of the last evaluation; RefusedError 404 when there was none."""
        return await self._get(_path("evaluations", "latest"), EvaluationResponse)

    async def documents(self) -> DocumentsResponse:
        """All documents."""
        return await self._get(_path("documents"), DocumentsResponse)

    async def document(self, document_id: str) -> DocumentDetailResponse:
        """One document with its splitting report."""
        return await self._get(_path("documents", document_id), DocumentDetailResponse)

    async def clauses(self, document_id: str) -> ClausesResponse:
        """A document's clauses in document order."""
        return await self._get(_path("documents", document_id, "clauses"), ClausesResponse)

    async def clause(self, clause_id: str) -> ClauseDetailResponse:
        """A clause in its place."""
        return await self._get(_path("clauses", clause_id), ClauseDetailResponse)

    async def all_tasks(self, query: TaskPageQuery) -> TaskPageResponse:
        """The tasks of all departments that `query` asks for."""
        return await self._get(_tasks_path("tasks", query), TaskPageResponse)

    async def matrix(self) -> MatrixResponse:
        """Departments by documents."""
        return await self._get(_path("units", "matrix"), MatrixResponse)

    async def _get(self, path: str, kind: type[Body]) -> Body:
        try:
            return _read(await self._http.get(path), kind)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc

    async def _post(self, path: str, body: dict[str, Any], kind: type[Body]) -> Body:
        try:
            return _read(await self._http.post(path, json=body), kind)
        except httpx.HTTPError as exc:
            raise _unreachable(exc) from exc
