"""Character spans: how well the quoted characters meet the gold ones, in code points of the stored text.

C = union of the quoted spans, G = union of the gold spans, both per document (so no character counts twice)
precision = |C ∩ G| ÷ |C|,  recall = |C ∩ G| ÷ |G|,  over-quote = |C| ÷ |G|

Each OR-group gives the place among its alternatives that the citations meet best (its first place if they meet none).
Quote fidelity (quote == text[start:end]) is counted beside this and must be 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.metrics.clauses import f1

Span = tuple[str, int, int]  # document, start, end


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Figures of one answer's quotes."""

    precision: float
    recall: float
    over_quote: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return f1(self.precision, self.recall)


def character_spans(cited: Sequence[Span], groups: Sequence[Sequence[Span]]) -> Spans | None:
    """Examine one answer's quotes; None when no gold place is known."""
    quoted = _union(cited)
    gold: dict[str, set[int]] = {}
    for group in groups:
        if group:
            document, start, end = max(group, key=lambda span: _shared(span, quoted))
            gold.setdefault(document, set()).update(range(start, end))
    wanted, said = _size(gold), _size(quoted)
    if not wanted:
        return None
    shared = sum(len(points & quoted.get(document, set())) for document, points in gold.items())
    return Spans(precision=shared / said if said else 0.0, recall=shared / wanted, over_quote=said / wanted)


def _union(spans: Sequence[Span]) -> dict[str, set[int]]:
    points: dict[str, set[int]] = {}
    for document, start, end in spans:
        points.setdefault(document, set()).update(range(start, end))
    return points


def _shared(span: Span, quoted: Mapping[str, set[int]]) -> int:
    document, start, end = span
    return len(quoted.get(document, set()).intersection(range(start, end)))


def _size(points: Mapping[str, set[int]]) -> int:
    return sum(len(inside) for inside in points.values())
