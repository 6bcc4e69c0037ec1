"""Several questions in one: whether one answer serves them all, and one answer made of several."""

import re
from collections.abc import Sequence

from rag.compose.wanted import met, wanted
from rag.draft import Draft
from rag.question import intent_of
from rag.schema import Status


def answers_all(draft: Draft, parts: Sequence[str]) -> bool:
    """Whether an answer to the whole holds every figure and date that its parts ask for."""
    if draft.status is not Status.ANSWERED:
        return False
    said = "\n".join(statement.text for statement in draft.statements)
    needs: list[re.Pattern[str]] = []
    for part in parts:
        intent = intent_of(part, names_unit=False, names_clause=False, documents=0)
        wanted_here = wanted(intent, part)
        if not wanted_here or any(need.search("0") for need in wanted_here):
            return False  # nothing tells that this part is answered
        needs += wanted_here
    return met(needs, said) >= len(needs)


def merged(drafts: Sequence[Draft], whole: Draft) -> Draft:
    """Return one answer made of the parts' answers, each statement once; the whole's when no part was answered.

    An answer that leaves some part open is partial and says so.
    """
    statements = {statement.text: statement for draft in drafts for statement in draft.statements}
    if not statements:
        return whole
    notes = [draft.note for draft in drafts if not draft.statements and draft.note]
    if notes and len(statements) <= len(whole.statements) and whole.status is Status.ANSWERED:
        return whole
    return Draft(
        status=Status.PARTIAL if notes else Status.ANSWERED,
        statements=list(statements.values()),
        note="".join(dict.fromkeys(notes)),
        nearest=[near for draft in drafts for near in draft.nearest],
        confidence=min(draft.confidence for draft in drafts if draft.statements),
    )
