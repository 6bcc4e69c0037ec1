"""A Word draft with corrections put in: only the characters that differ change, so that formatting stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_PLAIN = {"rPr", "t", "tab", "br", "cr", "noBreakHyphen", "lastRenderedPageBreak"}  # what writing a run's text keeps


@dataclass(frozen=True, kw_only=True)
class Correction:
    """`words` instead of the draft's `start:end`; offsets count its paragraphs joined by line breaks."""

    start: int
    end: int
    words: str


def put_in(paragraphs: Sequence["Paragraph"], corrections: Sequence[Correction]) -> list[Correction]:
    """Change the paragraphs and return the corrections that could not be put in.

    One that reaches over a paragraph's end, into another one, or into a picture or a field stays out.
    """
    left: list[Correction] = []
    taken_from = sum(len(paragraph.text) + 1 for paragraph in paragraphs)
    starts, at = [], 0
    for paragraph in paragraphs:
        starts.append(at)
        at += len(paragraph.text) + 1
    for one in sorted(corrections, key=lambda each: each.start, reverse=True):  # from the end: offsets stay right
        index = max((place for place, start in enumerate(starts) if start <= one.start), default=-1)
        if (
            index < 0
            or one.end > taken_from
            or one.start > one.end
            or not _replace(paragraphs[index], starts[index], one)
        ):
            left.append(one)
            continue
        taken_from = one.start
    return left[::-1]


def _replace(paragraph: "Paragraph", at: int, one: Correction) -> bool:
    text = paragraph.text
    start, end = one.start - at, one.end - at
    if end > len(text):
        return False
    old = text[start:end]
    edits = [
        (start + low, start + high, one.words[first:last])
        for what, low, high, first, last in SequenceMatcher(None, old, one.words, autojunk=False).get_opcodes()
        if what != "equal"
    ]
    if not all(_is_plain(run) for low, high, _ in edits for run, _, _ in _touched(paragraph, low, high)):
        return False
    for low, high, words in reversed(edits):
        _edit(paragraph, low, high, words)
    return True


def _edit(paragraph: "Paragraph", start: int, end: int, words: str) -> None:
    """The new words go into the first run that is touched; the others lose what is replaced."""
    touched = _touched(paragraph, start, end)
    if not touched:
        paragraph.add_run(words)
    for order, (run, low, high) in enumerate(touched):
        text = run.text
        run.text = text[:low] + (words if order == 0 else "") + text[high:]


def _touched(paragraph: "Paragraph", start: int, end: int) -> list[tuple["Run", int, int]]:
    """The runs that hold `start:end`, with the part in each; for an insertion the run that it follows."""
    from docx.text.run import Run

    found, at = [], 0
    for inner in paragraph.iter_inner_content():
        for run in [inner] if isinstance(inner, Run) else inner.runs:
            low, high = max(start, at), min(end, at + len(run.text))
            if low < high or (start == end and at < start <= at + len(run.text)) or (start == end == at == 0):
                found.append((run, low - at, high - at))
            at += len(run.text)
    return found[:1] if start == end else found


def _is_plain(run: "Run") -> bool:
    return all(child.tag.rpartition("}")[2] in _PLAIN for child in run._r)
