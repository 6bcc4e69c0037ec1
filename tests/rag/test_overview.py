"""Questions about documents as wholes, on the real corpus."""

import re

import pytest

from ingest.schema import Kind
from rag.answer import open_assistant
from rag.compose.material import title_of
from rag.documents import plans_of
from rag.schema import Status, Turn
from tests.rag.texts import document

PLAN = "chanjiao-ronghe-shishi-fangan"
OPINION = "chanjiaocheng-ronghe-biaogan-yijian"
POINTS = "jinjiaozhihan-2025-1"
ACTION = "jinjiaozheng-2025-7"
REPORT = "zhiye-daxue-zhiliang-nianbao-2025"


@pytest.fixture(scope="module")
def assistant(data_dir):
    return open_assistant(data_dir=data_dir, embedding_model=None, llm=None)


@pytest.mark.parametrize(
    ("question", "document_id"),
    [
        ("总结一下实施方案的主要内容", PLAN),
        ("能不能给我概括一下标杆意见的要点", OPINION),
        ("7号文主要讲了什么？", ACTION),
        ("实施方案规定了哪些措施", PLAN),
        ("今年的重点工作有哪些", POINTS),
        ("2025年职业教育要抓哪几件大事", POINTS),
        ("年报有哪些部分", REPORT),
    ],
)
def test_what_a_document_contains_is_told_by_its_headings_each_cited(assistant, question, document_id):
    answer = assistant.answer(question)
    parts = [
        clause
        for clause in assistant.library.clauses(document_id)
        if clause.parent_id is None and clause.kind is not Kind.FRONT_MATTER and title_of(clause)
    ]
    assert answer.status is Status.ANSWERED
    assert answer.interpretation.intent == "overview"
    assert all(title_of(part) in answer.answer for part in parts)
    assert {part.id for part in parts} <= {citation.clause.id for citation in answer.citations}
    assert f"共{sum(part.kind is not Kind.ANNEX for part in parts)}" in answer.answer


@pytest.mark.parametrize(
    ("question", "label"), [("实施方案有哪些保障措施", "六、（一）"), ("行动计划有哪些主要任务", "二、（一）")]
)
def test_what_stands_under_a_heading_is_told_where_one_is_called_so(assistant, question, label):
    answer = assistant.answer(question)
    assert answer.citations[0].clause.label == label
    assert "共" not in answer.answer


def test_this_document_is_the_one_spoken_of_before(assistant):
    before = assistant.answer("7号文的文号")
    history = [Turn(role="user", content="7号文的文号"), Turn(role="assistant", content=before.answer)]
    answer = assistant.answer("这份文件主要讲了什么", history=history)
    assert {citation.document.id for citation in answer.citations} == {ACTION}
    assert answer.interpretation.intent == "overview"


@pytest.mark.parametrize(
    "question", ["有哪些文件", "现在有哪些文件？", "你能查哪些文件", "库里有哪些文件？", "现在收录了哪些政策"]
)
def test_the_documents_that_there_are_are_listed_and_counted(assistant, question):
    answer = assistant.answer(question)
    documents = assistant.library.documents()
    assert f"共{len(documents)}份" in answer.answer
    assert all(f"《{one.title}》" in answer.answer for one in documents)
    assert {citation.document.id for citation in answer.citations} == {one.id for one in documents}


def test_the_documents_of_a_year_are_counted_by_themselves(assistant):
    answer = assistant.answer("2025年有哪些文件？")
    dated = [one for one in assistant.library.documents() if "2025" in one.title + one.issued_on]
    assert answer.answer.startswith(f"2025年的文件共{len(dated)}份")
    assert {citation.document.id for citation in answer.citations} == {one.id for one in dated}


def test_the_newest_document_is_told_with_its_date_and_which_have_none(assistant):
    answer = assistant.answer("最新的文件是哪份？")
    dates = {one.issued_on or one.published_on: one for one in assistant.library.documents()}
    assert [citation.document.id for citation in answer.citations] == [dates[max(dates)].id]
    assert answer.status is Status.PARTIAL
    assert f"《{assistant.library.document(PLAN).title}》" in answer.answer


def test_the_documents_that_speak_of_something_each_with_its_words(assistant):
    answer = assistant.answer("哪些文件提到了鲁班工坊")
    cited = {citation.document.id for citation in answer.citations}
    assert cited == {PLAN, OPINION, POINTS, REPORT}
    assert all("鲁班工坊" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize(("question", "said"), [("2019年的文件有哪些", "2019年"), ("哪份文件规定了校园欺凌", "欺凌")])
def test_what_no_document_has_is_not_listed(assistant, question, said):
    answer = assistant.answer(question)
    assert answer.status is Status.NOT_FOUND and answer.citations == ()
    assert said in answer.answer


def test_parts_are_counted_and_listed_alike(assistant):
    listed = assistant.answer("质量年报主要内容").answer
    counted = assistant.answer("质量年报共几个部分").answer
    assert re.search(r"共(\d+)个部分", listed)[1] == re.search(r"共有(\d+)个部分", counted)[1]


@pytest.mark.parametrize(
    "question",
    [
        "实施方案讲了什么税收政策",
        "实施方案依据哪份文件制定",
        "任务清单第6项讲了什么",
        "市财政局有哪些任务",
        "标杆意见的重点任务分别由谁负责",
        "实施方案部署的措施如何落实",
        "哪个政策有效",
    ],
)
def test_a_question_to_the_text_is_none_about_the_document(assistant, question):
    assert assistant.answer(question).interpretation.intent not in ("overview", "documents")


def test_this_year_is_that_of_the_latest_plan_of_work():
    plans = [document(f"p{year}", "正文", title=f"{year}年教育工作要点") for year in (2023, 2024)]
    others = [document("report", "正文", title="2025年质量报告")]
    assert [one.id for one in plans_of("今年的重点工作有哪些", plans + others)] == ["p2024"]
    assert [one.id for one in plans_of("2023年有什么重点工作", plans + others)] == ["p2023"]
    assert plans_of("重点工作有哪些", plans) == plans_of("今年招多少人", plans) == []
