import pytest

from rag.confidence import of_coverage, of_passage


def test_confidence_rises_with_what_is_held_and_with_the_lead():
    assert of_passage(0.3, 0.0, 0.5) < of_passage(0.3, 0.2, 0.5) < of_passage(0.6, 0.2, 0.5)
    assert of_passage(0.3, 0.0, 0.5) == pytest.approx(0.483, abs=0.001)  # 1 / (1 + e^-(0.71 + 0.207 - 0.985))


def test_a_sentence_behind_another_clause_is_less_sure():
    assert of_passage(0.4, -0.1, 0.0) < of_passage(0.4, 0.0, 0.0)


def test_words_that_the_clause_lacks_lower_the_confidence():
    assert of_passage(0.4, 1.0, 0.6) < of_passage(0.4, 1.0, 0.1)


def test_a_single_clause_found_is_far_ahead_and_no_surer_than_that():
    assert of_passage(0.4, float("inf"), 0.0) == of_passage(0.4, 5.0, 0.0) < 1


def test_coverage_is_kept_within_its_bounds():
    assert of_coverage(-1) == 0.6
    assert of_coverage(3) == pytest.approx(0.92)
