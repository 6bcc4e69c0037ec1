import pytest

from ingest.numerals import parse_number
from ingest.references import LAST, find_references, step_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("附件2第6项", [("附件2第6项", [("附件", 2), ("项", 6)])]),
        ("附件一里清单的第三条", [("附件一里清单的第三条", [("附件", 1), ("条", 3)])]),
        ("第（二十）条讲什么", [("第（二十）条", [("（条）", 20)])]),
        ("第四十八条第二款第（三）项", [("第四十八条第二款第（三）项", [("条", 48), ("款", 2), ("项", 3)])]),
        ("附件2第6项、第7项", [("附件2第6项", [("附件", 2), ("项", 6)]), ("第7项", [("附件", 2), ("项", 7)])]),
        ("二、（一）怎么说", [("二、（一）", [("一、", 2), ("（一）", 1)])]),
        ("最后一条", [("最后一条", [("条", LAST)])]),
        ("清单倒数第二项", [("倒数第二项", [("项", -2)])]),
        ("22号那个，由谁负责", [("22号", [("项", 22)])]),
        ("附件2里排在第22位的任务", [("附件2里排在第22位", [("附件", 2), ("项", 22)])]),
        ("编号12的那一条", [("编号12", [("项", 12)])]),
        ("任务4由谁负责", [("任务4", [("任务", 4)])]),
        ("附件2的任务 12是什么", [("附件2的任务 12", [("附件", 2), ("任务", 12)])]),
        ("行动四", [("行动四", [("行动", 4)])]),
        ("清单第8个任务", [("第8个", [("项", 8)])]),
    ],
)
def test_references_are_read_from_the_outside_in(text, expected):
    found = [(r.written, [(step.unit, step.number) for step in r.steps]) for r in find_references(text)]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "第22位教师",
        "22号那个文件",
        "倒数第二名",
        "完成4个任务",
        "第十二届",
        "第二批",
        "资本合作（PPP）",
        "3~5年",
        "千团千企2.0",
        "挑战杯",
        "任务4项",
        "工程一起牵头",
        "行动一年内完成",
        "主要任务一是抓落实",
        "项目2025年完成",
        "一、二、三",
    ],
)
def test_what_only_looks_like_a_reference_is_none(text):
    assert find_references(text) == []


def test_pairs_keep_both_numbers():
    (reference,) = find_references("表 3-1里2022年那一行")
    assert (reference.steps[0].unit, reference.steps[0].number, reference.steps[0].second) == ("表", 3, 1)


@pytest.mark.parametrize(
    ("heading", "unit", "number"),
    [
        ("附件2 清单", "附件", 2),
        ("第6项", "项", 6),
        ("（二）开头", "（一）", 2),
        ("1.开头", "1.", 1),
        ("三、保障", "一、", 3),
        ("任务2：制定方案", "任务", 2),
        ("行动一 强基行动", "行动", 1),
        ("【重点任务3】制定方案", "任务", 3),
    ],
)
def test_a_path_element_gives_its_number(heading, unit, number):
    step = step_of(heading)
    assert step is not None and (step.unit, step.number) == (unit, number)


def test_headings_without_a_number_have_no_step():
    assert step_of("前言") is None and step_of("文首") is None


@pytest.mark.parametrize(
    ("written", "value"),
    [("一百零三", 103), ("二〇二五", 2025), ("①", 1), ("１２", 12), ("十", 10), ("统一", None), ("", None)],
)
def test_numbers_as_written_in_labels(written, value):
    assert parse_number(written) == value
