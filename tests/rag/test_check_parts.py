"""The parts of citation checking, each alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.departments import Departments
from rag.check.align import align
from rag.check.bare import bare, mapped
from rag.check.conflicts import Segment, value_conflicts
from rag.check.differences import Typing
from rag.check.passages import MAX_SENTENCE, Span, anchors_in, passages
from rag.check.values import bounds_conflict, same_value, values_in

TEXTS = st.text(alphabet="建设平台12３0.,、，%《》“”\n …～-（①", max_size=40)


@given(TEXTS)
def test_the_map_leads_back(text):
    read = mapped(text)
    assert read.text == bare(text)
    assert len(read.at) == len(read.text)
    assert list(read.at) == sorted(read.at)
    for at, char in zip(read.at, read.text, strict=True):
        assert char in bare(text[at]) or not char.isalnum()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("建设 ２００ 个\n平台。", "建设200个平台"),
        ("“甲‘乙’”", "甲乙"),
        ("3～5年", "3-5年"),
        ("22,156.00万元", "22156.00万元"),
        ("①甲", "1甲"),
    ],
)
def test_typography_is_no_difference(one, other):
    assert bare(one) == bare(other)


def test_neighbouring_figures_do_not_grow_together():
    assert bare("3、5") != bare("35")
    assert bare("66 84") != bare("6684")


@given(st.text(alphabet="甲乙丙丁", min_size=1, max_size=12), st.text(alphabet="甲乙丙丁", max_size=20))
def test_an_alignment_accounts_for_every_character(draft, source):
    found = align(draft, source)
    inside = sum(edit.draft_end - edit.draft_start for edit in found.edits)
    assert 0 <= found.start <= found.end <= len(source)
    assert inside <= len(draft)
    assert (not found.edits) == (draft in source)


def test_a_dropped_phrase_is_one_edit():
    found = align("支持举办职业教育", "一、支持以独资、合资等方式举办职业教育。")
    assert [(edit.draft_start, edit.draft_end) for edit in found.edits] == [(2, 2)]
    assert found.share == 1.0


@pytest.mark.parametrize(
    ("draft", "source", "kind"),
    [
        ("建设30个平台", "建设20个平台", "number"),
        ("收入2万元整", "收入2亿元整", "unit"),
        ("于2026年建成", "于2025年建成", "date"),
        ("比例70%以下为宜", "比例70%以上为宜", "comparator"),
        ("企业可以公示价格", "企业应当公示价格", "modality"),
        ("科研奖励纳入工资", "科研奖励不纳入工资", "negation"),
        ("由市教委负责落实", "由市财政局负责落实", "department"),
        ("依托江南大学建设", "依托江北大学建设", "name"),
        ("鼓励企业参与建设", "鼓励企业积极参与建设", "omission"),
        ("鼓励企业大胆参与建设", "鼓励企业参与建设", "insertion"),
        ("要稳步推进综合试点", "要拓面推进综合试点", "wording"),
    ],
)
def test_kinds_of_differences(draft, source, kind):
    typing = Typing(departments=Departments.load())
    found = typing.typed(align(draft, source).edits, draft, source)
    assert [typed.kind for typed in found] == [kind]


def test_the_same_figure_in_other_letters_is_no_difference():
    typing = Typing(departments=Departments.load())
    assert typing.typed(align("建设二十个平台", "建设20个平台").edits, "建设二十个平台", "建设20个平台") == []


def value(text):
    (found,) = values_in(bare(text))
    return found


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("约2.22亿元", "22156.00万元"),
        ("近七成", "69.96%"),
        ("百分之百", "100%"),
        ("2025年", "2025年7月9日"),
        ("三十六项", "36项"),
    ],
)
def test_values_that_say_the_same(draft, source):
    assert same_value(value(draft), value(source), rounded=True)


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("2.32亿元", "22156.00万元"),
        ("2025年5月", "2025年"),
        ("1至3年", "3~5年"),
        ("第三批", "第二批"),
        ("21个", "20个"),
    ],
)
def test_values_that_do_not(draft, source):
    assert not same_value(value(draft), value(source), rounded=True)


def test_a_ceiling_is_no_floor():
    assert bounds_conflict(value("不低于总数30%"), value("不超过总数30%"))
    assert not bounds_conflict(value("20所"), value("20所左右"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("第（一）至（三）条", [1, 2, 3]),
        ("第3、5、7项", [3, 5, 7]),
        ("附件2第3至5项", [3, 4, 5]),
        ("第6项、第7项", [6, 7]),
        ("第六部分（五）3", [3]),
    ],
)
def test_lists_and_ranges_of_references(text, numbers):
    (anchor,) = anchors_in(f"《意见》{text}规定")
    assert anchor.written == text
    assert [reference.steps[-1].number for reference in anchor.references] == numbers


def test_the_drafts_own_numbering_is_no_reference():
    assert [passage.anchor for passage in passages("（二）加强领导。\n第一条 为了规范管理，制定本办法。")] == [
        None,
        None,
    ]


def test_a_slogan_is_no_quotation_and_a_nested_one_stays_whole():
    (slogan,) = passages("推进“校招共聘”行动。")
    assert slogan.quotation is None
    text = "《意见》要求“建立校企‘共聘共育’的引人用人机制”。"
    (nested,) = passages(text)
    assert text[nested.quotation.start : nested.quotation.end] == "建立校企‘共聘共育’的引人用人机制"


def test_an_endless_sentence_is_cut_at_commas_but_not_inside_a_quotation():
    draft = "加强职业教育，" * 700 + "要求“" + "推进产教融合，" * 700 + "”。"
    found = passages(draft)
    assert max(p.sentence.end - p.sentence.start for p in found if p.quotation is None) <= MAX_SENTENCE + 10
    quoted = [p.quotation for p in found if p.quotation is not None]
    assert [draft[q.start : q.end] for q in quoted] == ["推进产教融合，" * 700]
    assert [p.sentence for p in passages("加强，" * 20)] == [Span(start=0, end=60)]


def test_a_long_draft_of_repeated_words_is_aligned_throughout():
    source = "建设职业学校。" + "其他内容" * 800
    found = align("建设职业学校" * 300, source)
    assert found.edits[-1].draft_end == 1800
    assert found.share < 1.0


def conflicts(said, *source):
    weights = {first + second: 1.0 for first, second in pairwise(said) if first >= "一" <= second}
    found = value_conflicts([said], said, [Segment(text=text) for text in source], weights)
    return [(one.draft, one.source) for one in found]


def test_a_day_that_the_source_names_is_not_held_against_a_year():
    source = ("审定过程形成2025年度报告", "2026年1月9日召开会议审定")
    assert conflicts("审定过程2026年1月9日", *source) == []
    assert conflicts("审定过程2026年1月8日", *source) != []


def test_figures_of_words_taken_over_whole_stand_where_the_source_has_them():
    source = "配套建设题库100套课件37个教学视频70个培训基地初具规模"
    assert conflicts("配套建设题库100套课件37个教学视频70个", source) == []
    assert conflicts("编写课件70个", source) == []
    assert conflicts("配套建设题库100套课件37个教学视频80个", source) == [("80个", "70个")]
