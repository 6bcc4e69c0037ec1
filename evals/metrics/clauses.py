"""Clause citations against OR-groups of equally good clauses.

precision = right citations ÷ citations        (an invented citation stays in the denominator)
recall    = groups with a right citation ÷ groups
F1        = 2PR ÷ (P + R)
both empty: 1, one empty: 0

A citation is right when its clause's text or quote holds one of a group's quotes; one that shows no words, or a whole
chapter for a clause, is never right. The same place cited twice counts once. Micro figures: sums over questions first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.records import Passage
from evals.wording import folded

MAX_CLAUSE_CHARS = 1500  # folded; more is a chapter, not a clause


@dataclass(frozen=True, kw_only=True)
class Citations:
    """Counts and figures of one answer's citations."""

    right: int
    cited: int
    hit: int
    groups: int
    invented: int  # of a clause that does not exist, or in words that do not stand at their place
    missing: tuple[str, ...]  # first quote of each group that was not hit

    @property
    def precision(self) -> float:
        """Right ÷ cited."""
        return self.right / self.cited if self.cited else float(not self.groups)

    @property
    def recall(self) -> float:
        """Groups hit ÷ groups."""
        return self.hit / self.groups if self.groups else float(not self.cited)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return f1(self.precision, self.recall)


def f1(precision: float, recall: float) -> float:
    """2PR ÷ (P + R), 0 when both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def shown(passage: Passage) -> str:
    """The folded words that a passage shows; "" for one that cannot be right."""
    if not folded(passage.quote) or len(folded(passage.text)) > MAX_CLAUSE_CHARS:
        return ""
    return folded(passage.text + "\n" + passage.quote)


def holds_group(words: str, group: Sequence[str]) -> bool:
    """Whether folded words hold one of the folded quotes."""
    return any(quote in words for quote in group)


def clause_citations(citations: Sequence[Passage], groups: Sequence[Sequence[str]]) -> Citations:
    """Examine one answer's citations; `groups` hold folded quotes."""
    places = {(cite.clause_id, cite.start, cite.end): cite for cite in citations}
    words = [shown(cite) if cite.known and cite.literal else "" for cite in places.values()]
    hit = [any(holds_group(text, group) for text in words) for group in groups]
    return Citations(
        right=sum(any(holds_group(text, group) for group in groups) for text in words),
        cited=len(places),
        hit=sum(hit),
        groups=len(groups),
        invented=sum(not (cite.known and cite.literal) for cite in places.values()),
        missing=tuple(group[0] for group, found in zip(groups, hit, strict=True) if not found),
    )
