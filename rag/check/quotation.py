"""The verdict on words in quotation marks: they must stand in the cited clause, typography aside."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.check.align import Alignment
from rag.check.bare import Bare, mapped
from rag.check.book import Book, Place, Scope, Shelf
from rag.check.clauses import Located
from rag.check.differences import Typing
from rag.check.finder import Finder
from rag.check.judged import Context, Judged
from rag.check.passages import Span
from rag.check.schema import Difference, DifferenceKind
from rag.schema import Verdict

ALIKE = 0.6  # share of a quotation's characters from which it is a quotation of that place, wrongly written
CLEARLY = 0.8  # the same for a place that was not cited
THIN = 0.45  # below this nothing says so
BETTER = 0.15  # by which a place that was not cited must beat the cited one
_LEFT_OUT = re.compile(r"…+|\.{3,}|。{3,}|[（(]略[）)]|[（(][^（）()]{0,4}省略[）)]")


@dataclass(frozen=True, kw_only=True)
class Match:
    """How a quotation's parts stand in a scope."""

    book: Book
    scope: Scope
    parts: tuple[tuple[int, Bare, Alignment], ...]  # offset of the part in the draft, its bare text, where it stands

    @property
    def share(self) -> float:
        """Share of the quotation's characters that match."""
        size = sum(len(words) for _, words, _ in self.parts)
        return sum(len(words) * found.share for _, words, found in self.parts) / max(size, 1)

    @property
    def ordered(self) -> bool:
        """Whether the parts come one after the other as quoted."""
        return all(one.start <= other.start for (_, _, one), (_, _, other) in pairwise(self.parts))

    @property
    def exact(self) -> bool:
        """Whether every part stands there as quoted."""
        return self.ordered and all(found.exact for _, _, found in self.parts)

    def places(self) -> tuple[Place, ...]:
        """The clauses' words that were quoted."""
        return tuple(place for _, _, found in self.parts for place in self.scope.places(found.start, found.end))


@dataclass(frozen=True, kw_only=True)
class QuotationJudge:
    """Judges quotations against the library."""

    shelf: Shelf
    finder: Finder
    typing: Typing

    def judge(self, span: Span, located: Sequence[Located], context: Context) -> Judged:
        """Return the verdict on the words draft[span.start:span.end]."""
        parts = _parts(context.text, span)
        if not parts:
            return Judged(verdict=Verdict.NEEDS_REVIEW, confidence=0.3, why="引号里没有可以核对的文字")
        usable = [one for one in located if not one.missing or one.clauses]
        cited = _best(match for one in usable for match in _matches(one, parts))
        if cited is not None and (cited.exact or not self._differences(cited)):
            return _supported(cited, context)
        elsewhere = self._elsewhere(parts, located, context)
        if context.unknown or (located and not usable):
            return self._not_there(cited, elsewhere, located, context)
        if elsewhere is not None and elsewhere.exact and not self._twin_of(cited, elsewhere):
            if (
                not located
                or not (located[0].clauses or context.cited)
                or (context.inherited and not located[0].clauses)
            ):
                return _supported(elsewhere, context)
            return _wrong_clause(elsewhere, located)
        return self._compared(cited, elsewhere, located)

    def _compared(self, cited: Match | None, elsewhere: Match | None, located: Sequence[Located]) -> Judged:
        share = cited.share if cited is not None else 0.0
        other = elsewhere.share if elsewhere is not None else 0.0
        if cited is not None and share >= ALIKE and other < share + BETTER:
            return self._misquoted(cited, ())
        if elsewhere is not None and other >= (CLEARLY if located else ALIKE):
            clause = _clause_difference(elsewhere, located)
            return self._misquoted(elsewhere, (clause,) if clause else ())
        if cited is not None and share >= ALIKE:
            return self._misquoted(cited, ())
        best = cited if share >= other else elsewhere
        if best is None or best.share < THIN:
            return Judged(
                verdict=Verdict.NOT_FOUND, confidence=0.85, book=best.book if best else None, why="库中没有这样的文字",
                places=best.places()[:1] if best is not None and best.share > 0.3 else (),
            )  # fmt: skip
        return Judged(
            verdict=Verdict.NEEDS_REVIEW, confidence=0.4, book=best.book, places=best.places(),
            differences=self._differences(best), why="与最接近的原文只有一部分相同",
        )  # fmt: skip

    def _misquoted(self, match: Match, more: Sequence[Difference]) -> Judged:
        differences = self._differences(match)
        return Judged(
            verdict=Verdict.MISQUOTED if differences else Verdict.WRONG_CLAUSE,
            confidence=round(0.6 + 0.35 * match.share, 3),
            book=match.book,
            places=match.places(),
            differences=(*differences, *more),
            right_label=_label(match) if more else "",
        )

    def _not_there(
        self, cited: Match | None, elsewhere: Match | None, located: Sequence[Located], context: Context
    ) -> Judged:
        best = elsewhere if elsewhere is not None and elsewhere.share >= CLEARLY else cited
        missing = next((one.missing for one in located if one.missing), "")
        why = f"库中没有{context.unknown}" if context.unknown else missing
        return Judged(
            verdict=Verdict.NOT_FOUND,
            confidence=0.9 if missing else 0.75,
            book=best.book if best else None,
            places=best.places() if best else (),
            right_label=_label(best) if best is not None and best.share >= CLEARLY else "",
            why=why,
        )

    def _elsewhere(
        self, parts: Sequence[tuple[int, Bare]], located: Sequence[Located], context: Context
    ) -> Match | None:
        """Return the best match outside the cited clauses: the same documents first, then any."""
        inside = [_match(one.book, one.book.whole, parts) for one in located if one.clauses or one.missing]
        best = _best(inside)
        if best is not None and (best.exact or best.share >= CLEARLY):
            return best
        words = "".join(bare.text for _, bare in parts)
        ids = dict.fromkeys(clause.document_id for clause in self.finder.clauses(words, context.limit))
        books = [self.shelf.book(document_id) for document_id in ids]
        return _best([*inside, *(_match(book, book.whole, parts) for book in books)])

    def _twin_of(self, cited: Match | None, elsewhere: Match) -> bool:
        """Whether the exact words stand where the cited ones do: a quotation that runs over the clause's end."""
        if cited is None or cited.book is not elsewhere.book:
            return False
        inside = {clause.id for clause in cited.scope.clauses}
        return cited.scope is not cited.book.whole and any(p.clause.id in inside for p in elsewhere.places())

    def _differences(self, match: Match) -> tuple[Difference, ...]:
        found: list[Difference] = []
        for offset, words, alignment in match.parts:
            for typed in self.typing.typed(alignment.edits, words.text, match.scope.text):
                edit = typed.edit
                start, end = words.span(edit.draft_start, edit.draft_end)
                places = match.scope.places(edit.source_start, edit.source_end)
                source = places[0].clause.own.source_span(places[0].start, places[-1].end) if len(places) == 1 else None
                found.append(
                    Difference(
                        kind=typed.kind,
                        draft=_written(words, edit.draft_start, edit.draft_end),
                        source=match.scope.words(edit.source_start, edit.source_end),
                        draft_start=offset + start,
                        draft_end=offset + end,
                        source_start=source[0] if source else None,
                        source_end=source[1] if source else None,
                    )
                )
        if not match.ordered:
            found.append(_reordered(match))
        return tuple(found)


def _written(words: Bare, start: int, end: int) -> str:
    return words.text[start:end]


def _parts(text: str, span: Span) -> list[tuple[int, Bare]]:
    """Return the quotation's parts between …… as (offset in the draft, bare text)."""
    found: list[tuple[int, Bare]] = []
    at = span.start
    for match in [*_LEFT_OUT.finditer(text, span.start, span.end), None]:
        end = match.start() if match else span.end
        words = mapped(text[at:end])
        if len(words) > 1:
            found.append((at, words))
        at = match.end() if match else end
    return found


def _match(book: Book, scope: Scope, parts: Sequence[tuple[int, Bare]]) -> Match:
    """Align the parts, each behind the one before where it stands there word for word."""
    found: list[tuple[int, Bare, Alignment]] = []
    at = 0
    for offset, words in parts:
        later = scope.text.find(words.text, at) if at else -1
        here = (
            Alignment(start=later, end=later + len(words), edits=(), share=1.0)
            if later >= 0
            else scope.align(words.text)
        )
        found.append((offset, words, here))
        at = max(at, here.end)
    return Match(book=book, scope=scope, parts=tuple(found))


def _reordered(match: Match) -> Difference:
    """Return the parts as quoted against the order in which they stand."""
    placed = sorted(match.parts, key=lambda part: part[2].start)
    first, last = match.parts[0], match.parts[-1]
    return Difference(
        kind=DifferenceKind.WORDING,
        draft="……".join(words.text for _, words, _ in match.parts),
        source="……".join(match.scope.words(found.start, found.end) for _, _, found in placed),
        draft_start=first[0] + first[1].at[0],
        draft_end=last[0] + last[1].at[-1] + 1,
    )


def _matches(located: Located, parts: Sequence[tuple[int, Bare]]) -> list[Match]:
    found = [_match(located.book, located.scope, parts)]
    if located.clauses and not found[0].exact:
        headings = _match(located.book, located.book.headings(located.clauses), parts)
        found += [headings] if headings.exact else []
    return found


def _best(matches: Iterable[Match]) -> Match | None:
    return max(matches, key=lambda match: (match.exact, match.share), default=None)


def _supported(match: Match, context: Context) -> Judged:
    return Judged(
        verdict=Verdict.SUPPORTED,
        confidence=0.9 if context.inherited else 0.98,
        book=match.book,
        places=match.places(),
    )


def _wrong_clause(match: Match, located: Sequence[Located]) -> Judged:
    difference = _clause_difference(match, located)
    return Judged(
        verdict=Verdict.WRONG_CLAUSE,
        confidence=0.93,
        book=match.book,
        places=match.places(),
        differences=(difference,) if difference else (),
        right_label=_label(match),
    )


def _label(match: Match) -> str:
    places = match.places()
    return places[0].clause.label if places else ""


def _clause_difference(match: Match, located: Sequence[Located]) -> Difference | None:
    """Return the cited clause against the one where the words stand; None where they stand in what was cited."""
    places = match.places()
    if not places or not located:
        return None
    cited = {clause.id for one in located for clause in (one.scope.clauses if one.book is match.book else ())}
    if any(place.clause.id in cited for place in places):
        return None
    title = located[0].book.document.title
    draft = "、".join(clause.label for one in located for clause in one.clauses) or f"《{title}》"
    source = places[0].clause.label
    if all(one.book is not match.book for one in located):
        source = f"《{match.book.document.title}》{source}"
    return Difference(kind=DifferenceKind.CLAUSE, draft=draft, source=source)
