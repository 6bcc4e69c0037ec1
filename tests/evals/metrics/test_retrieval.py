"""Retrieval by hand, and against an implementation that is not ours."""

import math

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import R
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

from evals.metrics.retrieval import rank_figures, retrieval
from evals.records import Passage


def hits(*texts: str, file: str = "a.txt") -> list[Passage]:
    return [
        Passage(clause_id=f"c{at}", source_file=file, quote=text, start=at, end=at + len(text), text=text)
        for at, text in enumerate(texts)
    ]


def test_second_of_two_groups_at_rank_three():
    found = retrieval(hits("甲", "x", "乙"), [["甲"], ["乙"]], frozenset({"a.txt"}))
    assert dict(found.recall) == {1: 0.5, 3: 1.0, 5: 1.0, 10: 1.0}
    assert dict(found.complete) == {1: 0.0, 3: 1.0, 5: 1.0, 10: 1.0}
    assert found.reciprocal_rank == 1.0
    assert found.ndcg == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))
    assert found.stray == 0.0


def test_no_hit_counts_zero_and_a_double_gains_nothing():
    empty = retrieval([], [["甲"]], frozenset())
    assert (empty.recall[10], empty.reciprocal_rank, empty.ndcg, empty.stray) == (0.0, 0.0, 0.0, None)
    double = retrieval(hits("甲", "甲"), [["甲"], ["乙"]], frozenset({"b.txt"}))
    assert double.recall[10] == 0.5
    assert double.ndcg == pytest.approx(1 / (1 + 1 / math.log2(3)))  # the ideal holds what was not retrieved
    assert double.stray == 1.0


def test_one_hit_for_both_groups_is_ideal_and_beyond_ten_is_nothing():
    assert retrieval(hits("甲乙"), [["甲"], ["乙"]], frozenset()).ndcg == 1.0
    late = retrieval(hits(*["x"] * 10, "甲"), [["甲"]], frozenset())
    assert (late.reciprocal_rank, late.ndcg, late.recall[10]) == (0.0, 0.0, 0.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 7), max_size=10, unique=True), st.integers(1, 5))
def test_recall_agrees_with_ir_measures_where_a_hit_holds_one_group(order, groups):
    gold = [[f"文{number}号"] for number in range(groups)]
    found = retrieval(hits(*[f"文{number}号" for number in order]), gold, frozenset())
    run = [ir_measures.ScoredDoc("q", str(number), -float(rank)) for rank, number in enumerate(order)]
    qrels = [ir_measures.Qrel("q", str(number), 1) for number in range(groups)]
    for k in (1, 3, 5, 10):
        expected = ir_measures.calc_aggregate([R @ k], qrels, run)[R @ k] if run else 0.0
        assert found.recall[k] == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=10).filter(any), st.integers(0, 10))
def test_ranking_figures_agree_with_scikit_learn(gains, missing):
    """Its nDCG ranks all that is relevant, so what was not retrieved stands last there, below the tenth rank."""
    named = {f"h{rank}": gain for rank, gain in enumerate(gains, 1) if gain} | {f"m{n}": 1 for n in range(missing)}
    reciprocal_rank, ndcg = rank_figures(named, len(gains))
    padding = [0] * (10 - len(gains))
    truth = np.array([[*gains, *padding, *[1] * missing]])
    scores = -np.arange(truth.size)[None]
    assert ndcg == pytest.approx(ndcg_score(truth, scores, k=10))
    first = np.zeros_like(truth)
    first[0, np.flatnonzero(gains)[0]] = 1  # of one relevant hit, average precision is the reciprocal rank
    assert reciprocal_rank == pytest.approx(label_ranking_average_precision_score(first, scores))
