"""Errors as a client sees them: one table from exception to status and code, one form for all.

    {"error": {"code", "message", "message_en", "details": [{"field", "message"}], "request_id"}}

Messages are Chinese sentences for people (the English ones stand in `api.english`), codes are for programs. Nothing
internal goes out: an exception that the table does not know is logged with its request id and answered with 500
`internal_error`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.english import english
from api.keys import KeysError
from api.logs import fields
from api.schema import ErrorBody, ErrorDetail, ErrorResponse
from ingest import errors as ingest
from rag import errors as rag

LOG = logging.getLogger("tiaowen.api")
REQUEST_ID_HEADER = "X-Request-ID"
_OPENAI = ("/v1/chat/", "/v1/models")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How an exception is answered; `message` None gives the exception's own words, written for users."""

    status: int
    code: str
    message: str | None = None


class ApiError(Exception):
    """Raised by the routes themselves; each has a rule in the table below."""


class QuestionTooLongError(ApiError):
    """A question or query is longer than the settings allow."""


class HistoryTooLongError(ApiError):
    """A conversation has more messages than the settings allow."""


class UnknownUnitError(ApiError):
    """No clause names this department as responsible."""


class DraftTooLongError(ApiError):
    """A draft is longer than can be checked at once."""


class EmptyDraftError(ApiError):
    """A draft holds nothing but white space."""


class CorrectionsError(ApiError):
    """The corrections of a draft are not written as they should be."""


class NoEvaluationError(ApiError):
    """Nothing was measured yet."""


class ExportTooLongError(ApiError):
    """A conversation is longer than can be exported at once."""


class KeyRequiredError(ApiError):
    """Nobody may do this without a key."""


class DocumentExistsError(ApiError):
    """The library holds this file, or another one under its name; `document_id` says which."""

    def __init__(self, message: str, document_id: str) -> None:
        super().__init__(message)
        self.document_id = document_id


class LibraryBusyError(ApiError):
    """Somebody else is changing the library."""


class NoFileError(ApiError):
    """An upload holds no file."""


class WrongKeyError(ApiError):
    """A key was shown that the service does not know, or no longer."""


class NotAllowedError(ApiError):
    """The key is known and does not allow this."""


class AdminKeyUnsetError(ApiError):
    """The service has no administrator's key, so nobody may do this."""


class NoQuestionError(ApiError):
    """A conversation does not end with a question."""


class UnknownModelError(ApiError):
    """A model was asked for that there is not."""


class CrossOriginError(ApiError):
    """A web page of another site may not call the service, or not in this way."""


class RateLimitedError(ApiError):
    """A caller sends more requests a minute than the settings allow."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"问得太快了，请 {wait_s} 秒后再试")


class OverloadedError(ApiError):
    """More requests at once than the settings allow."""


class PageDownError(ApiError):
    """The page has a process of its own, which is starting again."""


INTERNAL = Rule(status=500, code="internal_error", message="服务内部出错，请稍后再试；若一直如此，请把编号告诉管理员")

# The nearest class in an exception's ancestry decides; tests demand an own line for each error of the other rooms.
RULES: dict[type[Exception], Rule] = {
    QuestionTooLongError: Rule(status=422, code="question_too_long"),
    HistoryTooLongError: Rule(status=422, code="history_too_long"),
    DraftTooLongError: Rule(status=422, code="draft_too_long"),
    EmptyDraftError: Rule(status=422, code="empty_draft"),
    CorrectionsError: Rule(status=422, code="invalid_corrections"),
    UnknownUnitError: Rule(status=404, code="unknown_unit"),
    NoEvaluationError: Rule(status=404, code="no_evaluation"),
    ExportTooLongError: Rule(status=422, code="export_too_long"),
    NoQuestionError: Rule(status=422, code="no_question"),
    UnknownModelError: Rule(status=404, code="unknown_model"),
    CrossOriginError: Rule(
        status=403,
        code="cross_origin_refused",
        message="这个网页不能这样调用服务：网站要写在 TIAOWEN_CORS_ORIGINS 里，方法和请求头要是接口用到的",
    ),
    RateLimitedError: Rule(status=429, code="rate_limited"),
    OverloadedError: Rule(status=503, code="overloaded", message="服务正忙，请过几秒再试"),
    PageDownError: Rule(status=503, code="page_down", message="聊天页正在重新启动，请过几秒刷新"),
    KeyRequiredError: Rule(
        status=401,
        code="key_required",
        message="这里要用密钥：请在请求头里写 Authorization: Bearer 密钥；密钥由管理员用 tiaowen keys add 生成",
    ),
    WrongKeyError: Rule(status=401, code="wrong_key", message="密钥不对，或已经撤销；请核对，或向管理员要新的密钥"),
    NotAllowedError: Rule(status=403, code="administrator_only", message="这项操作要用管理员的密钥"),
    AdminKeyUnsetError: Rule(
        status=403,
        code="admin_key_unset",
        message="这项功能没有打开：请设置 TIAOWEN_ADMIN_KEY，或用 tiaowen keys add 生成管理员的密钥",
    ),
    KeysError: Rule(status=503, code="keys_unreadable", message="服务的密钥文件读不出来，请告诉管理员"),
    DocumentExistsError: Rule(status=409, code="document_exists"),
    LibraryBusyError: Rule(status=503, code="library_busy"),
    NoFileError: Rule(status=422, code="no_file"),
    rag.UnknownVersion: Rule(status=404, code="unknown_version"),
    rag.UnknownDocument: Rule(status=404, code="unknown_document"),
    rag.UnknownClause: Rule(status=404, code="unknown_clause"),
    rag.IndexMissing: Rule(status=503, code="index_missing"),
    rag.IndexDamaged: Rule(status=503, code="index_damaged"),
    rag.StorageError: Rule(
        status=503, code="storage_error", message="服务的磁盘写不进去（满了，或只读），没有改动；请告诉管理员"
    ),
    rag.IndexBusy: Rule(status=503, code="index_busy"),
    rag.ChromaUnreachable: Rule(status=503, code="chroma_unreachable"),
    rag.EmbeddingError: Rule(status=503, code="embedding_error"),
    rag.LanguageModelError: Rule(status=503, code="language_model_error"),
    rag.EmbeddingMismatch: Rule(status=503, code="embedding_mismatch"),
    rag.RagError: INTERNAL,
    ingest.CatalogueError: Rule(status=422, code="catalogue_error"),
    ingest.ChecksumError: Rule(status=422, code="checksum_error"),
    ingest.DepartmentsError: Rule(status=422, code="departments_error"),
    ingest.ReadError: Rule(status=422, code="unreadable_file"),
    ingest.MissingFileError: Rule(status=404, code="missing_file"),
    ingest.UnknownFormatError: Rule(status=415, code="unknown_format"),
    ingest.EmptyFileError: Rule(status=422, code="empty_file"),
    ingest.TooLargeError: Rule(status=413, code="file_too_large"),
    ingest.BinaryFileError: Rule(status=415, code="binary_file"),
    ingest.EncodingError: Rule(status=422, code="unknown_encoding"),
    ingest.WrongExtensionError: Rule(status=415, code="wrong_extension"),
    ingest.EncryptedFileError: Rule(status=422, code="encrypted_file"),
    ingest.DamagedFileError: Rule(status=422, code="damaged_file"),
    ingest.TooComplexError: Rule(status=422, code="file_too_complex"),
    ingest.OcrMissingError: Rule(status=422, code="ocr_missing"),
    ingest.IngestError: Rule(status=422, code="ingest_error"),
}

_BY_STATUS = {
    400: Rule(status=400, code="bad_request", message="请求的内容读不出来，请检查是不是 UTF-8 编码的 JSON"),
    404: Rule(status=404, code="not_found", message="没有这个地址；接口说明见 /openapi.json"),
    405: Rule(status=405, code="method_not_allowed", message="这个地址不支持这种请求方法"),
    408: Rule(status=408, code="request_timeout", message="请求传得太慢，没有收完"),
    413: Rule(status=413, code="too_large", message="请求太大"),
    415: Rule(status=415, code="unsupported_media_type", message="请以 application/json 发送请求"),
    422: Rule(status=422, code="invalid_request", message="请求不合要求"),
    500: INTERNAL,
}

# pydantic's error types in words; any other type: 取值不对
_WORDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识这一项，请检查拼写",
    "string_type": "应当是字符串",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "string_unicode": "含有不成字的编码",
    "bool_type": "应当是 true 或 false",
    "int_type": "应当是整数",
    "list_type": "应当是数组",
    "too_long": "项数太多",
    "json_invalid": "不是合法的 JSON",
    "enum": "不是可选的值",
    "literal_error": "不是可选的值",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "model_attributes_type": "应当是 JSON 对象",
}


def rule_for(exc: Exception) -> Rule:
    """The rule of the nearest class in the exception's ancestry."""
    return next((RULES[kind] for kind in type(exc).__mro__ if kind in RULES), INTERNAL)


def request_id(request: Request) -> str:
    """The id under which this request is logged ("" outside the app's middleware)."""
    return str(getattr(request.state, "request_id", ""))


def _of(exc: Exception) -> list[ErrorDetail]:
    if isinstance(exc, DocumentExistsError):
        return [ErrorDetail(field="document_id", message=exc.document_id)]
    return []


def error_body(exc: Exception, identifier: str) -> tuple[int, ErrorResponse]:
    """Status and body for an exception; one that the table does not know is logged."""
    rule = rule_for(exc)
    if rule is INTERNAL:
        LOG.error("request %s failed", identifier, exc_info=exc, extra=fields(request_id=identifier))
    body = ErrorBody(
        code=rule.code,
        message=rule.message or str(exc),
        message_en=english(rule.code),
        details=_of(exc),
        request_id=identifier,
    )
    return rule.status, ErrorResponse(error=body)


def error_reply(request: Request, exc: Exception, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer an exception in the one form."""
    status, body = error_body(exc, request_id(request))
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer", **(headers or {})}
    return _reply(request, status, body, headers)


def http_error(
    request: Request, status: int, *, details: list[ErrorDetail] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Answer a plain HTTP status in the one form."""
    rule = _BY_STATUS.get(status, Rule(status=status, code=f"http_{status}", message="请求没有成功"))
    body = ErrorBody(
        code=rule.code,
        message=rule.message or "",
        message_en=english(rule.code),
        details=details or [],
        request_id=request_id(request),
    )
    return _reply(request, status, ErrorResponse(error=body), headers)


def _reply(
    request: Request, status: int, body: ErrorResponse, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    content = in_openai_form(status, body) if request.url.path.startswith(_OPENAI) else body.model_dump(mode="json")
    return JSONResponse(content, status, headers={**(headers or {}), REQUEST_ID_HEADER: request_id(request)})


def in_openai_form(status: int, body: ErrorResponse) -> dict[str, Any]:
    """The one form with the two fields more that OpenAI's clients look for."""
    more = {"type": "server_error" if status >= 500 else "invalid_request_error", "param": None}
    return {"error": {**body.error.model_dump(mode="json"), **more}}


def _clean(text: object) -> str:
    """Text that can be encoded and is short enough to send back: a field's name comes from the client."""
    return str(text)[:100].encode("utf-8", "replace").decode()


def _details(exc: RequestValidationError) -> list[ErrorDetail]:
    return [
        ErrorDetail(
            field=".".join(_clean(part) for part in error["loc"]), message=_WORDS.get(error["type"], "取值不对")
        )
        for error in exc.errors()[:20]
    ]


def install(app: FastAPI) -> None:
    """Make the app answer every error in the one form."""

    async def on_invalid(request: Request, exc: Exception) -> JSONResponse:
        details = _details(exc) if isinstance(exc, RequestValidationError) else []
        what = "；".join(f"{detail.field} {detail.message}" for detail in details[:3])
        body = ErrorBody(
            code="invalid_request",
            message=f"请求不合要求：{what}" if what else "请求不合要求",
            message_en=english("invalid_request"),
            details=details,
            request_id=request_id(request),
        )
        return _reply(request, 422, ErrorResponse(error=body))

    async def on_http(request: Request, exc: Exception) -> JSONResponse:
        status, headers = (exc.status_code, exc.headers) if isinstance(exc, HTTPException) else (500, None)
        return http_error(request, status, headers=headers)

    async def on_any(request: Request, exc: Exception) -> JSONResponse:
        return error_reply(request, exc)

    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for kind in RULES:
        app.add_exception_handler(kind, on_any)


# Declared on the routes, so that the OpenAPI document is complete.
def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route for its OpenAPI entry."""
    words = {
        400: "请求的内容读不出来",
        401: "没有密钥，或密钥不对",
        403: "这个密钥不允许这样做，或服务没有管理员的密钥",
        404: "没有这个文件、条款或部门",
        408: "请求传得太慢",
        409: "与现在的状况冲突",
        413: "文件或请求太大",
        415: "不认识的文件格式",
        422: "请求不合要求",
        429: "问得太快",
        500: "服务内部出错",
        503: "索引还不能用，或服务正忙",
    }
    always = (400, 401, 408, 413, 429, 500, 503)
    return {status: {"model": ErrorResponse, "description": words[status]} for status in sorted({*statuses, *always})}
