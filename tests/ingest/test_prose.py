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
