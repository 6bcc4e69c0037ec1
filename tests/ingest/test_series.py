"""Lines numbered by a word, one after the other: 任务1：……, 行动一：……, 专栏2 ……."""

from itertools import product

import pytest

from ingest.schema import Role
from tests.ingest.texts import by_label, check, labels, split, units

TASKS = (
    "任务1：制定方案。责任单位：各区人民政府。完成时间：2024年7月31日前。成果形式：方案。\n"
    "任务2：修订标准，牵头单位：市教委，配合单位：市财政局、市人社局。\n"
    "任务3：建设平台（责任单位：市教委；配合单位：市财政局）。\n"
    "任务4：由市教委牵头，市财政局配合，2025年6月底前完成。\n"
    "任务5：举办大赛。责任单位：市教委，甲市人民政府承办。\n"
)


def test_tasks_of_an_annex_are_items_with_their_own_units():
    result = split(f"一、要求\n抓好落实。\n附件\n任务清单\n{TASKS}")
    check(result)
    assert labels(result) == ["一、", "附件", "任务1", "任务2", "任务3", "任务4", "任务5"]
    tasks = by_label(result)
    assert not tasks["附件"].units
    assert [tasks[f"任务{n}"].heading for n in range(1, 6)] == [
        "任务1：制定方案", "任务2：修订标准", "任务3：建设平台", "", "任务5：举办大赛",
    ]  # fmt: skip
    assert units(tasks["任务1"]) == ["各区人民政府"]
    assert [(unit.name, unit.role) for unit in tasks["任务2"].units] == [
        ("市教委", Role.LEAD), ("市财政局", Role.SUPPORT), ("市人社局", Role.SUPPORT),
    ]  # fmt: skip
    assert [unit.role for unit in tasks["任务3"].units] == [Role.RESPONSIBLE, Role.SUPPORT]
    assert [unit.role for unit in tasks["任务4"].units] == [Role.LEAD, Role.SUPPORT]
    assert units(tasks["任务5"]) == ["市教委", "甲市人民政府"]


@pytest.mark.parametrize(
    ("word", "form"),
    [
        *product(
            ["任务", "行动", "举措", "措施", "项目", "工程", "重点任务"],
            ["{}{}：{}", "{} {} {}", "{}{}、{}", "**{}{}：**{}", "【{}{}】{}"],
        ),
        *product(["专栏", "问题", "挑战"], ["{}{}：{}", "{} {} {}", "**{}{}：**{}"]),
    ],
)
@pytest.mark.parametrize("numbers", ["12", "一二"])
def test_words_and_forms(word, form, numbers):
    lines = [form.format(word, number, f"建设平台{number}期。投资百万元。") for number in numbers]
    result = split("一、重点\n" + "\n".join(lines) + "\n二、保障\n抓好落实。\n")
    check(result)
    assert labels(result) == ["一、", f"{word}{numbers[0]}", f"{word}{numbers[1]}", "二、"]
    assert all(result.clauses[n].heading.endswith("期") for n in (1, 2))


@pytest.mark.parametrize(
    "text",
    [
        "任务1由市教委负责，任务2由市财政局负责。\n任务2要求较高。",
        "任务1、任务2和任务3由市教委负责。\n任务2、3由市财政局负责。",
        "任务1：略。",
        "任务2 的进度较慢。\n任务3 由市教委负责。",
        "“任务1：制定方案。\n任务2：修订标准。\n任务3：建设平台。”",
        "推进以下各项，其中市教委负责落实的有\n任务2 和任务3，市财政局负责的有任务4。",
        "项目一个。\n行动二十次。",
    ],
)
def test_prose_that_mentions_a_task_opens_nothing(text):
    assert labels(split(f"一、总则\n{text}\n二、其他\n内容。\n")) == ["一、", "二、"]


def test_a_series_inside_another_is_named_after_it():
    result = split("一、重点\n行动一：强基。\n措施1：甲。\n措施2：乙。\n行动二：提质。\n措施1：丙。\n二、保障\n丁。\n")
    assert labels(result) == [
        "一、", "行动一", "行动一措施1", "行动一措施2", "行动二", "行动二措施1", "二、",
    ]  # fmt: skip


def test_lists_inside_a_task_and_tasks_inside_a_list():
    inside = split("一、重点\n行动一：强基\n（一）抓甲。细则。\n（二）抓乙。细则。\n行动二：提质\n（一）抓丙。细则。\n")
    assert labels(inside) == ["一、", "行动一", "行动一（一）", "行动一（二）", "行动二", "行动二（一）"]
    around = split("一、重点\n1.完善制度\n举措1：甲。\n举措2：乙。\n2.加强管理，做好：\n举措1：丙。\n举措2：丁。\n")
    assert [len(clause.path) for clause in around.clauses] == [1, 2, 3, 3, 2, 3, 3]


def test_a_list_goes_on_after_a_box():
    result = split("一、重点\n1.甲。\n2.乙。\n专栏1 重大工程\n建设学校10所。\n3.丙。\n专栏2 重大项目\n二、保障\n丁。\n")
    assert labels(result) == ["一、", "一、1", "一、2", "专栏1", "一、3", "专栏2", "二、"]


def test_tasks_with_their_units_in_lines_of_their_own_are_signed_below():
    result = split(
        "关于任务的通知\n各学校：\n任务1：制定方案\n责任单位：市教委\n\n任务2：建设平台\n责任单位：市财政局\n"
        "甲县教育局\n2025年1月10日\n"
    )
    check(result)
    assert labels(result) == ["文首", "任务1", "任务2", "落款"]
    assert units(by_label(result)["任务2"]) == ["市财政局"]


def test_a_first_sentence_that_rules_is_no_heading():
    result = split(
        "一、报送\n（一）甲类材料于6月30日前报送，乙类材料另行通知。逾期不予受理。\n（二）2030年6月底前，报送材料。从严。\n"
    )
    assert [clause.heading for clause in result.clauses] == ["一、报送", "", "（二）2030年6月底前，报送材料"]


@pytest.mark.parametrize(
    ("sentence", "roles"),
    [
        ("由市教委、市财政局共同牵头。", [Role.LEAD, Role.LEAD]),
        ("由市教委负责。", [Role.RESPONSIBLE]),
        ("由市教委牵头，市财政局配合，10月20日前完成。", [Role.LEAD, Role.SUPPORT]),
        ("由校长负责。", []),
        ("市教委负责培训。", []),
    ],
)
def test_duties_said_in_a_sentence(sentence, roles):
    result = split(f"一、重点\n1.建设平台。开发课程。{sentence}\n2.其他。略。\n")
    assert [unit.role for unit in by_label(result)["一、1"].units] == roles
