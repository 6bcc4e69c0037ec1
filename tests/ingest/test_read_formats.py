"""The sample (made by LibreOffice out of sample.fodt, see files/make.py) in every format, as splitters see it."""

from pathlib import Path

import pytest

from ingest.read import ocr, read_document, source_of
from ingest.read.blocks import Composer, spread
from ingest.read.docx_numbering import numeral
from ingest.read.ocr_mend import counted, mended
from ingest.split import split_document
from tests.ingest.texts import check, departments, labels, split

FILES = Path(__file__).parent / "files"
TABLE = "类别\t基地规模\t金额（万元）\n校内\t工位不少于一百个的大型综合基地\t50\n\t其他\t20.5\n校外\t不分规模\t30\n"
NOTE = "　　注：本办法所称基地，是指经过认定的校内外场所。\n"
NUMBERED = ("一、总体要求\n", "（二）坚持开放共享。\n1. 基地在教学", "2. 收费标准", "二、经费安排\n（一）市级财政")


def text_of(name: str) -> str:
    return source_of((FILES / name).read_bytes(), FILES / name).text


@pytest.mark.parametrize("name", ["sample.docx", "sample.html", "sample.pdf"])
def test_tables_notes_and_furniture(name):
    text = text_of(name)
    assert text.startswith("甲市实训基地管理办法\n")
    assert TABLE in text
    assert NOTE in text
    assert "汇编" not in text and "— 1 —" not in text
    assert "制定本办法。\n" in text  # no footnote mark


@pytest.mark.parametrize("name", ["sample.docx", "sample.pdf"])
def test_automatic_numbers(name):
    text = text_of(name)
    assert all(part in text for part in NUMBERED)


def test_one_tree_from_docx_and_pdf():
    trees = []
    for name in ("sample.docx", "sample.pdf"):
        result = split_document(read_document(FILES / name), departments())
        check(result)
        trees.append([(clause.kind, clause.label) for clause in result.clauses])
    assert ("table_row", "表1 其他") in trees[0] or any(label.endswith("其他") for _, label in trees[0])
    assert trees[0] == trees[1]


@pytest.mark.skipif(not ocr.available(), reason="tesseract with chi_sim is not installed")
def test_a_scan():
    document = read_document(FILES / "sample.png")
    assert "避免重复建设，鼓励几所学校共用一个基地。" in document.text
    assert "\n二、经费安排\n（一）市级财政给予补助，标准见下表。\n" in document.text
    assert "类别\t基地规模\t" in document.text


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [
        (12, "chineseCounting", "十二"),
        (103, "chineseCountingThousand", "一百零三"),
        (3, "ideographTraditional", "丙"),
        (11, "chineseLegalSimplified", "壹拾壹"),
        (7, "decimalEnclosedCircleChinese", "⑦"),
        (4, "upperRoman", "IV"),
        (28, "lowerLetter", "bb"),
        (5, "decimalZero", "05"),
        (6, "a form of the future", "6"),
    ],
)
def test_numerals(value, form, written):
    assert numeral(value, form) == written


def test_merged_cells():
    rows = [[("甲", 1, 2), ("乙", 2, 1)], [("丙", 1, 1), ("丁", 1, 1)]]
    assert spread(rows) == [["甲", "乙", ""], ["", "丙", "丁"]]


def test_lines_of_a_composer():
    out = Composer()
    out.line("标题", apart=True)
    out.line("\t缩进的段落", indented=False)
    out.line("总则\t5")
    out.line("甲\t乙")
    assert out.text() == "标题\n\n　　缩进的段落\n总则\t5\n甲　乙\n"


def test_what_ocr_gets_wrong_in_numbering():
    text, notes = mended("（五)甲\n《NX)乙\n〈七）丙\n（津政(2025)号)")
    assert text.splitlines()[:3] == ["（五）甲", "（六）乙", "（七）丙"]
    assert len(notes) == 1 and "（六）" in notes[0]
    assert counted(["1", "之", "3", "4", "D"]) == ["1", "2", "3", "4", "5"]
    assert counted(["50", "20", "3"]) is None


def test_quotation_marks_of_ocr_are_paired():
    assert mended("“甲“与”乙”")[0] == "“甲”与“乙”"


def test_a_row_that_is_one_cell_wide_does_not_end_the_table():
    out = Composer()
    out.line("一、清单")
    out.table([["事项", "单位", "时限"], ["教师类", "", ""], ["培训", "甲局", "一年"], ["考核", "乙局", "两年"]])
    result = split(out.text())
    check(result)
    assert sum(clause.kind == "table_row" for clause in result.clauses) == 3
    assert len([label for label in labels(result) if label.endswith("考核")]) == 1
