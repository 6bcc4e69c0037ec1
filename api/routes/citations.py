"""POST /v1/citations/check and /v1/citations/check/file: the citations of a draft, checked."""

from typing import Annotated, Protocol, cast

from fastapi import APIRouter, Depends, Request, UploadFile

from api.errors import DraftTooLongError, EmptyDraftError, responses
from api.schema_citations import MAX_DRAFT_CHARS, CheckFileResponse, CheckRequest, CheckResponse
from rag.check.checker import Checker
from rag.check.files import read_draft
from rag.index import Index

router = APIRouter(tags=["citations"])

MAX_FILE_BYTES = 20 * 1024 * 1024


class _Indexed(Protocol):
    """An assistant with an index; `rag.answer.Assistant` is one."""

    @property
    def index(self) -> Index: ...


def _checker(request: Request) -> Checker:
    """Return the checker of the index that serves now; a new version gets a new one."""
    index = cast(_Indexed, request.app.state.assistant).index
    kept: Checker | None = getattr(request.app.state, "checker", None)
    if kept is None or kept.index is not index:
        kept = request.app.state.checker = Checker(index=index)
    return kept


TheChecker = Annotated[Checker, Depends(_checker)]


@router.post(
    "/citations/check",
    responses=responses(404, 422),
    description="核对一份草稿：每处引文、引用是否属实，差在哪里，原文在哪一条。"
    "claims 为空表示没有发现引用，不等于通过。",
)
def check(body: CheckRequest, checker: TheChecker) -> CheckResponse:
    """Check a draft."""
    _limit(body.text)
    return CheckResponse.from_report(checker.check(body.text, body.document_ids))


@router.post(
    "/citations/check/file",
    responses=responses(404, 415, 422),
    description="核对一份 txt、md 或 docx 草稿；结果多一项 text，是从文件读出的文字，各处位置都按它计数。",
)
def check_file(file: UploadFile, checker: TheChecker) -> CheckFileResponse:
    """Check a draft given as a file."""
    content = file.file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DraftTooLongError(f"文件超过 {MAX_FILE_BYTES // 1024 // 1024} MB，请分成几份再核对")
    text = read_draft(content, file.filename or "")
    _limit(text)
    report = CheckResponse.from_report(checker.check(text))
    return CheckFileResponse(
        summary=report.summary, claims=report.claims, text=text, index_version=checker.index.version
    )


def _limit(text: str) -> None:
    if not text.strip():
        raise EmptyDraftError("草稿是空的，请粘贴要核对的文字")
    if len(text) > MAX_DRAFT_CHARS:
        raise DraftTooLongError(f"草稿太长：{len(text)} 字，最多 {MAX_DRAFT_CHARS} 字，请分成几份再核对")
