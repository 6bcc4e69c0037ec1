"""Citation cases: drafts with the verdict that is due, given to a system's citation check.

A case's verdict is the worst of its claims that carry a reference or quotation (`uncited` counts only where there are
no others, "none" where there is no claim at all); its evidence is right when it holds every gold quote.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, ValidationError

from evals.cases import CaseError, Gold, first_words
from evals.metrics.checker import Checker, checker, verdict_of
from evals.metrics.statistics import Estimate, bootstrap
from evals.records import Checked, Claim, Record
from evals.wording import folded

FIGURES = {
    "accuracy": "结论正确", "macro_f1": "宏平均 F1", "evidence": "依据正确", "passed": "放过率",
    "false_alarms": "误报率",
}  # fmt: skip


class CitationCase(Record):
    """A draft with its gold, as the contract describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    doc: str | None
    reference: str | None
    quote: str | None
    verdict: str
    gold_quotes: tuple[Gold, ...]
    note: str | None = None

    @property
    def content(self) -> str:
        """The draft and what is right: two runs are compared only where this is the same on both sides."""
        return self.model_dump_json(exclude={"note"})


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One case with what the check made of it."""

    case: CitationCase
    checked: Checked
    given: str  # verdict
    evidence: bool | None  # None without gold quotes

    @property
    def right(self) -> bool:
        """Whether the verdict is the one that is due."""
        return self.given == self.case.verdict


@dataclass(frozen=True, kw_only=True)
class CheckSummary:
    """A system's figures over the citation cases."""

    cases: int
    failed: int
    checker: Checker
    accuracy: Estimate | None
    evidence: Estimate | None
    passed: Estimate | None  # cases with a fault that were called supported
    false_alarms: Estimate | None

    @property
    def figures(self) -> dict[str, float | None]:
        """The figures that a gate may hold, by the names of FIGURES."""
        estimates = {"accuracy": self.accuracy, "evidence": self.evidence, "passed": self.passed}
        estimates["false_alarms"] = self.false_alarms
        return {name: found.mean if found else None for name, found in estimates.items()} | {
            "macro_f1": self.checker.macro_f1
        }


def load_citations(path: Path) -> list[CitationCase]:
    """The cases of a file. Raises CaseError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise CaseError(f"读不了引文用例文件 {path}（{type(exc).__name__}），请检查路径和编码") from exc
    cases: list[CitationCase] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                cases.append(CitationCase.model_validate(json.loads(line)))
            except (json.JSONDecodeError, ValidationError) as exc:
                raise CaseError(f"{path} 第 {number} 行不是合格的引文用例：{first_words(exc)}") from exc
    if not cases:
        raise CaseError(f"{path} 里没有引文用例")
    if len({case.id for case in cases}) < len(cases):
        raise CaseError(f"{path} 里有编号用了不止一次，请改成各不相同")
    return cases


def run_checks(check: Callable[[str], Sequence[Claim]], cases: Iterable[CitationCase]) -> Iterator[Judged]:
    """Give each draft to a check; an exception is a result with its error."""
    for case in cases:
        try:
            checked = Checked(case_id=case.id, claims=tuple(check(case.text)))
        except Exception as exc:  # whatever a system throws is its failure, not ours
            checked = Checked(case_id=case.id, error=f"{type(exc).__name__}: {exc}"[:500])
        yield judge(case, checked)


def judge(case: CitationCase, checked: Checked) -> Judged:
    """Hold one check against its case."""
    given = "error" if checked.error else verdict_of([claim.verdict for claim in checked.claims])
    shown = [folded(f"{found.text}\n{found.quote}") for claim in checked.claims for found in claim.evidence]
    held = [any(folded(quote.quote) in text for quote in gold.quotes for text in shown) for gold in case.gold_quotes]
    return Judged(case=case, checked=checked, given=given, evidence=all(held) if held else None)


def summarise_checks(judged: Sequence[Judged]) -> CheckSummary:
    """Put a system's cases together."""
    faults = [one for one in judged if one.case.verdict in ("contradicted", "misquoted", "wrong_clause", "not_found")]
    clean = [one for one in judged if one.case.verdict == "supported"]
    return CheckSummary(
        cases=len(judged),
        failed=sum(bool(one.checked.error) for one in judged),
        checker=checker([(one.case.verdict, one.case.verdict, one.given) for one in judged]),
        accuracy=bootstrap([float(one.right) for one in judged]),
        evidence=bootstrap([float(one.evidence) for one in judged if one.evidence is not None]),
        passed=bootstrap([float(one.given == "supported") for one in faults]),
        false_alarms=bootstrap([float(one.given != "supported") for one in clean]),
    )
