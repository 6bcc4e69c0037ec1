"""The gate of continuous integration: thresholds in one file, and the questions that flipped when it fails.

The file names the questions (a split, perhaps one in so many) and the least and greatest value of each metric; beside
it, `gate_passing.txt` lists the questions that were right when it was last accepted.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.cases import Case
from evals.citations import FIGURES, CheckSummary, Judged
from evals.scoring import METRIC, Scored
from evals.summary import Summary


class GateError(Exception):
    """The gate's file cannot be used."""


class Limits(BaseModel):
    """The least and the greatest value of figures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}


class Gate(BaseModel):
    """What must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: str | None = None
    every: int = Field(default=1, ge=1)  # one question in so many, by their order
    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}
    p95_ms: float | None = None
    checks: Limits = Limits()  # of the citation check, by the names of evals.citations.FIGURES


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the gate found."""

    failures: tuple[str, ...]  # one line each
    broke: tuple[Scored | Judged, ...]  # right before, wrong now
    mended: tuple[Scored | Judged, ...]  # wrong before, right now

    @property
    def holds(self) -> bool:
        """Whether the change may go in."""
        return not self.failures


def load_gate(file: Path) -> Gate:
    """Read the thresholds. Raises GateError."""
    try:
        gate = Gate.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as exc:
        raise GateError(f"门槛文件 {file} 不能用：{exc}") from exc
    unknown = [name for name in (*gate.at_least, *gate.at_most) if name not in METRIC]
    if unknown:
        raise GateError(f"门槛文件 {file} 里的 {'、'.join(unknown)} 不是指标；可用：{'、'.join(METRIC)}")
    unknown = [name for name in (*gate.checks.at_least, *gate.checks.at_most) if name not in FIGURES]
    if unknown:
        raise GateError(f"门槛文件 {file} 里的 {'、'.join(unknown)} 不是引文核查的指标；可用：{'、'.join(FIGURES)}")
    return gate


def chosen(gate: Gate, cases: Sequence[Case]) -> list[Case]:
    """The gate's questions."""
    return [case for case in cases if gate.split in (None, case.split)][:: gate.every]


def passing_file(file: Path) -> Path:
    """Where the accepted questions stand."""
    return file.with_name(f"{file.stem}_passing.txt")


def fails(gate: Gate, summary: Summary) -> tuple[str, ...]:
    """The thresholds of answers that do not hold, a line each."""
    failures: list[str] = []
    if summary.failed:
        failures.append(f"有 {summary.failed} 道题出错")
    names = {name: METRIC[name].title for name in (*gate.at_least, *gate.at_most)}
    figures = {name: estimate.mean if (estimate := summary.means[name]) else None for name in names}
    failures += _outside(Limits(at_least=gate.at_least, at_most=gate.at_most), figures, names)
    speed = summary.answer_latency
    if gate.p95_ms is not None and speed is not None and speed.p95_ms > gate.p95_ms:
        failures.append(f"回答用时 p95 {speed.p95_ms:.0f} 毫秒，超过门槛 {gate.p95_ms:.0f} 毫秒")
    return tuple(failures)


def fails_checks(gate: Gate, summary: CheckSummary | None) -> tuple[str, ...]:
    """The thresholds of the citation check that do not hold; where it was not run, nothing is held."""
    if summary is None:
        return ()
    failures = [f"有 {summary.failed} 例引文出错"] if summary.failed else []
    names = {name: f"引文核查{words}" for name, words in FIGURES.items()}
    return (*failures, *_outside(gate.checks, summary.figures, names))


def _outside(limits: Limits, figures: Mapping[str, float | None], names: Mapping[str, str]) -> list[str]:
    found = []
    for name, limit in limits.at_least.items():
        value = figures[name]
        if value is None or value < limit:
            found.append(f"{names[name]} {_shown(value)}，低于门槛 {limit:.3f}")
    for name, limit in limits.at_most.items():
        value = figures[name]
        if value is not None and value > limit:
            found.append(f"{names[name]} {_shown(value)}，高于门槛 {limit:.3f}")
    return found


def check(
    failures: Sequence[str], scored: Sequence[Scored], judged: Sequence[Judged], accepted: frozenset[str]
) -> Outcome:
    """Put what failed beside what flipped."""
    every = [(one, one.correct) for one in scored] + [(one, one.right) for one in judged]
    return Outcome(
        failures=tuple(failures),
        broke=tuple(one for one, right in every if one.case.id in accepted and not right),
        mended=tuple(one for one, right in every if accepted and one.case.id not in accepted and right),
    )


def as_text(outcome: Outcome) -> str:
    """The gate's outcome for the terminal."""
    lines = ["门槛通过" if outcome.holds else "门槛没有通过："]
    lines += [f"  {line}" for line in outcome.failures]
    for words, flipped in (("由对变错", outcome.broke), ("由错变对", outcome.mended)):
        if flipped:
            lines.append(f"{words}的题 {len(flipped)} 道：")
            lines += [f"  {one.case.id}　{_line(one)}" for one in flipped]
    return "\n".join(lines)


def _line(one: Scored | Judged) -> str:
    if isinstance(one, Scored):
        return f"{one.case.question}{_why(one)}"
    return one.case.text if one.right else f"{one.case.text}　应为 {one.case.verdict}，判为 {one.given}"


def _why(one: Scored) -> str:
    if one.correct:
        return ""
    if one.result.error:
        return f"　出错：{one.result.error}"
    if one.abstained:
        return "　说没有答案"
    if not one.case.answerable:
        return "　没有答案却作了答"
    said = ("、".join(one.missing) and f"缺：{'、'.join(one.missing)}") or (one.wrong and f"错：{'、'.join(one.wrong)}")
    return f"　{said or '答案过长'}"


def _shown(value: float | None) -> str:
    return "没有值" if value is None else f"{value:.3f}"
