"""POST /v1/citations/check, …/check/file, …/report and …/corrected: a draft's citations, checked and put right."""

from io import BytesIO
from pathlib import PurePath
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from pydantic import ValidationError
from starlette.responses import Response

from api.errors import CorrectionsError, DraftTooLongError, EmptyDraftError, responses
from api.exports import checked
from api.exports.corrected import Correction, put_in
from api.exports.files import DOCX, HTML, attachment, described
from api.schema import DocumentIds
from api.schema_citations import MAX_DRAFT_CHARS, CheckFileResponse, CheckRequest, CheckResponse, CorrectionsRequest
from rag.check.checker import Checker
from rag.check.files import WORD, open_docx, paragraphs, read_draft

router = APIRouter(tags=["citations"])

MAX_FILE_BYTES = 20 * 1024 * 1024


class _Checking(Protocol):
    """An assistant that checks citations; `rag.answer.Assistant` is one."""

    @property
    def checker(self) -> Checker: ...


def _checker(request: Request) -> Checker:
    """Return the checker of the index that serves now."""
    return cast(_Checking, request.app.state.assistant).checker


TheChecker = Annotated[Checker, Depends(_checker)]
FormDocumentIds = Annotated[DocumentIds, Form()]  # the field repeated, once a document


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
def check_file(file: UploadFile, checker: TheChecker, document_ids: FormDocumentIds = None) -> CheckFileResponse:
    """Check a draft given as a file."""
    text = read_draft(_content(file), file.filename or "")
    _limit(text)
    report = CheckResponse.from_report(checker.check(text, document_ids))
    return CheckFileResponse(
        summary=report.summary, claims=report.claims, text=text, index_version=checker.index.version
    )


@router.post(
    "/citations/report",
    response_class=Response,
    responses={
        200: {
            "content": described(HTML, "")["content"] | described(DOCX, "")["content"],
            "description": "核查报告：一个网页，或带批注的 Word 文件",
        },
        **responses(404, 415, 422),
    },
    description="核对一份 txt、md 或 docx 草稿，得到给人看的报告：format 为 html（默认，空着也是）时是一个网页，"
    "为 docx 时是带批注的 Word 文件，Word 草稿保留原来的格式。",
)
def report(
    file: UploadFile,
    checker: TheChecker,
    kind: Annotated[Literal["html", "docx", ""], Form(alias="format")] = "html",  # an empty field is none
    document_ids: FormDocumentIds = None,
) -> Response:
    """Check a draft and write the report for people."""
    content, name = _content(file), PurePath(file.filename or "草稿.txt")
    text = read_draft(content, name.name)
    _limit(text)
    found = CheckResponse.from_report(checker.check(text, document_ids))
    title = f"{name.stem}（核查报告）.{kind}"
    if kind == "html":
        return attachment(checked.html(name.name, text, found).encode(), HTML, title)
    document = open_docx(content, name.name) if name.suffix.lower() == WORD else checked.blank(text)
    out = BytesIO()
    checked.docx(document, list(paragraphs(document)), found).save(out)
    return attachment(out.getvalue(), DOCX, title)


@router.post(
    "/citations/corrected",
    response_class=Response,
    responses={200: described(DOCX, "改正后的 Word 文件"), **responses(415, 422)},
    description="把改法写进一份 docx 草稿，字体等格式不动；每处改法是原稿中的位置（与 …/check/file 的 text 相同地计数）"
    "和换上的文字。写不进去的（跨段、有图片或域）不动，其处数在 X-Not-Corrected 中。",
)
def corrected(file: UploadFile, corrections: Annotated[str, Form(max_length=5_000_000)]) -> Response:
    """Put corrections into a Word draft."""
    content = _content(file)
    try:
        wanted = CorrectionsRequest.model_validate_json(corrections)
    except ValidationError as exc:
        raise CorrectionsError('corrections 要写成 {"corrections": [{"start", "end", "words"}]}') from exc
    name = PurePath(file.filename or "草稿.docx")
    document = open_docx(content, name.name)
    left = put_in(list(paragraphs(document)), [Correction(**one.model_dump()) for one in wanted.corrections])
    out = BytesIO()
    document.save(out)
    reply = attachment(out.getvalue(), DOCX, f"{name.stem}（改正稿）.docx")
    reply.headers["X-Not-Corrected"] = str(len(left))
    return reply


def _content(file: UploadFile) -> bytes:
    content = file.file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DraftTooLongError(f"文件超过 {MAX_FILE_BYTES // 1024 // 1024} MB，请分成几份再核对")
    return content


def _limit(text: str) -> None:
    if not text.strip():
        raise EmptyDraftError("草稿是空的，请粘贴要核对的文字")
    if len(text) > MAX_DRAFT_CHARS:
        raise DraftTooLongError(f"草稿太长：{len(text)} 字，最多 {MAX_DRAFT_CHARS} 字，请分成几份再核对")
