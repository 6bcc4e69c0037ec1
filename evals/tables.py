"""The figures of a run as lines: for the terminal, and as the Markdown table that README shows."""

from collections.abc import Mapping

from evals.citations import FIGURES, CheckSummary
from evals.metrics.statistics import Estimate
from evals.report import title_of
from evals.scoring import METRIC
from evals.summary import Summary

_COLUMNS = (
    "correct",
    "correct_cited",
    "fact_recall",
    "cite_f1",
    "false_abstain",
    "abstain_right",
    "recall_1",
    "recall_5",
)
_README = ("correct", "correct_cited", "cite_f1", "false_abstain", "abstain_right", "recall_1", "recall_5")


def table(summaries: Mapping[str, Summary]) -> str:
    """The figures for the terminal, in per cent."""
    width = max(12, *(len(name) for name in summaries))
    lines = [" " * width + "  " + "  ".join(METRIC[name].title for name in _COLUMNS) + "  AUGRC  p95 毫秒"]
    for name, summary in summaries.items():
        cells = []
        for column in _COLUMNS:
            estimate = summary.means[column]
            room = sum(2 if ord(char) > 255 else 1 for char in METRIC[column].title)
            cells.append(("–" if estimate is None else f"{estimate.mean * 100:.1f}").rjust(room))
        speed = f"{summary.answer_latency.p95_ms:.0f}" if summary.answer_latency else "–"
        failed = f"  {summary.failed} 题出错" if summary.failed else ""
        lines.append(f"{name:<{width}}  {'  '.join(cells)}  {summary.augrc:.3f}  {speed:>8}{failed}")
    return "\n".join(lines)


def check_lines(checks: Mapping[str, CheckSummary]) -> list[str]:
    """The figures of the citation check for the terminal, in per cent, a line a system."""
    lines = []
    for name, summary in checks.items():
        shown = [
            f"{words} {'–' if value is None else f'{value * 100:.1f}'}"
            for key, words in FIGURES.items()
            for value in [summary.figures[key]]
        ]
        failed = f"  {summary.failed} 例出错" if summary.failed else ""
        lines.append(f"引文核查 {name}，{summary.cases} 例：{'  '.join(shown)}{failed}")
    return lines


def as_markdown(summaries: Mapping[str, Summary]) -> str:
    """The answers' figures as a Markdown table, in per cent with intervals."""
    heads = ["系统", *(METRIC[name].title for name in _README)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, summary in summaries.items():
        cells = [_cell(summary.means[column]) for column in _README]
        lines.append(f"| {title_of(name)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return f"{estimate.mean * 100:.1f} [{estimate.low * 100:.0f}, {estimate.high * 100:.0f}]"
