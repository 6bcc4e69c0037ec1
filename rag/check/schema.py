"""What the checker speaks: differences, claims with their verdicts, and the whole report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rag.schema import Citation, Verdict


class DifferenceKind(StrEnum):
    """What a difference between a draft and its source is about."""

    NUMBER = "number"
    UNIT = "unit"
    DATE = "date"
    COMPARATOR = "comparator"
    MODALITY = "modality"
    NEGATION = "negation"
    SCOPE = "scope"
    DEPARTMENT = "department"
    NAME = "name"
    OMISSION = "omission"
    INSERTION = "insertion"
    WORDING = "wording"
    CLAUSE = "clause"


# Differences that make a statement without quotation marks false; the others are another way of saying it.
MATERIAL = frozenset({
    DifferenceKind.NUMBER, DifferenceKind.UNIT, DifferenceKind.DATE, DifferenceKind.COMPARATOR,
    DifferenceKind.MODALITY, DifferenceKind.NEGATION, DifferenceKind.DEPARTMENT, DifferenceKind.NAME,
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference, located on both sides where it has a place there.

    Draft offsets count the draft's characters, source offsets those of `Document.text`.
    """

    kind: DifferenceKind
    draft: str
    source: str
    draft_start: int | None = None
    draft_end: int | None = None
    source_start: int | None = None
    source_end: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a claim says it rests on, as written, and what that was taken to mean."""

    written: str | None = None
    document_id: str | None = None
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedClaim:
    """One claim of a draft: `text == draft[start:end]`."""

    text: str
    start: int
    end: int
    verdict: Verdict
    confidence: float  # 0..1: how sure the verdict is
    reference: Reference
    evidence: Sequence[Citation] = field(default_factory=tuple)
    differences: Sequence[Difference] = field(default_factory=tuple)
    suggestion: str | None = None
    replaces: bool = False  # whether the suggestion is to stand in the place of `text`, rather than advice
    explanation: str


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """Every claim of a draft in order of place. No claim at all is no pass: nothing was found to check."""

    summary: Mapping[str, int]  # verdict -> claims
    claims: Sequence[CheckedClaim]
