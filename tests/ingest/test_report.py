"""The splitting report as people read it."""

import re

from ingest.report import KIND_NAMES, LEFT_OUT_NAMES, render
from ingest.schema import Kind
from tests.ingest.texts import OPINION, REPORT, corpus_text, split


def test_every_kind_has_a_name():
    assert set(KIND_NAMES) == set(Kind)
    kinds = {item.kind for document_id in (REPORT, OPINION) for item in corpus_text(document_id).report.left_out}
    assert kinds <= set(LEFT_OUT_NAMES)


def test_the_report_says_what_was_found():
    result = corpus_text(REPORT)
    text = render(result.report, result.document.text)
    assert "文件类型：报告" in text
    assert "案例 20" in text and "表格行 52" in text
    assert "目录 1 处" in text and "编号连续" in text


def test_the_report_names_what_looks_odd():
    result = split("一、甲\n内容。\n三、丙\n" + "很长的内容" * 400 + "。\n")
    text = render(result.report, result.document.text)
    assert "编号不连续：一、之后是三、" in text
    assert "很长：三、有" in text


def test_the_report_shows_what_was_joined_and_left_out():
    body = "（一）分工。各学校要按照统一部署，认真组织学生参加活动，切实加强\n\n\n组织领导，落实责任。"
    result = split(f"一、任务\n{body}\n- 3 -\n二、保障\n保障到位。\n")
    text = render(result.report, result.document.text)
    assert "接起来的断行：1 处\n  - …织学生参加活动，切实加强｜组织领导，落实责任。" in text
    assert "没有当作条款的：页码 1 处\n  - 页码：“- 3 -”\n" in text
    result = corpus_text(REPORT)
    text = render(result.report, result.document.text)
    assert f"  - 另有{len(result.report.joins) - 6}处" in text
    assert re.search(r"  - 目录：“.{12}…….{12}”（\d+字）", text)


def test_a_notice_with_rules_is_both():
    rules = "附件\n停车办法\n第一条　为了停车，制定本办法。\n第二条　停车缴费。\n第三条　自公布之日起施行。\n"
    for named in ("《停车办法》", "停车办法"):
        notice = f"甲局关于印发{named}的通知\n各单位：\n现印发给你们，请遵照执行。\n{rules}"
        assert split(notice).report.text_type == "通知＋法规、规章或办法"
    cited = f"甲局办法\n根据《乙局关于印发停车办法的通知》制定。\n{rules}"
    assert split(cited).report.text_type == "法规、规章或办法"


def test_counts_add_up():
    result = corpus_text(OPINION)
    assert sum(result.report.counts.values()) == len(result.clauses)
