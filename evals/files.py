"""What a run writes and reads back: results.jsonl, documents.json, run.json, summary.json, checks.jsonl, table.md.

results.jsonl holds a line a system and question: the question with its gold, the reply, the hits, the numbers. With
documents.json (texts by source file) every number can be computed again without the system: `read_run` does so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from evals.cases import Case, source_files
from evals.citations import CitationCase, Judged, judge
from evals.records import Checked, Result
from evals.scoring import Scored, Scorer

RESULTS, DOCUMENTS, RUN, SUMMARY, REPORT = "results.jsonl", "documents.json", "run.json", "summary.json", "report.html"
CHECKS, TABLE = "checks.jsonl", "table.md"


class RunError(Exception):
    """A folder holds no results; the message is one Chinese line."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run, read back."""

    about: Mapping[str, object]
    scored: Mapping[str, Sequence[Scored]]  # by system


def write_results(folder: Path, scored: Mapping[str, Sequence[Scored]], texts: Mapping[str, str]) -> None:
    """Write results.jsonl and documents.json; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(
            {
                "system": system,
                "case": one.case.model_dump(),
                "result": one.result.model_dump(),
                "numbers": {name: value for name, value in one.numbers.items() if value is not None},
                "missing": one.missing,
                "wrong": one.wrong,
                "uncited": one.uncited,
                "ungrounded": one.ungrounded,
            },
            ensure_ascii=False,
        )
        for system, several in scored.items()
        for one in several
    ]
    write(folder / RESULTS, "\n".join(lines) + "\n")
    write(folder / DOCUMENTS, json.dumps(texts, ensure_ascii=False, indent=1))


def write_checks(folder: Path, checks: Mapping[str, Sequence[Judged]]) -> None:
    """Write checks.jsonl, a line a system and citation case; none when nothing was checked."""
    lines = [
        json.dumps(
            {
                "system": system,
                "case": one.case.model_dump(),
                "checked": one.checked.model_dump(),
                "given": one.given,
                "evidence": one.evidence,
            },
            ensure_ascii=False,
        )
        for system, judged in checks.items()
        for one in judged
    ]
    if lines:
        write(folder / CHECKS, "\n".join(lines) + "\n")


def read_checks(folder: Path) -> dict[str, list[Judged]]:
    """The citation checks of a run by system, judged again; none where there were none. Raises RunError."""
    found: dict[str, list[Judged]] = {}
    if not (folder / CHECKS).is_file():
        return found
    try:
        for line in (folder / CHECKS).read_text(encoding="utf-8").splitlines():
            stored = json.loads(line)
            case, checked = CitationCase.model_validate(stored["case"]), Checked.model_validate(stored["checked"])
            found.setdefault(stored["system"], []).append(judge(case, checked))
    except (OSError, ValueError, KeyError, ValidationError) as exc:
        raise RunError(f"{folder / CHECKS} 读不了（{type(exc).__name__}），请重新评测") from exc
    return found


def write(file: Path, content: str) -> None:
    """Write a file in one step."""
    fresh = file.with_name(file.name + ".tmp")
    fresh.write_text(content, encoding="utf-8")
    fresh.replace(file)


def read_run(folder: Path) -> Run:
    """Read a run and compute its numbers again. Raises RunError."""
    try:
        texts: dict[str, str] = json.loads((folder / DOCUMENTS).read_text(encoding="utf-8"))
        lines = [line for line in (folder / RESULTS).read_text(encoding="utf-8").splitlines() if line]
        about = json.loads((folder / RUN).read_text(encoding="utf-8")) if (folder / RUN).is_file() else {}
        scorer = Scorer(texts=texts, docs=source_files())
        scored: dict[str, list[Scored]] = {}
        for line in lines:
            stored = json.loads(line)
            case, result = Case.model_validate(stored["case"]), Result.model_validate(stored["result"])
            scored.setdefault(stored["system"], []).append(scorer.score(case, result))
    except (OSError, ValueError, KeyError, ValidationError) as exc:
        raise RunError(
            f"{folder} 里没有可用的评测结果（{type(exc).__name__}），请给出 tiaowen eval 的输出目录"
        ) from exc
    return Run(about=about, scored=scored)
