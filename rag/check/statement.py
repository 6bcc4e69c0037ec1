"""The verdict on words outside quotation marks: does the cited clause say so, in whatever words?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.departments import Departments, Mention
from ingest.normalize import sentences
from ingest.schema import Clause, Kind, Role
from rag.check.bare import Bare, bare, mapped
from rag.check.book import Book, Place, Scope, Shelf
from rag.check.clauses import Located
from rag.check.conflicts import (
    Conflict,
    Segment,
    Weights,
    denial_conflict,
    duty_conflict,
    foreign_departments,
    overlap,
    value_conflicts,
)
from rag.check.differences import Typing
from rag.check.finder import Finder
from rag.check.judged import Context, Judged
from rag.check.passages import Span
from rag.check.schema import MATERIAL, Difference, DifferenceKind
from rag.check.values import values_in
from rag.schema import Verdict

HELD = 0.5  # weighted share of a statement's words from which a clause says so
THIN = 0.28  # below this it says something else
ELSEWHERE = 0.62  # share from which another clause says it
MARGIN = 0.22  # by which that clause must beat the cited one
LITERAL = 0.72  # share of equal characters from which a statement is a quotation without marks
MIN_WORDS = 4  # bare characters that make a statement

# How a sentence leads to what it states: 根据…规定，/ not part of the statement
_FRAME = re.compile(
    r"(?:根据|按照|依据|依照|遵照|参照|对照|落实|按)?□+[\s，,、的中里内）)（(]*(?:有关)?(?:规定|要求|提出|明确|指出|强调|载明|写明|部署|安排|显示|表明|精神|内容|通知)?(?:了|是|的是|为|，|,|：|:)*"
    r"|(?:根据|按照|依据|依照|参照|据|见|详见|参见|其中|文件|如下|如|即)(?=□|[，,：:])"
)
_RESPONSIBLE = re.compile(r"责任单位|责任部门|牵头|负责|会同|配合|主管|承担|落实单位|组织实施")
_ALONE = re.compile(r"仅由|只由|单独|独立负责|独家|仅有|只有")
_ISSUED = re.compile(r"印发|发布|出台|下发|制发|成文|发文|落款|签发|联合制定|公布")
_LEADS = re.compile(r"(?:牵头)")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The words of a passage that state something: `text` has the draft's length, all else blanked."""

    start: int  # in the draft
    text: str
    parts: tuple[tuple[int, Bare], ...]  # (offset in the draft, bare text) of each comma-part with words
    departments: tuple[Mention, ...]  # in `text`

    @property
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


@dataclass(frozen=True, kw_only=True)
class StatementJudge:
    """Judges statements against the library."""

    shelf: Shelf
    finder: Finder
    typing: Typing
    departments: Departments

    def judge(self, statement: Statement, located: Sequence[Located], context: Context) -> Judged:
        """Return the verdict on a statement that cites something."""
        if context.unknown:
            return Judged(verdict=Verdict.NOT_FOUND, confidence=0.75, why=f"库中没有{context.unknown}")
        usable = [one for one in located if not one.missing or one.clauses]
        if located and not usable:
            return Judged(verdict=Verdict.NOT_FOUND, confidence=0.9, book=located[0].book, why=located[0].missing)
        words = _content(statement)
        if _ISSUED.search(statement.text) and usable and not usable[0].clauses:
            issued = self._issued(statement, usable[0].book)
            if issued is not None:
                return issued
        weights = self.finder.weights(words)
        if len(words) < MIN_WORDS and not statement.departments:
            return _exists(usable)
        cited = self._cited(words, statement, usable, weights)
        if cited is None or cited.share < ELSEWHERE + MARGIN:
            other = self._elsewhere(words, cited, context, weights)
            if (
                other is not None
                and other.share >= ELSEWHERE
                and (cited is None or other.share >= cited.share + MARGIN)
            ):
                return self._moved(statement, other, usable, weights, context)
        if cited is None:
            return Judged(verdict=Verdict.NOT_FOUND, confidence=0.6, why="库中没有找到这样的内容")
        return self._decided(statement, cited, weights)

    def uncited(self, statement: Statement, context: Context) -> Judged | None:
        """Return what the library says on a statement without reference; None when it says nothing near."""
        words = _content(statement)
        if len(words) < 3 * MIN_WORDS:
            return None
        weights = self.finder.weights(words)
        best = self._elsewhere(words, None, context, weights)
        if best is None or best.share < ELSEWHERE:
            return None
        judged = self._decided(statement, best, weights)
        return Judged(
            verdict=Verdict.UNCITED, confidence=round(best.share, 3), book=best.book, places=judged.places,
            differences=judged.differences,
        )  # fmt: skip

    def _issued(self, statement: Statement, book: Book) -> Judged | None:
        """Return the verdict on who issued a document and when; None when the text does not say it."""
        document = book.document
        if not book.front.clauses or not (statement.departments or any(values_in(p.text) for _, p in statement.parts)):
            return None
        held = {name for issuer in document.issuers if (name := self.departments.canonical(issuer))}
        held |= {mention.name for clause in book.front.clauses for mention in self.departments.find(clause.own.text)}
        listed = "、".join(document.issuers)
        found = [
            _department(m, listed, statement)
            for m in foreign_departments(statement.departments, held, self.departments)
        ]
        known = [
            bare(f"{date[:4]}年{int(date[5:7])}月{int(date[8:10])}日")
            for date in (document.issued_on, document.published_on)
            if date
        ]
        segments = [Segment(text=text) for text in (*book.front.bares, *known)]
        reading = Reading(book=book, scope=book.front, share=1.0, clause=book.front.clauses[0])
        words = [part.text for _, part in statement.parts]
        clashes = value_conflicts(words, "".join(words), segments, self.finder.weights("".join(words)))
        found += [_located(one, statement) for one in clashes if one.source]
        rest = [part for _, part in statement.parts if len(_ISSUED.sub("", part.text)) > 4 * MIN_WORDS]
        if rest and not found:
            return None  # it says more than who and when
        return Judged(
            verdict=Verdict.CONTRADICTED if found else Verdict.SUPPORTED, confidence=0.85, book=book,
            places=tuple(_whole(clause) for clause in book.front.clauses if clause.own.text.strip())[:2],
            differences=tuple(found),
        )  # fmt: skip

    def around(self, statement: Statement, book: Book, clause_ids: set[str]) -> list[Difference]:
        """Return what the words around a quotation say against its clause: departments and figures."""
        scope = book.scope([book.by_id[one] for one in clause_ids if one in book.by_id])
        reading = Reading(book=book, scope=scope, share=1.0, clause=scope.clauses[0] if scope.clauses else None)
        found: list[Difference] = []
        if statement.departments and _RESPONSIBLE.search(statement.text):
            found += self._foreign(statement, reading)
        parts = [part.text for _, part in statement.parts]
        if any(values_in(part) for part in parts):
            weights = self.finder.weights(statement.words)
            conflicts = value_conflicts(parts, statement.words, _segments(scope), weights)
            found += [_located(one, statement) for one in conflicts if one.source and one.certain]
        return found

    # ---- which clause ------------------------------------------------------------------------------------------

    def _cited(self, words: str, statement: Statement, located: Sequence[Located], weights: Weights) -> Reading | None:
        """Return the best reading of what is cited; a document cited whole is read where it speaks of this."""
        found: list[Reading] = []
        for one in located:
            if one.clauses:
                found.append(_reading(one.book, one.scope, words, weights))
            else:
                query = words if len(words) >= MIN_WORDS else statement.text
                clauses = self.finder.clauses(query, [one.book.document.id])
                found += [_reading(one.book, one.book.scope([clause]), words, weights) for clause in clauses]
        return max(found, key=lambda reading: reading.share, default=None)

    def _elsewhere(self, words: str, cited: Reading | None, context: Context, weights: Weights) -> Reading | None:
        """Return the best reading of any other clause, the cited document's first."""
        inside = {clause.id for clause in cited.scope.clauses} if cited is not None else set()
        clauses = self.finder.clauses(words, [cited.book.document.id]) if cited is not None else []
        clauses += self.finder.clauses(words, context.limit)
        found: dict[str, Reading] = {}
        for clause in clauses:
            if clause.id not in inside and clause.id not in found and clause.kind is not Kind.CAPTION:
                book = self.shelf.book(clause.document_id)
                found[clause.id] = _reading(book, Scope(clauses=(clause,)), words, weights)
        home = cited.book if cited is not None else None
        return max(found.values(), key=lambda one: one.share + (0.02 if one.book is home else 0.0), default=None)

    def _moved(
        self, statement: Statement, other: Reading, located: Sequence[Located], weights: Weights, context: Context
    ) -> Judged:
        """Return the verdict where another clause than the cited one says so."""
        conflicts = self._conflicts(statement, other, weights)
        places = _places(other, statement, weights)
        if not any(one.clauses for one in located) and any(one.book is other.book for one in located):
            return self._decided(statement, other, weights)
        if context.inherited and not any(one.clauses for one in located):
            return self._decided(statement, other, weights)
        label = places[0].clause.label if places else ""
        title = f"《{other.book.document.title}》" if all(one.book is not other.book for one in located) else ""
        draft = "、".join(clause.label for one in located for clause in one.clauses)
        draft = draft or (f"《{located[0].book.document.title}》" if located else "")
        clause = Difference(kind=DifferenceKind.CLAUSE, draft=draft, source=title + label)
        certain = [one for one in conflicts if one.kind in MATERIAL]
        return Judged(
            verdict=Verdict.CONTRADICTED if certain else Verdict.WRONG_CLAUSE,
            confidence=round(0.55 + 0.35 * other.share, 3),
            book=other.book,
            places=places,
            differences=(*conflicts, clause),
            right_label=label,
        )

    # ---- what it says ------------------------------------------------------------------------------------------

    def _decided(self, statement: Statement, reading: Reading, weights: Weights) -> Judged:
        conflicts = self._conflicts(statement, reading, weights)
        places = _places(reading, statement, weights)
        certain = [one for one in conflicts if one.source or one.kind is DifferenceKind.DEPARTMENT]
        share = reading.share
        if share < THIN:
            verdict = Verdict.NOT_FOUND
            return Judged(verdict=verdict, confidence=round(0.9 - share, 3), book=reading.book, places=places,
                          why="所引条款没有这样的内容")  # fmt: skip
        if certain and share >= THIN:
            return Judged(
                verdict=Verdict.CONTRADICTED, confidence=round(0.5 + 0.45 * share, 3), book=reading.book,
                places=places, differences=tuple(conflicts),
            )  # fmt: skip
        if share < HELD or conflicts:
            why = "原文没有写明“" + conflicts[0].draft + "”" if conflicts else "与原文的相近程度不够"
            return Judged(
                verdict=Verdict.NEEDS_REVIEW, confidence=round(0.3 + 0.3 * abs(share - HELD), 3), book=reading.book,
                places=places, differences=tuple(conflicts), why=why,
            )  # fmt: skip
        return Judged(
            verdict=Verdict.SUPPORTED, confidence=round(min(0.45 + 0.5 * share, 0.95), 3), book=reading.book,
            places=places,
        )  # fmt: skip

    def _conflicts(self, statement: Statement, reading: Reading, weights: Weights) -> list[Difference]:
        """Return what the scope contradicts; source "" where it merely does not say it."""
        segments = _segments(reading.scope)
        parts = [part.text for _, part in statement.parts]
        found = [
            _located(conflict, statement) for conflict in value_conflicts(parts, statement.words, segments, weights)
        ]
        found += self._foreign(statement, reading)
        found += self._turned(statement, segments, weights)
        found += self._literal(statement, reading)
        unique: dict[tuple[int | None, str], Difference] = {}
        for one in found:
            unique.setdefault((one.draft_start, one.draft[:2]), one)
        return list(unique.values())

    def _foreign(self, statement: Statement, reading: Reading) -> list[Difference]:
        """Return departments that the source does not hold, roles that it gives otherwise, and lists called whole."""
        units = [unit for clause in reading.scope.clauses for unit in clause.units]
        text = "".join(clause.own.text for clause in reading.scope.clauses)
        held = {unit.name for unit in units} | {mention.name for mention in self.departments.find(text)}
        document = reading.book.document
        held |= (
            {name for issuer in document.issuers if (name := self.departments.canonical(issuer))}
            if not units
            else set()
        )
        listed = "、".join(unit.written for unit in units)
        said = [m for m in statement.departments if not self._narrator(m, statement, reading)]
        found = [
            _department(mention, listed, statement)
            for mention in foreign_departments(said, held, self.departments)
            if held or _RESPONSIBLE.search(statement.text)
        ]
        named = {mention.name for mention in said}
        if units and _ALONE.search(statement.text) and named and named < {unit.name for unit in units}:
            found.append(_department(said[0], listed, statement))
        leads = {unit.name for unit in units if unit.role is Role.LEAD}
        for mention in said:
            after = statement.text[mention.end : mention.end + 3]
            if leads and mention.name not in leads and mention.name in held and _LEADS.match(after):
                found.append(_department(mention, listed, statement))
        return found

    def _narrator(self, mention: Mention, statement: Statement, reading: Reading) -> bool:
        """Whether a department is the one that speaks: 市教委在《…》中提出."""
        ahead = statement.text[mention.end : mention.end + 4]
        own = {self.departments.canonical(issuer) for issuer in reading.book.document.issuers}
        return mention.name in own and ahead.startswith(("□", "在□", "等", "印发", "发布", "提出", "要求"))

    def _turned(self, statement: Statement, segments: Sequence[Segment], weights: Weights) -> list[Difference]:
        """Return denials and duties that were turned round in the part of the source that says the same."""
        found: list[Difference] = []
        for offset, part in statement.parts:
            ranked = sorted(segments, key=lambda one: -overlap(part.text, one.text, weights))[:1]
            for segment in ranked:
                if overlap(part.text, segment.text, weights) < 0.4:
                    continue
                for kind, pair in (
                    (DifferenceKind.NEGATION, denial_conflict(part.text, segment.text)),
                    (DifferenceKind.MODALITY, duty_conflict(part.text, segment.text)),
                ):
                    if pair is not None:
                        at = part.text.find(pair[0]) if pair[0] else -1
                        span = part.span(at, at + len(pair[0])) if at >= 0 else None
                        found.append(
                            Difference(
                                kind=kind, draft=pair[0], source=pair[1] or "（没有这一否定）",
                                draft_start=offset + span[0] if span else None,
                                draft_end=offset + span[1] if span else None,
                            )
                        )  # fmt: skip
        return found

    def _literal(self, statement: Statement, reading: Reading) -> list[Difference]:
        """Return the differences of words taken over without quotation marks, where nearly all are the same."""
        read = mapped(statement.text)
        alignment = reading.scope.align(read.text)
        if alignment.share < LITERAL:
            return []
        found = []
        for typed in self.typing.typed(alignment.edits, read.text, reading.scope.text):
            edit = typed.edit
            said, have = (
                read.text[edit.draft_start : edit.draft_end],
                reading.scope.text[edit.source_start : edit.source_end],
            )
            if typed.kind not in MATERIAL or not self._clashes(typed.kind, said, have):
                continue
            start, end = read.span(edit.draft_start, edit.draft_end)
            found.append(
                Difference(
                    kind=typed.kind, draft=said, source=have,
                    draft_start=statement.start + start, draft_end=statement.start + end,
                )
            )  # fmt: skip
        return found

    def _clashes(self, kind: DifferenceKind, said: str, have: str) -> bool:
        """Whether both sides say something, and not the same: prose may leave words out."""
        if kind in (DifferenceKind.DEPARTMENT, DifferenceKind.NUMBER, DifferenceKind.DATE, DifferenceKind.UNIT):
            return False  # judged in their slots
        if kind is DifferenceKind.NAME:
            return bool(said) and bool(have)
        return bool(said) and bool(have)


# ---- helpers ---------------------------------------------------------------------------------------------------


def _content(statement: Statement) -> str:
    """Return the statement's words without those that only say who is responsible."""
    return _RESPONSIBLE.sub("", statement.words)


def _exists(located: Sequence[Located]) -> Judged:
    """Return the verdict on a mere mention: what is cited exists."""
    one = located[0] if located else None
    places = tuple(_whole(clause) for clause in one.clauses[:1]) if one else ()
    return Judged(
        verdict=Verdict.SUPPORTED, confidence=0.6, book=one.book if one else None, places=places,
        why="所引条款存在，句中没有其他可核对的内容",
    )  # fmt: skip


def _whole(clause: Clause) -> Place:
    return Place(clause=clause, start=0, end=len(clause.own.text.rstrip()))


def _reading(book: Book, scope: Scope, words: str, weights: Weights) -> Reading:
    """Return how much of the words a scope holds, with its headings and its document's title."""
    around = "".join(bare(part) for clause in scope.clauses[:1] for part in clause.path[:-1])
    around += "".join(bare(cell.header) for clause in scope.clauses for cell in clause.cells)
    text = scope.text + "|" + around + "|" + bare(book.document.title)
    share = overlap(words, text, weights) if len(words) >= MIN_WORDS else 1.0
    best = max(
        zip(scope.clauses, scope.bares, strict=True), key=lambda pair: overlap(words, pair[1], weights), default=None
    )
    return Reading(book=book, scope=scope, share=share, clause=best[0] if best else None)


def _segments(scope: Scope) -> list[Segment]:
    """Return the scope's comma-parts and rows; `key` is the clause's place in the scope."""
    found: list[Segment] = []
    for key, clause in enumerate(scope.clauses):
        if clause.cells:
            header = "".join(bare(cell.header) for cell in clause.cells)
            found.append(Segment(text=bare(clause.own.text), around="、" + header, key=key))
            continue
        for start, end in sentences(clause.own.text, clauses=True):
            sentence = clause.own.text[start:end]
            found.append(Segment(text=bare(sentence), key=key))
    return found


def _places(reading: Reading, statement: Statement, weights: Weights) -> tuple[Place, ...]:
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


def _department(mention: Mention, listed: str, statement: Statement) -> Difference:
    return Difference(
        kind=DifferenceKind.DEPARTMENT,
        draft=mention.written,
        source=listed,
        draft_start=statement.start + mention.start,
        draft_end=statement.start + mention.end,
    )


def _located(conflict: Conflict, statement: Statement) -> Difference:
    """Return a conflict of values as a difference with its place in the draft."""
    at = conflict.draft_start
    for offset, part in statement.parts:
        if 0 <= at < len(part):
            start, end = part.span(at, at + conflict.draft_end - conflict.draft_start)
            return Difference(
                kind=conflict.kind, draft=conflict.draft, source=conflict.source if conflict.certain else "",
                draft_start=offset + start, draft_end=offset + end,
            )  # fmt: skip
        at -= len(part)
    return Difference(kind=conflict.kind, draft=conflict.draft, source=conflict.source)


def mentions(found: Iterable[Mention]) -> list[str]:
    """Return the canonical names of mentions, each once."""
    return list(dict.fromkeys(mention.name for mention in found))


def issued_scope(book: Book) -> Scope:
    """Return what the document says about its issue."""
    return book.front
