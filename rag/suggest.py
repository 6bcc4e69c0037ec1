"""Follow-up questions that the corpus can answer, made from the clauses that the answer rests on.

Each is built from a clause's own label or a department's own tasks, so that looking it up must succeed; a test asks
them all.
"""

from collections.abc import Sequence

from ingest.schema import Document
from rag.compose.material import Material
from rag.documents import DocumentNames
from rag.draft import Draft
from rag.question import Intent
from rag.schema import Status

LIMIT = 3
MIN_NAME = 4  # characters of a short title that is clear enough


def suggest(material: Material, draft: Draft, names: DocumentNames) -> Sequence[str]:
    """Return up to three next questions, each about a clause or a department that the answer names."""
    if draft.status not in (Status.ANSWERED, Status.PARTIAL):
        return ()
    found: list[str] = []
    intent = material.understanding.intent
    for statement in draft.statements[:3]:
        for evidence in statement.evidence[:1]:
            clause = evidence.clause
            name = _name(material.document(clause), names)
            if clause.units and intent is not Intent.UNITS:
                found.append(f"{name}{clause.label}由哪些部门负责？")
            if intent is not Intent.TASKS:
                found += [f"{name}里{unit.name}负责哪些任务？" for unit in clause.units if not unit.generic][:1]
            if intent in (Intent.UNITS, Intent.TASKS) and clause.label.endswith(("项", "条", "）")):
                found.append(f"{name}{clause.label}是什么内容？")
    return list(dict.fromkeys(found))[:LIMIT]


def _name(document: Document, names: DocumentNames) -> str:
    """Return the shortest short title that names this document alone, else its title."""
    for name in sorted(document.short_titles, key=len):
        mentions = names.find(name)
        if len(name) >= MIN_NAME and [m.document_id for m in mentions] == [document.id] and mentions[0].certain:
            return name
    return f"《{document.title}》"
