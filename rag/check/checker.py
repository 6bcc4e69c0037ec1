"""The story of a check.

    take apart   the draft into passages: quotations, references, statements
    resolve      the document and the clause that each one means, with what the draft said before
    judge        quotations by alignment, statements by what the clause says
    report       verdict, differences, evidence, suggestion, one Chinese sentence

Read `Checker.check` first; everything else here serves it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ingest.schema import Clause
from rag.check.bare import bare
from rag.check.book import Place, Shelf
from rag.check.clauses import Located, locate
from rag.check.conflicts import overlap
from rag.check.differences import Typing
from rag.check.finder import Finder
from rag.check.judged import Context, Judged
from rag.check.passages import Anchor, Passage, Span, passages
from rag.check.quotation import QuotationJudge
from rag.check.reading import Statement, statement_of
from rag.check.schema import CheckedClaim, CheckReport, Reference
from rag.check.statement import StatementJudge
from rag.check.titles import Named, Titles
from rag.check.wordings import explanation, suggestion
from rag.cite import shown_text, source_span
from rag.draft import Evidence
from rag.index import Index
from rag.schema import Citation, Verdict

ORDER = (
    Verdict.CONTRADICTED, Verdict.MISQUOTED, Verdict.WRONG_CLAUSE, Verdict.NOT_FOUND, Verdict.NEEDS_REVIEW,
    Verdict.SUPPORTED, Verdict.UNCITED,
)  # fmt: skip
MAX_EVIDENCE = 4
LONG_TITLE = 15  # characters from which a name is a whole title and not 任务清单, which points at an annex
HINT = 12  # characters before a reference that may name a part of the document
REMEMBERED = 8  # documents that 该意见 may point back at
# A document named in passing: 为落实《…》，印发《…》 / not 根据《…》, 《…》提出
_PASSING = re.compile(
    r"(?:为|贯彻|落实|学习|印发|转发|附|收到|依照|结合|围绕|研究|宣传|解读|起草|修订|制定|报送|对照)[^，。；]{0,12}$"
)
_ASSERTS = re.compile(
    r"^[^，。；]{0,12}?(?:提出|要求|规定|明确|指出|强调|载明|写明|部署|安排|显示|中|第|附件|支持|鼓励|由|将|的|共|表)"
)
_BASED = re.compile(r"(?:根据|按照|依据|依照|遵照|据|见|参见|详见|对照)[^，。；]{0,6}$")


@dataclass(kw_only=True)
class _Memory:
    """What the draft has spoken of so far."""

    documents: list[str] = field(default_factory=list)
    anchor: Anchor | None = None
    anchor_document: str = ""
    nicknames: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, document_id: str) -> None:
        if document_id in self.documents:
            self.documents.remove(document_id)
        self.documents.append(document_id)
        del self.documents[:-REMEMBERED]


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a passage cites, as far as it says so."""

    named: Named | None
    anchor: Anchor | None
    document_ids: tuple[str, ...]
    unknown: str = ""
    inherited: bool = False

    @property
    def anything(self) -> bool:
        """Whether the passage cites at all."""
        return bool(self.named or self.anchor or self.document_ids or self.unknown)


@dataclass(frozen=True, kw_only=True)
class Checker:
    """Checks drafts against one index version; safe to share between threads."""

    index: Index

    def check(self, text: str, document_ids: Sequence[str] | None = None) -> CheckReport:
        """Return every claim of a draft with its verdict.

        `document_ids` limits the look-up to these documents (UnknownDocument for an id that there is not).
        """
        limit = None if document_ids is None else tuple(document_ids)
        for document_id in limit or ():
            self.index.library.document(document_id)
        memory = _Memory()
        claims: list[CheckedClaim] = []
        sentence: Span | None = None
        named: list[Named] = []
        for passage in passages(text):
            if passage.sentence != sentence:
                sentence = passage.sentence
                named = self._named(text, sentence, memory)
            claims += self._claims(text, passage, named, memory, limit)
        counts = Counter(claim.verdict.value for claim in claims)
        return CheckReport(summary={verdict.value: counts[verdict.value] for verdict in ORDER}, claims=tuple(claims))

    def judge(self, sentence: str, clauses: Sequence[Clause]) -> Verdict:
        """Return the verdict on one sentence that cites these clauses, without quotation or address in its words."""
        said = statement_of(sentence, [Span(start=0, end=len(sentence))], [], self.index.departments)
        cited = tuple(dict.fromkeys(clause.document_id for clause in clauses))
        located = [
            Located(book=self._shelf.book(one), clauses=tuple(c for c in clauses if c.document_id == one))
            for one in cited
        ]
        return self._statements.judge(said, located, Context(text=sentence, limit=None, cited=cited)).verdict

    # ---- what is cited -----------------------------------------------------------------------------------------

    def _named(self, text: str, sentence: Span, memory: _Memory) -> list[Named]:
        """Return the documents named in a sentence outside its quotations."""
        from rag.check.passages import quotations

        prose = text[sentence.start : sentence.end]
        for span in quotations(text, sentence):
            low, high = span.start - sentence.start, span.end - sentence.start
            prose = prose[:low] + "□" * (high - low) + prose[high:]
        return self._titles.find(prose, sentence.start, memory.nicknames)

    def _meant(self, text: str, passage: Passage, named: Sequence[Named], memory: _Memory) -> Meant:
        """Return the document and clause that a passage cites: named before it, in it, or pointed back at."""
        anchor = passage.anchor
        border = anchor.start if anchor is not None and anchor.start >= passage.start else passage.end
        if passage.quotation is not None and anchor is None:
            border = passage.quotation.start
        usable = [one for one in named if one.bound or anchor is not None or self._asserts(text, one)]
        before = [one for one in usable if one.start < border]
        chosen = before[-1] if before else next((one for one in usable if one.end <= passage.end), None)
        if chosen is not None and len(before) > 1:
            chosen = self._speaking(text, before) or chosen
        if chosen is not None:
            unknown = "" if chosen.document_ids else chosen.written
            return Meant(named=chosen, anchor=anchor, document_ids=chosen.document_ids, unknown=unknown)
        words = text[passage.start : passage.end]
        back = self._titles.back(words, memory.documents)
        if back is not None:
            anchor = anchor or (memory.anchor if _same_clause(words) else None)
            return Meant(named=None, anchor=anchor, document_ids=back)
        if anchor is not None and memory.documents:
            return Meant(named=None, anchor=anchor, document_ids=(memory.documents[-1],), inherited=True)
        if passage.quotation is not None and memory.documents:
            return Meant(named=None, anchor=None, document_ids=(memory.documents[-1],), inherited=True)
        return Meant(named=None, anchor=anchor, document_ids=())

    def _asserts(self, text: str, named: Named) -> bool:
        """Whether a bare name is cited and not merely a word: 工作要点第5条, 据年报."""
        return bool(
            _ASSERTS.match(text[named.end : named.end + 20])
            or _BASED.search(text[max(named.start - 12, 0) : named.start])
        )

    def _speaking(self, text: str, named: Sequence[Named]) -> Named | None:
        """Return the document that speaks where several are named: 《甲》 in 《甲》提出落实《乙》."""
        return next((one for one in reversed(named) if self._asserts(text, one)), None)

    # ---- judging -----------------------------------------------------------------------------------------------

    def _claims(
        self, text: str, passage: Passage, named: Sequence[Named], memory: _Memory, limit: tuple[str, ...] | None
    ) -> list[CheckedClaim]:
        meant = self._meant(text, passage, named, memory)
        within = [one for one in meant.document_ids if limit is None or one in limit]
        if meant.document_ids and not within and limit is not None:
            return []  # it speaks of a document that was not asked about
        statement = self._statement(text, passage, named, meant)
        if meant.anchor is not None and not within and not meant.unknown:
            within = self._by_content(text, passage, statement, meant.anchor, limit)
            meant = replace(meant, document_ids=tuple(within), inherited=True)
        ids = self._narrowed(text, passage, within, statement)
        context = Context(text=text, limit=limit, cited=ids, unknown=meant.unknown, inherited=meant.inherited)
        hint = self._hints(text, passage, named)
        located = [place for one in ids for place in locate(self._shelf.book(one), meant.anchor, hint)]
        judged = self._judged(text, passage, statement, meant, located, context)
        if judged is not None and judged.verdict is Verdict.NOT_FOUND and located and not located[0].clauses:
            judged = self._offered(judged, meant.anchor, ids, memory)
        self._remember(memory, meant, ids, judged)
        if judged is None:
            return []
        return [self._claim(text, passage, meant, located, judged)]

    def _judged(
        self,
        text: str,
        passage: Passage,
        statement: Statement,
        meant: Meant,
        located: Sequence[Located],
        context: Context,
    ) -> Judged | None:
        if passage.quotation is not None:
            quoted = self._quotations.judge(passage.quotation, located, context)
            return self._with_rest(quoted, statement, located)
        if not meant.anything or (meant.anchor is None and not meant.document_ids and not meant.unknown):
            return None if passage.own else self._statements.uncited(statement, context)
        if meant.anchor is None and meant.named is not None and self._passing(text, meant.named, statement, passage):
            return None
        if meant.anchor is not None and not meant.document_ids and not meant.unknown:
            return None if passage.own else self._statements.uncited(statement, context)
        return self._statements.judge(statement, located, context)

    def _offered(self, judged: Judged, anchor: Anchor | None, ids: Sequence[str], memory: _Memory) -> Judged:
        """Return the verdict on a clause that there is not, with the one other document of the draft that has it."""
        others = [self._shelf.book(one) for one in memory.documents if one not in ids and anchor is not None]
        having = [book for book in others if (found := locate(book, anchor, "")[0]).clauses and not found.missing]
        if len(having) != 1 or not judged.why:
            return judged
        return replace(judged, why=f"{judged.why}；稿中提到的《{having[0].document.title}》有这一条，请核对所指文件")

    def _with_rest(self, quoted: Judged, statement: Statement, located: Sequence[Located]) -> Judged:
        """Return the verdict on a quotation together with what is said around it: departments and figures."""
        if quoted.verdict not in (Verdict.SUPPORTED, Verdict.MISQUOTED) or quoted.book is None or not quoted.places:
            return quoted
        ids = {clause.id for one in located for clause in one.clauses} or {quoted.places[0].clause.id}
        around = self._statements.around(statement, quoted.book, ids)
        if not around:
            return quoted
        return Judged(
            verdict=Verdict.CONTRADICTED,
            confidence=0.8,
            book=quoted.book,
            places=quoted.places,
            differences=(*around, *quoted.differences),
        )

    def _hints(self, text: str, passage: Passage, named: Sequence[Named]) -> str:
        """Return the words just before a reference, which may point into a document: 任务清单第3项; no full title."""
        anchor = passage.anchor
        if anchor is None:
            return ""
        before = [one for one in named if one.end <= anchor.start]
        start = max(before[-1].start if before else anchor.start - HINT, passage.sentence.start)
        if before and len(bare(before[-1].written)) > LONG_TITLE:
            start = before[-1].end
        return text[start : anchor.end]

    def _passing(self, text: str, named: Named, statement: Statement, passage: Passage) -> bool:
        """Whether a document is only mentioned, and nothing is said to stand in it."""
        asserted = _ASSERTS.match(text[named.end : named.end + 20]) or _BASED.search(
            text[max(named.start - 12, 0) : named.start]
        )
        if passage.own and not asserted:
            return True
        if _PASSING.search(text[max(named.start - 16, 0) : named.start]) and not _ASSERTS.match(
            text[named.end : named.end + 6].lstrip("，, ")
        ):
            return True
        return not asserted and len(statement.words) < 8

    def _statement(self, text: str, passage: Passage, named: Sequence[Named], meant: Meant) -> Statement:
        blank = [Span(start=one.start, end=one.end) for one in named]
        if passage.anchor is not None:
            blank.append(Span(start=passage.anchor.start, end=passage.anchor.end))
        if passage.quotation is not None:
            blank.append(Span(start=passage.quotation.start - 1, end=passage.quotation.end + 1))
        del meant
        return statement_of(text, passage.said, blank, self.index.departments)

    def _narrowed(
        self, text: str, passage: Passage, document_ids: Sequence[str], statement: Statement
    ) -> tuple[str, ...]:
        """Return the document meant; of several with one name the one that speaks of this."""
        if len(document_ids) < 2:
            return tuple(document_ids)
        words = statement.words
        if passage.quotation is not None:
            words = bare(text[passage.quotation.start : passage.quotation.end])
        weights = self._finder.weights(words)
        scores = {
            one: max(
                (overlap(words, bare(c.own.text), weights) for c in self._finder.clauses(words, [one])), default=0.0
            )
            for one in document_ids
        }
        return (max(document_ids, key=lambda one: scores[one]),)

    def _by_content(
        self, text: str, passage: Passage, statement: Statement, anchor: Anchor, limit: tuple[str, ...] | None
    ) -> list[str]:
        """Return the document that a reference without one most likely means: it has the clause and the words."""
        words = statement.words
        if passage.quotation is not None:
            words = text[passage.quotation.start : passage.quotation.end]
        for document_id in dict.fromkeys(one.document_id for one in self._finder.clauses(words, limit, most=4)):
            located = locate(self._shelf.book(document_id), anchor, "")
            if located[0].clauses:
                return [document_id]
        return []

    def _remember(self, memory: _Memory, meant: Meant, ids: Sequence[str], judged: Judged | None) -> None:
        if ids:
            memory.note(ids[0])
        elif judged is not None and judged.book is not None and judged.verdict is Verdict.SUPPORTED:
            memory.note(judged.book.document.id)
        if meant.anchor is not None:
            memory.anchor = meant.anchor

    # ---- the report --------------------------------------------------------------------------------------------

    def _claim(
        self, text: str, passage: Passage, meant: Meant, located: Sequence[Located], judged: Judged
    ) -> CheckedClaim:
        shown = {place.clause.id for place in judged.places}
        used = [one for one in located if shown & {clause.id for clause in one.scope.clauses}] or list(located)
        clauses = used[0].clauses if used else ()
        written = [one.written for one in (meant.named, meant.anchor) if one is not None]
        reference = Reference(
            written="".join(dict.fromkeys(written)) or None,
            document_id=used[0].book.document.id if used else None,
            label="、".join(clause.label for clause in clauses) or None,
        )
        advised, replaces = suggestion(text, passage, judged)
        return CheckedClaim(
            text=text[passage.start : passage.end],
            start=passage.start,
            end=passage.end,
            verdict=judged.verdict,
            confidence=judged.confidence,
            reference=reference,
            evidence=tuple(self._citations(judged)),
            differences=judged.differences,
            suggestion=advised,
            replaces=replaces,
            explanation=explanation(judged),
        )

    def _citations(self, judged: Judged) -> list[Citation]:
        found: list[Citation] = []
        for place in judged.places:
            if judged.book is None or len(found) == MAX_EVIDENCE:
                break
            if any(one.clause.id == place.clause.id and one.start <= self._span(place)[0] < one.end for one in found):
                continue
            start, end = self._span(place)
            found.append(
                Citation(
                    index=len(found) + 1,
                    clause=place.clause,
                    document=judged.book.document,
                    quote=judged.book.document.text[start:end],
                    start=start,
                    end=end,
                    text=shown_text(place.clause, self.index.library),
                    verdict=judged.verdict,
                    score=judged.confidence,
                )
            )
        return found

    def _span(self, place: Place) -> tuple[int, int]:
        return source_span(Evidence(clause=place.clause, start=place.start, end=place.end))

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self.index.library)

    @cached_property
    def _finder(self) -> Finder:
        return Finder(index=self.index)

    @cached_property
    def _titles(self) -> Titles:
        return Titles(self.index.library.documents())

    @cached_property
    def _typing(self) -> Typing:
        return Typing(departments=self.index.departments)

    @cached_property
    def _quotations(self) -> QuotationJudge:
        return QuotationJudge(shelf=self._shelf, finder=self._finder, typing=self._typing)

    @cached_property
    def _statements(self) -> StatementJudge:
        return StatementJudge(
            shelf=self._shelf,
            finder=self._finder,
            typing=self._typing,
            departments=self.index.departments,
            words=self.index.segmenter.cut,
        )


def _same_clause(words: str) -> bool:
    from rag.check.passages import BACK_CLAUSE

    return BACK_CLAUSE.search(words) is not None


def nothing_found(report: CheckReport) -> bool:
    """Whether the draft cites nothing at all, which is no pass."""
    return not any(claim.verdict is not Verdict.UNCITED for claim in report.claims)


__all__ = ["Checker", "Clause", "nothing_found"]
