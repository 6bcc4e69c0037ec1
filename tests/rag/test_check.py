"""Whole checks: one draft in, claims out."""

import time

import pytest

from rag.check.checker import nothing_found
from rag.schema import Verdict
from tests.rag.checking import checker  # noqa: F401 - a fixture


def one(checker, text):  # noqa: F811
    claims = checker.check(text).claims
    assert len(claims) == 1, [claim.text for claim in claims]
    assert claims[0].text == text[claims[0].start : claims[0].end]
    return claims[0]


QUOTED = "《养老意见》第（二）条提出“每年培训护理员1000名左右”。"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (QUOTED, Verdict.SUPPORTED),
        ("《养老意见》第（二）条提出“每年培训护理员 １０００ 名左右”。", Verdict.SUPPORTED),  # typography
        (
            "滨政发[2025]3号第一部分要求“全市建成50个社区养老中心……护理床位不少于20张”。",
            Verdict.SUPPORTED,
        ),  # omission marked
        ("《滨江市停车管理办法》第3条第2款规定“停车三十分钟以内免费”。", Verdict.SUPPORTED),
        (
            "《滨江市停车管理办法》第三条、第四条规定“由市发展改革委处二千元以上一万元以下罚款”。",
            Verdict.SUPPORTED,
        ),  # list
        ("《滨江市停车管理办法》第二至四条规定“停车场应当公示收费标准”。", Verdict.SUPPORTED),  # range
        ("《养老意见》第（二）条提出“每年培训护理员2000名左右”。", Verdict.MISQUOTED),
        ("《养老意见》第（一）条规定“养老机构可以收取押金”。", Verdict.MISQUOTED),
        ("《养老意见》第（一）条规定，支持社会力量“以独资方式举办养老机构”。", Verdict.MISQUOTED),  # dropped words
        ("《养老意见》第（一）条提出“每年培训护理员1000名左右”。", Verdict.WRONG_CLAUSE),
        ("《滨江市停车管理办法》提出“每年培训护理员1000名左右”。", Verdict.WRONG_CLAUSE),  # another document
        ("《养老意见》第（三）条提出“每年培训护理员1000名左右”。", Verdict.NOT_FOUND),  # no such clause
        ("《滨江市停车管理办法》第十条规定，停车场必须安装充电桩。", Verdict.NOT_FOUND),
        ("滨政发〔2025〕4号规定“停车场应当公示收费标准”。", Verdict.NOT_FOUND),  # no such document
        ("《养老意见》第（二）条提出“为老年人免费发放智能手环和血压计”。", Verdict.NOT_FOUND),  # nothing says so
        ("《养老意见》要求到2027年建成80个社区养老中心。", Verdict.CONTRADICTED),
        ("《养老意见》第（二）条要求护理型床位的比例不低于总床位的30%。", Verdict.CONTRADICTED),  # ceiling and floor
        ("《养老意见》第（一）条允许养老机构收取押金。", Verdict.CONTRADICTED),
        ("《养老意见》第三部分明确由市财政局牵头，市民政局配合。", Verdict.CONTRADICTED),
        ("《养老意见》第（二）条鼓励江南大学、滨江医学院等开设护理专业。", Verdict.CONTRADICTED),
        ("《养老意见》第（一）条明确，新增床位每张每年补贴3000元。", Verdict.SUPPORTED),
        (
            "《养老意见》第（一）条禁止社会力量以独资、合资等方式举办养老机构。",
            Verdict.CONTRADICTED,
        ),  # what is furthered
        ("《养老意见》第（二）条要求停止培训护理员。", Verdict.CONTRADICTED),
        (
            "《养老意见》第一部分要求建成20个社区养老中心，每个中心的护理床位不少于50张。",
            Verdict.CONTRADICTED,
        ),  # swapped
        ("《养老意见》第三部分由市财政局等部门配合。", Verdict.SUPPORTED),  # an open list
        (
            "《养老意见》第（一）条规定，支持社会力量以独资、合资等式方举办养老机构。",
            Verdict.NEEDS_REVIEW,
        ),  # turned characters
        ("《养老意见》第（一）条规定，支持境外社会力量以独资、合资等方式举办养老机构。", Verdict.NEEDS_REVIEW),
        ("《养老意见》第（一）条规定，支持社会力量以独资、合资等灵活方式举办养老机构。", Verdict.NEEDS_REVIEW),  # added
        ("《养老意见》二（二）提出“每年培训护理员1000名左右”。", Verdict.SUPPORTED),  # an address without 、
        ("《养老意见》第二条第（二）项提出“每年培训护理员1000名左右”。", Verdict.SUPPORTED),
        ("《养老意见》第（二）条提出“每年培训护理员\n1000名左右，\n鼓励江南大学”。", Verdict.MISQUOTED),  # lines cut it
        ("《养老意见》第（二）条提出“开设护理专业……每年培训护理员1000名左右”。", Verdict.MISQUOTED),  # turned round
        ("我院落实《养老意见》“每年培训护理员2000名”的要求。", Verdict.MISQUOTED),  # own affairs around a quotation
    ],
)
def test_verdicts(checker, text, verdict):  # noqa: F811
    claim = one(checker, text)
    assert claim.verdict is verdict, (claim.explanation, claim.differences)


def test_a_difference_is_located_on_both_sides(checker):  # noqa: F811
    text = "前言。\n《养老意见》第（二）条提出“每年培训护理员2000名左右”。"
    claim = one(checker, text)
    (difference,) = claim.differences
    document = checker.index.library.document("opinion")
    assert difference.kind == "number"
    assert text[difference.draft_start : difference.draft_end] == difference.draft == "2000名"
    assert document.text[difference.source_start : difference.source_end] == difference.source == "1000名"
    assert claim.suggestion == QUOTED


def test_words_changed_at_the_edge_of_a_quotation_face_the_sources_words(checker):  # noqa: F811
    claim = one(checker, "《养老意见》第（一）条要求“社会资本以独资、合资等方式举办养老机构”。")
    assert [(one.draft, one.source) for one in claim.differences] == [("资本", "力量")]
    claim = one(checker, "《养老意见》第（二）条要求“鼓励江北大学、滨江医学院等开设护理课程”。")
    assert [(one.draft, one.source) for one in claim.differences] == [("课程", "专业")]


def test_evidence_is_literal(checker):  # noqa: F811
    (citation,) = one(checker, QUOTED).evidence
    assert citation.quote == citation.document.text[citation.start : citation.end]
    assert citation.verdict is Verdict.SUPPORTED


def test_the_right_clause_is_suggested(checker):  # noqa: F811
    claim = one(checker, "《滨江市停车管理办法》第二条规定“停车三十分钟以内免费”。")
    assert claim.verdict is Verdict.WRONG_CLAUSE
    assert claim.suggestion == "《滨江市停车管理办法》第三条第二款规定“停车三十分钟以内免费”。"


def test_what_was_said_before_is_remembered(checker):  # noqa: F811
    text = (
        "《滨江市停车管理办法》第四条规定了罚款。该办法第三条要求“停车场应当公示收费标准”，"
        "同条还规定“停车三十分钟以内免费”。"
    )
    verdicts = [claim.verdict for claim in checker.check(text).claims]
    assert verdicts == [Verdict.SUPPORTED] * len(verdicts)
    assert len(verdicts) == 3


def test_several_claims_in_one_sentence_are_judged_one_by_one(checker):  # noqa: F811
    text = "《养老意见》第（一）条要求“养老机构不得收取押金”，第（二）条提出“每年培训护理员500名左右”。"
    assert [claim.verdict for claim in checker.check(text).claims] == [Verdict.SUPPORTED, Verdict.MISQUOTED]


def test_the_writers_own_affairs_are_no_claims(checker):  # noqa: F811
    report = checker.check("我校拟于下月选派20名教师培训，各二级学院要认真组织。请各部门于周五前报送名单。")
    assert report.claims == ()
    assert nothing_found(report)


def test_a_true_statement_without_reference_is_uncited_with_evidence(checker):  # noqa: F811
    claim = one(checker, "全市支持社会力量以独资、合资等方式举办养老机构。")
    assert claim.verdict is Verdict.UNCITED
    assert claim.evidence


def test_a_document_of_another_year_is_another_document(checker):  # noqa: F811
    claim = one(checker, "滨政发〔2024〕3号提出“每年培训护理员1000名左右”。")
    assert claim.verdict is Verdict.NOT_FOUND


def test_a_limit_to_documents_is_kept(checker):  # noqa: F811
    assert checker.check(QUOTED, ["rules"]).claims == ()
    assert checker.check(QUOTED, ["opinion"]).claims[0].verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        "“" * 20_000,
        "《" * 20_000,
        "（一）" * 5000,
        "1" * 20_000,
        "第" + "1" * 20_000 + "条",
        "表1-" + "2" * 20_000,
        "《养老意见》第（二）条提出“" + "每年培训护理员" * 2000 + "”。",
        "《养老意见》" * 2000,
    ],
    ids=range(8),
)
def test_no_text_takes_long(checker, text):  # noqa: F811
    began = time.perf_counter()
    checker.check(text)
    assert time.perf_counter() - began < 10


def test_any_text_can_be_checked(checker):  # noqa: F811
    for text in ("", "\n\n", "“", "《", "第", "第条“”。", "”“《》第（）条", "……", "\ud800", "a" * 5000, "第一条" * 300):
        for claim in checker.check(text).claims:
            assert text[claim.start : claim.end] == claim.text


def test_a_clause_that_only_another_document_of_the_draft_has_is_offered(checker):  # noqa: F811
    draft = "《滨江市停车管理办法》第三条规定停车场应当公示收费标准。《养老意见》第四条规定停车场应当公示收费标准。"
    claims = checker.check(draft).claims
    assert claims[-1].verdict is Verdict.NOT_FOUND
    assert "《滨江市停车管理办法》有这一条" in claims[-1].explanation
    alone = checker.check(draft.partition("。")[2]).claims[-1]
    assert alone.verdict is Verdict.NOT_FOUND
    assert "有这一条" not in alone.explanation


@pytest.mark.parametrize("unit", ["十", "第 ", "1-", "，一"])
def test_a_draft_of_one_mark_over_and_over_is_read_to_its_end(checker, unit):  # noqa: F811
    assert checker.check(unit * 2000).claims == ()
