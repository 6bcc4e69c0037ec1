"""Several rankings into one. Pure: clause ids and scores in, clause ids and scores out.

A ranking is a mapping from clause id to score, where a score rises with relevance; each clause comes out once.
"""

from collections.abc import Mapping, Sequence

Ranking = Mapping[str, float]


def relative_score(rankings: Sequence[tuple[Ranking, float]]) -> list[tuple[str, float]]:
    """Fuse (ranking, weight) pairs by a weighted sum of scores, each scaled to the best of its ranking.

        score(d) = sum over rankings r of  w_r / W * max(s_r(d), 0) / max over d' of s_r(d')

    with W the sum of all weights, so that a clause which is best everywhere gets 1. A clause that a ranking does
    not hold gets 0 from it; a ranking whose best score is not positive adds nothing (its weight still counts in W:
    a query without a known word is found less surely). Best first; equal scores in order of first appearance.
    """
    whole = sum(weight for _, weight in rankings)
    fused: dict[str, float] = {}
    for ranking, weight in rankings:
        top = max(ranking.values(), default=0.0)
        for clause_id, score in ranking.items():
            share = weight / whole * max(score, 0.0) / top if top > 0 and whole > 0 else 0.0
            fused[clause_id] = fused.get(clause_id, 0.0) + share
    return _best_first(fused)


def with_groups(
    scores: Sequence[tuple[str, float]], group_of: Mapping[str, int], weight: float, members: int = 3
) -> list[tuple[str, float]]:
    """Let clauses gain from what else their group (document) holds: several good clauses speak for all of it.

        score(d) = (s(d) + weight * g(d) / max over all groups of g) / (1 + weight)

    with g(d) the sum of the `members` best scores in the group of d. Best first, from 0 to 1 as before.
    """
    best: dict[int, list[float]] = {}
    for clause_id, score in sorted(scores, key=lambda pair: -pair[1]):
        held = best.setdefault(group_of[clause_id], [])
        if len(held) < members:
            held.append(score)
    sums = {group: sum(held) for group, held in best.items()}
    top = max(sums.values(), default=0.0)
    if top <= 0 or weight <= 0:
        return list(scores)
    raised = {i: (score + weight * sums[group_of[i]] / top) / (1 + weight) for i, score in scores}
    return _best_first(raised)


def _best_first(scores: Ranking) -> list[tuple[str, float]]:
    return sorted(scores.items(), key=lambda pair: -pair[1])
