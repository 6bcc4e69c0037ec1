"""Text to HTML: escaping, the little Markdown that answers use, and words highlighted in a clause."""

import re
from collections.abc import Callable, Sequence
from html import escape as _escape

Run = tuple[int, int, int]  # (offset in the reading text, offset in the source, length)

_STOPS = "。；，、！？：）”"
_PIECE = re.compile(r"\*\*|\[\^(\d{1,4})\]|.", re.DOTALL)  # ** · [^12] · any sign; not: [2021]12号, 〔1〕
_BULLET = re.compile(r"[-*•]\s+(.*)")  # - 市财政局 ; not: -5%
_NUMBERED = re.compile(r"(\d{1,3})[.．]\s+(.*)")  # 1. 市财政局 ; not: 3.5 倍, 1.市财政局
_HALF_MARK = re.compile(r"(\[\^?\d*|\*)\Z")  # an unfinished mark at the end of a stream: [^1


def escape(text: object) -> str:
    """Text as HTML shows it, safe in elements and in quoted attributes."""
    return _escape(str(text), quote=True)


def inline(text: str, mark: Callable[[int], str]) -> str:
    """One line of an answer: bold, and footnote marks by `mark(n)`, which returns HTML ("" to leave one out).

    The sign before a mark, the mark and the stop after it stay on one line.
    """
    pieces = [(found.group(), found.group(1)) for found in _PIECE.finditer(text)]
    bold_left = sum(piece == "**" for piece, _ in pieces) // 2 * 2
    html: list[str] = []
    is_bold, at = False, 0
    while at < len(pieces):
        piece, number = pieces[at]
        if number is not None:
            marks = ""
            while at < len(pieces) and pieces[at][1] is not None:
                marks += mark(int(pieces[at][1]))
                at += 1
            before = html.pop() if html and not html[-1].startswith(("<strong", "</strong", "<span")) else ""
            after = ""
            if at < len(pieces) and pieces[at][0] in _STOPS:
                after, at = escape(pieces[at][0]), at + 1
            html.append(f'<span class="keep">{before}{marks}{after}</span>' if marks else before + after)
            continue
        if piece == "**" and bold_left:
            bold_left -= 1
            html.append("</strong>" if is_bold else "<strong>")
            is_bold = not is_bold
        else:
            html.append(escape(piece))
        at += 1
    return "".join(html)


def markdown(text: str, mark: Callable[[int], str]) -> str:
    """An answer's paragraphs, lists and tables; everything else is shown as it is written."""
    html: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        group: list[str] = []
        shape = ""
        for line in [line.strip() for line in block.split("\n") if line.strip()]:
            line_shape = _shape(line)
            if line_shape != shape and group:
                html.append(_block(shape, group, mark))
                group = []
            shape = line_shape
            group.append(line)
        if group:
            html.append(_block(shape, group, mark))
    return "".join(html)


def _shape(line: str) -> str:
    if _BULLET.match(line):
        return "ul"
    if _NUMBERED.match(line):
        return "ol"
    if line.startswith("|") and line.endswith("|") and len(line) > 2:
        return "table"
    return "h3" if re.match(r"#{1,6}\s", line) else "p"


def _block(shape: str, lines: Sequence[str], mark: Callable[[int], str]) -> str:
    if shape == "ul":
        items = (found.group(1) for line in lines if (found := _BULLET.match(line)))
        return "<ul>" + "".join(f"<li>{inline(item, mark)}</li>" for item in items) + "</ul>"
    if shape == "ol":
        pairs = [found.groups() for line in lines if (found := _NUMBERED.match(line))]
        items = (f'<li value="{int(number)}">{inline(item, mark)}</li>' for number, item in pairs)
        return "<ol>" + "".join(items) + "</ol>"
    if shape == "table":
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
        cells = ("".join(f"<td>{inline(cell, mark)}</td>" for cell in row) for row in rows)
        return '<table class="plain">' + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
    if shape == "h3":
        return "".join(f"<h3>{inline(line.lstrip('# '), mark)}</h3>" for line in lines)
    return "<p>" + "<br>".join(inline(line, mark) for line in lines) + "</p>"


def without_half_mark(text: str) -> str:
    """A stream's text so far without the beginning of a mark or of bold whose rest is still to come."""
    text = _HALF_MARK.sub("", text)
    if text.count("**") % 2:
        before, _, after = text.rpartition("**")
        return before + after
    return text


def place_in_reading(runs: Sequence[Run], start: int, end: int) -> tuple[int, int] | None:
    """Where the source's `start:end` stands in the reading text; None when none of it is there."""
    inside = [
        (at + max(start, source) - source, at + min(end, source + length) - source)
        for at, source, length in runs
        if max(start, source) < min(end, source + length)
    ]
    return (inside[0][0], inside[-1][1]) if inside else None


def highlighted(text: str, marked: tuple[int, int] | None, *, offset: int = 0) -> str:
    """`text` with the part `marked` in a <mark>; `offset` is where `text` begins in what `marked` counts."""
    if marked is None:
        return escape(text)
    low, high = (min(max(edge - offset, 0), len(text)) for edge in marked)
    if low >= high:
        return escape(text)
    return f'{escape(text[:low])}<mark tabindex="-1">{escape(text[low:high])}</mark>{escape(text[high:])}'
