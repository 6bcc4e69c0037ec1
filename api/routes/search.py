"""POST /v1/search: clauses for a query."""

from fastapi import APIRouter, Request

from api.deps import TheAssistant, TheSettings
from api.errors import QuestionTooLongError, request_id, responses
from api.logs import note_question
from api.schema import SearchRequest, SearchResponse

router = APIRouter(tags=["search"])


@router.post("/search", responses=responses(404, 422), description="查找条款，最相关的在前。")
def search(body: SearchRequest, request: Request, assistant: TheAssistant, settings: TheSettings) -> SearchResponse:
    """Find clauses."""
    if len(body.query) > settings.max_question_chars:
        raise QuestionTooLongError(
            f"检索词太长：{len(body.query)} 字，最多 {settings.max_question_chars} 字，请精简后再查"
        )
    for document_id in body.document_ids or ():
        assistant.library.document(document_id)
    note_question(body.query, wanted=settings.log_questions, request_id=request_id(request))
    return SearchResponse.from_result(assistant.search(body.query, top_k=body.top_k, document_ids=body.document_ids))
