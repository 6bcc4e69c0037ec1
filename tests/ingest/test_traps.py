"""Numbering that misleads, each trap in a text of a few lines."""

import pytest

from ingest.schema import Kind
from ingest.split.patterns import FAMILIES, FIGURE, INNER_SECTION, TABLE, match_family
from tests.ingest.texts import by_label, check, labels, split


@pytest.mark.parametrize("family", [*FAMILIES, INNER_SECTION], ids=lambda family: family.name)
def test_patterns_match_their_examples_only(family):
    found = match_family(family.example)
    expected = "section" if family is INNER_SECTION else family.name
    assert found is not None and found[0].name == expected
    other = match_family(family.counterexample)
    assert other is None or other[0].name != expected


def test_captions_are_no_references():
    assert FIGURE.match("图 1-17 2025年占比") and TABLE.match("表1-1 汇总")
    for text in ("图 1-7)。", "图书馆建设", "表 2-1），并配套", "表示同意"):
        assert not FIGURE.match(text) and not TABLE.match(text)


def test_a_list_item_may_begin_with_a_count():
    result = split("一、亮点\n1. 甲校获奖；\n2. 1 个案例荣获奖项；\n3. 1 个案例入选。\n")
    assert labels(result) == ["一、", "一、1", "一、2", "一、3"]


@pytest.mark.parametrize("line", ["2.0版平台上线运行。", "3~5年内完成。", "2.5倍于上年。", "2025年7月启动。"])
def test_numbers_of_things_number_no_clause(line):
    assert labels(split(f"一、任务\n推进工作。\n{line}\n")) == ["一、"]


def test_a_citation_pushed_to_the_start_of_a_line_opens_nothing():
    text = (
        "第十一条　依照规定办理。\n第十二条　违反本办法\n第五条、第六条规定的，依照本办法\n第七条的规定处理，\n"
        "并公开结果。\n第十三条　本办法自公布之日起施行。\n"
    )
    assert [c.label for c in split(text).clauses if c.kind is Kind.ARTICLE] == ["第十一条", "第十二条", "第十三条"]


def test_three_industries_are_no_heading():
    assert labels(split("一、任务\n推进融合。\n一、二、三产业融合发展。\n")) == ["一、"]


def test_families_restart_and_run_on():
    restarting = split("一、甲\n（一）子。内容。\n（二）丑。内容。\n二、乙\n（一）寅。内容。\n")
    assert labels(restarting) == ["一、", "一、（一）", "一、（二）", "二、", "二、（一）"]
    running = split("一、甲\n（一）子\n内容。\n（二）丑\n内容。\n二、乙\n（三）寅\n内容。\n")
    assert labels(running) == ["一、", "第（一）条", "第（二）条", "二、", "第（三）条"]


def test_full_and_half_width_alternate():
    result = split("一、甲\n(一) 子\n内容。\n（二）丑\n内容。\n1．寅。内容。\n2.卯。内容。\n（1）辰。\n①巳；\n②午。\n")
    assert labels(result) == [
        "一、", "一、（一）", "一、（二）", "一、（二）1", "一、（二）2",
        "一、（二）2（1）", "一、（二）2（1）①", "一、（二）2（1）②",
    ]  # fmt: skip


def test_one_text_may_hold_several_numberings():
    text = (
        "关于印发办法的通知\n各有关单位：\n现就有关事项通知如下：\n一、抓好落实。\n二、及时报告。\n甲局\n2024年5月6日\n\n"
        "甲市停车办法\n第一章　总则\n第一条　为了管理，制定本办法。\n第二条　本办法适用于全市。\n\n"
        "附件1\n\n收费清单\n\n序号\n项目\n责任单位\n\n1\n停车\n市财政局\n"
    )
    result = split(text)
    check(result)
    found = labels(result)
    assert found[:4] == ["文首", "引言", "一、", "二、"]
    assert "第一条" in found and "落款" in found and found[-1] == "附件1第1项"
    assert [u.name for u in by_label(result)["附件1第1项"].units] == ["市财政局"]


def test_a_plan_attached_to_a_notice_starts_its_numbering_again():
    text = (
        "关于印发方案的通知\n各单位：\n一、加强领导。\n二、抓好落实。\n2024年5月6日\n\n"
        "甲市工作方案\n一、目标\n提高质量。\n二、任务\n落实。\n"
    )
    assert labels(split(text)) == [
        "文首",
        "一、",
        "二、",
        "落款",
        "甲市工作方案",
        "甲市工作方案一、",
        "甲市工作方案二、",
    ]


@pytest.mark.parametrize("annexes", ["附件：甲市停车办法", "附件：1．甲市停车办法\n2．收费清单"])
def test_the_signature_follows_the_list_of_annexes(annexes):
    text = (
        f"关于印发办法的通知\n各单位：\n一、加强领导。\n二、抓好落实。\n{annexes}\n甲市教育委员会\n2024年5月6日\n"
        "（联系人：张三；联系电话：83215000）\n（此件主动公开）\n"
        "甲市停车办法\n第一章 总则\n第一条 为了管理，制定本办法。\n第二条 本办法适用于全市。\n"
    )
    result = split(text)
    check(result)
    assert labels(result)[:6] == ["文首", "一、", "二、", "附件说明", "版记", "甲市停车办法"]
    assert by_label(result)["附件说明"].own.text == annexes
    assert by_label(result)["版记"].own.text.startswith("甲市教育委员会")


def test_numbered_challenges_need_no_colon():
    text = (
        "1. 任务\n1.1 抓好管理\n挑战 1 师资不足\n数量不足。\n挑战 2 经费紧张\n渠道较少，其中多数学校反映仍有\n"
        "问题 3 处尚未解决。\n表2 经费\n年度\t金额\n2022年\t10\n"
    )
    result = split(text)
    check(result)
    assert labels(result) == ["第1项", "1.1", "挑战1", "挑战2", "表2", "表2 2022年"]


def test_contents_without_page_numbers_are_left_out():
    text = (
        "甲市停车条例\n目　录\n第一章　总则\n第二章　管理\n"
        "第一章　总则\n第一条　为了管理，制定本条例。\n第二章　管理\n第二条　收费公示。\n"
    )
    result = split(text)
    assert labels(result) == ["文首", "第一章", "第一条", "第二章", "第二条"]
    assert [item.kind for item in result.report.left_out] == ["contents"]


def test_a_case_may_have_its_own_numbering():
    text = "一、甲\n内容。\n二、乙\n案例 1 丙校实践\n一、背景。有基础。\n二、做法。有创新。\n三、丁\n内容。\n"
    result = split(text)
    assert [c.label for c in result.clauses if c.parent_id is None] == ["一、", "二、", "三、"]
    assert [c.path[0] for c in result.clauses if c.label.startswith("案例1")] == ["二、乙"] * 3


def test_a_caption_between_the_halves_of_a_sentence():
    text = "一、任务\n建设一批高水平实训基地，完善运行机制，推动\n\n图 1 基地\n\n资源共享。\n"
    result = split(text)
    assert by_label(result)["一、"].own.text == "一、任务\n建设一批高水平实训基地，完善运行机制，推动资源共享。"
    assert by_label(result)["图1"].own.text == "图1 基地"


def test_quoted_articles_are_no_articles():
    text = "第一条　将原办法修改为：“第五条　收费公示。\n第六条　收费备案。”\n第二条　本决定自公布之日起施行。\n"
    assert [c.label for c in split(text).clauses if c.kind is Kind.ARTICLE] == ["第一条", "第二条"]


def test_markdown():
    text = "# 甲市方案\n\n## 一、目标\n\n**提高**质量。\n\n| 序号 | 任务 |\n|---|---|\n| 1 | 建设 |\n"
    result = split(text)
    check(result)
    assert by_label(result)["一、"].own.text == "一、目标\n提高质量。"
    row = next(c for c in result.clauses if c.kind is Kind.TABLE_ROW)
    assert [(c.header, c.value) for c in row.cells] == [("序号", "1"), ("任务", "建设")]


def test_rows_with_pipes_between_their_cells_and_ranks_for_names():
    text = "一、结果\n检查结果见下表。\n名次 | 镇 | 得分\n1 | 柳河镇 | 94.6\n2 | 石门镇 | 93.2\n二、要求\n整改。\n"
    result = split(text)
    check(result)
    rows = [clause for clause in result.clauses if clause.kind is Kind.TABLE_ROW]
    assert [[(c.header, c.value) for c in row.cells][1:] for row in rows] == [
        [("镇", "柳河镇"), ("得分", "94.6")],
        [("镇", "石门镇"), ("得分", "93.2")],
    ]
    assert [row.label.split()[-1] for row in rows] == ["柳河镇", "石门镇"]


def test_an_annex_may_begin_with_a_table_with_pipes():
    text = "一、要求\n按附表申报。\n附表 限额表\n单位 | 一般 | 重点\n柳河镇 | 12 | 3\n石门镇 | 8 | 2\n"
    rows = [clause for clause in split(text).clauses if clause.cells]
    assert [(c.header, c.value) for c in rows[0].cells] == [("单位", "柳河镇"), ("一般", "12"), ("重点", "3")]


def test_noise_is_left_out_and_named():
    result = split("一、任务\n推动科研人员 and 学生创业，**重点**支持 20 个项目。\n- 3 -\n")
    assert by_label(result)["一、"].own.text == "一、任务\n推动科研人员 学生创业，重点支持20个项目。"
    assert [item.kind for item in result.report.left_out] == ["stray_word", "markup", "markup", "page_number"]


def test_gaps_are_reported():
    assert "编号不连续：一、之后是三、" in split("一、甲\n内容一。\n三、丙\n内容二。\n").report.oddities
