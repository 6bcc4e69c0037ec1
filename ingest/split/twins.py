"""Twins: clauses of one document that say the same words, such as a task of the body and its item in the task list."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from ingest.schema import Clause, Kind

SHINGLE = 8  # characters that must stand in a row in both clauses to count as the same words
MIN_SHARED = 0.5  # share of the shorter clause's shingles that must stand in the other
_COMMON = 6  # a shingle that stands in more clauses than this is a formula, no evidence
_BARE = re.compile(r"[\W_]+")
_NO_TWINS = (Kind.FRONT_MATTER, Kind.CAPTION, Kind.TABLE, Kind.TABLE_ROW, Kind.ANNEX)
_UNITS = re.compile(
    r"[（(][^（）()]{2,6}(?:单位|部门|[股科处]室)\s*[:：](?:[^（）()]|（[^（）]*）)*[）)]"
)  # （责任单位：甲局）
_NUMBER = re.compile(r"^\s*(?:[（(]?[0-9一二三四五六七八九十]+[）)、.．]|[①-⑳])\s*")


def link_twins(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses with their twins, both ways. Laws have none.

    Two clauses are twins when at least MIN_SHARED of the shorter one's words stand in the other in runs of SHINGLE
    characters or more, punctuation aside; where a list cuts a sentence does not matter.
    """
    if any(clause.kind is Kind.ARTICLE for clause in clauses):
        return tuple(clauses)
    shingles = {clause.id: _shingles(clause) for clause in clauses if clause.kind not in _NO_TWINS}
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for clause_id, found in shingles.items():
        for shingle in found:
            owners[shingle].append(clause_id)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in owners.values():
        if 1 < len(ids) <= _COMMON:
            shared.update(combinations(ids, 2))
    twins: defaultdict[str, list[str]] = defaultdict(list)
    for (first, second), count in shared.items():
        if count >= MIN_SHARED * min(len(shingles[first]), len(shingles[second])):
            twins[first].append(second)
            twins[second].append(first)
    order = {clause.id: position for position, clause in enumerate(clauses)}
    return tuple(
        replace(clause, twins=tuple(sorted(twins[clause.id], key=order.__getitem__))) if clause.id in twins else clause
        for clause in clauses
    )


def _shingles(clause: Clause) -> set[str]:
    """The words of a clause as overlapping runs: without heading, number, responsible units and punctuation."""
    text = clause.own.text
    if clause.cells:
        said = [cell.value for cell in clause.cells if not any(cell.start <= u.start < cell.end for u in clause.units)]
        text = max(said, key=len, default="")
    elif clause.heading:
        text = text.removeprefix(clause.heading)
    bare = _BARE.sub("", _NUMBER.sub("", _UNITS.sub("", text)))
    return {bare[at : at + SHINGLE] for at in range(len(bare) - SHINGLE + 1)}
