"""`tiaowen eval`: run systems over a question file, compare results, hold the gate."""

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from evals import compare, files, gate
from evals.cases import Case, CaseError, digest_of, load_cases, source_files
from evals.citations import (
    CheckSummary,
    CitationCase,
    Judged,
    load_citations,
    run_checks,
    summarise_checks,
)
from evals.files import RunError
from evals.metrics.statistics import RESAMPLES, SEED
from evals.report import Contents, data_of, render, title_of
from evals.run import Store, run_system
from evals.samples import write_samples
from evals.scoring import Scored, Scorer
from evals.summary import Summary, comparisons, summarise
from evals.systems import Checking, UnusableSystemError, World, expand, open_system
from evals.systems.ours import commit, corpus_digest
from evals.tables import as_markdown, check_lines, table
from rag.llm import LanguageModel

Item = TypeVar("Item")


class EvalError(Exception):
    """The user can put it right; the message is one Chinese line."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """Systems' scored results and the documents that they were held against."""

    scored: Mapping[str, Sequence[Scored]]
    checks: Mapping[str, Sequence[Judged]]  # of the systems that check citations
    texts: Mapping[str, str]
    settings: Mapping[str, Mapping[str, str]]


def run(options: argparse.Namespace, *, data_dir: Path, embedding_model: str | None, llm: LanguageModel | None) -> int:
    """Run the command; exit status 0, or 1 when the gate does not hold. Raises EvalError."""
    work = data_dir / "evaluations"
    world = World(data_dir=data_dir, work_dir=work, embedding_model=embedding_model, llm=llm)
    logging.getLogger("bm25s").addFilter(lambda record: record.levelno >= logging.WARNING)
    try:
        if options.compare:
            return _compare(options)
        if options.questions is None and options.citations is None:
            raise EvalError("请写问题文件，例：tiaowen eval evals/data/questions.jsonl")
        return _evaluate(options, world)
    except (CaseError, RunError, UnusableSystemError, gate.GateError) as exc:
        raise EvalError(str(exc)) from exc


def _compare(options: argparse.Namespace) -> int:
    names = (options.compare[0], options.compare[1])
    a, b = (compare.pick(name, options.out) for name in names)
    checks = compare.compare_checks(a.judged, b.judged)
    answers = (
        [] if checks and not (a.scored and b.scored) else [compare.as_text(compare.compare(a.scored, b.scored, names))]
    )
    _out("\n".join([*answers, *checks]))
    return 0


def _evaluate(options: argparse.Namespace, world: World) -> int:
    limits = gate.load_gate(options.gate) if options.gate else None
    cases = _questions(options, limits)
    drafts = load_citations(options.citations) if options.citations else []
    began = datetime.now(UTC)
    out: Path = options.out or world.data_dir / "evaluations" / f"{began:%Y%m%dT%H%M%SZ}"
    out.mkdir(parents=True, exist_ok=True)
    names = expand(options.system or ["ours"])
    ran = run_all(names, cases, world, out, drafts=drafts, jobs=options.jobs, fresh=options.fresh)
    summaries = {name: summarise(name, scored) for name, scored in ran.scored.items() if scored}
    checks = {name: summarise_checks(judged) for name, judged in ran.checks.items()}
    base, *others = ran.scored
    contents = Contents(
        about=_about(options, cases, drafts, ran, began),
        scored=ran.scored if cases else {},
        summaries=summaries,
        comparisons=comparisons(ran.scored[base], {name: ran.scored[name] for name in others}),
        checks=checks,
        checked=ran.checks,
        judged=_judged(options, ran, world),
    )
    _write(out, contents, ran)
    if summaries:
        _latest(world.data_dir, out)
    _out("\n".join((*([table(summaries)] if summaries else []), *check_lines(checks))))
    _say(f"报告：{out / files.REPORT}")
    if limits is None:
        return 0
    return _hold(options, limits, summaries.get(base), ran.scored[base], checks.get(base), ran.checks.get(base, ()))


def _questions(options: argparse.Namespace, limits: gate.Gate | None) -> list[Case]:
    if options.questions is None:
        return []
    cases = load_cases(options.questions, options.split)
    if limits is not None:
        cases = gate.chosen(limits, cases)
    if not cases[: options.limit]:
        raise EvalError("没有选中任何题，请检查 --split、--limit 和门槛文件")
    return cases[: options.limit]


def run_all(
    names: Sequence[str],
    cases: Sequence[Case],
    world: World,
    out: Path,
    *,
    drafts: Sequence[CitationCase] = (),
    jobs: int = 1,
    fresh: bool = False,
) -> Ran:
    """Run systems one after the other, each with a progress bar on standard error. Raises EvalError."""
    scored: dict[str, list[Scored]] = {}
    checks: dict[str, list[Judged]] = {}
    texts: dict[str, str] = {}
    settings: dict[str, Mapping[str, str]] = {}
    for name in names:
        system = open_system(name, world)
        try:
            store = Store.open(system, world.work_dir / "cache", out)
            settings[system.name], texts = system.settings, {**texts, **system.texts()}
            scorer = Scorer(texts=system.texts(), docs=source_files())
            results = _bar(run_system(system, cases, store, jobs=jobs, fresh=fresh), len(cases), name, "题")
            scored[system.name] = [scorer.score(case, result) for case, result in zip(cases, results, strict=True)]
            if drafts and isinstance(system, Checking):
                checks[system.name] = list(_bar(run_checks(system.check, drafts), len(drafts), f"{name} 引文", "例"))
        finally:
            system.close()
    if drafts and not checks:
        raise EvalError("选中的系统都不核查引文；--citations 请与 ours 或 http:// 地址同用")
    return Ran(scored=scored, checks=checks, texts=texts, settings=settings)


def _bar(items: Iterable[Item], total: int, name: str, unit: str) -> Iterable[Item]:
    from tqdm import tqdm

    return (
        tqdm(items, total=total, desc=title_of(name), file=sys.stderr, unit=unit, mininterval=0.5) if total else items
    )


def _about(
    options: argparse.Namespace, cases: Sequence[Case], drafts: Sequence[CitationCase], ran: Ran, began: datetime
) -> dict[str, str]:
    found = {"时间": f"{began:%Y-%m-%d %H:%M} UTC"}
    if cases:
        found["问题文件"] = f"{options.questions.name}，{len(cases)} 题，摘要 {digest_of(cases)}"
    if drafts:
        found["引文用例"] = f"{options.citations.name}，{len(drafts)} 例，摘要 {digest_of(drafts)}"
    found |= {
        "文件": f"{len(ran.texts)} 份，摘要 {corpus_digest(ran.texts)}",
        "程序版本": commit() or "不在 git 仓库里",
        "统计": f"重抽 {RESAMPLES} 次，种子 {SEED}",
    }
    for name, settings in ran.settings.items():
        found[f"系统 {name}"] = "，".join(f"{key} {value}" for key, value in settings.items())
    return found


def _write(out: Path, contents: Contents, ran: Ran) -> None:
    files.write_results(out, ran.scored, ran.texts)
    files.write_checks(out, ran.checks)
    write_samples(out / "ragas.jsonl", ran.scored)
    files.write(out / files.RUN, json.dumps(contents.about, ensure_ascii=False, indent=1))
    files.write(out / files.SUMMARY, data_of(contents))
    if contents.summaries:
        files.write(out / files.TABLE, as_markdown(contents.summaries))
    files.write(out / files.REPORT, render(contents))


def _latest(data_dir: Path, out: Path) -> None:
    """Let GET /v1/evaluations/latest find this run's figures."""
    with suppress(OSError):
        folder = data_dir / "evaluations"
        folder.mkdir(parents=True, exist_ok=True)
        files.write(folder / "latest.json", (out / files.SUMMARY).read_text(encoding="utf-8"))


def _judged(options: argparse.Namespace, ran: Ran, world: World) -> dict[str, Mapping[str, int]]:
    if not options.judge:
        return {}
    if world.llm is None:
        raise EvalError("--judge 要用大模型，请先设置 TIAOWEN_LLM_BASE_URL 和 TIAOWEN_LLM_MODEL")
    from evals.judge import judge_all

    cache = world.work_dir / "cache" / "judge.jsonl"
    return {name: judge_all(scored, world.llm, cache) for name, scored in ran.scored.items()}


def _hold(
    options: argparse.Namespace,
    limits: gate.Gate,
    summary: Summary | None,
    scored: Sequence[Scored],
    checks: CheckSummary | None,
    judged: Sequence[Judged],
) -> int:
    passing = gate.passing_file(options.gate)
    accepted = frozenset(passing.read_text(encoding="utf-8").split()) if passing.is_file() else frozenset[str]()
    failures = (*(gate.fails(limits, summary) if summary else ()), *gate.fails_checks(limits, checks))
    outcome = gate.check(failures, scored, judged, accepted)
    _out(gate.as_text(outcome))
    if options.accept and (options.limit or options.system):
        _out("--accept 只在跑完整份问题集（不带 --limit、--system）时更新名单，这次没有更新。")
    elif options.accept:
        right = {one.case.id for one in scored if one.correct} | {one.case.id for one in judged if one.right}
        not_run = accepted - {one.case.id for one in scored} - {one.case.id for one in judged}
        files.write(passing, "\n".join(sorted(right | not_run)) + "\n")
    return 0 if outcome.holds else 1


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
