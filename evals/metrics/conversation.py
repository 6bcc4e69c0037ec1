"""Conversation: the same metrics on the last turn, by how many questions came before it.

drop = mean over questions that stand alone - mean over follow-ups       (0: a conversation costs nothing)
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Means by length of history; None where there is no such question."""

    by_turns: dict[int, float]
    alone: float | None
    after_others: float | None

    @property
    def drop(self) -> float | None:
        """What a conversation costs."""
        return None if self.alone is None or self.after_others is None else self.alone - self.after_others


def conversation(values: Sequence[tuple[int, float]]) -> Conversation:
    """Split (earlier questions, value) pairs."""
    turns = sorted({turn for turn, _ in values})
    return Conversation(
        by_turns={turn: _mean([value for at, value in values if at == turn]) or 0.0 for turn in turns},
        alone=_mean([value for turn, value in values if turn == 0]),
        after_others=_mean([value for turn, value in values if turn > 0]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
