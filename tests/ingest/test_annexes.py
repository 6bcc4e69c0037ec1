"""Annexes headed in a line with their title, against the list of annexes that ends a body."""

import pytest

from ingest.schema import Kind
from tests.ingest.texts import by_label, check, labels, split, units

ROWS = "序号\t任务\t责任单位\t完成时限\n1\t建设校舍\t县教育局\t2025年8月底前\n2\t招聘教师\t县人社局\t2025年7月\n"
ITEMS = "1.2025年3月底前，制定方案。\n2.6月底前，建立名单。\n3.每学期末，开展测评。\n"
BODY = "关于课后服务的通知\n各学校：\n一、加强领导。\n二、抓好落实。\n"
SIGNED = "甲县教育局\n2025年1月10日\n"


@pytest.mark.parametrize("heading", ["附件：任务清单", "附件1：任务清单", "附件 任务清单", "附件1 任务清单"])
@pytest.mark.parametrize("matter", [ROWS, ITEMS])
@pytest.mark.parametrize("signed", ["", SIGNED])
def test_a_heading_with_its_title_opens_an_annex(heading, matter, signed):
    result = split(f"{BODY}{signed}{heading}\n{matter}")
    check(result)
    annex = next(clause for clause in result.clauses if clause.kind is Kind.ANNEX)
    assert annex.label == ("附件1" if "1" in heading else "附件") and annex.heading == heading
    below = [clause.label for clause in result.clauses if clause.parent_id == annex.id]
    assert below == [f"{annex.label}第{n}项" for n in range(1, 4 if matter is ITEMS else 3)]
    assert ("落款" in labels(result)) == bool(signed)
    assert not result.report.oddities


def test_a_row_of_an_annex_has_its_units_and_its_time():
    row = by_label(split(f"{BODY}附件：任务清单\n（2025年度）\n{ROWS}{SIGNED}"))["附件第2项"]
    assert units(row) == ["县人社局"]
    assert (row.cells[3].header, row.cells[3].value) == ("完成时限", "2025年7月")


@pytest.mark.parametrize(
    "listed",
    [
        "附件：任务清单\n",
        "附件：1.2025年任务清单\n2.指标表\n",
        "附件：\n1.任务清单\n2.指标表\n",
        "附件1：任务清单\n附件2：指标表\n",
        "附件1 任务清单\n附件2 指标表\n",
        "附件 任务清单\n",
    ],
)
def test_the_list_of_annexes_opens_none(listed):
    result = split(f"{BODY}{listed}{SIGNED}附件1：任务清单\n{ROWS}附件2：指标表\n{ITEMS}")
    check(result)
    assert labels(result)[-9:] == [
        "附件说明", "落款", "附件1", "附件1第1项", "附件1第2项", "附件2", "附件2第1项", "附件2第2项", "附件2第3项",
    ]  # fmt: skip
    assert by_label(result)["附件说明"].own.text.replace(" ", "") == listed.strip().replace(" ", "")


def test_an_entry_named_again_is_a_heading_whatever_follows():
    text = f"{BODY}附件1：任务清单\n附件2：说明\n{SIGNED}附件1：任务清单\n{ROWS}附件2：说明\n本表逐年更新\n"
    assert labels(split(text))[-4:] == ["附件1", "附件1第1项", "附件1第2项", "附件2"]


def test_a_table_one_cell_a_line_ends_at_the_next_annex():
    cells = "序号\n任务\n责任单位\n1\n建设校舍\n县教育局\n2\n招聘教师\n"
    assert labels(split(f"{BODY}附件1 任务\n{cells}附件2：指标\n{ROWS}"))[-6:] == [
        "附件1", "附件1第1项", "附件1第2项", "附件2", "附件2第1项", "附件2第2项",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["详见\n附件：任务清单。", "见\n“附件：任务清单\n”所列"])
def test_a_sentence_names_an_annex_without_opening_it(line):
    assert not [c for c in split(f"{BODY}三、按表办理，{line}\n").clauses if c.kind is Kind.ANNEX]


@pytest.mark.parametrize("heading", ["附件2：", "附件2:", "附件2"])
def test_a_numbered_heading_alone_is_no_list_of_the_lines_below(heading):
    result = split(f"{BODY}{heading}\n1.制定方案\n2.建立名单\n")
    check(result)
    assert labels(result)[-3:] == ["附件2", "附件2第1项", "附件2第2项"]
