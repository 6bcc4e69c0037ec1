"""POST /v1/exports/conversation: a conversation as a Word file."""

from datetime import datetime

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import TheLibrary
from api.errors import ExportTooLongError, responses
from api.exports.conversation import conversation_docx
from api.exports.files import DOCX, attachment, described
from api.schema_exports import MAX_EXPORT_CHARS, ConversationExportRequest, ExportedCitation
from rag.errors import UnknownDocument

router = APIRouter(prefix="/exports", tags=["exports"])


@router.post(
    "/conversation",
    response_class=Response,
    responses={200: described(DOCX, "Word 文件"), **responses(422)},
    description="把一段对话写成 Word 文件：每句话的依据是脚注，文末列出所依据的文件；"
    "turns 里的 answer 就是 /v1/answers 的返回。",
)
def export_conversation(body: ConversationExportRequest, library: TheLibrary) -> Response:
    """Write a conversation as a Word file."""
    if body.chars() > MAX_EXPORT_CHARS:
        raise ExportTooLongError(f"对话太长：{body.chars()} 字，最多 {MAX_EXPORT_CHARS} 字，请分几次导出")

    def stands(citation: ExportedCitation) -> bool:
        try:
            text = library.document(citation.document.id).text
        except UnknownDocument:
            return False
        return citation.start >= 0 and text[citation.start : citation.end] == citation.quote

    now = datetime.now().astimezone()
    return attachment(conversation_docx(body, stands, now), DOCX, f"条文问答{now:%Y%m%d}.docx")
