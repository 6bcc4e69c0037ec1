import pytest

from rag.confidence import of_coverage, of_passage


def test_confidence_rises_with_what_is_held_and_with_the_lead():
    assert of_passage(0.3, 0.0, 0.5, 9.0) < of_passage(0.3, 0.2, 0.5, 9.0) < of_passage(0.6, 0.2, 0.5, 9.0)
    # 1 / (1 + e^-(-3.92 + 0.624 + 1.09 + 0.521 * 2.303))
    assert of_passage(0.3, 0.0, 0.5, 9.0) == pytest.approx(0.268, abs=0.001)


def test_a_sentence_behind_another_clause_is_less_sure():
    assert of_passage(0.4, -0.1, 1.0, 9.0) < of_passage(0.4, 0.0, 1.0, 9.0)


def test_words_that_the_answer_lacks_lower_the_confidence():
    assert of_passage(0.4, 1.0, 0.4, 9.0) < of_passage(0.4, 1.0, 0.9, 9.0)


def test_one_common_word_held_is_less_than_several_rare_ones():
    assert of_passage(1.0, 1.0, 1.0, 2.0) < of_passage(1.0, 1.0, 1.0, 30.0)


def test_a_single_clause_found_is_far_ahead_and_no_surer_than_that():
    assert of_passage(0.4, float("inf"), 1.0, 9.0) == of_passage(0.4, 5.0, 1.0, 9.0) < 1


def test_coverage_is_kept_within_its_bounds():
    assert of_coverage(-1) == 0.6
    assert of_coverage(3) == pytest.approx(0.92)
