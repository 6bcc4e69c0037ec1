"""The report: one HTML file that opens without a network, for people who were not there when it was made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from evals import plots
from evals.citations import CheckSummary, Judged
from evals.metrics.statistics import Estimate, Paired
from evals.plots import Bar
from evals.report_checks import checks_section
from evals.scoring import METRIC, METRICS, Scored
from evals.shown import TYPES, Clauses
from evals.summary import Summary
from evals.systems.ours import VARIANTS
from evals.worst import worst_cases

STATUSES = {
    "answered": "作答", "partial": "部分作答", "not_found": "说没有答案", "out_of_scope": "说不属范围", "error": "出错",
}  # fmt: skip
_BASELINE_TITLES = {"tutorial": "教程流水线", "bm25": "BM25（同样的块）", "llamaindex": "LlamaIndex"}
_STYLE = Path(__file__).with_name("report.css")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All that a report shows; the first system is the one that others are compared with."""

    about: Mapping[str, str]  # 提交, 问题文件, …
    scored: Mapping[str, Sequence[Scored]]
    summaries: Mapping[str, Summary]
    comparisons: Mapping[tuple[str, str], tuple[Paired, float]]
    checks: Mapping[str, CheckSummary]  # of the systems that check citations
    checked: Mapping[str, Sequence[Judged]]
    judged: Mapping[str, Mapping[str, int]]  # by system: the optional judge's words and how often


def title_of(system: str) -> str:
    """What the report calls a system."""
    return VARIANTS[system].title if system in VARIANTS else _BASELINE_TITLES.get(system, system)


def render(contents: Contents) -> str:
    """The whole page."""
    clauses = Clauses()
    sections = [("这次运行", "about", _about(contents))]
    if contents.summaries:
        worst = worst_cases(next(iter(contents.scored.values())), clauses)
        sections = [
            ("概要", "summary", _overview(contents)),
            ("各类问题", "types", _types(contents)),
            ("与对照的差别", "ablation", _differences(contents)),
            ("拒答与把握", "abstention", _abstention(contents)),
            ("换个说法与追问", "consistency", _consistency(contents)),
            ("用时", "latency", _latency(contents)),
            ("最差的题", "worst", worst),
            ("全部指标", "metrics", _all_metrics(contents)),
            *sections,
        ]
    if contents.checks:
        sections.insert(-1, ("引文核查", "checks", checks_section(contents.checks, contents.checked, clauses)))
    if contents.judged:
        sections.insert(-1, ("大模型评判（另行参考）", "judge", _judge(contents)))
    if appendix := clauses.appendix():
        sections.append(("条款原文", "clauses", appendix))
    links = "".join(f'<a href="#{anchor}">{escape(title)}</a>' for title, anchor, _ in sections)
    body = "".join(f'<section id="{anchor}"><h2>{escape(name)}</h2>{html}</section>' for name, anchor, html in sections)
    asked = [f"{summary.questions} 道题" for summary in list(contents.summaries.values())[:1]]
    asked += [f"{summary.cases} 个引文用例" for summary in list(contents.checks.values())[:1]]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>条文评测报告</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style>"
    )
    when = escape(contents.about.get("时间", ""))
    return (
        f'<!doctype html><html lang="zh-CN"><head>{head}</head><body><h1>条文评测报告</h1>'
        f'<p class="muted">{"，".join(asked)}，{len(contents.summaries or contents.checks)} 个系统。{when}</p>'
        f"<nav>{links}</nav>{body}</body></html>"
    )


def _percent(estimate: Estimate | None, *, share: bool = True) -> str:
    if estimate is None:
        return '<td class="num">–</td>'
    scale, unit = (100, "%") if share else (1, "")
    low, high = estimate.low * scale, estimate.high * scale
    return f'<td class="num">{estimate.mean * scale:.1f}{unit}<small>{low:.1f}–{high:.1f}，{estimate.n} 题</small></td>'


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead>{"".join(rows)}</table></div>'


def _overview(contents: Contents) -> str:
    names = ("correct", "correct_cited", "fact_recall", "cite_f1", "unit_exact", "ungrounded", "recall_1", "recall_5")
    rows = []
    for system, summary in contents.summaries.items():
        cells = "".join(_percent(summary.means[name]) for name in names)
        failed = f'<small class="bad">{summary.failed} 题出错</small>' if summary.failed else ""
        rows.append(f"<tr><th>{escape(title_of(system))}{failed}</th>{cells}</tr>")
    first = next(iter(contents.summaries.values()))
    estimate = first.means["correct"]
    width = (estimate.high - estimate.low) * 50 if estimate else 0.0
    note = (
        f'<p class="note">小字是 95% 区间和适用的题数；改写同一问题的几道题不算几份独立证据，区间按组重抽。'
        f"{first.questions} 道题时，答对率的区间约为 ±{width:.1f} 个百分点：比这更小的差别，这份题看不出来。"
        "检索指标只算可回答的单轮问题（不含比较题和部门任务题）。基线没有大模型时只能给出最相关的一整块原文，"
        "因此“答对率”（要求不过长）对它们偏严，请同时看要点召回和检索指标。</p>"
    )
    return _table(["系统", *(METRIC[name].title for name in names)], rows) + note


def _types(contents: Contents) -> str:
    systems = [name for name in contents.summaries if not name.startswith("ours-")] or list(contents.summaries)
    parts = [plots.legend([title_of(name) for name in systems])]
    for attribute, words in (("by_type", "按问题类型的答对率"), ("by_style", "按问法的答对率")):
        kinds = list(getattr(contents.summaries[systems[0]], attribute))
        rows = [
            (TYPES.get(kind, kind), [_bar(getattr(contents.summaries[name], attribute).get(kind)) for name in systems])
            for kind in kinds
        ]
        parts.append(f"<h3>{words}</h3>{plots.bars(rows, words)}")
    return "".join(parts) + '<p class="muted">横线是 95% 区间；题少的类型区间很宽，不宜单独下结论。</p>'


def _bar(estimate: Estimate | None) -> Bar | None:
    return None if estimate is None else Bar(value=estimate.mean, low=estimate.low, high=estimate.high, n=estimate.n)


def _differences(contents: Contents) -> str:
    systems = list(contents.summaries)
    if len(systems) < 2:
        return '<p class="muted">只运行了一个系统，没有可比的。用 --system all 运行对照和消融。</p>'
    parts = [f"<p>每一行是该系统减去“{escape(title_of(systems[0]))}”，同题配对，单位是百分点。</p>"]
    for metric in dict.fromkeys(metric for _, metric in contents.comparisons):
        rows = []
        for system in systems[1:]:
            if (system, metric) in contents.comparisons:
                result, p = contents.comparisons[system, metric]
                estimate = result.difference
                words = f"{estimate.mean * 100:+.1f} [{estimate.low * 100:+.1f}, {estimate.high * 100:+.1f}] p={p:.3f}"
                rows.append((title_of(system), estimate.mean, estimate.low, estimate.high, words, p < 0.05))
        parts.append(f"<h3>{METRIC[metric].title}</h3>{plots.forest(rows, METRIC[metric].title + '之差')}")
    parts.append(
        '<p class="muted">p 来自配对置换检验，按 Holm 法作了校正；红：更差，绿：更好（p 小于 0.05），灰：看不出。</p>'
    )
    return "".join(parts) + _verdicts(contents, systems)


def _verdicts(contents: Contents, systems: Sequence[str]) -> str:
    """Name the parts that do not pay."""
    idle = []
    for system in systems[1:]:
        results = [value for (name, _), value in contents.comparisons.items() if name == system]
        if system.startswith("ours-") and not any(found.difference.mean < 0 and p < 0.05 for found, p in results):
            idle.append(title_of(system))
    if not idle:
        return ""
    return f'<p class="note">去掉后看不出变差的部分：{"、".join(map(escape, idle))}。这份题不能证明它们值得保留。</p>'


def _abstention(contents: Contents) -> str:
    rows = []
    for system, summary in contents.summaries.items():
        counts = summary.abstention
        cells = [
            _share(counts.precision, summary.abstention_precision_interval, counts.abstained),
            _share(counts.recall, summary.abstention_recall_interval, counts.unanswerable),
            _percent(summary.means["false_abstain"]),
            f'<td class="num">{summary.augrc:.3f}</td>',
        ]
        rows.append(f"<tr><th>{escape(title_of(system))}</th>{''.join(cells)}</tr>")
    series = {
        name: [(point.coverage, point.risk) for point in summary.curve if point.coverage and point.confidence >= 0]
        for name, summary in contents.summaries.items()
        if not name.startswith("ours-")
    }
    chart = plots.curves(
        series, x_title="作答的题占全部题的比例（把握大的在前）", y_title="其中答错的比例", about="风险—覆盖曲线"
    )
    tables = "".join(f"<h3>{escape(title_of(name))}</h3>{_confusion(contents.summaries[name])}" for name in series)
    heads = ["系统", "拒答准确率", "拒答召回率", "误拒率", "AUGRC（越小越好）"]
    return (
        _table(heads, rows) + "<h3>风险—覆盖曲线</h3>" + plots.legend([title_of(name) for name in series]) + chart
        + '<p class="muted">曲线到系统拒答处为止。AUGRC 把没有作答的题排在最后、按没有答对计。</p>' + tables
    )  # fmt: skip


def _share(value: float | None, interval: tuple[float, float], n: int) -> str:
    if value is None:
        return '<td class="num">–</td>'
    return f'<td class="num">{value:.1%}<small>{interval[0]:.1%}–{interval[1]:.1%}，{n} 题</small></td>'


def _confusion(summary: Summary) -> str:
    rows = {"answerable": "有答案的题", "unanswerable": "没有答案的题"}
    counts = {
        (rows[key.partition(" ")[0]], STATUSES.get(key.partition(" ")[2], key.partition(" ")[2])): count
        for key, count in summary.statuses.items()
    }
    return plots.matrix(list(rows.values()), list(STATUSES.values()), counts, "题目＼系统的答复")


def _consistency(contents: Contents) -> str:
    rows = []
    for system, summary in contents.summaries.items():
        worst = summary.worst_jaccard
        turns = "，".join(f"{turn} 轮后 {share:.0%}" for turn, share in summary.conversation.by_turns.items() if turn)
        alone = summary.conversation.alone
        rows.append(
            f"<tr><th>{escape(title_of(system))}</th>"
            f'<td class="num">{"–" if worst is None else f"{worst:.2f}"}</td>'
            f'<td class="num">{summary.abstain_flips} / {len(summary.consistency)}</td>'
            f'<td class="num">{summary.correct_flips} / {len(summary.consistency)}</td>'
            f'<td class="num">{"–" if alone is None else f"{alone:.0%}"}</td><td>{turns or "–"}</td></tr>'
        )
    heads = [
        "系统",
        "引用重合（每组最差一对的 Jaccard，平均）",
        "有的答有的拒",
        "有的对有的错",
        "单独提问答对",
        "追问答对",
    ]
    return _table(heads, rows)


def _latency(contents: Contents) -> str:
    rows = []
    for system, summary in contents.summaries.items():
        cells = []
        for found in (summary.answer_latency, summary.search_latency):
            values = (found.p50_ms, found.p95_ms, found.p99_ms) if found else ()
            cells += [f'<td class="num">{value:.1f}</td>' for value in values] or ["<td>–</td>"] * 3
        rows.append(f"<tr><th>{escape(title_of(system))}</th>{''.join(cells)}</tr>")
    heads = ["系统", "回答 p50（毫秒）", "p95", "p99", "检索 p50", "p95", "p99"]
    series = {name: [one.result.answer_s for one in scored] for name, scored in contents.scored.items()}
    shown = {name: values for name, values in series.items() if not name.startswith("ours-")} or series
    key = plots.legend([title_of(name) for name in shown])
    note = "纵轴：在这么长时间内答完的题所占比例。用时是首次运行时测得的（结果会缓存），追问只计最后一轮。"
    chart = plots.latencies(shown, "回答用时的累积分布")
    return f'{_table(heads, rows)}{key}{chart}<p class="muted">{note}</p>'


def _all_metrics(contents: Contents) -> str:
    summaries = contents.summaries.values()
    heads = ["指标", "说明", *(title_of(name) for name in contents.summaries)]
    rows = []
    for metric in METRICS:
        cells = "".join(_percent(summary.means[metric.name], share=metric.share) for summary in summaries)
        arrow = {"high": "↑", "low": "↓"}.get(metric.better, "")
        rows.append(f"<tr><th>{metric.title}{arrow}</th><td>{escape(metric.about)}</td>{cells}</tr>")
    for words, attribute in (("引用准确率（合计）↑", "micro_precision"), ("引用召回率（合计）↑", "micro_recall")):
        values = [getattr(summary, attribute) for summary in summaries]
        cells = "".join(f'<td class="num">{"–" if value is None else f"{value:.1%}"}</td>' for value in values)
        rows.append(f"<tr><th>{words}</th><td>先把各题的数加起来再除</td>{cells}</tr>")
    return _table(heads, rows)


def _judge(contents: Contents) -> str:
    rows = []
    for system, counts in contents.judged.items():
        words = "，".join(f"{word} {count}" for word, count in counts.items())
        rows.append(f"<tr><th>{escape(title_of(system))}</th><td>{escape(words)}</td></tr>")
    return _table(["系统", "评判"], rows) + '<p class="muted">由大模型给出，不与其他指标合并。</p>'


def _about(contents: Contents) -> str:
    rows = [f"<tr><th>{escape(key)}</th><td>{escape(value)}</td></tr>" for key, value in contents.about.items()]
    return f"<table>{''.join(rows)}</table>"


def data_of(contents: Contents) -> str:
    """The report's figures as JSON."""
    from evals.summary import as_json

    systems = {name: as_json(summary) for name, summary in contents.summaries.items()}
    checks = {
        name: {
            "cases": summary.cases,
            "failed": summary.failed,
            **summary.figures,
            "confusion": {f"{due} {given}": count for (due, given), count in summary.checker.confusion.items()},
        }
        for name, summary in contents.checks.items()
    }
    return json.dumps({"about": contents.about, "systems": systems, "checks": checks}, ensure_ascii=False, indent=1)
