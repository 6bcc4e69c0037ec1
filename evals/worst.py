"""The report's worst cases: question, answer, what was missing, and links to the clauses."""

from collections.abc import Sequence
from html import escape

from evals.scoring import Scored
from evals.shown import TYPES, Clauses
from evals.wording import without_marks

SHOWN = 30
_SHOWN_CHARS = 600


def worst_cases(scored: Sequence[Scored], clauses: Clauses, limit: int = SHOWN) -> str:
    """The questions that went wrong, the worst first."""
    wrong = sorted((one for one in scored if not one.correct), key=badness, reverse=True)
    if not wrong:
        return "<p>没有答错的题。</p>"
    shown = "".join(_case(one, clauses) for one in wrong[:limit])
    return f'<p class="muted">答错 {len(wrong)} 题，列出最差的 {min(limit, len(wrong))} 题。</p>{shown}'


def badness(one: Scored) -> tuple[float, float, str]:
    """How bad a wrong answer is: something false first, then what was answered although it is nowhere, then gaps."""
    reply = one.result.reply
    confidence = reply.confidence if reply else 1.0
    if one.result.error:
        rank = 5.0
    elif one.wrong:
        rank = 4.0
    elif not one.case.answerable:
        rank = 3.0
    else:
        recall = one.numbers["fact_recall"] or 0.0
        rank = (1.0 if one.abstained else 2.0) + (1 - recall) / 2
    return rank, confidence, one.case.id


def _case(one: Scored, clauses: Clauses) -> str:
    reply = one.result.reply
    facts = [
        ("出错", one.result.error),
        ("缺少的要点", "、".join(one.missing) if one.case.answerable else ""),
        ("错误的说法", "、".join(one.wrong)),
        ("没有引到的依据", "；".join(f"“{quote[:120]}”" for quote in one.uncited)),
        ("没有依据的数值", "、".join(one.ungrounded)),
        ("应当", "" if one.case.answerable else f"说没有答案（{one.case.note or '文件里没有'}）"),
    ]
    lines = "".join(f'<p class="bad">{words}：{escape(value)}</p>' for words, value in facts if value)
    before = "".join(f"<p>此前问：{escape(earlier)}</p>" for earlier in one.case.history)
    answer = without_marks(reply.answer)[:_SHOWN_CHARS] if reply else ""
    cited = reply.citations if reply else ()
    words = "　".join(TYPES.get(name, name) for name in (one.case.type, one.case.style))
    kind = f"{one.case.id}　{words}　把握 {reply.confidence if reply else 0:.2f}"
    return (
        f'<div class="worst" id="q-{escape(one.case.id)}"><p class="muted">{escape(kind)}</p>{before}'
        f"<p><b>问：{escape(one.case.question)}</b></p><p class='ans'>答：{escape(answer)}</p>{lines}"
        f"{clauses.links('引用的条款', cited)}{clauses.links('检索到的前几条', one.result.hits[:5])}</div>"
    )
