"""What goes over the wire about feedback on answers; see `api.schema`."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictStr, StringConstraints

from api.schema import Request, Response

Reason = Literal["wrong_citation", "off_topic", "incomplete", "other"]


class FeedbackRequest(Request):
    """Whether an answer helped, and if not, why."""

    answer_id: Annotated[StrictStr, StringConstraints(min_length=1, max_length=100)]
    helpful: StrictBool
    reason: Reason | None = Field(default=None, description="没帮助的原因：引文不对、答非所问、有遗漏、其他")
    note: Annotated[StrictStr, StringConstraints(max_length=1000)] = Field(default="", description="说明，可不填")
    question: Annotated[StrictStr, StringConstraints(max_length=2000)] = Field(
        default="", description="所问的问题；不填时管理员只看得到编号"
    )


class FeedbackResponse(Response):
    """One feedback as it was stored."""

    id: int
    received_at: str = Field(description="收到的时间，ISO 8601，UTC")
    answer_id: str
    helpful: bool
    reason: Reason | None
    note: str
    question: str


class FeedbackListResponse(Response):
    """The latest feedback, newest first; the counts are of everything that is kept."""

    helpful: int
    unhelpful: int
    feedback: list[FeedbackResponse]
