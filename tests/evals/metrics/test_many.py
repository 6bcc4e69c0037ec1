"""Metrics over many questions: abstention, consistency, conversation, cost, checker, statistics."""

import math

import numpy as np
import pytest
import scipy.stats

from evals.metrics.abstention import at_threshold, augrc, risk_coverage
from evals.metrics.checker import checker
from evals.metrics.consistency import Member, group_consistency
from evals.metrics.conversation import conversation
from evals.metrics.cost import latency
from evals.metrics.statistics import bootstrap, holm, paired, wilson


def test_abstention_at_the_threshold():
    found = at_threshold([(True, False), (True, True), (False, True), (False, False)])
    assert (found.precision, found.recall, found.false_rate) == (0.5, 0.5, 0.5)
    nothing = at_threshold([(True, False)])
    assert (nothing.precision, nothing.recall, nothing.false_rate) == (None, None, 0.0)


def test_risk_coverage_of_four_questions():
    points = risk_coverage([(0.9, 0.0), (0.8, 1.0), (0.7, 0.0), (-1.0, 1.0)])
    assert [(p.coverage, p.generalised_risk) for p in points] == [
        (0.0, 0.0), (0.25, 0.0), (0.5, 0.25), (0.75, 0.25), (1.0, 0.5),
    ]  # fmt: skip
    assert [p.risk for p in points] == [0.0, 0.0, 0.5, pytest.approx(1 / 3), 0.5]
    assert augrc(points) == pytest.approx(0.25 * (0 + 0.125 + 0.25 + 0.375))


def test_augrc_of_always_and_never_wrong_and_of_ties():
    assert augrc(risk_coverage([(0.5, 1.0)] * 7)) == pytest.approx(0.5)
    assert augrc(risk_coverage([(0.5, 0.0)] * 7)) == 0.0
    one_way, other_way = [(0.5, 1.0), (0.5, 0.0)], [(0.5, 0.0), (0.5, 1.0)]
    assert augrc(risk_coverage(one_way)) == augrc(risk_coverage(other_way)) == pytest.approx(0.25)


def member(*cited: str, abstained: bool = False, correct: bool = True) -> Member:
    return Member(cited=frozenset(cited), abstained=abstained, correct=correct)


def test_consistency_of_three_wordings():
    found = group_consistency([member("a", "b"), member("a"), member(abstained=True, correct=False)])
    assert found.mean_jaccard == pytest.approx((0.5 + 0 + 0) / 3)
    assert found.worst_jaccard == 0.0
    assert found.abstain_flip and found.correct_flip
    assert group_consistency([member(), member()]).worst_jaccard == 1.0
    assert group_consistency([member("a")]).mean_jaccard == 1.0


def test_conversation_by_length():
    found = conversation([(0, 1.0), (0, 0.0), (1, 0.0), (2, 1.0), (2, 0.0)])
    assert found.by_turns == {0: 0.5, 1: 0.0, 2: 0.5}
    assert found.drop == pytest.approx(0.5 - 1 / 3)
    assert conversation([(0, 1.0)]).drop is None


def test_percentiles_are_latencies_that_were_measured():
    found = latency([number / 1000 for number in range(1, 101)])
    assert found is not None
    assert (found.p50_ms, found.p95_ms, found.p99_ms) == (pytest.approx(50), pytest.approx(95), pytest.approx(99))
    assert latency([]) is None


def test_checker_by_hand():
    found = checker(
        [
            ("clean", "supported", "supported"),
            ("clean", "supported", "misquoted"),
            ("number", "misquoted", "misquoted"),
            ("number", "misquoted", "supported"),
        ]
    )
    assert found.macro_f1 == pytest.approx(0.5)  # each verdict: 2*1 / (2*1 + 1 + 1)
    assert found.recall_by_kind == {"clean": 0.5, "number": 0.5}
    assert found.false_alarms == 0.5
    assert found.confusion["supported", "misquoted"] == 1


def test_equal_scores_get_wilsons_interval():
    found = bootstrap([1.0] * 5)
    assert found is not None and (found.mean, found.high, found.n) == (1.0, 1.0, 5)
    assert found.low == pytest.approx(5 / (5 + 1.959964**2))  # n ÷ (n + z²), Wilson's lower end at n/n
    none = bootstrap([0.0] * 5)
    assert none is not None and (none.low, none.high) == (0.0, pytest.approx(1 - found.low))
    assert bootstrap([]) is None


def test_one_cluster_of_rewordings_is_one_piece_of_evidence():
    found = bootstrap([1.0, 1.0, 0.0], ["a", "a", "a"])
    assert found is not None and (found.mean, found.n, found.clusters) == (pytest.approx(2 / 3), 3, 1)
    assert (found.low, found.high) == tuple(map(pytest.approx, wilson(2 / 3, 1)))
    assert found.high - found.low > 0.8


def test_equal_lengths_say_nothing_beyond_themselves():
    found = bootstrap([74.0, 74.0], share=False)
    assert found is not None and (found.low, found.high) == (74.0, 74.0)


def test_systems_that_never_differed_may_still_differ():
    same = paired([1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0])
    reach = wilson(0, 4)[1]
    assert same is not None and same.identical
    assert (same.difference.low, same.difference.mean, same.difference.high) == (-reach, 0.0, reach)
    always = paired([1.0] * 4, [0.0] * 4)
    assert always is not None and not always.identical
    assert (always.difference.low, always.difference.high) == (-1.0, pytest.approx(-wilson(4, 4)[0]))


def test_bootstrap_is_near_the_normal_interval_and_repeats_itself():
    values = [1.0] * 60 + [0.0] * 40
    first, second = bootstrap(values), bootstrap(values)
    assert first == second
    assert first is not None
    half = 1.96 * math.sqrt(0.6 * 0.4 / 100)
    assert (first.low, first.high) == (pytest.approx(0.6 - half, abs=0.015), pytest.approx(0.6 + half, abs=0.015))


def test_rewordings_are_no_independent_evidence():
    values = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    apart, together = bootstrap(values), bootstrap(values, ["a", "a", "a", "b", "b", "b"])
    assert apart is not None and together is not None
    assert together.clusters == 2
    assert together.high - together.low > apart.high - apart.low


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (10, 10), (3, 10), (57, 84)])
def test_wilson_agrees_with_scipy(successes, n):
    expected = scipy.stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson(successes, n) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_wilson_of_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_permutation_by_hand_and_against_scipy():
    found = paired([0, 0, 0, 0], [1, 1, 1, 0])
    assert found is not None
    assert found.difference.mean == 0.75
    assert found.p == 2 / 8  # +++ and --- of the eight patterns of the three that moved
    rng = np.random.default_rng(1)
    a, b = rng.random(40), rng.random(40) + 0.12
    ours = paired(a.tolist(), b.tolist())
    theirs = scipy.stats.permutation_test(
        (a, b), lambda x, y, axis: np.mean(y - x, axis=axis), permutation_type="samples", vectorized=True, rng=2
    )
    assert ours is not None and ours.p == pytest.approx(theirs.pvalue, abs=0.02)


def test_no_difference_is_no_evidence_and_pairs_must_match():
    found = paired([1.0, 0.0], [1.0, 0.0])
    assert found is not None and found.p == 1.0
    assert paired([], []) is None
    with pytest.raises(ValueError, match="not paired"):
        paired([1.0], [])


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == [pytest.approx(0.03), pytest.approx(0.06), pytest.approx(0.06)]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
