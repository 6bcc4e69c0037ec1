"""The transcript: settled turns, the running turn, and what is copied to a clipboard."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.schema import AnswerResponse, CitationResponse, NearestResponse
from ui.conversation import Conversation, Turn
from ui.render.plain import circled, citation_line, one_line, plain_marks, understanding
from ui.render.text import escape, markdown, without_half_mark

STAGES = {
    "understanding": "正在理解问题……",
    "searching": "正在查找条款……",
    "composing": "正在整理回答……",
    "generating": "正在整理回答……",
    "verifying": "正在核对引文……",
}
TAGS = {"partial": "只找到一部分", "not_found": "文件中没有找到", "out_of_scope": "不在文件范围内"}
REASONS = {
    "wrong_citation": "引文不对",
    "off_topic": "答非所问",
    "incomplete": "有遗漏",
    "other": "其他",
}
_BULLET = re.compile(r"^- +", re.MULTILINE)  # - 市财政局 ; not: -5%


@dataclass(kw_only=True)
class Draft:
    """An answer on its way."""

    question: str
    number: int  # of the turn, from 1
    stage: str = "searching"
    text: str = ""
    citations: list[CitationResponse] = field(default_factory=list)


def empty(examples: Sequence[str]) -> str:
    """What stands in the log before the first question."""
    return (
        '<div class="welcome"><h2>问一问政策文件</h2>'
        "<p>回答的每句话后面都有小数字，点开就是原文。文件里没有的，会直接说没有。</p>"
        f'<div class="examples" role="group" aria-label="示例问题">{"".join(map(_ask_button, examples))}</div></div>'
    )


def transcript(conversation: Conversation, examples: Sequence[str], titles: Mapping[str, str]) -> str:
    """All settled turns; `titles` are the documents' titles by id."""
    if not conversation.turns:
        return empty(examples)
    last = len(conversation.turns)
    return "".join(_turn(turn, n, n == last, titles) for n, turn in enumerate(conversation.turns, start=1))


def running(draft: Draft) -> str:
    """The turn that is being answered."""
    text = without_half_mark(draft.text)
    body = _answer_html(text, draft.citations, draft.number) if text else ""
    wait = f'<p class="stage">{escape(STAGES.get(draft.stage, STAGES["searching"]))}</p>'
    return (
        f'<article class="turn" data-turn="{draft.number}" aria-busy="true">'
        f"{_question(draft.question, draft.number)}"
        f'<div class="answer" aria-hidden="true">{body or wait}</div></article>'
    )


def announcement(turn: Turn) -> str:
    """One sentence for screen readers when a turn is settled."""
    if turn.state == "stopped":
        return "已停止"
    if turn.answer is None:
        return turn.text
    status = turn.answer.status
    return TAGS.get(status) or f"回答完毕，有 {len(turn.answer.citations)} 处依据"


def copy_text(answer: AnswerResponse) -> str:
    """正文＋依据 as plain text: circled numbers, then the list of sources."""
    sources = [f"{circled(citation.index)} {citation_line(citation)}" for citation in answer.citations]
    plain = _BULLET.sub("", plain_marks(answer.answer))
    return "\n".join([plain, "", "依据：", *sources]) if sources else plain


def _turn(turn: Turn, number: int, is_last: bool, titles: Mapping[str, str]) -> str:
    if turn.answer is not None:
        body = _settled(turn.answer, number, titles)
        name = "复制正文＋依据" if turn.answer.citations else "复制回答"
        copy = (
            f'<button type="button" data-do="copy" data-copy="{escape(copy_text(turn.answer))}">{name}</button>'
            '<button type="button" data-do="helped" aria-pressed="false">有帮助</button>'
            '<button type="button" data-do="missed" aria-pressed="false" aria-expanded="false">没帮助</button>'
        )
        feedback = _feedback(turn.answer.id, number)
    else:
        body, copy, feedback = _unanswered(turn, number), "", ""
    retry = '<button type="button" data-do="retry">重新回答</button>' if is_last else ""
    rewrite = f'<button type="button" data-do="rewrite" data-question="{escape(turn.question)}">改写问题</button>'
    suggestions = turn.answer.suggestions if turn.answer and is_last else []
    return (
        f'<article class="turn" data-turn="{number}" aria-busy="false">{_question(turn.question, number)}{body}'
        f'<div class="actions" role="group" aria-label="对这个回答">{copy}{retry}{rewrite}</div>'
        f"{feedback}{_suggestions(suggestions)}</article>"
    )


def _feedback(answer_id: str, number: int) -> str:
    """The form that 没帮助 opens; it is hidden until then."""
    reasons = "".join(
        f'<label><input type="radio" name="reason-{number}" value="{reason}"><span>{words}</span></label>'
        for reason, words in REASONS.items()
    )
    return (
        f'<form class="feedback" data-answer="{escape(answer_id)}" hidden><fieldset><legend>哪里不好？</legend>'
        f'{reasons}</fieldset><textarea aria-label="说明（可不填）" placeholder="说明（可不填）" rows="2" '
        'maxlength="1000"></textarea><div><button type="submit">提交</button>'
        '<button type="button" data-do="missed">取消</button></div></form>'
    )


def _question(question: str, number: int) -> str:
    return (
        f'<h2 class="unseen">问题{number}</h2><div class="question">{escape(question)}</div>'
        f'<h2 class="unseen">回答{number}</h2>'
    )


def _settled(answer: AnswerResponse, number: int, titles: Mapping[str, str]) -> str:
    tag = f'<p class="tag">{TAGS[answer.status]}</p>' if answer.status in TAGS else ""
    fallback = ""
    if answer.engine.fallback and answer.engine.mode == "extractive":  # else the answer says so itself
        fallback = f'<p class="note">{escape(answer.engine.fallback)}</p>'
    return (
        f'<div class="answer">{tag}{_answer_html(answer.answer, answer.citations, number)}{fallback}</div>'
        f"{_nearest(answer.nearest, number)}{_understood(answer, titles)}"
    )


def _unanswered(turn: Turn, number: int) -> str:
    if turn.state == "stopped":
        text = _answer_html(without_half_mark(turn.text), turn.citations, number) if turn.text else ""
        return f'<div class="answer">{text}<p class="note">已停止，回答不完整。</p></div>'
    return f'<div class="answer"><p class="error" role="alert">{escape(turn.text)}</p></div>'


def _answer_html(text: str, citations: Sequence[CitationResponse], turn: int) -> str:
    by_index = {citation.index: citation for citation in citations}

    def mark(index: int) -> str:
        found = by_index.get(index)
        return _mark(found, turn, len(citations)) if found else ""

    return markdown(text, mark)


def _place(citation: CitationResponse, turn: int, total: int) -> str:
    return (
        f'data-turn="{turn}" data-n="{citation.index}" data-total="{total}" '
        f'data-clause="{escape(citation.clause_id)}" data-start="{citation.start}" data-end="{citation.end}" '
        f'data-label="{escape(citation.label)}" data-title="《{escape(citation.document.title)}》" '
        f'data-quote="{escape(_short(citation.quote, 120))}"'
    )


def _mark(citation: CitationResponse, turn: int, total: int) -> str:
    label = f"依据{citation.index}，{escape(citation.label)}"
    return (
        f'<button type="button" class="cite" {_place(citation, turn, total)} aria-label="{label}">'
        f"{citation.index}</button>"
    )


def _nearest(nearest: Sequence[NearestResponse], turn: int) -> str:
    if not nearest:
        return ""
    items = "".join(
        f'<li><button type="button" class="near" {_place(citation, turn, len(nearest))}>'
        f"《{escape(citation.document.title)}》{escape(citation.label)}</button>"
        f'<span class="words">{escape(_beginning(citation.quote))}</span>'
        f'<span class="why">{escape(citation.reason)}</span></li>'
        for citation in nearest
    )
    return f'<div class="nearest"><p>最接近的条款</p><ul>{items}</ul></div>'


def _understood(answer: AnswerResponse, titles: Mapping[str, str]) -> str:
    rows = understanding(answer.interpretation, titles)
    body = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f'<details class="how"><summary>系统怎样理解这个问题</summary><dl>{body}</dl></details>'


def _suggestions(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    buttons = "".join(map(_ask_button, questions))
    return f'<div class="next" role="group" aria-label="可以接着问"><span>可以接着问：</span>{buttons}</div>'


def _ask_button(question: str) -> str:
    return (
        f'<button type="button" class="chip" data-do="ask" data-question="{escape(question)}">'
        f"{escape(question)}</button>"
    )


def _beginning(quote: str) -> str:
    """A clause's first words on one line, its title apart from its text."""
    title, _, text = quote.strip().partition("\n")
    words = " ".join([one_line(title), one_line(text)]).strip()
    return words if len(words) <= 60 else words[:59] + "…"


def _short(text: str, max_chars: int) -> str:
    line = one_line(text)
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"
