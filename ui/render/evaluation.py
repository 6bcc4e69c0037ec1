"""The latest evaluation in plain words: how often the answers were right, and what they were compared with."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from api.schema import EvaluationResponse
from ui.render.text import escape

OWN = "ours"
SYSTEMS = {"ours": "条文", "tutorial": "教程做法（切块＋向量库）", "bm25": "只按关键词查找", "llamaindex": "LlamaIndex"}
FIGURES = {  # name in the summary: what it is called here, and what it means
    "correct": ("答对", "要点齐全、没有说错"),
    "correct_cited": ("答对且依据齐全", "每处该引的条款都引到了"),
    "literal": ("引文一字不差", "引文与原文逐字相同"),
    "invented": ("编造的引用", "条款不存在，或文字对不上"),
    "false_abstain": ("有答案却说没有", "文件里写了，没有答出来"),
    "abstain_right": ("没有答案时说没有", "文件里没写的，如实说没有"),
    "recall_5": ("前五条里找到依据", "查找条款时，该找到的占几成"),
}
TYPES = {
    "responsible_units": "查责任单位", "figure": "查数字", "list": "列举", "unanswerable": "文件里没有的",
    "followup": "接着问", "table_lookup": "查表格", "yesno": "是不是、能不能", "definition": "查含义",
    "tasks_of_unit": "查部门任务", "measure": "查措施", "comparison": "比较几份文件", "clause_lookup": "按条款号查",
    "document_meta": "查文号、日期", "deadline_or_time": "查期限", "lexical": "用原文的词问",
    "paraphrase": "换个说法问", "colloquial": "用口语问",
}  # fmt: skip


class _Estimate(BaseModel):
    """A mean with its 95 % interval."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    mean: float
    low: float
    high: float
    n: int = 0


def missing() -> str:
    """What stands there before anything was evaluated."""
    return (
        '<div class="none"><h2>还没有评测报告</h2><p>评测用一批有标准答案的问题，量一量这里的回答有多少是对的、'
        "依据引得全不全。请管理员在服务器上运行下面这条命令，跑完后回到这里查看：</p>"
        '<p class="command"><code>tiaowen eval evals/data/heldout.jsonl</code>'
        '<button type="button" data-copy="tiaowen eval evals/data/heldout.jsonl">复制命令</button></p>'
        "</div>"
    )


def report(found: EvaluationResponse) -> str:
    """The figures of the first system large, then all systems side by side, then kinds of questions."""
    first = OWN if OWN in found.systems else next(iter(found.systems), "")
    if not first:
        return missing()
    summary = found.systems[first]
    when = escape(found.about.get("时间", ""))
    return (
        f'<h2>最近一次评测</h2><p class="note">{_count(summary)} 个有标准答案的问题，{when}。'
        "方括号是 95% 的把握范围：题目换一批，结果大多落在里面。</p>"
        f'<div class="tiles">{_tiles(summary)}</div>{_systems(found)}{_types(summary)}{_about(found)}'
    )


def _count(summary: Mapping[str, Any]) -> str:
    return escape(summary.get("questions", "若干"))


def _estimate(figures: object, name: str) -> _Estimate | None:
    try:
        return _Estimate.model_validate(figures.get(name) if isinstance(figures, dict) else None)
    except ValidationError:
        return None


def _percent(value: float) -> str:
    return f"{value * 100:.1f}".removesuffix(".0") + "%"


def _range(found: _Estimate) -> str:
    return f"[{found.low * 100:.0f}, {found.high * 100:.0f}]"


def _tiles(summary: Mapping[str, Any]) -> str:
    tiles = []
    for name, (title, meaning) in FIGURES.items():
        found = _estimate(summary.get("means"), name)
        if found:
            tiles.append(
                f'<div class="tile"><p class="big">{_percent(found.mean)}</p><p class="title">{title}</p>'
                f'<p class="note">{meaning}</p><p class="note">{_range(found)}，{found.n} 题</p></div>'
            )
    latency = summary.get("answer_latency")
    p50 = latency.get("p50_ms") if isinstance(latency, dict) else None
    if isinstance(p50, int | float):
        tiles.append(
            f'<div class="tile"><p class="big">{p50 / 1000:.2f} 秒</p><p class="title">答一个问题</p>'
            '<p class="note">一半的问题比这更快</p></div>'
        )
    return "".join(tiles)


def _systems(found: EvaluationResponse) -> str:
    if len(found.systems) < 2:
        return ""
    head = "".join(f'<th scope="col">{title}</th>' for title, _ in FIGURES.values())
    rows = []
    for name, summary in found.systems.items():
        cells = "".join(
            f'<td data-name="{title}">{_percent(one.mean)} <span class="note">{_range(one)}</span></td>'
            if (one := _estimate(summary.get("means"), figure))
            else f'<td data-name="{title}">–</td>'
            for figure, (title, _) in FIGURES.items()
        )
        rows.append(f'<tr><th scope="row">{escape(SYSTEMS.get(name, name))}</th>{cells}</tr>')
    return (
        '<h3>与别的做法相比</h3><div class="table-box" tabindex="0" role="group" aria-label="与别的做法相比">'
        f'<table class="list"><thead><tr><th scope="col">做法</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _types(summary: Mapping[str, Any]) -> str:
    bars = []
    for group in ("by_type", "by_style"):
        figures = summary.get(group)
        for name in sorted(figures) if isinstance(figures, dict) else ():
            found = _estimate(figures, name)
            if found:
                bars.append(
                    f"<dt>{escape(TYPES.get(name, name))}</dt><dd>"
                    f'<meter min="0" max="1" value="{min(max(found.mean, 0), 1):.4f}" aria-hidden="true"></meter>'
                    f"<span>{_percent(found.mean)}</span><span>{found.n} 题</span></dd>"
                )
    return f'<h3>各类问题答对多少</h3><dl class="bars">{"".join(bars)}</dl>' if bars else ""


def _about(found: EvaluationResponse) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in found.about.items())
    return f'<details class="how"><summary>这次评测用了什么</summary><dl>{rows}</dl></details>'
