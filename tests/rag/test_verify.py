import pytest

from ingest.departments import Departments
from rag.draft import Evidence, Statement
from rag.schema import Verdict
from rag.verify import check_statement, quote_is_literal
from tests.rag.texts import clause, document

SOURCE = "高校科研人员的奖励收入不纳入绩效工资，年底前建成20个平台，不得向学生收费。由市教委、市财政局负责。"


@pytest.fixture(scope="module")
def departments():
    return Departments.load()


def verdict(text, departments, *, counted=(), words=SOURCE):
    one = clause(SOURCE)
    at = SOURCE.find(words)
    evidence = Evidence(clause=one, start=at, end=at + len(words))
    return check_statement(Statement(text=text, evidence=(evidence,), counted=counted), departments).verdict


def test_the_words_of_the_clause_are_supported(departments):
    assert verdict("年底前建成20个平台，不得向学生收费。", departments) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        "年底前建成30个平台。",  # another number
        "由市教委、市司法局负责。",  # another department
        "应当不得向学生收费。",  # a duty word that the clause does not hold
        "奖励收入纳入绩效工资。",  # a negation dropped
    ],
)
def test_what_a_reader_would_call_wrong_is_contradicted(text, departments):
    assert verdict(text, departments) is Verdict.CONTRADICTED


def test_an_alias_of_a_department_is_the_same_department(departments):
    assert verdict("由教委和财政局负责。", departments) is Verdict.SUPPORTED


def test_a_count_of_the_evidence_is_allowed_only_when_declared(departments):
    assert verdict("共有2项：年底前建成20个平台。", departments) is Verdict.CONTRADICTED
    assert verdict("共有2项：年底前建成20个平台。", departments, counted=("2",)) is Verdict.SUPPORTED


def test_the_label_of_the_cited_clause_is_no_number_of_the_statement(departments):
    assert verdict("第1条：年底前建成20个平台。", departments) is Verdict.SUPPORTED


def test_other_words_need_review(departments):
    assert verdict("企业从校园招聘会上得到许多优秀毕业生的青睐与关注。", departments) is Verdict.NEEDS_REVIEW


def test_a_statement_without_evidence_is_uncited(departments):
    assert check_statement(Statement(text="好。", evidence=()), departments).verdict is Verdict.UNCITED


def test_quotes_must_be_literal():
    one = document("d", "甲乙丙丁")
    assert quote_is_literal(one, "乙丙", 1, 3)
    assert not quote_is_literal(one, "乙丙", 0, 2)
    assert not quote_is_literal(one, "", 1, 1)


def test_a_ceiling_that_became_a_floor_is_contradicted(departments):
    words = "探索以不超过编制总数30%的标准设置流动岗位。"
    evidence = Evidence(clause=clause(words + "至少设2个，也有不低于10%的。"), start=0, end=len(words))
    statement = Statement(text="以不低于编制总数30%的标准设置流动岗位。", evidence=(evidence,))
    assert check_statement(statement, departments).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("允许居民与企业合办社区书屋。", Verdict.CONTRADICTED),  # 允许 is said of something else
        ("居民与企业应当合办社区书屋。", Verdict.CONTRADICTED),
        ("居民与企业一律合办社区书屋。", Verdict.CONTRADICTED),
        ("探索居民与企业合办社区书屋。", Verdict.SUPPORTED),
        ("允许以闲置场地入股。", Verdict.SUPPORTED),
        ("书屋的净收入可以作为补贴来源。", Verdict.SUPPORTED),  # 可 in full
    ],
)
def test_a_duty_word_is_that_of_the_same_thing(departments, text, expected):
    source = "探索居民与企业合办社区书屋。允许以闲置场地入股。书屋的净收入可作为补贴来源。"
    evidence = (Evidence.whole(clause(source)),)
    assert check_statement(Statement(text=text, evidence=evidence), departments).verdict is expected


def test_the_number_of_an_item_is_no_part_of_the_date_that_it_begins_with(departments):
    one = clause("2.2025年5月底前，建立机构名单。")
    statement = Statement(text="2025年5月底前，建立机构名单。", evidence=(Evidence.whole(one),))
    assert check_statement(statement, departments).verdict is Verdict.SUPPORTED
