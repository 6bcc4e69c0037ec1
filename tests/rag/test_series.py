"""Tasks numbered by a word: a question names one, and each department gets its own."""

import pytest

from rag.answer import open_assistant
from rag.schema import Status
from tests.conftest import run_tiaowen

PLAN = """青岚市提质行动计划

一、行动内容
行动一：达标行动。改造薄弱校舍。由市教育局牵头，市财政局配合。
行动二：培育行动。培训专业课教师。由市教育局、市人力资源社会保障局共同牵头。
二、组织实施
加强统筹。

附件
重点任务清单
任务1：制定整改方案。责任单位：市教育局。完成时间：2031年7月31日前。
任务2：编制农民培训教材。责任单位：市农业农村局。完成时间：2031年9月30日前。
任务3：落实生均拨款标准。责任单位：市财政局。完成时间：2031年12月31日前。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder, texts = tmp_path_factory.mktemp("series"), tmp_path_factory.mktemp("texts")
    (texts / "plan.txt").write_text(PLAN, encoding="utf-8")
    done = run_tiaowen(folder, "ingest", str(texts))
    assert done.returncode == 0, done.stderr
    return open_assistant(data_dir=folder, embedding_model=None, llm=None)


@pytest.mark.parametrize(
    ("question", "label", "unit"),
    [
        ("任务2由谁负责？", "任务2", "市农业农村局"),
        ("行动二由谁牵头？", "行动二", "市人力资源社会保障局"),
        ("附件的任务3是哪个部门的？", "任务3", "市财政局"),
    ],
)
def test_a_task_is_found_by_its_number(assistant, question, label, unit):
    answer = assistant.answer(question)
    assert unit in answer.answer
    assert [citation.clause.label for citation in answer.citations] == [label]


def test_a_department_has_its_own_tasks(assistant):
    answer = assistant.answer("市财政局负责哪些任务？")
    assert [citation.clause.label for citation in answer.citations] == ["行动一", "任务3"]
    assert "行动一：行动一" not in answer.answer


def test_a_number_beyond_the_series_is_not_there(assistant):
    answer = assistant.answer("任务9由谁负责？")
    assert answer.status is Status.NOT_FOUND and "没有第9" in answer.answer


def test_a_series_that_no_document_has_is_no_number(assistant):
    assert "没有项目2" not in assistant.answer("项目2由谁负责？").answer
