"""Texts of plain paragraphs, and what stands between the clauses and the end."""

import pytest

from tests.ingest.texts import check, labels, split, units

SENTENCE = "各学校要抓好各项工作的落实，切实提高教育质量，办好人民满意的教育。\n"


def test_a_long_text_without_numbers_is_divided():
    result = split(SENTENCE * 30)
    check(result)
    assert labels(result)[:3] == ["正文", "正文第2款", "正文第3款"] and len(result.clauses) == 30


def test_a_long_preamble_is_divided():
    result = split(f"{SENTENCE * 30}一、要求\n抓好落实。\n")
    check(result)
    assert labels(result)[:2] == ["引言", "引言第2款"] and labels(result)[-2:] == ["引言第30款", "一、"]


@pytest.mark.parametrize("after", ["", "一、要求\n抓好落实。\n"])
def test_paragraphs_of_a_preamble_have_units_of_their_own(after):
    result = split(f"修订标准（牵头单位：市教委）。\n建设平台（牵头单位：市财政局）。\n{after}")
    check(result)
    assert [units(clause) for clause in result.clauses[:2]] == [["市教委"], ["市财政局"]]


@pytest.mark.parametrize(
    "text",
    [
        "# 1\t1\n1\t\n",
        "第一条　甲。\n乙：\n图 1-1 会议\n（一）丙；\n（二）丁。\n",
        "第一条　甲。\n图 1-1 会议\n乙：\n（一）丙。\n",
    ],
)
def test_clauses_do_not_overlap(text):
    check(split(text))


NOTICE = "关于开展检查的通知\n\n各学校：\n\n一、内容\n1．检查校舍。全面检查。\n2．检查食堂。逐个检查。\n\n"
SIGNED = "甲县教育局\n2025年1月10日\n"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("本办法自2025年1月1日起施行，有效期3年。", "施行说明"),
        ("本通知由甲县教育局负责解释。", "施行说明"),
        ("联系人：张三，联系电话：0799-6612208", "联系方式"),
        ("联系人及电话：张三，0799-6612208。", "联系方式"),
    ],
)
def test_what_ends_a_text_is_no_part_of_its_last_item(line, label):
    result = split(f"{NOTICE}{line}\n\n附件：1．检查表\n\n{SIGNED}")
    check(result)
    assert labels(result)[-5:] == ["一、1", "一、2", label, "附件说明", "落款"]
    inside = split(f"一、内容\n1．甲。乙。\n{line}\n2．丙。丁。\n")
    assert label not in labels(inside)


def test_a_signature_stands_below_items_without_full_stops():
    result = split(f"一、内容\n1．检查校舍\n2．检查食堂\n\n{SIGNED}")
    check(result)
    assert labels(result)[-2:] == ["一、2", "落款"]
    assert "落款" not in labels(split("一、内容\n1．检查校舍\n2．检查食堂\n\n全面检查\n2025年1月10日\n"))


def test_what_follows_a_list_that_a_colon_announces_is_the_clauses_again():
    text = "一、奖项\n分为两类：\n1．一等奖，奖励六万元；\n2．二等奖，奖励三万元。\n奖项可以空缺。\n二、其他\n略。\n"
    result = split(text)
    check(result)
    assert [clause.own.text.split("\n")[-1] for clause in result.clauses][:3] == [
        "奖项可以空缺。", "1．一等奖，奖励六万元；", "2．二等奖，奖励三万元。",
    ]  # fmt: skip
    whole = split("一、奖项\n1．一等奖。六万元。\n2．二等奖。三万元。\n奖项可以空缺。\n")
    assert whole.clauses[2].own.text.endswith("奖项可以空缺。")


@pytest.mark.parametrize(("following", "label"), [("二、其他\n略。\n", "一、表1"), ("3．丙。略。\n", "一、2表1")])
def test_a_table_announced_after_the_last_item_is_the_clauses(following, label):
    rows = "指标\t2030年\t2031年\n入园率\t95\t96\n"
    result = split(
        f"一、成效\n1．学位增加。新建学校。\n2．安全加强。排查隐患。\n\n指标完成情况如下：\n{rows}\n{following}"
    )
    check(result)
    assert label in labels(result)
