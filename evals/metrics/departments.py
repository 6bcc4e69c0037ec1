"""Responsible departments: set-F1 on canonical names, exact-set rate, and the strict form with the role.

gold = canonical names of the facts that name a department; said = canonical names found in the answer
F1 = 2 |gold ∩ said| ÷ (|gold| + |said|),  exact = [gold = said]
strict F1: the same over pairs (name, role), where the role (牵头, 配合, 责任) is the one written in the same part of
a sentence: 市教委牵头，市财政局配合 gives (市教委, 牵头) and (市财政局, 配合); nothing written means 责任.

Departments inside a title 《》 are part of an address, not said to be responsible. A department before and after it
was renamed is one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evals.wording import without_marks
from ingest.departments import Departments

_PART = re.compile(r"[，,；;。：\n]")
_TITLE = re.compile(r"《[^》]*》")
_HEAD = re.compile(r"(牵头|配合|责任)(?:单位|部门)[：:]")  # 牵头单位：市教委、市财政局


@dataclass(frozen=True, kw_only=True)
class Units:
    """Figures of one answer's departments."""

    f1: float
    exact: float
    strict_f1: float


def responsible_units(
    answer: str, must_include: Sequence[Sequence[str]], gold_quotes: Sequence[str], departments: Departments
) -> Units | None:
    """Examine one answer; None when no fact names a department."""
    gold = {name for fact in must_include for name in _names(fact, departments)}
    if not gold:
        return None
    roles = {name: role for quote in gold_quotes for name, role in roles_in(quote, departments)}
    said = roles_in(without_marks(answer), departments)
    names = {name for name, _ in said}
    return Units(
        f1=_set_f1(gold, names),
        exact=float(gold == names),
        strict_f1=_set_f1({(name, roles.get(name, "责任")) for name in gold}, said),
    )


def roles_in(text: str, departments: Departments) -> set[tuple[str, str]]:
    """The departments of a text with the role written beside each."""
    found: set[tuple[str, str]] = set()
    role = "责任"
    for part in _PART.split(_HEAD.sub(r"\n#\1：", _TITLE.sub(" ", text))):
        if part.startswith("#"):
            role = part[1:]
            continue
        here = "牵头" if "牵头" in part else "配合" if "配合" in part else role
        found |= {(_one_name(mention.name, departments), here) for mention in departments.find("".join(part.split()))}
    return found


def _one_name(name: str, departments: Departments) -> str:
    """One name for a department before and after it was renamed."""
    return min(departments.family(name))


def _names(fact: Sequence[str], departments: Departments) -> list[str]:
    """The canonical name that a fact's spellings stand for; none when it is no department."""
    names = [name for name in map(departments.canonical, fact) if name]
    return [_one_name(name, departments) for name in names[:1]]


def _set_f1(gold: set[str] | set[tuple[str, str]], said: set[str] | set[tuple[str, str]]) -> float:
    return 2 * len(gold & said) / (len(gold) + len(said)) if gold or said else 1.0
