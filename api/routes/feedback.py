"""POST /v1/feedback: did an answer help; GET /v1/feedback: what was said, for the administrator."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import AdminOnly, TheSettings
from api.errors import responses
from api.feedback import FeedbackStore
from api.schema_feedback import FeedbackListResponse, FeedbackRequest, FeedbackResponse

router = APIRouter(prefix="/feedback", tags=["feedback"])


def _store(settings: TheSettings) -> FeedbackStore:
    return FeedbackStore(data_dir=settings.data_dir)


TheStore = Annotated[FeedbackStore, Depends(_store)]


@router.post(
    "",
    status_code=201,
    responses=responses(422),
    description="对一个回答的反馈：有没有帮助，为什么。同一个回答再次反馈时以后一次为准；只留最近的一万条。",
)
def give_feedback(body: FeedbackRequest, store: TheStore) -> FeedbackResponse:
    """Store feedback."""
    return store.add(body)


@router.get(
    "", dependencies=[AdminOnly], responses=responses(401, 403, 422), description="最近的反馈，新的在前；要管理员密钥。"
)
def list_feedback(store: TheStore, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> FeedbackListResponse:
    """Return the latest feedback."""
    return store.latest(limit)
