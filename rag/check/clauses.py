"""Which clauses of a document a reference points at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.numerals import han_number
from ingest.references import ClauseReference, Step
from ingest.schema import Clause, Kind
from rag.check.book import Book, Scope
from rag.check.passages import Anchor
from rag.documents import resolve

_RANKS = {"条": "条", "款": "款"}


@dataclass(frozen=True, kw_only=True)
class Located:
    """The clauses that an anchor points at in one document; `missing` says in Chinese which one there is not."""

    book: Book
    clauses: tuple[Clause, ...]
    missing: str = ""

    @property
    def scope(self) -> Scope:
        """The clauses with what is below them; the whole document without a clause."""
        return self.book.scope(self.clauses) if self.clauses else self.book.whole


def locate(book: Book, anchor: Anchor | None, sentence: str) -> Located:
    """Return what the anchor points at; without an anchor the whole document."""
    if anchor is None:
        return Located(book=book, clauses=())
    found: list[Clause] = []
    missing = ""
    for reference in anchor.references:
        clauses, why = _resolved(book, reference, sentence)
        found.extend(clauses)
        missing = missing or why
    return Located(book=book, clauses=tuple({clause.id: clause for clause in found}.values()), missing=missing)


def _resolved(book: Book, reference: ClauseReference, sentence: str) -> tuple[Sequence[Clause], str]:
    article = _article(book, reference.steps)
    if article is not None:
        return [article], ""
    resolved = resolve(reference, sentence, book.clauses)
    if resolved.clauses:
        return resolved.clauses, ""
    for shorter in _shorter(reference):
        again = resolve(shorter, sentence, book.clauses)
        if again.clauses:  # 第（一）条第1项 where the text counts no items: the outer place is there
            return again.clauses, resolved.missing if shorter.steps[-1].unit != reference.steps[-1].unit else ""
    return (), resolved.missing


def _shorter(reference: ClauseReference) -> list[ClauseReference]:
    """Return the reference without its outer steps: some number parts differently than the text does."""
    return [replace(reference, steps=reference.steps[at:]) for at in range(1, len(reference.steps) - 1)]


def _article(book: Book, steps: Sequence[Step]) -> Clause | None:
    """Return the article of a law, or a 款 of it, by number; None for any other reference."""
    if steps[-1].unit not in _RANKS or any(step.number < 1 for step in steps):
        return None
    wanted = [step for step in steps if step.unit in _RANKS]
    label = "".join(f"第{han_number(step.number)}{step.unit}" for step in wanted)
    clause = book.by_label.get(label)
    kinds = (Kind.ARTICLE, Kind.PARAGRAPH)
    return clause if clause is not None and clause.kind in kinds and wanted[0].unit == "条" else None
