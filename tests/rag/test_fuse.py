import pytest

from rag.fuse import relative_score, with_groups


def test_relative_score_by_hand() -> None:
    words = {"a": 10.0, "b": 5.0}
    dense = {"b": 0.8, "c": 0.4}
    # a: 3/4 * 10/10; b: 3/4 * 5/10 + 1/4 * 0.8/0.8; c: 1/4 * 0.4/0.8
    assert relative_score([(words, 3.0), (dense, 1.0)]) == [
        ("a", pytest.approx(0.75)),
        ("b", pytest.approx(0.625)),
        ("c", pytest.approx(0.125)),
    ]


def test_best_everywhere_scores_one_and_comes_once() -> None:
    assert relative_score([({"a": 7.0}, 2.0), ({"a": 0.1}, 5.0)]) == [("a", pytest.approx(1.0))]


def test_scores_below_zero_and_rankings_without_a_match_add_nothing() -> None:
    assert relative_score([({"a": -0.2, "b": -0.1}, 1.0), ({"a": 2.0, "b": 0.0}, 1.0)]) == [
        ("a", pytest.approx(0.5)),
        ("b", 0.0),
    ]
    assert relative_score([]) == []
    assert relative_score([({}, 1.0)]) == []
    assert relative_score([({"a": 1.0}, 0.0)]) == [("a", 0.0)]


def test_equal_scores_keep_their_order() -> None:
    assert [each for each, _ in relative_score([({"b": 1.0, "a": 1.0, "c": 2.0}, 1.0)])] == ["c", "b", "a"]


def test_a_clause_gains_from_its_document_by_hand() -> None:
    scores = [("a", 0.8), ("b", 0.7), ("c", 0.6), ("d", 0.1)]
    documents = {"a": 1, "b": 2, "c": 2, "d": 2}
    # document 1: 0.8; document 2, of its two best: 1.3
    assert with_groups(scores, documents, 0.5, members=2) == [
        ("b", pytest.approx((0.7 + 0.5) / 1.5)),
        ("a", pytest.approx((0.8 + 0.5 * 0.8 / 1.3) / 1.5)),
        ("c", pytest.approx((0.6 + 0.5) / 1.5)),
        ("d", pytest.approx((0.1 + 0.5) / 1.5)),
    ]
    assert with_groups(scores, documents, 0.0) == scores
    assert with_groups([], {}, 0.5) == []
    assert with_groups([("a", 0.0)], {"a": 1}, 0.5) == [("a", 0.0)]
