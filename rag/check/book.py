"""One document's clauses ready for comparison, and scopes: the stretch of it that a reference covers."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ingest.schema import Clause, Document, Kind
from rag.check.align import Alignment, align
from rag.check.bare import Bare, bare, mapped
from rag.library import Library


@dataclass(frozen=True, kw_only=True)
class Place:
    """Words of one clause: `clause.own.text[start:end]`."""

    clause: Clause
    start: int
    end: int

    @property
    def words(self) -> str:
        """The words themselves."""
        return self.clause.own.text[self.start : self.end]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Clauses in document order, read as one bare text."""

    clauses: tuple[Clause, ...]

    @cached_property
    def bares(self) -> tuple[str, ...]:
        """The clauses' bare texts."""
        return tuple(bare(clause.own.text) for clause in self.clauses)

    @cached_property
    def text(self) -> str:
        """All bare texts without a border."""
        return "".join(self.bares)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts, at = [], 0
        for one in self.bares:
            starts.append(at)
            at += len(one)
        return tuple(starts)

    def align(self, words: str) -> Alignment:
        """Align bare words with the scope; words changed at their ends face the scope's own words there."""
        return _pinned(align(words, self.text), len(words), self)

    def places(self, start: int, end: int) -> list[Place]:
        """Return the clauses' words behind text[start:end]; [] for an empty stretch."""
        found: list[Place] = []
        if not self.clauses or start >= end:
            return found
        for index in range(max(bisect_right(self._starts, start) - 1, 0), len(self.clauses)):
            base = self._starts[index]
            low, high = max(start - base, 0), min(end - base, len(self.bares[index]))
            if base >= end:
                break
            if low < high:
                clause = self.clauses[index]
                first, last = mapped(clause.own.text).span(low, high)
                found.append(Place(clause=clause, start=first, end=last))
        return found

    def words(self, start: int, end: int) -> str:
        """Return text[start:end] as the clauses write it."""
        return "".join(place.words for place in self.places(start, end))


def _pinned(found: Alignment, size: int, scope: Scope) -> Alignment:
    """Return the alignment with words changed at its ends facing the source's own words there.

    The ends are free on the source's side, so 稳步推进 against 拓面推进 came out as 稳步 added.
    """
    edits = list(found.edits)
    start, end = found.start, found.end
    if edits and edits[0].draft_start == 0 and edits[0].source_start == edits[0].source_end:
        taken = _unbroken(scope, start - edits[0].draft_end, start, before=True)
        start -= taken
        edits[0] = replace(edits[0], source_start=start)
    last = edits[-1] if edits else None
    if last is not None and last.draft_end == size and last.source_start == last.source_end and last.draft_start > 0:
        taken = _unbroken(scope, end, end + size - last.draft_start, before=False)
        end += taken
        edits[-1] = replace(last, source_end=end)
    return replace(found, start=start, end=end, edits=tuple(edits))


def _unbroken(scope: Scope, low: int, high: int, *, before: bool) -> int:
    """Return how many bare characters beside an alignment no punctuation parts from it."""
    low, high = max(low, 0), min(high, len(scope.text))
    places = scope.places(low, min(high + 1, len(scope.text))) if before else scope.places(max(low - 1, 0), high)
    if len(places) != 1 or low >= high:
        return 0
    pieces = re.split(r"[^\w%]+", places[0].words)
    return max(len(bare(pieces[-1] if before else pieces[0])) - 1, 0)


class Book:
    """A document with its clauses, their children and their bare texts."""

    def __init__(self, document: Document, clauses: Sequence[Clause]) -> None:
        self.document = document
        self.clauses = tuple(clauses)
        self.by_id = {clause.id: clause for clause in clauses}
        self.by_label = {bare(clause.label): clause for clause in clauses}
        self._children: dict[str | None, list[Clause]] = {}
        for clause in clauses:
            self._children.setdefault(clause.parent_id, []).append(clause)

    @cached_property
    def whole(self) -> Scope:
        """The whole document; captions stand beside the text and are left to the end."""
        body = [clause for clause in self.clauses if clause.kind is not Kind.CAPTION]
        aside = [clause for clause in self.clauses if clause.kind is Kind.CAPTION]
        return Scope(clauses=tuple(body + aside))

    @cached_property
    def body(self) -> tuple[Clause, ...]:
        """The clauses outside the annexes; all where the text is nothing else."""
        return tuple(clause for clause in self.clauses if not clause.path[0].startswith("附")) or self.clauses

    @cached_property
    def front(self) -> Scope:
        """What the document says about itself: title, number, issuers, dates."""
        return Scope(clauses=tuple(clause for clause in self.clauses if clause.kind is Kind.FRONT_MATTER))

    def below(self, clause: Clause) -> list[Clause]:
        """Return the clause and everything below it, in document order."""
        found = [clause]
        for child in self._children.get(clause.id, ()):
            found.extend(self.below(child))
        return found

    def above(self, clause: Clause) -> list[Clause]:
        """Return the clauses above a clause that are headings alone, outermost first."""
        found: list[Clause] = []
        at = clause
        while at.parent_id is not None and at.parent_id in self.by_id:
            at = self.by_id[at.parent_id]
            if bare(at.own.text) == bare(at.heading):
                found.insert(0, at)
        return found

    def scope(self, clauses: Sequence[Clause]) -> Scope:
        """Return the scope of a reference to these clauses: they and what is below them."""
        wanted = {one.id for clause in clauses for one in self.below(clause)}
        return Scope(clauses=tuple(clause for clause in self.clauses if clause.id in wanted))

    def headings(self, clauses: Sequence[Clause]) -> Scope:
        """Return the headings above the clauses as a scope: a quoted heading stands there."""
        return Scope(clauses=tuple({one.id: one for clause in clauses for one in self.above(clause)}.values()))


class Shelf:
    """Opens books; the last few stay open. Safe between threads: at worst a book is opened twice."""

    def __init__(self, library: Library, *, kept: int = 64) -> None:
        self.library = library
        self._kept = kept
        self._books: dict[str, Book] = {}

    def book(self, document_id: str) -> Book:
        """Open one document. Raises UnknownDocument."""
        found = self._books.get(document_id)
        if found is None:
            found = Book(self.library.document(document_id), self.library.clauses(document_id))
            for oldest in list(self._books)[: max(len(self._books) - self._kept + 1, 0)]:
                self._books.pop(oldest, None)
            self._books[document_id] = found
        return found


__all__ = ["Bare", "Book", "Place", "Scope", "Shelf"]
