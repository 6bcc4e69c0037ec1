"""Metrics of one answer: facts, citations, spans, departments, values. Every expected value is redone by hand."""

import pytest

from evals.metrics.clauses import clause_citations
from evals.metrics.correctness import correct
from evals.metrics.departments import responsible_units, roles_in
from evals.metrics.facts import key_facts
from evals.metrics.grounding import ungrounded_values
from evals.metrics.spans import character_spans
from evals.records import Passage
from evals.wording import folded, holds, places_of
from ingest.departments import Departments

DEPARTMENTS = Departments.load()


def passage(text: str, quote: str | None = None, *, at: int = 0, known: bool = True, literal: bool = True) -> Passage:
    words = text if quote is None else quote
    return Passage(
        clause_id=f"c{at}", source_file="a.txt", quote=words, start=at, end=at + len(words), text=text,
        known=known, literal=literal,
    )  # fmt: skip


def test_width_white_space_bold_and_longer_numbers():
    assert folded("认证 **１００家**\n以上") == "认证100家以上"
    assert holds("认证100家以上", "100家")
    assert not holds("认证1100家以上", "100家")
    assert not holds("增长3.5%", "5%")
    assert not holds("任何话", " ")


def test_places_lead_back_over_line_breaks():
    assert places_of("100家以上", "认证１００家\n以上，100家以上") == [(2, 9), (10, 16)]
    assert places_of("", "认证") == []


def test_facts_two_of_three_said_and_one_wrong():
    found = key_facts(
        "由**市教委**和财政局负责[^1]。", [["市教委"], ["财政局", "市财政"], ["人社局"]], ["教委", "住建"]
    )
    assert found.recall == pytest.approx(2 / 3)
    assert (found.missing, found.wrong) == (("人社局",), ("教委",))
    assert found.answer_chars == len("由市教委和财政局负责。")
    assert key_facts("", [], []).recall == 1.0


def test_right_as_a_whole():
    def right(**changes):
        given = {"kind": "figure", "answerable": True, "abstained": False, "fact_recall": 1.0, "conflicts": 0}
        return correct(**(given | {"answer_chars": 350} | changes))

    assert right()
    assert not right(answer_chars=351)
    assert right(kind="clause_lookup", answer_chars=351)
    assert not right(fact_recall=0.5)
    assert not right(conflicts=1)
    assert not right(abstained=True)
    assert right(answerable=False, abstained=True)
    assert not right(answerable=False)


def test_an_invented_citation_stays_in_the_denominator():
    cited = [passage("甲乙丙"), passage("甲乙丙", at=9, known=False), passage("丁", at=20)]
    found = clause_citations(cited, [["甲乙"], ["戊", "丁"], ["己"]])
    assert (found.precision, found.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.invented == 1
    assert found.missing == ("己",)


def test_empty_double_and_overlong_citations():
    assert clause_citations([], []).f1 == 1.0
    assert clause_citations([], [["甲"]]).f1 == 0.0
    assert clause_citations([passage("甲")], []).f1 == 0.0
    assert clause_citations([passage("甲"), passage("甲"), passage("乙", at=5)], [["甲"]]).precision == 0.5
    chapter = passage("甲" + "字" * 1500)
    assert clause_citations([chapter], [["甲"]]).f1 == 0.0
    assert clause_citations([passage("甲", quote="")], [["甲"]]).precision == 0.0


def test_spans_overlapping_quotes_do_not_count_twice():
    found = character_spans([("a", 0, 10), ("a", 5, 15)], [[("a", 10, 20)]])
    assert found is not None
    assert (found.precision, found.recall, found.over_quote) == (5 / 15, 5 / 10, 15 / 10)
    assert found.f1 == pytest.approx(2 * (1 / 3) * 0.5 / (1 / 3 + 0.5))


def test_spans_take_the_alternative_that_is_met_and_know_when_nothing_is():
    alternatives = [("a", 0, 4), ("b", 0, 4)]
    met = character_spans([("b", 0, 4)], [alternatives])
    missed = character_spans([], [alternatives])
    assert met is not None and met.f1 == 1.0
    assert missed is not None and (missed.precision, missed.recall) == (0.0, 0.0)
    assert character_spans([("a", 0, 1)], [[]]) is None


def test_departments_by_set_and_by_role():
    quote = "由市教委牵头，市财政局配合"
    facts = [["教委", "市教委"], ["财政局", "市财政局"]]
    exact = responsible_units("牵头单位：市教委；配合单位：市财政局。", facts, [quote], DEPARTMENTS)
    assert exact is not None and (exact.f1, exact.exact, exact.strict_f1) == (1.0, 1.0, 1.0)
    turned = responsible_units("市财政局牵头，市教委配合。", facts, [quote], DEPARTMENTS)
    assert turned is not None and (turned.f1, turned.exact, turned.strict_f1) == (1.0, 1.0, 0.0)
    half = responsible_units("市教委牵头。", facts, [quote], DEPARTMENTS)
    assert half is not None and (half.f1, half.exact) == (pytest.approx(2 / 3), 0.0)
    assert responsible_units("市教委", [["100家"]], [], DEPARTMENTS) is None


def test_departments_of_a_title_are_not_said_to_be_responsible():
    assert {name for name, _ in roles_in("市教委负责（《教育部 天津市人民政府关于某事的意见》）", DEPARTMENTS)} == {
        "市教委"
    }


def test_ungrounded_number_date_and_department():
    source = passage("2025年7月9日起，市教委认证1,200家。")
    fine = ungrounded_values("2025年7月9日起市教委认证1200家[^1]。\n1. 一", [source], DEPARTMENTS)
    assert (fine.values, fine.ungrounded, fine.rate) == (3, (), 0.0)
    wrong = ungrounded_values("2025年7月8日起市财政局认证1200家[^1]。", [source], DEPARTMENTS)
    assert wrong.ungrounded == ("2025-7-8", "市财政局")
    assert wrong.rate == pytest.approx(2 / 3)
    rows = passage("2023年\n8243.5\n773.62")
    cells = ungrounded_values("附件1第5项、表3-1：2023年8243.5，共有1项[^1]", [rows], DEPARTMENTS)
    assert (cells.values, cells.ungrounded) == (2, ())
    assert ungrounded_values("共有2项[^1]", [rows], DEPARTMENTS).ungrounded == ("2",)
    assert ungrounded_values("没有数值。", [], DEPARTMENTS).rate is None
