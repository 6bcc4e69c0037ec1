"""The report of `make contract`: what it says of a run, and that the one in docs/ is of the API as it is."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.config import Settings
from evals.contract import as_markdown, passed
from tests.fakes.assistant import FakeAssistant

REPORT = Path(__file__).parents[2] / "docs" / "contract.md"


def run(tested: int = 30, generated: int = 5000, **more: Any) -> dict[str, Any]:
    cases = {"generated": generated, "with_failures": 0, "errored": 0}
    return {
        "schemathesis_version": "4", "complete": True, "exit_code": 0, "running_time": 1.0, "seed": 7,
        "operations": {"tested": tested, "total": 32}, "test_cases": cases, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("second", "complaints", "good"),
    [
        (run(2, 200), 0, True),
        (run(1, 200), 0, False),  # an operation was left out
        (run(2, 200, exit_code=1), 0, False),
        (run(2, 200, complete=False), 0, False),
        (run(2, 200), 1, False),  # the service logged an error
    ],
)
def test_a_run_passes_when_every_operation_was_tried_and_nothing_failed(
    second: dict[str, Any], complaints: int, good: bool
) -> None:
    rounds = {"一": run(), "二": second}
    assert passed(rounds, complaints) is good
    told = as_markdown(rounds, complaints, cases=175, made="今天")
    assert ("**全部通过**" in told) is good and "5,200 个请求" in told
    assert f"| 二 | {second['operations']['tested']} | 200 | 0 | 0 | 1 秒 | `7` |" in told


def test_the_report_in_the_documents_is_of_all_operations(tmp_path: Path) -> None:
    paths = create_app(Settings(data_dir=tmp_path), FakeAssistant()).openapi()["paths"]
    operations = sum(len(item) for item in paths.values())
    told = re.search(r"\*\*全部通过\*\*：(\d+) 个操作（共 (\d+) 个），([\d,]+) 个请求", REPORT.read_text("utf-8"))
    assert told and int(told[1]) == int(told[2]) == operations
    assert int(told[3].replace(",", "")) >= 5000
