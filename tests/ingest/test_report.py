"""The splitting report as people read it."""

from ingest.report import KIND_NAMES, LEFT_OUT_NAMES, render
from ingest.schema import Kind
from tests.ingest.texts import OPINION, REPORT, corpus_text, split


def test_every_kind_has_a_name():
    assert set(KIND_NAMES) == set(Kind)
    kinds = {item.kind for document_id in (REPORT, OPINION) for item in corpus_text(document_id).report.left_out}
    assert kinds <= set(LEFT_OUT_NAMES)


def test_the_report_says_what_was_found():
    text = render(corpus_text(REPORT).report)
    assert "文本类型：报告" in text
    assert "案例 20" in text and "表格行 52" in text
    assert "目录 1 处" in text and "编号连续" in text


def test_the_report_names_what_looks_odd():
    text = render(split("一、甲\n内容。\n三、丙\n" + "很长的内容" * 400 + "。\n").report)
    assert "编号不连续：一、之后是三、" in text
    assert "很长：三、有" in text


def test_counts_add_up():
    result = corpus_text(OPINION)
    assert sum(result.report.counts.values()) == len(result.clauses)
