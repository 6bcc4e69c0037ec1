"""The HTTP API against its own OpenAPI document: schemathesis makes thousands of requests, good and bad.

    python -m evals.contract --out docs/contract.md

The service starts in a process of its own, over a folder that is thrown away. Removing comes last: there are documents
to ask about until then. What the document cannot say (a file's content, the limits of the settings) may be refused, so
valid requests need not be accepted; every other check of schemathesis holds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.serving import serving
from evals.systems.ours import commit

KEY = "contract-test-key"
EXCLUDED = "positive_data_acceptance"
ROUNDS = {"查询、提问、上传等": "--exclude-method", "删除": "--include-method"}  # of DELETE


def tried(url: str, choice: str, cases: int, report: Path) -> dict[str, Any]:
    """One round's report, as schemathesis writes it."""
    command = [
        str(Path(sys.executable).with_name("st")), "run", f"{url}/openapi.json", choice, "DELETE", "-n", str(cases),
        "-H", f"Authorization: Bearer {KEY}", "--phases", "coverage,fuzzing", "--continue-on-failure", "--no-shrink",
        "--request-timeout", "60", "--warnings", "off", "--checks", "all", "--exclude-checks", EXCLUDED,
        "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    subprocess.run(command, check=False)  # what fails stands in the report
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def passed(rounds: Mapping[str, Mapping[str, Any]], complaints: int) -> bool:
    """Whether every operation was tried to the end, and all that came back conforms."""
    whole = all(one["complete"] and one["exit_code"] == 0 for one in rounds.values())
    operations = [one["operations"] for one in rounds.values()]
    return whole and complaints == 0 and sum(one["tested"] for one in operations) == operations[0]["total"]


def as_markdown(rounds: Mapping[str, Mapping[str, Any]], complaints: int, *, cases: int, made: str) -> str:
    """The report."""
    rows = [
        f"| {name} | {one['operations']['tested']} | {one['test_cases']['generated']:,} "
        f"| {one['test_cases']['with_failures']} | {one['test_cases']['errored']} "
        f"| {one['running_time']:.0f} 秒 | `{one['seed']}` |"
        for name, one in rounds.items()
    ]
    first = next(iter(rounds.values()))
    tested = sum(one["operations"]["tested"] for one in rounds.values())
    generated = sum(one["test_cases"]["generated"] for one in rounds.values())
    lines = [
        "# 接口约定\n",
        f"`make contract`（schemathesis {first['schemathesis_version']}，每个操作至多 {cases} 例随机的），{made}。\n",
        f"**{'全部通过' if passed(rounds, complaints) else '没有通过'}**：{tested} 个操作（共 "
        f"{first['operations']['total']} 个），{generated:,} 个请求；服务日志里的错误 {complaints} 行。\n",
        "| 轮 | 操作 | 请求 | 不合约定（5xx 在内） | 没有得到回答 | 用时 | 种子 |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "\n程序照 `/openapi.json` 造对的和错的请求，发给另一个进程里运行的服务（五份文件，不接大模型），核对状态、"
        "内容类型、响应头、返回的字段、错的请求是否被拒绝、不支持的方法、要不要密钥。"
        f"只有 `{EXCLUDED}` 不查：文件的内容和设置里的上限写不进约定，合乎约定的请求也可能被拒绝。",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; exit status 1 when something does not conform."""
    parser = argparse.ArgumentParser(prog="python -m evals.contract", description=str(__doc__).splitlines()[0])
    parser.add_argument("--cases", type=int, default=175, help="generated requests an operation, default 175")
    parser.add_argument("--out", type=Path, help="where the report goes")
    options = parser.parse_args(arguments)
    made = f"{time.strftime('%F %T %z')}，提交 `{commit()}`，{os.cpu_count()} 核"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(
            folder / "data", admin_key=KEY, rate_limit_per_minute="0", local_rate_limit_per_minute="0"
        ) as service:
            rounds = {
                name: tried(service.url, choice, options.cases, folder / "report.json")
                for name, choice in ROUNDS.items()
            }
            complaints = len(service.complaints())
    report = as_markdown(rounds, complaints, cases=options.cases, made=made)
    if options.out:
        options.out.write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 0 if passed(rounds, complaints) else 1


if __name__ == "__main__":
    sys.exit(main())
