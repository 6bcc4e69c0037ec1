"""The tab 评测: a report in plain words, and what stands there without one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.schema import EvaluationResponse
from tests.conftest import run_tiaowen
from tests.fakes.documents import HOSTILE
from tests.ui.conftest import press
from tests.ui.test_turns import Checker
from ui.render import evaluation

ROOT = Path(__file__).parents[2]
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
def test_the_tab_says_how_to_make_a_report_and_shows_one_that_was_made(
    open_page: Callable[..., Any], real_url: str, real_dir: Path, size: dict[str, Any], tmp_path: Path
) -> None:
    latest = real_dir / "evaluations" / "latest.json"
    latest.unlink(missing_ok=True)
    page = open_page(real_url, **size)
    press(page, page.get_by_role("tab", name="评测"))
    page.get_by_text("还没有评测报告").wait_for()
    press(page, page.get_by_role("tab", name="问答"))
    few = (ROOT / "evals" / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "few.jsonl").write_text("\n".join(few), encoding="utf-8")
    done = run_tiaowen(real_dir, "eval", str(tmp_path / "few.jsonl"), "--out", str(tmp_path / "out"))
    assert done.returncode == 0 and latest.is_file(), done.stderr
    press(page, page.get_by_role("tab", name="评测"))
    page.locator("#evaluation", has_text="3 个有标准答案的问题").wait_for()
    mean = json.loads(latest.read_text(encoding="utf-8"))["systems"]["ours"]["means"]["correct"]["mean"]
    assert float(page.locator("#evaluation .big").first.inner_text()[:-1]) == pytest.approx(mean * 100, abs=0.06)
