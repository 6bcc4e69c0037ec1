"""What a draft states in its own words, and how much of it a stretch of a document says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.departments import Departments, Mention
from ingest.normalize import sentences
from ingest.schema import Clause
from rag.check.bare import Bare, bare, mapped
from rag.check.book import Book, Place, Scope
from rag.check.conflicts import Segment, Weights, overlap
from rag.check.passages import Span
from rag.check.values import values_in

MIN_WORDS = 4  # bare characters that make a statement
# How a sentence leads to what it states: 根据…规定，/ not part of the statement
_FRAME = re.compile(
    r"(?:根据|按照|依据|依照|遵照|参照|对照|落实|按)?□+[\s，,、的中里内）)（(]*(?:有关)?"
    r"(?:规定|要求|提出|明确|指出|强调|载明|写明|部署|安排|显示|表明|精神|内容|通知)?(?:了|是|的是|为|，|,|：|:)*"
    r"|(?:根据|按照|依据|依照|参照|据|见|详见|参见|其中|文件|如下|如|即)(?=□|[，,：:])"
)
_SIDE = re.compile(
    r"责任单位|责任部门|牵头|负责|会同|配合|主管|承担|落实单位|组织实施|[比较]上?一?(?:年度|年|期)|同比|增长|下降|提高|增加|减少|上升"
    r"|以上|以下|左右|以内|不超过|不低于|不少于"
    r"|[作做]出?了?(?:专门|具体|明确|全面)?(?:部署|规定|安排|要求)|均?涉及|有(?:专门|具体|明确)(?:部署|规定|安排|要求)"
)
_GAP = "·"  # no pair of characters reaches over it
_HEADER_UNIT = re.compile(r"[（(](?P<unit>[^（()）]{1,4})[)）]\s*$")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The words of a passage that state something: `text` has the draft's length, all else blanked."""

    start: int  # in the draft
    text: str
    parts: tuple[tuple[int, Bare], ...]  # (offset in the draft, bare text) of each comma-part with words
    departments: tuple[Mention, ...]  # in `text`

    @cached_property
    def words(self) -> str:
        """All bare words together."""
        return "".join(part.text for _, part in self.parts)


def statement_of(draft: str, spans: Sequence[Span], blank: Sequence[Span], departments: Departments) -> Statement:
    """Return the statement in these spans of the draft without the blanked ones (references, titles, quotations)."""
    if not spans:
        return Statement(start=0, text="", parts=(), departments=())
    start, end = spans[0].start, spans[-1].end
    kept = [False] * (end - start)
    for span in spans:
        kept[span.start - start : span.end - start] = [True] * (span.end - span.start)
    for span in blank:
        low, high = max(span.start - start, 0), min(span.end - start, end - start)
        if low < high:
            kept[low:high] = [False] * (high - low)
    text = "".join(char if keep else "□" for char, keep in zip(draft[start:end], kept, strict=True))
    text = _FRAME.sub(lambda match: "□" * len(match.group()), text)
    named = tuple(departments.find(text))
    spoken = list(text)
    for mention in named:
        spoken[mention.start : mention.end] = "□" * (mention.end - mention.start)
    parts = []
    at = 0
    for piece in [*re.finditer(r"[，,；;：:。！？]", text), None]:
        border = piece.end() if piece else len(text)
        words = mapped("".join(spoken[at:border]))
        if len(words):
            parts.append((start + at, words))
        at = border
    return Statement(start=start, text=text, parts=tuple(parts), departments=named)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How well one scope says a statement."""

    book: Book
    scope: Scope
    share: float
    clause: Clause | None  # the clause of the scope that says most


def content_of(statement: Statement) -> str:
    """Return the statement's words without values, which are judged apart, and without who is responsible for it."""
    found = []
    for _, part in statement.parts:
        words = list(part.text)
        for value in values_in(part.text):
            words[value.start : value.end] = _GAP * (value.end - value.start)
        found.append(_SIDE.sub(_GAP, "".join(words)))
    return _GAP.join(found).strip(_GAP)


def reading_of(book: Book, scope: Scope, words: str, weights: Weights) -> Reading:
    """Return how much of the words a scope holds, with its headings and its document's title."""
    share = share_of(scope.clauses, scope.text, book.document.title, words, weights)
    best = max(
        zip(scope.clauses, scope.bares, strict=True), key=lambda pair: overlap(words, pair[1], weights), default=None
    )
    return Reading(book=book, scope=scope, share=share, clause=best[0] if best else None)


def share_of(clauses: Sequence[Clause], text: str, title: str, words: str, weights: Weights) -> float:
    """Return the share of the words that the clauses hold with their headings, headers and document's title."""
    if len(words) < MIN_WORDS:
        return 1.0
    around = [bare(part) for part in clauses[0].path[:-1]] if clauses else []
    around += dict.fromkeys(bare(cell.header) for clause in clauses for cell in clause.cells)
    return overlap(words, "|".join((text, *around, bare(title))), weights)


def segments_of(scope: Scope) -> list[Segment]:
    """Return the scope's comma-parts and rows; `key` is the clause's place in the scope."""
    found: list[Segment] = []
    for key, clause in enumerate(scope.clauses):
        if clause.cells:
            found += _cells(clause, key)
            continue
        for start, end in sentences(clause.own.text, clauses=True):
            sentence = clause.own.text[start:end]
            found.append(Segment(text=bare(sentence), key=key))
    return found


def _cells(clause: Clause, key: int) -> list[Segment]:
    """Return a row's cells, each with the row's first cell and its header, whose unit （万元） is put to the figure."""
    first = clause.cells[0]
    words = "".join(bare(cell.value) for cell in clause.cells if not bare(cell.value)[:1].isdigit())
    found = []
    for cell in clause.cells:
        unit = _HEADER_UNIT.search(cell.header)
        value = bare(cell.value)
        figure = value + (unit["unit"] if unit and value[-1:].isdigit() else "")
        around = "、".join((words, bare(first.value), bare(cell.header)))
        found.append(Segment(text=figure, around=f"、{around}", key=key))
    return found


def places_of(reading: Reading, statement: Statement, weights: Weights) -> tuple[Place, ...]:
    """Return the sentences that say most of the statement, best clause first; a row is shown whole."""
    clauses = list(reading.scope.clauses)
    clauses.sort(key=lambda clause: clause is not reading.clause)
    found: list[tuple[float, Place]] = []
    for clause in clauses[:40]:
        spans = [(0, len(clause.own.text))] if clause.cells else sentences(clause.own.text)
        for start, end in spans:
            words = bare(clause.own.text[start:end])
            score = overlap(statement.words, words, weights) + (0.001 if clause is reading.clause else 0.0)
            found.append((score, Place(clause=clause, start=start, end=end)))
    found.sort(key=lambda one: -one[0])
    kept = [place for score, place in found[:2] if score >= 0.6 * found[0][0]] if found else []
    return tuple(kept)


def clauses_shown(reading: Reading, statement: Statement) -> Sequence[Clause]:
    """Return the clauses that names are looked for in: of a table the rows that the statement speaks of, else all."""
    rows = [clause for clause in reading.scope.clauses if clause.cells]
    if len(rows) < 2:
        return reading.scope.clauses
    text = bare(statement.text)
    scores = {row.id: _row_score(row, text) for row in rows}
    best = max(scores.values())
    return [row for row in rows if scores[row.id] >= 0.7 * best] if best > 0 else reading.scope.clauses


def _row_score(row: Clause, text: str) -> float:
    """Return how many characters of the row's cells of words the text holds."""
    return float(sum(len(words) for cell in row.cells if len(words := bare(cell.value)) > 3 and words in text))
