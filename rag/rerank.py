"""The clauses found, in the order in which they fit the question as understood.

Retrieval ranks by words and vectors alone; here counts what only the understanding knows: how much of the question a
clause holds in all, the clause that a number points at, the answer that a follow-up leans on, and that a question
for departments is answered where departments are named.
"""

from collections.abc import Sequence
from dataclasses import replace

from ingest.schema import Clause, Kind
from rag.library import Library
from rag.question import Intent
from rag.schema import Hit
from rag.understand import Understanding

COVERAGE_SHARE = 0.5  # of the score that coverage of the question gives, the rest is retrieval's
NAMED_BONUS = 1.0  # the clause that the question names by number
PREFERRED_BONUS = 0.1  # a clause of a document that the question may be naming
FOCUS_BONUS = 0.15  # a clause that the answer before cited, and its neighbours in the same part
UNITS_BONUS = 0.1  # departments named, when departments are asked for
ROW_PENALTY = 0.08  # a caption carries no statement
COPY_CHARS = 20  # a shorter text may stand in several documents and mean each time another
_NO_ANSWER = frozenset({Kind.CAPTION, Kind.TABLE})


def rerank(hits: Sequence[Hit], understanding: Understanding, library: Library) -> list[Hit]:
    """Return the hits with new scores, best first; clauses named by number and cited before come in if missing."""
    known = {hit.clause.id: hit.score for hit in hits}
    clauses: dict[str, Clause] = {hit.clause.id: hit.clause for hit in hits}
    named = {clause.id: clause for resolved in understanding.references for clause in resolved.clauses}
    focus = {clause.id: clause for clause in library.clauses_by_id(understanding.focus)}
    clauses |= named | focus
    scored = []
    for clause in clauses.values():
        score = (1 - COVERAGE_SHARE) * known.get(clause.id, 0.0)
        score += COVERAGE_SHARE * _coverage(clause, understanding, library)
        score += NAMED_BONUS * (clause.id in named)
        score += FOCUS_BONUS * _in_focus(clause, focus)
        score += PREFERRED_BONUS * (clause.document_id in understanding.preferred_ids)
        score += UNITS_BONUS * (understanding.intent is Intent.UNITS and bool(clause.units))
        score -= ROW_PENALTY * (clause.kind in _NO_ANSWER)
        scored.append(Hit(clause=clause, score=score))
    return sorted(scored, key=lambda hit: -hit.score)


def fold_copies(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits without those that repeat a better one of another document word for word.

    The better one names them among its twins: one text takes one place in the list, and every place of it is known.
    """
    first: dict[str, int] = {}
    kept: list[Hit] = []
    for hit in hits:
        words = _said(hit.clause)
        at = first.get(words) if len(words) >= COPY_CHARS else None
        if at is None or kept[at].clause.document_id == hit.clause.document_id:
            first.setdefault(words, len(kept))
            kept.append(hit)
            continue
        best = kept[at]
        twins = tuple(dict.fromkeys((*best.clause.twins, hit.clause.id)))
        kept[at] = replace(best, clause=replace(best.clause, twins=twins))
    return kept


def _said(clause: Clause) -> str:
    """Return a clause's words without its number, punctuation and white space."""
    own = clause.own.text
    number = next((part for part in (clause.heading, clause.label) if part and own.startswith(part)), "")
    return "".join(char for char in own[len(number) :] or own if char.isalnum())


def _coverage(clause: Clause, understanding: Understanding, library: Library) -> float:
    title = library.document(clause.document_id).title
    headers = "\n".join(cell.header for cell in clause.cells)
    return understanding.terms.coverage(clause.own.text, "\n".join((*clause.path, headers, title)))


def _in_focus(clause: Clause, focus: dict[str, Clause]) -> float:
    """Return 1 for a clause cited before, half for one in the same part of the document."""
    if clause.id in focus:
        return 1.0
    return 0.5 if any(clause.parent_id and clause.parent_id == other.parent_id for other in focus.values()) else 0.0
