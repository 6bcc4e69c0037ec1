"""Retrieval against OR-groups g1…gm of equally good clauses, over the hits in their order.

R@k     = groups with a hit in the top k ÷ m            All@k = [every group has one]
RR@10   = 1 ÷ rank of the first hit of any group, 0 beyond 10
nDCG@10 = DCG ÷ ideal DCG; the gain of a hit is the number of groups that it is the first to hit; the ideal holds all
          gold: groups that no hit holds stand in it with gain 1 each
stray@k = share of the top k from documents without gold

RR and nDCG are computed by ir-measures (score = -rank), every question present: an empty result counts 0, an
average over the retrieved ones only is the classic mistake. Where every hit holds at most one group, R@k is its R@k.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.metrics.clauses import holds_group, shown
from evals.records import Passage

CUTS = (1, 3, 5, 10)
DEPTH = 10


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """Figures of one question's hits."""

    recall: Mapping[int, float]
    complete: Mapping[int, float]  # All@k
    reciprocal_rank: float
    ndcg: float
    stray: float | None  # of the top 5; None without a hit


def retrieval(hits: Sequence[Passage], groups: Sequence[Sequence[str]], gold_files: frozenset[str]) -> Retrieval:
    """Examine one question's hits; `groups` hold folded quotes, at least one."""
    words = [shown(hit) for hit in hits]
    held = [frozenset(at for at, group in enumerate(groups) if holds_group(text, group)) for text in words]
    recall = {k: len(frozenset().union(*held[:k])) / len(groups) for k in CUTS}
    judged = judgements(held, len(groups))
    reciprocal_rank, ndcg = rank_figures(judged, len(hits))
    top = hits[:5]
    return Retrieval(
        recall=recall,
        complete={k: float(share == 1.0) for k, share in recall.items()},
        reciprocal_rank=reciprocal_rank,
        ndcg=ndcg,
        stray=sum(hit.source_file not in gold_files for hit in top) / len(top) if top else None,
    )


def judgements(held: Sequence[frozenset[int]], groups: int) -> dict[str, int]:
    """Gains by document name: hits are h1, h2, … in their order, groups that no hit holds m1, m2 and so on."""
    gains: dict[str, int] = {}
    seen: frozenset[int] = frozenset()
    for rank, inside in enumerate(held, 1):
        if fresh := inside - seen:
            gains[f"h{rank}"] = len(fresh)
            seen |= fresh
    return gains | {f"m{number}": 1 for number in range(1, groups - len(seen) + 1)}


def rank_figures(gains: Mapping[str, int], hits: int) -> tuple[float, float]:
    """Reciprocal rank and nDCG, both at 10, of hits h1, h2, … under these gains."""
    import ir_measures
    from ir_measures import RR, nDCG

    names = [f"h{rank}" for rank in range(1, hits + 1)]
    run = [ir_measures.ScoredDoc("q", name, -float(rank)) for rank, name in enumerate(names, 1)]
    qrels = [ir_measures.Qrel("q", name, gain) for name, gain in gains.items()]
    if not run or not qrels:
        return 0.0, 0.0
    found = ir_measures.calc_aggregate([RR @ DEPTH, nDCG @ DEPTH], qrels, run)
    return float(found[RR @ DEPTH]), float(found[nDCG @ DEPTH])
