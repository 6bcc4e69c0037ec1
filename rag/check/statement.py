"""The verdict on words outside quotation marks: whether the cited clause says so, in whatever words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.departments import Departments, Mention
from ingest.schema import Clause, Kind, Role
from rag.check.actions import action_conflict, role_conflict
from rag.check.bare import bare, mapped
from rag.check.book import Book, Place, Scope, Shelf
from rag.check.clauses import Located
from rag.check.conflicts import (
    Conflict,
    Segment,
    Weights,
    denial_conflict,
    duty_class,
    duty_conflict,
    family_conflict,
    foreign_departments,
    names_in,
    overlap,
    value_conflicts,
)
from rag.check.differences import Typing
from rag.check.finder import Finder
from rag.check.judged import Context, Judged
from rag.check.literal import Words, doubts
from rag.check.reading import (
    MIN_WORDS,
    Reading,
    Statement,
    clauses_shown,
    content_of,
    places_of,
    reading_of,
    segments_of,
    share_of,
)
from rag.check.schema import MATERIAL, Difference, DifferenceKind
from rag.check.values import values_in
from rag.check.words import DENIAL
from rag.schema import Verdict

HELD = 0.42  # weighted share of a statement's words from which a clause says so
THIN = 0.2  # below this it says something else
ELSEWHERE = 0.62  # share from which another clause says it
DOUBTFUL = 0.55  # share from which the cited clause says it well enough, whatever others say
MARGIN = 0.22  # by which that clause must beat the cited one
LITERAL = 0.72  # share of equal characters from which a statement is a quotation without marks

_RESPONSIBLE = re.compile(r"责任单位|责任部门|牵头|负责|会同|配合|主管|承担|落实单位|组织实施")
_ALONE = re.compile(r"仅由|只由|单独|独立负责|独家|仅有|只有")
_ISSUED = re.compile(r"印发|发布|出台|下发|制发|成文|发文|落款|签发|联合制定|公布")
_ISSUE_WORDS = re.compile(rf"{_ISSUED.pattern}|联合|共同|通知|文件|日期|时间|部门|单位|正式|于|由|的|是|·")
_SLOTTED = frozenset({
    DifferenceKind.DEPARTMENT, DifferenceKind.NUMBER, DifferenceKind.DATE, DifferenceKind.UNIT, DifferenceKind.NAME,
})  # fmt: skip
# What the writer makes of a text, which no text can prove
_COMMENT = re.compile(r"体现|意味着|释放|说明了|反映|有利于|可见|彰显|标志着|信号|导向|启示|机遇|意义")
_LED_IN = re.compile(r"要|需|将|为|即|是")  # how a statement is led in faces whatever stands before its words
_STOPS = "。！？!?；;"
_LEADS = re.compile(r"牵头")
# What says that somebody is responsible and no more
_ROLE_WORDS = re.compile(
    rf"{_RESPONSIBLE.pattern}|等|部门|单位|落实|共同|分别|各自|按职责|分工|任务|工作|推进|实施|由|的|·|为|是|和|与|及"
)


@dataclass(frozen=True, kw_only=True)
class StatementJudge:
    """Judges statements against the library."""

    shelf: Shelf
    finder: Finder
    typing: Typing
    departments: Departments
    words: Words

    def judge(self, statement: Statement, located: Sequence[Located], context: Context) -> Judged:
        """Return the verdict on a statement that cites something."""
        if context.unknown:
            return Judged(verdict=Verdict.NOT_FOUND, confidence=0.75, why=f"库中没有{context.unknown}")
        usable = [one for one in located if not one.missing or one.clauses]
        if located and not usable:
            return Judged(verdict=Verdict.NOT_FOUND, confidence=0.9, book=located[0].book, why=located[0].missing)
        words = content_of(statement)
        if _ISSUED.search(statement.text) and usable and not usable[0].clauses:
            issued = self._issued(statement, usable[0].book)
            if issued is not None:
                return issued
        weights = self.finder.weights(words)
        if statement.departments and len(_ROLE_WORDS.sub("", words)) < MIN_WORDS:
            words = ""  # it says who is responsible and no more
        if len(words) < MIN_WORDS and not statement.departments:
            return _exists(usable)
        cited = self._cited(words, statement, usable, weights)
        if cited is None or cited.share < ELSEWHERE + MARGIN:
            other = self._elsewhere(words, cited, context, weights)
            if (
                other is not None
                and other.share >= ELSEWHERE
                and (cited is None or (cited.share < DOUBTFUL and other.share >= cited.share + MARGIN))
            ):
                return self._moved(statement, other, usable, weights, context)
        if cited is None:
            return Judged(verdict=Verdict.NOT_FOUND, confidence=0.6, why="库中没有找到这样的内容")
        return self._decided(statement, cited, weights)

    def uncited(self, statement: Statement, context: Context) -> Judged | None:
        """Return what the library says on a statement without reference; None when it says nothing near."""
        words = content_of(statement)
        if len(words) < 3 * MIN_WORDS or statement.text.rstrip("□ ”’）)")[-1:] not in _STOPS:
            return None  # too little, or a heading
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
        if len(_ISSUE_WORDS.sub("", content_of(statement))) > 2 * MIN_WORDS:
            return None  # it says more than who and when
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
        words = [part.text for _, part in statement.parts]
        clashes = value_conflicts(words, "".join(words), segments, self.finder.weights("".join(words)))
        found += [_located(one, statement) for one in clashes if one.source]
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
            conflicts = value_conflicts(parts, statement.words, segments_of(scope), weights)
            found += [_located(one, statement) for one in conflicts if one.source and one.certain]
        return found

    # ---- which clause ------------------------------------------------------------------------------------------

    def _cited(self, words: str, statement: Statement, located: Sequence[Located], weights: Weights) -> Reading | None:
        """Return the best reading of what is cited; a document cited whole is read where it speaks of this."""
        found: list[Reading] = []
        for one in located:
            if one.clauses:
                found.append(reading_of(one.book, one.scope, words, weights))
            else:
                query = words if len(words) >= MIN_WORDS else statement.text
                clauses = self.finder.clauses(query, [one.book.document.id])
                found += [reading_of(one.book, one.book.scope([clause]), words, weights) for clause in clauses]
        return max(found, key=lambda reading: reading.share, default=None)

    def _elsewhere(self, words: str, cited: Reading | None, context: Context, weights: Weights) -> Reading | None:
        """Return the best reading of any other clause, the cited document's first."""
        inside = {clause.id for clause in cited.scope.clauses} if cited is not None else set()
        clauses = self.finder.clauses(words, [cited.book.document.id]) if cited is not None else []
        clauses += self.finder.clauses(words, context.limit)
        home = cited.book.document.id if cited is not None else ""
        found: dict[str, tuple[float, Clause]] = {}
        for clause in clauses:
            if clause.id not in inside and clause.id not in found and clause.kind is not Kind.CAPTION:
                title = self.shelf.library.document(clause.document_id).title
                share = share_of((clause,), bare(clause.own.text), title, words, weights)
                found[clause.id] = (share + (0.02 if clause.document_id == home else 0.0), clause)
        if not found:
            return None
        share, clause = max(found.values(), key=lambda one: one[0])
        book = self.shelf.book(clause.document_id)
        return Reading(book=book, scope=Scope(clauses=(clause,)), share=min(share, 1.0), clause=clause)

    def _moved(
        self, statement: Statement, other: Reading, located: Sequence[Located], weights: Weights, context: Context
    ) -> Judged:
        """Return the verdict where another clause than the cited one says so."""
        conflicts = self._conflicts(statement, other, weights)
        places = places_of(other, statement, weights)
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
        places = places_of(reading, statement, weights)
        certain = [one for one in conflicts if one.source or one.kind is DifferenceKind.DEPARTMENT]
        share = reading.share
        if share < THIN:
            verdict = Verdict.NEEDS_REVIEW if _COMMENT.search(statement.text) else Verdict.NOT_FOUND
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
        changed = self._doubts(statement, reading)
        if changed:
            return Judged(
                verdict=Verdict.NEEDS_REVIEW, confidence=0.4, book=reading.book, places=places, differences=changed,
                why=f"与原文几乎逐字相同，但“{changed[0].draft or changed[0].source}”一处不同",
            )  # fmt: skip
        return Judged(
            verdict=Verdict.SUPPORTED, confidence=round(min(0.45 + 0.5 * share, 0.95), 3), book=reading.book,
            places=places,
        )  # fmt: skip

    def _doubts(self, statement: Statement, reading: Reading) -> tuple[Difference, ...]:
        """Return the places where the statement all but repeats the scope and changes a word."""
        if statement.departments:
            return ()
        source = reading.scope.text
        said = statement.words
        places = [offset + at for offset, part in statement.parts for at in part.at]
        texts = (statement.text[one - statement.start + 1 : other - statement.start] for one, other in pairwise(places))
        holes = {at for at, between in enumerate(texts, start=1) if "□" in between}
        return tuple(
            Difference(
                kind=kind,
                draft=said[edit.draft_start : edit.draft_end],
                source=source[edit.source_start : edit.source_end],
                draft_start=places[edit.draft_start] if edit.draft_start < len(places) else places[-1] + 1,
                draft_end=places[edit.draft_end - 1] + 1 if edit.draft_end > edit.draft_start
                else places[min(edit.draft_start, len(places) - 1)],
            )
            for kind, edit in doubts(said, source, self.words, holes)
        )  # fmt: skip

    def _conflicts(self, statement: Statement, reading: Reading, weights: Weights) -> list[Difference]:
        """Return what the scope contradicts; source "" where it merely does not say it."""
        segments = segments_of(reading.scope)
        parts = [part.text for _, part in statement.parts]
        found = [
            _located(conflict, statement)
            for conflict in value_conflicts(parts, statement.words, segments, weights)
            if conflict.source or not _of_document(conflict.draft, reading.book)
        ]
        found += self._foreign(statement, reading)
        found += self._turned(statement, segments, weights)
        found += self._names(statement, reading)
        found += self._literal(statement, reading)
        unique: dict[tuple[int | None, str], Difference] = {}
        for one in found:
            unique.setdefault((one.draft_start, one.draft[:2]), one)
        return list(unique.values())

    def _foreign(self, statement: Statement, reading: Reading) -> list[Difference]:
        """Return departments that the source does not hold, roles that it gives otherwise, and lists called whole."""
        clauses = clauses_shown(reading, statement)
        units = [unit for clause in clauses for unit in clause.units]
        text = "".join(clause.own.text for clause in clauses)
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
        leads |= {m.name for m in self.departments.find(text) if _LEADS.match(text, m.end)} if not leads else set()
        for mention in said:
            if (
                leads
                and mention.name not in leads
                and mention.name in held
                and _LEADS.match(statement.text, mention.end)
            ):
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
        whole = "".join(segment.text for segment in segments)
        for offset, part in statement.parts:
            ranked = sorted(segments, key=lambda one: -overlap(part.text, one.text, weights))[:1]
            for segment in ranked:
                if overlap(part.text, segment.text, weights) < 0.4:
                    continue
                for kind, pair in (
                    (DifferenceKind.NEGATION, denial_conflict(part.text, segment.text, statement.words)),
                    (DifferenceKind.MODALITY, duty_conflict(part.text, segment.text)),
                    (DifferenceKind.WORDING, family_conflict(part.text, segment.text)),
                    (DifferenceKind.WORDING, action_conflict(part.text, segment.text)),
                    (DifferenceKind.WORDING, role_conflict(part.text, whole)),
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
            if edit.draft_start == 0 and _LED_IN.fullmatch(said):
                continue
            start, end = read.span(edit.draft_start, edit.draft_end)
            found.append(
                Difference(
                    kind=typed.kind, draft=said, source=have,
                    draft_start=statement.start + start, draft_end=statement.start + end,
                )
            )  # fmt: skip
        return found

    def _names(self, statement: Statement, reading: Reading) -> list[Difference]:
        """Return institutions that the statement names and the source, which names others, does not."""
        text = "".join(bare(clause.own.text) for clause in clauses_shown(reading, statement))
        said, have = names_in(statement.text), names_in(text)
        others = [name for _, name in have if all(name[-4:] != mine[-4:] for _, mine in said)]
        found = []
        for at, name in said:
            known = name[-4:] in text or any(mention.start <= at < mention.end for mention in statement.departments)
            if known or not others or name[-2:] not in {other[-2:] for other in others}:
                continue
            start = statement.start + at
            found.append(
                Difference(
                    kind=DifferenceKind.NAME, draft=name, source="、".join(dict.fromkeys(others)),
                    draft_start=start, draft_end=start + len(name),
                )
            )  # fmt: skip
        return found

    def _clashes(self, kind: DifferenceKind, said: str, have: str) -> bool:
        """Whether both sides say something, and not the same: prose may leave words out."""
        if kind in _SLOTTED:
            return False  # judged in their slots
        if kind is DifferenceKind.NEGATION:
            return (DENIAL.search(said) is None) != (DENIAL.search(have) is None)
        if kind is DifferenceKind.MODALITY and duty_class(said) == duty_class(have):
            return False
        return bool(said) and bool(have)


# ---- helpers ---------------------------------------------------------------------------------------------------


def _of_document(written: str, book: Book) -> bool:
    """Whether a date is one that the document as a whole is of: its year, its day of issue."""
    known = bare(f"{book.document.title}{book.document.issued_on[:4]}年{book.document.number}")
    year = written[:4]
    return year.isdigit() and written.endswith(("年", "年度")) and year in known


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
