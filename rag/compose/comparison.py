"""The same subject in several documents, side by side."""

from dataclasses import replace

from rag.compose.choice import fitting
from rag.compose.material import Material, Passage, without_number
from rag.compose.naming import numbered
from rag.compose.table import compose_rows
from rag.compose.trim import trimmed
from rag.compose.units import compare_units
from rag.confidence import of_coverage
from rag.draft import Draft, Evidence, Statement
from rag.question import asks_units
from rag.schema import Hit, Status
from rag.terms import Terms

ENOUGH = 0.3  # coverage by a document's best sentence
ENOUGH_OF_NAMED = 0.2  # the same, by that of a document that the question names
SECOND = 0.85  # share of the first document's coverage from which a document that the question does not name is shown
MAX_DOCUMENTS = 4


def compose_comparison(material: Material) -> Draft | None:
    """Return each document's sentence on the subject, None when fewer than two documents speak of it."""
    if asks_units(material.understanding.put) and (draft := compare_units(material)) is not None:
        return draft
    named = material.understanding.document_ids
    if len(named) < 2 and (draft := compose_rows(material)) is not None:
        return draft
    if not named and len(material.understanding.years) > 1:
        return None  # years are compared, not documents
    subject = _subject(material)
    best = {passage.clause.document_id: passage for passage in reversed(_clauses_named(material))}
    for document_id in dict.fromkeys(hit.clause.document_id for hit in material.hits):
        if document_id not in best and (not named or document_id in named):
            best.update((document_id, passage) for passage in _fitting_in(document_id, material, subject)[:1])
    ranked = sorted(best.values(), key=lambda passage: -passage.coverage)
    if not ranked:
        return None
    floor = ENOUGH_OF_NAMED if named else max(ENOUGH, SECOND * ranked[0].coverage)
    shown = [passage for passage in ranked if passage.coverage >= floor][:MAX_DOCUMENTS]
    if len(shown) < 2:
        return None
    order = {document_id: at for at, document_id in enumerate(named)}
    shown.sort(key=lambda passage: order.get(passage.clause.document_id, 0))
    statements = [quoted_line(trimmed(material, passage, subject, ()), material) for passage in shown]
    missing = [d for d in named if d not in {p.clause.document_id for p in shown}]
    return Draft(
        status=Status.PARTIAL if missing else Status.ANSWERED,
        statements=statements,
        note="".join(f"《{material.library.document(d).title}》中没有找到对应的内容。" for d in missing),
        confidence=of_coverage(min(p.coverage for p in shown)),
    )


def _fitting_in(document_id: str, material: Material, subject: Terms) -> list[Passage]:
    """Return the sentences of one document that can answer, best first."""
    hits = [hit for hit in material.hits if hit.clause.document_id == document_id]
    understanding = replace(material.understanding, terms=subject, document_ids=(document_id,))
    return fitting(replace(material, hits=hits, understanding=understanding))


def _subject(material: Material) -> Terms:
    """Return the terms of the question that stand in no document's name."""
    names = "\n".join(
        name
        for document_id in material.understanding.document_ids
        for document in [material.library.document(document_id)]
        for name in (document.title, *document.short_titles)
    )
    subject = material.understanding.terms.without(names)
    return subject if subject.terms else material.understanding.terms


def _clauses_named(material: Material) -> list[Passage]:
    """Return the sentences of clauses that the question names by number, as good as any."""
    hits = [
        Hit(clause=clause, score=1.0) for resolved in material.understanding.references for clause in resolved.clauses
    ]
    subject = _subject(material)
    passages = material.passages(terms=subject, clauses=hits)
    return [p for p in passages if p.coverage >= ENOUGH / 2]


def quoted_line(passage: Passage, material: Material) -> Statement:
    """Return a sentence as a line of a list, after its document and its clause's label."""
    document = material.document(passage.clause)
    text = without_number(" ".join(passage.text.split())).rstrip("；;，,。：:")
    return Statement(
        text=f"- 《{document.title}》{numbered(passage.clause)}：{text}。",
        evidence=(Evidence(clause=passage.clause, start=passage.start, end=passage.end),),
    )
