import tomllib
from importlib.resources import files

import pytest

from ingest.segment import Segmenter
from rag.terms import LONGEST, PAIR_SHARE, SYNONYM_SHARE, Term, Terms, fold, terms_of, wording


def cut(text):
    return text.split("|")


def terms(question, frequencies=None, clauses=100, everyday=None):
    counts = frequencies or {}
    return terms_of(
        question,
        words=lambda text: [text[i : i + 2] for i in range(0, len(text), 2)],
        frequency=lambda t: counts.get(t, 0),
        everyday=lambda t: (everyday or {}).get(t, 0),
        clauses=clauses,
    )


def test_an_unknown_word_weighs_less_the_more_common_it_is():
    found = {term.text: term for term in terms("红灯划拨", everyday={"红灯": 3000}).terms}
    assert found["红灯"].weight < found["划拨"].weight / 2
    held = {term.text: term for term in terms("红灯划拨", {"红灯": 1, "划拨": 1}, everyday={"红灯": 3000}).terms}
    assert held["红灯"].weight == held["划拨"].weight  # what the clauses hold counts by the clauses alone


def test_words_that_only_count_are_no_subject():
    assert "四类" not in {term.text for term in terms("四类载体").terms}
    assert "一线" in {term.text for term in terms("一线职工").terms}


def test_a_name_of_three_characters_is_one_word():
    found = terms_of(
        "王小明主讲",
        words=lambda text: ["王", "小", "明", "主讲"],
        frequency=lambda t: {"王小": 1, "小明": 1, "明主": 0}.get(t, 5),
        everyday=lambda t: 0,
        clauses=100,
    )
    name = next(term for term in found.terms if term.text == "王小明")
    assert name.word and name.known


def test_words_with_synonyms_do_not_overlap():
    texts = {term.text for term in terms("职大拿了").terms if term.word}
    assert "职大" in texts and "大拿" not in texts


def test_a_word_known_by_its_synonym_is_known():
    found = {term.text: term for term in terms("老师", {"教师": 3}).terms}
    assert found["老师"].known and "教师" in found["老师"].synonyms


def test_fold_makes_width_case_and_space_equal():
    assert fold("ＰＰＰ 模式\n（ 2025）") == "ppp模式(2025)"


def test_rare_words_weigh_more_and_pairs_a_share():
    found = {term.text: term for term in terms("公园停车", {"公园": 50, "停车": 1, "园停": 2}).terms}
    assert found["停车"].weight > found["公园"].weight
    pair = found["园停"]
    assert not pair.word and pair.weight == pytest.approx(found["园停"].weight)
    assert pair.weight < PAIR_SHARE * 10


def test_characters_that_meet_between_words_and_stand_in_no_clause_say_nothing():
    assert {term.text for term in terms("公园停车", {"公园": 50, "停车": 1}).terms} == {"公园", "停车"}


def test_question_words_are_no_terms():
    assert [term.text for term in terms("什么").terms] == []


def test_coverage_counts_context_at_two_thirds():
    both = Terms(terms=(Term(text="公园", weight=1.0), Term(text="停车", weight=1.0)))
    assert both.coverage("公园停车") == 1.0
    assert both.coverage("公园") == 0.5
    assert both.coverage("公园", "停车") == pytest.approx((1 + 2 / 3) / 2)
    assert both.coverage("绿地") == 0.0


def test_a_synonym_counts_a_share():
    one = Terms(terms=(Term(text="老师", weight=2.0, synonyms=("教师",)),))
    assert one.coverage("教师") == SYNONYM_SHARE


def test_missing_names_the_words_that_nothing_holds():
    both = Terms(
        terms=(Term(text="公园", weight=1.0), Term(text="停车", weight=3.0), Term(text="园停", weight=9.0, word=False))
    )
    assert both.missing("公园很大") == ("停车",)
    assert both.without("公园").total == 12.0


def test_no_terms_cover_nothing():
    assert Terms(terms=()).coverage("公园") == 0.0


def test_the_shipped_wording_holds_nothing_twice_and_nothing_that_does_nothing():
    data = tomllib.loads((files("rag") / "data" / "words.toml").read_text(encoding="utf8"))
    known, heads = wording(), [group[0] for group in data["synonyms"]]
    places = data["places"] + data["countries"]
    for words in (data["stop"], heads, places, *data["synonyms"]):
        assert [word for word in words if words.count(word) > 1] == []
    assert {*known.stop, *known.synonyms} == {*data["stop"], *heads}  # folded as they stand
    assert not known.stop & known.synonyms.keys()
    assert [head for head in heads if not 2 <= len(head) <= LONGEST] == []
    assert all(known.synonyms.values())
    commonness = Segmenter().commonness
    assert [word for word in data["stop"] if len(word) > 1 and not commonness(word)] == []  # never cut as a word
