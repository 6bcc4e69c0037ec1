"""The tab 评测: a report in plain words, and what stands there without one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.schema import EvaluationResponse
from tests.fakes.documents import HOSTILE
from tests.ui.test_turns import Checker
from ui.render import evaluation

ESTIMATE = {"mean": 0.8125, "low": 0.7, "high": 0.9, "n": 16, "clusters": 4}
OURS = {
    "system": "ours",
    "questions": 16,
    "means": {"correct": ESTIMATE, "abstain_right": None},
    "by_type": {"figure": ESTIMATE},
    "answer_latency": {"p50_ms": 24.0},
}


def test_figures_intervals_and_other_systems_are_shown() -> None:
    found = EvaluationResponse(about={"时间": "今天"}, systems={"ours": OURS, "bm25": {"means": {"correct": ESTIMATE}}})
    words = Checker(evaluation.report(found)).words
    assert "16 个有标准答案的问题" in words
    assert "81.2%答对" in words and "[70, 90]，16 题" in words and "0.02 秒" in words
    assert "只按关键词查找" in words and "查数字" in words


def test_a_hostile_or_broken_summary_does_no_harm() -> None:
    broken = {"questions": HOSTILE, "means": [HOSTILE], "by_type": {HOSTILE: ESTIMATE}, "answer_latency": HOSTILE}
    html = evaluation.report(EvaluationResponse(about={HOSTILE: HOSTILE}, systems={HOSTILE: broken, "x": {}}))
    checker = Checker(html)
    assert "img" not in checker.tags and "script" not in checker.tags and "b" not in checker.tags
    assert HOSTILE in checker.words
    assert evaluation.report(EvaluationResponse(about={}, systems={})) == evaluation.missing()


@pytest.mark.browser
def test_the_tab_shows_the_report_when_there_is_one(
    open_page: Callable[..., Any], fake_url: str, fake_dir: Path
) -> None:
    page = open_page(fake_url)
    page.get_by_role("tab", name="评测").click()
    page.get_by_text("还没有评测报告").wait_for()
    page.get_by_role("tab", name="问答").click()
    latest = fake_dir / "evaluations" / "latest.json"
    latest.parent.mkdir()
    latest.write_text(json.dumps({"about": {}, "systems": {"ours": OURS}}), encoding="utf-8")
    page.get_by_role("tab", name="评测").click()
    page.locator("#evaluation .big", has_text="81.2%").wait_for()
