"""Text as a reader should see it, with the way back to the source.

A reading is put together from pieces of the source. Inside a piece stray white space, bold marks and other scanning
noise are left out; between two pieces stands what the caller asks for (nothing where a page break cut a sentence,
a space, a line break). Everything else is kept letter by letter, so that every run maps back exactly.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ingest.schema import LeftOut, Reading

Glue = Literal["", " ", "\n"]

# Characters of East Asian scripts and their punctuation: white space beside them carries no meaning.
_WIDE = r"\u2018-\u201d\u2014\u2026\u2460-\u2473\u3001-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_INVISIBLE = r"\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff"
# matches "**" of "**二是**", the lone "and" of "甲 and 乙", a zero-width space; not the "*" of "a*b", not "R and D"
_NOISE = re.compile(rf"(?P<stray>(?<=[{_WIDE}])\s+and\s+(?=[{_WIDE}]))|(?P<mark>\*\*+|[{_INVISIBLE}]+)|(?P<space>\s+)")
_WIDE_CHAR = re.compile(f"[{_WIDE}]")
_HAN_CHAR = re.compile(f"[{_HAN}]")
_OPENERS, _CLOSERS = "“‘《「『", "”’》」』"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source and how it is joined to what stands before it.

    `title` keeps one space between Chinese words (headings, captions, letterheads), which body text loses.
    """

    start: int
    end: int
    glue: Glue = "\n"
    title: bool = False


def is_noise(text: str) -> bool:
    """Whether a line holds nothing that a reader should see ("**", a byte-order mark)."""
    return all(match["stray"] is None for match in _NOISE.finditer(text)) and not _NOISE.sub("", text)


def reading(text: str, pieces: Iterable[Piece]) -> tuple[Reading, list[LeftOut]]:
    """The reading text of `pieces` (ascending, not overlapping) and the noise that was left out of it."""
    out: list[str] = []
    runs: list[tuple[int, int, int]] = []
    left: list[LeftOut] = []
    at = 0
    for piece in pieces:
        glue: str = piece.glue
        cursor = piece.start
        for match in _NOISE.finditer(text, piece.start, piece.end):
            between = _instead(text, match, piece)
            if between is None:  # one space that stands in the source and stays
                continue
            at, glue = _add(text, cursor, match.start(), glue, out, runs, at)
            if match["space"] is None:
                left.extend(_left_out(text, match))
            glue = glue or between
            cursor = match.end()
        at, _ = _add(text, cursor, piece.end, glue, out, runs, at)
    return Reading(text="".join(out), runs=tuple(runs)), left


def _add(
    text: str, start: int, end: int, glue: str, out: list[str], runs: list[tuple[int, int, int]], at: int
) -> tuple[int, str]:
    """Append text[start:end] after `glue`; nothing and the same glue when it is empty."""
    if start >= end:
        return at, glue
    if not glue and out and text[start].isascii() and text[start].isalnum():
        before = out[-1][-1]
        if before.isascii() and before.isalpha():
            glue = " "  # two words of a Latin script must not grow together
    if glue and out:
        out.append(glue)
        at += len(glue)
    if runs and runs[-1][1] + runs[-1][2] == start and runs[-1][0] + runs[-1][2] == at:
        runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + end - start)
    else:
        runs.append((at, start, end - start))
    out.append(text[start:end])
    return at + end - start, ""


def _instead(text: str, match: re.Match[str], piece: Piece) -> str | None:
    """What stands in the reading instead of some noise; None when a space of the source stays as it is."""
    if match["stray"] is not None:
        return " "
    if match["mark"] is not None:
        return ""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    wide_before, wide_after = _WIDE_CHAR.match(before), _WIDE_CHAR.match(after)
    if match.start() == piece.start or match.end() == piece.end:
        return ""
    if "\t" in match.group():
        return " "
    keep = not wide_before and not wide_after
    if wide_before and wide_after:
        names = bool(_HAN_CHAR.match(before) or before in _CLOSERS) and bool(
            _HAN_CHAR.match(after) or after in _OPENERS
        )
        keep = names and (piece.title or _inside_quotes(text, piece.start, match.start()))
    if not keep:
        return ""
    return None if match.group() == " " else " "


def _inside_quotes(text: str, start: int, at: int) -> bool:
    """Whether a quotation mark or a book-title mark that opened in text[start:at] is still open."""
    return any(
        text.rfind(opener, start, at) > text.rfind(closer, start, at)
        for opener, closer in zip(_OPENERS, _CLOSERS, strict=True)
    )


def _left_out(text: str, match: re.Match[str]) -> list[LeftOut]:
    start, end = match.start(), match.end()
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return [LeftOut(kind="stray_word" if match["stray"] else "markup", start=start, end=end)]


# ---- sentences --------------------------------------------------------------------------------------------------

_STOP = re.compile(r"[。！？；;\n“”‘’（）()《》]")
_PAIRS = {"“": "”", "‘": "’", "（": "）", "(": ")", "《": "》"}
_AFTER_STOP = "”’）)》"


def sentences(text: str, *, clauses: bool = False) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of a reading text, without the white space around them.

    A sentence ends after 。！？ and at a line break, not inside quotation marks or brackets. With `clauses` it ends
    after ； too, the weaker mark of an enumeration. A bracket that is never closed does not swallow the rest: a line
    break closes everything.
    """
    spans: list[tuple[int, int]] = []
    open_marks: list[str] = []
    start = 0
    for match in _STOP.finditer(text):
        mark, at = match.group(), match.end()
        if mark == "\n":
            open_marks.clear()
            start = _close(text, start, match.start(), at, spans)
        elif mark in _PAIRS:
            if _closes_later(text, mark, at):
                open_marks.append(_PAIRS[mark])
        elif open_marks:
            if mark == open_marks[-1]:
                open_marks.pop()
                if mark in "”’" and not open_marks and text[at - 2] in "。！？":
                    start = _close(text, start, at, at, spans)
        elif mark in "。！？" or (clauses and mark in "；;"):
            while at < len(text) and text[at] in _AFTER_STOP:
                at += 1
            start = _close(text, start, at, at, spans)
    _close(text, start, len(text), len(text), spans)
    return spans


def _closes_later(text: str, mark: str, at: int) -> bool:
    line_end = text.find("\n", at)
    return text.find(_PAIRS[mark], at, line_end if line_end >= 0 else len(text)) >= 0


def _close(text: str, start: int, end: int, following: int, spans: list[tuple[int, int]]) -> int:
    """Note the sentence text[start:end] if it holds anything; the next one starts at `following`."""
    while start < end and text[start].isspace():
        start += 1
    last = end
    while last > start and text[last - 1].isspace():
        last -= 1
    if start < last:
        spans.append((start, last))
    return following


def containing(spans: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """The sentence of `sentences(…)` that holds offset `at`, or None."""
    index = bisect_right([span[0] for span in spans], at) - 1
    return spans[index] if index >= 0 and at < spans[index][1] else None
