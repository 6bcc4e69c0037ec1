"""Follow-up questions that the corpus can answer, made from the clauses that the answer rests on."""

from collections.abc import Sequence

from rag.compose.material import Material
from rag.draft import Draft
from rag.question import Intent
from rag.schema import Status

LIMIT = 3


def suggest(material: Material, draft: Draft) -> Sequence[str]:
    """Return up to three next questions, each about a clause or a department that the answer names."""
    if draft.status not in (Status.ANSWERED, Status.PARTIAL):
        return ()
    found: list[str] = []
    intent = material.understanding.intent
    for statement in draft.statements[:3]:
        for evidence in statement.evidence[:1]:
            clause = evidence.clause
            document = material.document(clause)
            name = document.short_titles[0] if document.short_titles else document.title
            if intent is not Intent.UNITS and clause.units:
                found.append(f"{name}{clause.label}由哪些部门负责？")
            if intent is not Intent.TASKS:
                found += [f"{name}里{unit.name}负责哪些任务？" for unit in clause.units if not unit.generic][:1]
            if intent in (Intent.UNITS, Intent.TASKS):
                found.append(f"{name}{clause.label}是什么内容？")
    return list(dict.fromkeys(found))[:LIMIT]
