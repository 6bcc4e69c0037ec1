"""What citation checking says over the wire: the contract's claims, with where each difference stands."""

from typing import Annotated, Self

from pydantic import Field, StrictStr, StringConstraints

from api.schema import CitationResponse, DocumentIds, Request, Response, Whole
from rag.check.schema import CheckedClaim, CheckReport, Difference, DifferenceKind
from rag.schema import Verdict

MAX_DRAFT_CHARS = 200_000

DraftText = Annotated[StrictStr, StringConstraints(min_length=1, max_length=20 * MAX_DRAFT_CHARS)]


class CheckRequest(Request):
    """A draft to be checked."""

    text: DraftText = Field(description=f"草稿全文，最多 {MAX_DRAFT_CHARS} 字")
    document_ids: DocumentIds = None


class CorrectionRequest(Request):
    """`words` instead of the draft's `start:end`."""

    start: Whole = Field(ge=0, le=20 * MAX_DRAFT_CHARS)
    end: Whole = Field(ge=0, le=20 * MAX_DRAFT_CHARS)
    words: Annotated[StrictStr, StringConstraints(max_length=MAX_DRAFT_CHARS)]


class CorrectionsRequest(Request):
    """All corrections of a draft."""

    corrections: list[CorrectionRequest] = Field(max_length=5000)


class ReferenceResponse(Response):
    """What a claim cites: as written, and as resolved (null where it was not)."""

    written: str | None
    document_id: str | None
    label: str | None


class DifferenceResponse(Response):
    """A difference; `draft_start`/`draft_end` count the request's text, the source's offsets the document's text."""

    kind: DifferenceKind
    draft: str
    source: str
    draft_start: int | None
    draft_end: int | None
    source_start: int | None
    source_end: int | None

    @classmethod
    def from_difference(cls, found: Difference) -> Self:
        """Mirror a difference."""
        return cls(
            kind=found.kind,
            draft=found.draft,
            source=found.source,
            draft_start=found.draft_start,
            draft_end=found.draft_end,
            source_start=found.source_start,
            source_end=found.source_end,
        )


class ClaimResponse(Response):
    """One claim: `text` is the request's `text[start:end]`."""

    text: str
    start: int
    end: int
    verdict: Verdict
    confidence: float = Field(ge=0, le=1)
    reference: ReferenceResponse
    evidence: list[CitationResponse]
    differences: list[DifferenceResponse]
    suggestion: str | None
    replaces: bool = Field(default=False, description="suggestion 可以直接替换 text；否则是说明怎样改")
    explanation: str

    @classmethod
    def from_claim(cls, claim: CheckedClaim) -> Self:
        """Mirror a claim."""
        reference = claim.reference
        return cls(
            text=claim.text,
            start=claim.start,
            end=claim.end,
            verdict=claim.verdict,
            confidence=claim.confidence,
            reference=ReferenceResponse(
                written=reference.written, document_id=reference.document_id, label=reference.label
            ),
            evidence=[CitationResponse.from_citation(citation) for citation in claim.evidence],
            differences=[DifferenceResponse.from_difference(found) for found in claim.differences],
            suggestion=claim.suggestion,
            replaces=claim.replaces,
            explanation=claim.explanation,
        )


class CheckResponse(Response):
    """A checked draft. `claims` empty means that nothing was found to check, which is no pass."""

    summary: dict[Verdict, int] = Field(description="每种结论的条数")
    claims: list[ClaimResponse]

    @classmethod
    def from_report(cls, report: CheckReport) -> Self:
        """Mirror a report."""
        return cls(
            summary={Verdict(name): count for name, count in report.summary.items()},
            claims=[ClaimResponse.from_claim(claim) for claim in report.claims],
        )


class CheckFileResponse(CheckResponse):
    """A checked file, with the text that was read from it: the claims' offsets count its characters."""

    text: str
    index_version: str
