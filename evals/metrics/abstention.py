"""Abstention: whether a system answers when it can, and says so when it cannot.

At the shipped threshold:
    precision         = unanswerable among the abstained
    recall            = abstained among the unanswerable
    false abstention  = abstained among the answerable

Over the confidence (risk–coverage): questions in order of falling confidence; those that got no answer come last.
loss(q) = 1 - correct(q) for an answered question, 1 for one without an answer.
    coverage(i) = i ÷ n,  generalised risk(i) = (sum of the first i losses) ÷ n,  selective risk = the same ÷ coverage
    AUGRC = area under the generalised risk over the coverage, by trapezoids; equal confidences are one step
Traub et al.: Overcoming Common Flaws in the Evaluation of Selective Classification Systems, NeurIPS 2024.
0 is best, 0.5 is a system that is always wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

NO_ANSWER = -1.0  # confidence of a question that got no answer


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """Counts at the shipped threshold."""

    abstained: int
    rightly: int  # abstained and unanswerable
    unanswerable: int
    answerable: int

    @property
    def precision(self) -> float | None:
        """None when nothing was abstained from."""
        return self.rightly / self.abstained if self.abstained else None

    @property
    def recall(self) -> float | None:
        """None when nothing was unanswerable."""
        return self.rightly / self.unanswerable if self.unanswerable else None

    @property
    def false_rate(self) -> float | None:
        """None when nothing was answerable."""
        return (self.abstained - self.rightly) / self.answerable if self.answerable else None


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point of the curve: the most confident share of the questions, and how many of all went wrong there."""

    confidence: float
    coverage: float
    generalised_risk: float

    @property
    def risk(self) -> float:
        """Selective risk: wrong among the covered."""
        return self.generalised_risk / self.coverage if self.coverage else 0.0


def at_threshold(outcomes: Sequence[tuple[bool, bool]]) -> Abstention:
    """Count (answerable, abstained) pairs."""
    unanswerable = sum(not answerable for answerable, _ in outcomes)
    return Abstention(
        abstained=sum(abstained for _, abstained in outcomes),
        rightly=sum(abstained and not answerable for answerable, abstained in outcomes),
        unanswerable=unanswerable,
        answerable=len(outcomes) - unanswerable,
    )


def risk_coverage(scored: Sequence[tuple[float, float]]) -> list[Point]:
    """The curve over (confidence, loss) pairs, beginning at coverage 0; equal confidences give one point."""
    points = [Point(confidence=1.0, coverage=0.0, generalised_risk=0.0)]
    ordered = sorted(scored, key=lambda pair: -pair[0])
    seen, lost = 0, 0.0
    for confidence, members in groupby(ordered, key=lambda pair: pair[0]):
        losses = [loss for _, loss in members]
        seen += len(losses)
        lost += sum(losses)
        points.append(Point(confidence=confidence, coverage=seen / len(scored), generalised_risk=lost / len(scored)))
    return points


def augrc(points: Sequence[Point]) -> float:
    """Area under the generalised risk."""
    return sum(
        (after.coverage - before.coverage) * (before.generalised_risk + after.generalised_risk) / 2
        for before, after in pairwise(points)
    )
