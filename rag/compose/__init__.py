"""Answers without a language model, in the texts' own words: one composer for each kind of question."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.schema import Clause, Kind
from rag.check.actions import action_conflict
from rag.compose.bodies import unknown_body, unknown_title, unmentioned_department
from rag.compose.clause import compose_clause, refuse_reference
from rag.compose.comparison import compose_comparison
from rag.compose.count import compose_count
from rag.compose.duties import compose_duties
from rag.compose.heading import compose_heading
from rag.compose.material import Material, headers_of
from rag.compose.overview import compose_documents, compose_overview
from rag.compose.particulars import compose_particulars
from rag.compose.passage import compose_passage
from rag.compose.refusal import (
    refuse,
    refuse_body,
    refuse_chat,
    refuse_document,
    refuse_number,
    refuse_place,
    refuse_premise,
    refuse_title,
    refuse_unnamed,
)
from rag.compose.sought import gives, sought
from rag.compose.table import compose_table
from rag.compose.tasks import compose_tasks
from rag.compose.units import compose_units, compose_whether
from rag.compose.wanted import asks_change, graded, met, wanted
from rag.compose.whereabouts import compose_whereabouts
from rag.draft import Draft, Statement
from rag.question import Intent, Meta
from rag.terms import fold

Composer = Callable[[Material], Draft | None]

# For each kind of question the composers to try, the first that answers counts.
_COMPOSERS: dict[Intent, tuple[Composer, ...]] = {
    Intent.UNITS: (compose_duties, compose_units, compose_table, compose_passage),
    Intent.TASKS: (compose_tasks, compose_duties, compose_passage),
    Intent.FIGURE: (compose_count, compose_table, compose_passage),
    Intent.META: (compose_particulars, compose_passage),
    Intent.YESNO: (compose_whether, compose_table, compose_passage),
    Intent.CLAUSE: (compose_whether, compose_clause, compose_passage),
    Intent.OVERVIEW: (compose_heading, compose_overview, compose_passage),
    Intent.DOCUMENTS: (compose_documents, compose_passage),
    Intent.COMPARE: (compose_comparison, compose_clause, compose_table, compose_passage),
}
_OTHERWISE: tuple[Composer, ...] = (compose_duties, compose_heading, compose_table, compose_passage)
NEARBY = 0.5  # share of the best sentence's coverage from which another one may be what the question is about
OF_NAME_ALONE = 0.6  # confidence of a sentence that was found by its document's name alone


def compose(material: Material) -> Draft:
    """Return an answer to be verified; a refusal that says what the texts do not say when no clause answers."""
    if material.understanding.intent is Intent.CHAT:
        return refuse_chat()
    if material.understanding.missing_document:
        return refuse_document(material)
    if numbers := [n for n in material.understanding.unknown_numbers if not material.mentions(n)]:
        return refuse_number(material, numbers[0])
    if (title := unknown_title(material)) is not None:
        return refuse_title(material, title)
    references = material.understanding.references
    if references and not any(resolved.clauses for resolved in references) and references[-1].missing:
        return refuse_reference(material)
    if (department := unmentioned_department(material)) is not None:
        return refuse_body(material, department, material.understanding.document_ids)
    if (body := unknown_body(material)) is not None:
        return refuse_body(material, body)
    if material.understanding.intent is Intent.META and not material.understanding.document_ids:
        return _contact(material) or refuse_unnamed(material)
    if places := material.elsewhere:
        told = material.of_places(places)
        if not told.hits or _asks_body_of(places, material):
            return refuse_place(material, places)
        material = told
    material = material.within_part()
    composers: tuple[Composer, ...] = _COMPOSERS.get(material.understanding.intent, _OTHERWISE)
    if asks_change(material.understanding.put):  # the sentence that says it, before a table of both years
        composers = (compose_passage, *composers)
    for composer in dict.fromkeys((compose_whereabouts, *composers, compose_clause)):
        draft = composer(material)
        if draft is None or (composer is compose_clause and _leaves_figure_open(material, draft)):
            continue
        if composer is compose_passage and material.understanding.document_ids and not material.subject.terms:
            draft = replace(draft, confidence=min(draft.confidence, OF_NAME_ALONE))
        if _of_asked_stage(material, draft) and _gives_sought(material, draft):
            return _of_true_premise(material, _of_school(material, draft))
    best = next(iter(material.sentences), None)
    return (best and _refuse_premise(material, best.clause, best.text)) or refuse(material)


def _asks_body_of(places: Sequence[str], material: Material) -> bool:
    """Whether the tasks of a department are asked for that belongs to one of these places: 北京市教委."""
    asked, found = material.understanding.put, material.departments.find(material.understanding.put)
    before = [asked[: mention.end] for mention in found if material.understanding.intent is Intent.TASKS]
    return any(re.search(f"{place}[省市]?[^，。的]{{0,8}}$", words) for words in before for place in places)


def _gives_sought(material: Material, draft: Draft) -> bool:
    """Whether an answer holds the kind of thing that the question asks for by name; a refusal stands.

    A row gives what its column headers name: 23 under 名次.
    """
    said = [_said_of(statement) for statement in draft.statements]
    question = material.understanding.put
    return not said or gives("\n".join(said), sought(question), question)


def _said_of(statement: Statement) -> str:
    """Return what a statement says; of rows their cells alone, since a table's title gives nothing of the kind."""
    clauses = [evidence.clause for evidence in statement.evidence]
    cells = "\n".join(f"{cell.header}：{cell.value}" for clause in clauses for cell in clause.cells)
    return cells if all(clause.kind is Kind.TABLE_ROW for clause in clauses) else f"{statement.text}\n{cells}"


_STAGES = frozenset({"期", "批", "轮", "届", "等奖"})


def _of_asked_stage(material: Material, draft: Draft) -> bool:
    """Whether an answer or what stands above it names every stage that the question does; a refusal stands.

    二期 of 二期何时启用.
    """
    asked = {of: stages for of, stages in graded(material.understanding.put).items() if of in _STAGES}
    clauses = [evidence.clause for statement in draft.statements for evidence in statement.evidence]
    words = [f"{material.around(c)}\n{headers_of(c)}" for c in clauses] if asked else []
    said = graded("\n".join(words))
    return not clauses or all(stages & said.get(of, frozenset()) for of, stages in asked.items())


def _of_school(material: Material, draft: Draft) -> Draft:
    """Return an answer that speaks of the school asked about, a refusal for one that rests on another's clauses."""
    school = None if material.understanding.intent is Intent.COMPARE else material.school
    cited = [evidence.clause for statement in draft.statements for evidence in statement.evidence]
    if school is None or not cited or any(material.speaks_of(school, clause) for clause in cited):
        return draft
    return refuse_place(material, (school,))


def _of_true_premise(material: Material, draft: Draft) -> Draft:
    """Return an answer as it is, a refusal where it builds what the question says is ended: 为什么取消了 of 办好……."""
    if not draft.statements:
        return draft
    evidence = draft.statements[0].evidence[0]
    return _refuse_premise(material, evidence.clause, evidence.words) or draft


def _refuse_premise(material: Material, clause: Clause, words: str) -> Draft | None:
    """Return a refusal where a sentence builds what the question says is ended, else None."""
    if material.understanding.intent is Intent.YESNO:
        return None
    asked = fold(material.understanding.asked)
    conflict = action_conflict(asked, fold(words))
    if conflict is None or not _presupposes(asked, conflict[0]) or _stands_nearby(material, conflict[0]):
        return None
    return refuse_premise(material, clause, *conflict)


def _stands_nearby(material: Material, verb: str) -> bool:
    """Whether a sentence that holds nearly as much of the question as the best one says that very verb."""
    most = max((passage.coverage for passage in material.sentences), default=0.0)
    return any(verb in fold(p.text) for p in material.sentences if p.coverage >= NEARBY * most)


def _presupposes(question: str, verb: str) -> bool:
    """Whether a question takes it for granted that something is done: 为何取消, 取消了, 被取消 / not 如何减少."""
    part = r"[^，,。；;？?]"
    before = rf"(?:为什么|为何|为啥|凭什么|什么原因|何时|什么时候|哪年|哪天){part}*|(?:被|已经?){part}{{0,4}}"
    after = rf"{part}*(?<!为)了(?!解)"
    return re.search(rf"(?:{before}){verb}|{verb}{after}", question) is not None


def _leaves_figure_open(material: Material, draft: Draft) -> bool:
    """Whether a clause that was given for a figure or a date holds none: 第3项：推进试点工作."""
    needs = wanted(material.understanding.intent, material.understanding.put)
    return bool(needs and draft.statements) and not any(
        met(needs, e.words) for s in draft.statements for e in s.evidence
    )


_TELEPHONE = re.compile(r"\d{7,}|\d{3,4}-\d{7,8}")


def _contact(material: Material) -> Draft | None:
    """Return whom to ask where the question tells the place apart by itself, though it names no document."""
    if material.understanding.meta is not Meta.CONTACT:
        return None
    drafts = (composer(material) for composer in _OTHERWISE)
    return next((d for d in drafts if d is not None and any(_TELEPHONE.search(s.text) for s in d.statements)), None)
