"""The learned reading of what kind of answer a question asks for, beside the reading by wordings."""

import pytest

from rag.kind import features_of, kind_model, settled
from rag.question import Intent


def test_features_are_characters_and_pairs_with_both_ends_marked() -> None:
    assert features_of("谁管？") == {"谁", "管", "^谁", "谁管", "管$"}
    assert features_of("") == {"^$"}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("校服采购这项工作由哪些部门负责？", "responsible_units"),
        ("图书馆一共有多少册藏书？", "figure"),
        ("食堂可以外包吗？", "yesno"),
        ("怎么申请困难补贴？", "measure"),
    ],
)
def test_a_plain_question_on_any_subject_is_read_surely(question: str, kind: str) -> None:
    read, probability = kind_model().likeliest(question)
    assert read == kind
    assert probability > 0.6


def test_the_learned_reading_counts_where_the_wordings_say_little() -> None:
    question = "请问“午餐补贴”条目的责任单位"
    assert settled(Intent.OPEN, question, names_unit=False, names_clause=False) is Intent.UNITS


def test_the_wordings_stand_where_they_look_for_more() -> None:
    question = "校服采购这项工作由哪些部门负责？"
    for read in (Intent.COMPARE, Intent.TASKS):
        assert settled(read, question, names_unit=True, names_clause=False) is read


@pytest.mark.parametrize(
    ("question", "kind"), [("什么时候优化学校管理机制", Intent.TIME), ("加强学校安全管理是什么意思", Intent.DEFINITION)]
)
def test_a_subject_that_sounds_like_a_measure_asks_for_none(question: str, kind: Intent) -> None:
    assert kind_model().likeliest(question)[0] == "measure"
    assert settled(kind, question, names_unit=False, names_clause=False) is kind


def test_no_tasks_without_a_department_and_no_clause_without_a_number() -> None:
    tasks = "责任单位里写有审计局的任务分别是什么"
    assert kind_model().likeliest(tasks)[0] == "tasks_of_unit"
    assert settled(Intent.OPEN, tasks, names_unit=False, names_clause=False) is Intent.OPEN
    assert settled(Intent.OPEN, tasks, names_unit=True, names_clause=False) is Intent.TASKS
    clause = "第八条的内容是什么？"
    assert kind_model().likeliest(clause)[0] == "clause_lookup"
    assert settled(Intent.OPEN, clause, names_unit=False, names_clause=False) is Intent.OPEN
