import pytest

from rag.confidence import of_coverage, of_passage


def test_confidence_rises_with_what_is_held_and_with_the_lead():
    assert of_passage(0.3, 0.0) < of_passage(0.3, 0.2) < of_passage(0.6, 0.2)
    assert of_passage(0.3, 0.0) == pytest.approx(0.430, abs=0.001)  # 1 / (1 + e^(1.6 - 1.32))


def test_a_sentence_behind_another_clause_is_less_sure():
    assert of_passage(0.4, -0.1) < of_passage(0.4, 0.0)


def test_coverage_is_kept_within_its_bounds():
    assert of_coverage(-1) == 0.6
    assert of_coverage(3) == pytest.approx(0.92)
