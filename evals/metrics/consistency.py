"""Consistency: whether a question asked in other words gets the same answer.

For each group of re-wordings: Jaccard |A ∩ B| ÷ |A ∪ B| of the cited clauses over all pairs (both empty: 1), its mean
and its worst pair; whether some members were abstained from and others not; whether some were right and others not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, kw_only=True)
class Member:
    """One wording's outcome."""

    cited: frozenset[str]
    abstained: bool
    correct: bool


@dataclass(frozen=True, kw_only=True)
class Consistency:
    """One group's figures."""

    mean_jaccard: float
    worst_jaccard: float
    abstain_flip: bool
    correct_flip: bool


def group_consistency(members: Sequence[Member]) -> Consistency:
    """Examine one group; a group of one is consistent."""
    overlaps = [jaccard(one.cited, other.cited) for one, other in combinations(members, 2)] or [1.0]
    return Consistency(
        mean_jaccard=sum(overlaps) / len(overlaps),
        worst_jaccard=min(overlaps),
        abstain_flip=len({member.abstained for member in members}) > 1,
        correct_flip=len({member.correct for member in members}) > 1,
    )


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """|A ∩ B| ÷ |A ∪ B|, 1 when both are empty."""
    return len(one & other) / len(one | other) if one | other else 1.0
