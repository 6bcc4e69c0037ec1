"""Key facts: whether the answer says what it must, and nothing that is wrong.

recall   = facts of must_include with one accepted spelling in the answer ÷ facts   (no facts: 1)
conflict = spellings of must_not_include that are in the answer

Both are blind to padding, so the length of the answer stands beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.wording import folded, holds, without_marks


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Key facts of one answer."""

    recall: float
    missing: tuple[str, ...]  # the first spelling of each fact that is not said
    wrong: tuple[str, ...]
    answer_chars: int  # without white space and marks


def key_facts(answer: str, must_include: Sequence[Sequence[str]], must_not_include: Sequence[str]) -> Facts:
    """Examine one answer."""
    said = folded(without_marks(answer))
    missing = tuple(fact[0] for fact in must_include if not any(holds(said, spelling) for spelling in fact))
    return Facts(
        recall=1 - len(missing) / len(must_include) if must_include else 1.0,
        missing=missing,
        wrong=tuple(item for item in must_not_include if holds(said, item)),
        answer_chars=len(said),
    )
