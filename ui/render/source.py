"""The source pane: a clause in its place in the document with the quoted words highlighted."""

import re
from dataclasses import dataclass

from api.official import placed, quoted
from api.schema import DocumentRef
from api.schema_documents import ClauseDetailResponse, NeighbourResponse
from ui.render.text import escape, highlighted, place_in_reading

Shown = ClauseDetailResponse | NeighbourResponse


@dataclass(frozen=True, kw_only=True)
class Focus:
    """What is to be highlighted (offsets in the document's text) and which mark of which turn leads there."""

    start: int = 0
    end: int = 0
    turn: int = 0
    n: int = 0
    total: int = 0


def empty() -> str:
    """The pane before anything was cited."""
    return '<div class="pane-empty"><p>点回答里的小数字，这里显示条款原文。</p></div>'


def without(has_nearest: bool) -> str:
    """The pane beside an answer that cites nothing."""
    more = "点左边“最接近的条款”，可以看那些条款的原文。" if has_nearest else ""
    return f'<div class="pane-empty"><p>这个回答没有可引的条款。{more}</p></div>'


def failed(message: str) -> str:
    """The pane when the clause could not be fetched."""
    return f'<div class="pane-empty"><p class="error" role="alert">{escape(message)}</p></div>'


def clause_in_place(detail: ClauseDetailResponse, focus: Focus) -> str:
    """The clause with its neighbours collapsed around it."""
    open_here = "".join(_folded(one, focus, nested=True) for one in detail.descendants)
    parts = [
        *(_folded(one, focus) for one in detail.ancestors[-1:] if len(one.own_text) > len(one.heading)),
        *(_folded(one, focus) for one in detail.before),
        f'<div class="clause current" aria-current="true"><p class="label">{escape(detail.label)}</p>'
        f"{_body(detail, focus)}{open_here}</div>",
        *(_folded(one, focus) for one in detail.after),
    ]
    return (
        f'{_navigation(focus)}<div class="pane-head"><h2>{escape(detail.document.title)}</h2>'
        f'<p class="meta">{document_line(detail.document)}</p><p class="path">{_path(detail.path)}</p></div>'
        f'<div class="pane-body" tabindex="0" role="group" aria-label="条款原文">{"".join(parts)}{_twins(detail)}</div>'
        f'<div class="pane-foot">{_foot(detail, focus)}</div>'
    )


def document_line(document: DocumentRef) -> str:
    """Number and date of a document, or that the text does not say."""
    number = escape(document.number) if document.number else "文件未载文号"
    date = f"成文 {escape(document.issued_on)}" if document.issued_on else "未载成文日期"
    return f"{number} · {date}"


def _path(path: list[str]) -> str:
    return '<span class="step"> › </span>'.join(escape(step) for step in path)


def _navigation(focus: Focus) -> str:
    steps = ""
    if focus.total > 1:
        first, last = focus.n <= 1, focus.n >= focus.total
        steps = (
            f'<button type="button" data-step="-1"{" disabled" if first else ""}>‹ 上一条</button>'
            f'<span class="count">依据 {focus.n} / {focus.total}</span>'
            f'<button type="button" data-step="1"{" disabled" if last else ""}>下一条 ›</button>'
        )
    elif focus.total:
        steps = '<span class="count">依据 1 / 1</span>'
    return (
        f'<div class="pane-nav" role="group" aria-label="在依据之间移动" data-turn="{focus.turn}" data-n="{focus.n}">'
        f'{steps}<button type="button" class="close" data-close="1">关闭</button></div>'
    )


def _folded(one: NeighbourResponse, focus: Focus, *, nested: bool = False) -> str:
    """A clause under its label: closed, unless the quote reaches into it."""
    is_quoted = place_in_reading(one.own_runs, focus.start, focus.end) is not None
    opened = " open" if is_quoted else ""
    return (
        f'<details class="clause{" nested" if nested else ""}"{opened}><summary><b>{escape(one.label)}</b>'
        f'<span class="first">{escape(_first_words(one.own_text))}</span></summary>{_body(one, focus)}</details>'
    )


def _body(one: Shown, focus: Focus) -> str:
    marked = place_in_reading(one.own_runs, focus.start, focus.end)
    if not any(cell.header for cell in one.cells):
        return f'<div class="words">{highlighted(one.own_text.strip(), marked, offset=_indent(one.own_text))}</div>'
    rows = []
    for cell in one.cells:
        place = place_in_reading(one.own_runs, cell.start, cell.end)
        if place is None:
            words = escape(cell.value)
        else:
            words = highlighted(one.own_text[slice(*place)], marked, offset=place[0])
        rows.append(f"<dt>{escape(cell.header)}</dt><dd>{words}</dd>")
    return f'<dl class="cells">{"".join(rows)}</dl>'


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _first_words(text: str) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    return line[:40]


def _twins(detail: ClauseDetailResponse) -> str:
    if not detail.twin_clauses:
        return ""
    buttons = "".join(
        f'<button type="button" class="near" data-clause="{escape(twin.clause_id)}" data-start="{twin.start}" '
        f'data-end="{twin.end}" data-turn="0" data-n="0" data-total="0">{escape(twin.label)}</button>'
        for twin in detail.twin_clauses
    )
    return f'<p class="twins">相同内容还见于：{buttons}</p>'


def _foot(detail: ClauseDetailResponse, focus: Focus) -> str:
    marked = place_in_reading(detail.own_runs, focus.start, focus.end)
    words = re.sub(r"\s*\n\s*", "", detail.own_text[slice(*marked)] if marked else detail.text).strip()
    copy = f"{placed(detail.document, detail.label)}：{quoted(words)}"
    return (
        f'<button type="button" data-full="1" data-document="{escape(detail.document.id)}" '
        f'data-clause-id="{escape(detail.clause_id)}">打开全文</button>'
        f'<button type="button" data-do="copy" data-copy="{escape(copy)}">复制引文</button>'
    )
