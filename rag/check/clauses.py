"""Which clauses of a document a reference points at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.numerals import han_number
from ingest.references import ClauseReference, Step, step_of
from ingest.schema import Clause, Kind
from rag.check.bare import bare
from rag.check.book import Book, Scope
from rag.check.passages import Anchor
from rag.documents import resolve

_RANKS = {"条": "条", "款": "款"}
_INTO_ANNEX = re.compile(r"附|清单|表|名单|目录")  # words that point into an annex: 任务清单第3项
# How a text without articles may be counted all the same: 第四条第（二）项 for 四、（二）
_PARTS = {"条": "部分", "章": "部分", "（条）": "部分", "节": "（一）", "款": "（一）", "项": "（一）"}


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


def locate(book: Book, anchor: Anchor | None, hint: str) -> list[Located]:
    """Return what the anchor points at, the likeliest first; without an anchor the whole document.

    第2条 of a text with both （二） and a running 2. may be either: both are returned. `hint` are the words before the
    reference that may name a part of the document.
    """
    if anchor is None:
        return [Located(book=book, clauses=())]
    found: list[Clause] = []
    missing = ""
    for reference in anchor.references:
        clauses, why = _resolved(book, reference, hint)
        found.extend(clauses)
        missing = missing or why
    located = [Located(book=book, clauses=tuple({clause.id: clause for clause in found}.values()), missing=missing)]
    others = [other for reference in anchor.references if (other := _running(book, reference)) is not None]
    if len(others) == len(anchor.references) and {one.id for one in others} - {one.id for one in found}:
        located.append(Located(book=book, clauses=tuple(others)))
    return located if located[0].clauses or len(located) == 1 else located[1:]


def _running(book: Book, reference: ClauseReference) -> Clause | None:
    """Return the clause with this number where one numbering runs through the whole body; None for an address."""
    if len(reference.steps) != 1 or reference.steps[0].unit not in ("条", "项", "点"):
        return None
    found = [
        clause
        for clause in book.clauses
        if (step := step_of(clause.path[-1]))
        and step.unit in ("（一）", "1.")
        and step.number == reference.steps[0].number
        and not clause.path[0].startswith("附")
        and not clause.cells
    ]
    return found[0] if len(found) == 1 else _only_item(found)


def _only_item(found: Sequence[Clause]) -> Clause | None:
    items = [clause for clause in found if clause.path[-1][:1].isdigit()]
    return items[0] if len(items) == 1 else None


def _resolved(book: Book, reference: ClauseReference, sentence: str) -> tuple[Sequence[Clause], str]:
    article = book.by_label.get(bare(reference.written)) or _article(book, reference.steps)
    if article is not None:
        return [article], ""
    if reference.steps[0].unit in ("条", "（条）") and not _INTO_ANNEX.search(sentence):
        clauses: Sequence[Clause] = book.body  # 第45条 of a text of twenty is nowhere, not item 45 of its annex
    else:
        clauses = book.clauses
    resolved = resolve(reference, sentence, clauses)
    if resolved.clauses:
        return resolved.clauses, ""
    for shorter in _shorter(reference):
        again = resolve(shorter, sentence, clauses)
        if again.clauses:  # 第（一）条第1项 where the text counts no items: the outer place is there
            return again.clauses, resolved.missing if shorter.steps[-1].unit != reference.steps[-1].unit else ""
    if len(reference.steps) > 1 and not any(clause.kind is Kind.ARTICLE for clause in clauses):
        steps = [replace(step, unit=_PARTS.get(step.unit, step.unit)) for step in reference.steps[:2]]
        again = resolve(replace(reference, steps=(*steps, *reference.steps[2:])), sentence, clauses)
        if again.clauses:
            return again.clauses, ""
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
    clause = book.by_label.get(bare(label))
    kinds = (Kind.ARTICLE, Kind.PARAGRAPH)
    return clause if clause is not None and clause.kind in kinds and wanted[0].unit == "条" else None
