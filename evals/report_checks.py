"""The report's part on the citation check: figures, the confusion matrix, and every case that was judged wrongly."""

from collections.abc import Mapping, Sequence
from html import escape

from api.exports.checked import VERDICTS as NAMES
from evals import plots
from evals.citations import FIGURES, CheckSummary, Judged
from evals.metrics.checker import WORST_FIRST
from evals.metrics.statistics import Estimate
from evals.shown import Clauses

VERDICTS = {verdict.value: word for verdict, word in NAMES.items()} | {"none": "没有可核的", "error": "出错"}
ABOUT = {
    "accuracy": "整份稿件的结论（各处中最坏的一处）与应有的相同",
    "macro_f1": "各种结论的 F1 平均，少见的结论一样重",
    "evidence": "列出的依据里有应有的原文",
    "passed": "有错的稿件被判为已核实：最危险的一种",
    "false_alarms": "没有错的稿件没有判为已核实",
}


def checks_section(
    checks: Mapping[str, CheckSummary], checked: Mapping[str, Sequence[Judged]], clauses: Clauses
) -> str:
    """The whole part."""
    parts = [_figures(checks)]
    for system, summary in checks.items():
        parts.append(f"<h3>混淆矩阵：{escape(system)}</h3>{_matrix(summary)}")
    parts.append('<p class="muted">行是应有的结论，列是给出的结论；对角线上是判对的。</p>')
    for system, judged in checked.items():
        wrong = [one for one in judged if not one.right or one.evidence is False]
        parts.append(f"<h3>判错或依据不对的用例：{escape(system)}，{len(wrong)} 例</h3>")
        parts += [_case(one, clauses) for one in wrong]
    return "".join(parts)


def _figures(checks: Mapping[str, CheckSummary]) -> str:
    rows = []
    for name, words in FIGURES.items():
        cells = "".join(_cell(summary, name) for summary in checks.values())
        rows.append(f"<tr><th>{words}</th><td>{ABOUT[name]}</td>{cells}</tr>")
    head = "".join(f"<th>{escape(system)}，{summary.cases} 例</th>" for system, summary in checks.items())
    return f"<table><thead><tr><th>指标</th><th>说明</th>{head}</tr></thead>{''.join(rows)}</table>"


def _cell(summary: CheckSummary, name: str) -> str:
    value, estimate = summary.figures[name], getattr(summary, name, None)
    if value is None:
        return '<td class="num">–</td>'
    interval = ""
    if isinstance(estimate, Estimate):
        interval = f"<small>{estimate.low:.1%}–{estimate.high:.1%}，{estimate.n} 例</small>"
    return f'<td class="num">{value:.1%}{interval}</td>'


def _matrix(summary: CheckSummary) -> str:
    counts = summary.checker.confusion
    seen = {verdict for pair in counts for verdict in pair}
    order = [verdict for verdict in (*WORST_FIRST, "uncited", "none", "error") if verdict in seen]
    order += sorted(seen - set(order))
    due = [verdict for verdict in order if any(pair[0] == verdict for pair in counts)]
    words = {verdict: VERDICTS.get(verdict, verdict) for verdict in order}
    shown = {(words[due], words[given]): count for (due, given), count in counts.items()}
    return plots.matrix([words[one] for one in due], [words[one] for one in order], shown, "应有＼给出")


def _case(one: Judged, clauses: Clauses) -> str:
    verdicts = (
        f"应为{VERDICTS.get(one.case.verdict, one.case.verdict)}，判为{VERDICTS.get(one.given, one.given)}"
        if not one.right
        else "结论对，依据不对"
    )
    claims = "".join(
        f"<p>“{escape(claim.text)}”：{VERDICTS.get(claim.verdict, claim.verdict)}。{escape(claim.explanation)}</p>"
        f"{clauses.links('依据', claim.evidence)}"
        for claim in one.checked.claims
    )
    gold = "；".join(f"“{' '.join(gold.quote.split())}”" for gold in one.case.gold_quotes)
    error = f'<p class="bad">出错：{escape(one.checked.error)}</p>' if one.checked.error else ""
    return (
        f'<div class="worst"><p class="muted">{escape(one.case.id)}　{escape(one.case.note or "")}</p>'
        f'<p><b>稿件：{escape(one.case.text)}</b></p><p class="bad">{verdicts}</p>{error}{claims}'
        f"{f'<p>应有的原文：{escape(gold)}</p>' if gold else ''}</div>"
    )
