"""What goes over the wire for exports; see `api.schema`."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schema import DocumentRef, Request, Response, Whole
from rag.schema import Status

MAX_EXPORT_CHARS = 2_000_000


class ExportedCitation(Response):
    """What a footnote says of a citation; other fields of a response's citation are ignored."""

    index: Whole = Field(ge=1, le=100_000)
    label: Annotated[str, StringConstraints(max_length=1000)]
    document: DocumentRef
    quote: Annotated[str, StringConstraints(max_length=200_000)]
    start: Whole
    end: Whole


class ExportedNearest(ExportedCitation):
    """One of the closest clauses, with the reason why it does not answer."""

    reason: Annotated[str, StringConstraints(max_length=10_000)]


class ExportedAnswer(Response):
    """An answer as /v1/answers gave it; its other fields are ignored."""

    status: Status
    answer: Annotated[str, StringConstraints(max_length=200_000)]
    citations: list[ExportedCitation] = Field(max_length=2000)
    nearest: list[ExportedNearest] = Field(default=[], max_length=200)


class ExportedTurn(Request):
    """A question with its answer."""

    question: Annotated[str, StringConstraints(max_length=20_000)]
    answer: ExportedAnswer


class ConversationExportRequest(Request):
    """A conversation to be written as a Word file."""

    title: Annotated[str, StringConstraints(max_length=200)] = Field(default="", description="文件标题，可不填")
    turns: list[ExportedTurn] = Field(min_length=1, max_length=200)

    def chars(self) -> int:
        """How much text there is to write."""
        return sum(
            len(turn.question)
            + len(turn.answer.answer)
            + sum(len(one.label) + len(one.quote) for one in (*turn.answer.citations, *turn.answer.nearest))
            + sum(len(one.reason) for one in turn.answer.nearest)
            for turn in self.turns
        )
