"""What got better and what got worse between two systems, or between two runs of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.citations import Judged
from evals.files import RunError, read_checks, read_run
from evals.metrics.statistics import Paired, holm, paired
from evals.scoring import METRIC, METRICS, Metric, Scored
from evals.summary import compare_metric


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A question that one side answers rightly and the other does not."""

    a: Scored
    b: Scored


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """B against A over the questions that both have."""

    names: tuple[str, str]
    questions: int
    only_one: int  # questions that one side lacks: not compared, but said
    changed: Sequence[str]  # ids under which the two sides hold different questions or gold: neither compared
    metrics: dict[str, tuple[Paired, float]]  # difference b - a, Holm's p
    better: Sequence[Flip]
    worse: Sequence[Flip]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a comparison."""

    scored: Sequence[Scored]
    judged: Sequence[Judged]  # citation cases, if they were run


def pick(name: str, out: Path | None) -> Side:
    """The results meant by FOLDER, FOLDER:SYSTEM, or the name of a system in the output folder. Raises RunError."""
    if out is not None and not Path(name.partition(":")[0]).is_dir():
        folder, system = out, name
    else:
        place, _, system = name.partition(":")
        folder = Path(place)
    scored, judged = read_run(folder).scored, read_checks(folder)
    known = [*scored, *(other for other in judged if other not in scored)]
    if not known or (system and system not in known):
        raise RunError(f"{folder} 里没有系统 {system}，有：{'、'.join(known)}")
    chosen = system or known[0]
    return Side(scored=scored.get(chosen, ()), judged=judged.get(chosen, ()))


def compare_checks(a: Sequence[Judged], b: Sequence[Judged]) -> list[str]:
    """What changed in the citation check over the cases that both have and that are alike; no line without any."""
    before = {one.case.content: one for one in a}
    pairs = [(before[one.case.content], one) for one in b if one.case.content in before]
    result = paired([float(one.right) for one, _ in pairs], [float(one.right) for _, one in pairs])
    if result is None:
        return []
    ends = [100 * end for end in (result.difference.mean, result.difference.low, result.difference.high)]
    lines = [
        f"引文核查，{len(pairs)} 例相同：结论正确 {ends[0]:+.1f} 点  [{ends[1]:+.1f}, {ends[2]:+.1f}]  p={result.p:.3f}"
    ]
    for words, better in (("变好", True), ("变差", False)):
        flips = [(one, other) for one, other in pairs if one.right != other.right and other.right is better]
        lines.append(f"{words}的用例：{len(flips)}")
        lines += [f"  {other.case.id}　{other.case.text}　{one.given} → {other.given}" for one, other in flips]
    return lines


def compare(a: Sequence[Scored], b: Sequence[Scored], names: tuple[str, str]) -> Comparison:
    """Compare two systems over the questions whose content is the same on both sides. Raises RunError."""
    before, after = {one.case.id: one for one in a}, {one.case.id: one for one in b}
    both = [name for name in before if name in after]
    shared = [name for name in both if before[name].case.content == after[name].case.content]
    if not shared:
        raise RunError("两份结果没有相同的题，比不了；请用同一份问题文件")
    a, b = [before[name] for name in shared], [after[name] for name in shared]
    found = {
        metric.name: result
        for metric in METRICS
        if (result := compare_metric(a, b, metric.name)) is not None
    }  # fmt: skip
    adjusted = holm([result.p for result in found.values()])
    flips = [Flip(a=before[name], b=after[name]) for name in shared]
    return Comparison(
        names=names,
        questions=len(shared),
        only_one=len(before) + len(after) - 2 * len(both),
        changed=[name for name in both if name not in set(shared)],
        metrics={name: (result, p) for (name, result), p in zip(found.items(), adjusted, strict=True)},
        better=[flip for flip in flips if flip.b.correct and not flip.a.correct],
        worse=[flip for flip in flips if flip.a.correct and not flip.b.correct],
    )


def as_text(found: Comparison) -> str:
    """The comparison for the terminal."""
    a, b = found.names
    lines = [f"{b} 与 {a} 比，{found.questions} 道相同的题（B − A，95% 区间，Holm 校正后的 p）"]
    if found.only_one:
        lines.append(f"注意：有 {found.only_one} 道题只在一边有，没有比较")
    if found.changed:
        lines.append(f"注意：有 {len(found.changed)} 道题编号相同而内容不同，没有比较：{'、'.join(found.changed)}")
    same = [METRIC[name].title for name, (result, _) in found.metrics.items() if result.identical]
    lines += [_line(METRIC[name], result, p) for name, (result, p) in found.metrics.items() if not result.identical]
    if same:
        lines.append(f"  每道题都相同：{'、'.join(same)}")
    for words, flips in (("变好", found.better), ("变差", found.worse)):
        lines.append(f"{words}的题：{len(flips)}")
        lines += [f"  {flip.b.case.id}　{flip.b.case.question}" for flip in flips]
    return "\n".join(lines)


def _line(metric: Metric, result: Paired, p: float) -> str:
    estimate = result.difference
    scale, unit = (100, "点") if metric.share else (1, "　")
    room = " " * max(1, 24 - sum(2 if ord(char) > 255 else 1 for char in metric.title))
    sure = "  *" if p < 0.05 else ""
    interval = f"[{estimate.low * scale:+.1f}, {estimate.high * scale:+.1f}]"
    return f"  {metric.title}{room}{estimate.mean * scale:+6.1f} {unit}  {interval:<16}  p={p:.3f}{sure}"
