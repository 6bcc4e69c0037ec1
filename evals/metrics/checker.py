"""The citation checker: verdicts given against verdicts due.

F1 of a verdict = 2 TP ÷ (2 TP + FP + FN); macro-F1 = mean over the verdicts that are due or given
recall of a kind of planted edit = its cases with the verdict that is due ÷ its cases
false alarms = clean cases (due: supported) that were given anything else ÷ clean cases
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SUPPORTED = "supported"
WORST_FIRST = ("contradicted", "misquoted", "wrong_clause", "not_found", "needs_review", SUPPORTED)


@dataclass(frozen=True, kw_only=True)
class Checker:
    """Figures of a set of citation cases; `confusion` maps (due, given) to a count."""

    confusion: dict[tuple[str, str], int]
    macro_f1: float
    accuracy: float
    recall_by_kind: dict[str, float]
    false_alarms: float | None


def verdict_of(verdicts: Sequence[str]) -> str:
    """A draft's verdict: the worst of its claims, `uncited` where no claim cites, "none" where there is no claim."""
    found = [verdict for verdict in WORST_FIRST if verdict in verdicts]
    return found[0] if found else "uncited" if verdicts else "none"


def checker(outcomes: Sequence[tuple[str, str, str]]) -> Checker:
    """Examine (kind of case, verdict due, verdict given) triples."""
    confusion = Counter((due, given) for _, due, given in outcomes)
    verdicts = sorted({verdict for pair in confusion for verdict in pair})
    kinds = sorted({kind for kind, _, _ in outcomes})
    clean = [given for _, due, given in outcomes if due == SUPPORTED]
    scores = [_f1(confusion, verdict) for verdict in verdicts]
    return Checker(
        confusion=dict(confusion),
        macro_f1=sum(scores) / len(scores) if scores else 0.0,
        accuracy=sum(due == given for _, due, given in outcomes) / len(outcomes) if outcomes else 0.0,
        recall_by_kind={kind: _share([due == given for of, due, given in outcomes if of == kind]) for kind in kinds},
        false_alarms=_share([given != SUPPORTED for given in clean]) if clean else None,
    )


def _f1(confusion: Counter[tuple[str, str]], verdict: str) -> float:
    right = confusion[verdict, verdict]
    wrong = sum(count for (due, given), count in confusion.items() if (due == verdict) != (given == verdict))
    return 2 * right / (2 * right + wrong)


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags)
