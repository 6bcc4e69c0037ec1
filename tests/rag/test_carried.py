import pytest

from rag.carried import carried
from rag.draft import Evidence, Statement
from tests.rag.checking import checker

__all__ = ["checker"]  # the fixture


def clause(checker, document, words):
    return next(one for one in checker.index.library.clauses(document) if words in one.own.text)


def labels(checker, text, *cited):
    """The labels of the clauses that a sentence may cite of those that it cites; None when it may not be shown."""
    evidence = tuple(Evidence.whole(one) for one in cited)
    found = carried(Statement(text=text, evidence=evidence), checker)
    return None if found is None else [one.clause.label for one in found.evidence]


@pytest.fixture
def supply(checker):
    return clause(checker, "opinion", "押金")


@pytest.fixture
def training(checker):
    return clause(checker, "opinion", "护理员")


@pytest.fixture
def lead(checker):
    return clause(checker, "opinion", "牵头")


@pytest.mark.parametrize(
    "text",
    [
        "支持社会力量以独资、合资等方式举办养老机构。",
        "养老机构不得收取押金。",
        "新增床位补贴为每张每年3000元。",
        "《养老意见》规定，新增床位补贴按每张每年3000元发放。",
        "支持社会力量“以独资、合资等方式举办养老机构”。",
        "二、（一）要求养老机构不得收取押金。",
        "主要规定如下：养老机构不得收取押金。",
    ],
)
def test_the_clause_in_its_own_or_other_words_carries_a_sentence(checker, supply, text):
    assert labels(checker, text, supply) == [supply.label]


@pytest.mark.parametrize(
    "text",
    [
        "新增床位补贴按每张每年5000元发放。",  # another figure
        "新增床位补贴按每张每月3000元发放。",  # another unit
        "新增床位补贴由市教委按每张每年3000元发放。",  # a department that the clause does not name
        "养老机构可以收取押金。",  # another duty word
        "养老机构收取押金。",  # a negation dropped
        "不支持社会力量以独资、合资等方式举办养老机构。",  # a negation added
        "限制社会力量以独资、合资等方式举办养老机构。",  # another verb
        "要求社会力量以独资、合资等方式举办养老机构，养老机构不得收取押金，院长由理事会任命。",  # a part added
        "院长由理事会任命，支持社会力量以独资、合资等方式举办养老机构。",
        "主要规定包括可以收取押金：养老机构不得收取押金。",
        "主要规定如下：",
        "是。",
        "……",
        "不可以。",
        "Deposits are forbidden for all homes.",
        "養老機構不得收取押金。",  # traditional characters: not the text's
        "养老机构不得收取押金[详情](//evil.example/a)。",
        "养老机构不得收取押金<b>。</b>",
        "养老机构不得收取押金，详见evil.example。",
        "《停车管理办法》规定，养老机构不得收取押金。",  # another document's name
        "第三条要求养老机构不得收取押金。",  # another clause's
        "意见要求“养老机构不许收取押金”。",  # no quotation
        "每年培训护理员1000名左右。",  # true, but of another clause than the one cited
    ],
)
def test_what_the_cited_clause_does_not_say_is_not_shown(checker, supply, text):
    assert labels(checker, text, supply) is None


def test_a_clause_that_adds_nothing_is_no_citation(checker, supply, training):
    assert labels(checker, "养老机构不得收取押金。", training, supply) == [supply.label]


def test_two_clauses_may_carry_a_sentence_together(checker, supply, training):
    text = "养老机构不得收取押金，每年培训护理员1000名左右。"
    assert labels(checker, text, supply) is None
    assert labels(checker, text, supply, training) == [supply.label, training.label]


def test_the_role_of_a_department_is_the_clauses(checker, lead):
    assert labels(checker, "由市民政局牵头，市财政局、市教委配合。", lead) == [lead.label]
    assert labels(checker, "由市财政局牵头，市民政局、市教委配合。", lead) is None
