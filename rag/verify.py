"""Is a statement carried by the words it cites? The same tests for our own sentences and a language model's.

Figures, bounds and departments are compared by the functions that check citations (`rag.check`).

A statement is refused for what a reader would call wrong (a number, a department, a duty word or a negation that the
cited clause does not hold) and left to review when too little of it stands there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.departments import Departments
from ingest.schema import Document
from rag.check.bare import bare
from rag.check.conflicts import foreign_departments, foreign_duty
from rag.check.values import bounds_conflict, same_value, values_in
from rag.check.words import COMPARATORS, Bound
from rag.draft import Evidence, Statement
from rag.schema import Verdict
from rag.terms import fold

ENOUGH_COVERED = 0.55  # share of a statement's character pairs that its evidence must hold
# Words beside those of duty that limit a rule: none may be added.
_LIMITS = (
    "不再", "不纳入", "不计入", "不超过", "不低于", "不少于", "以上", "以下", "以内", "以外", "至少", "最多", "除外",
    "经批准",
)  # fmt: skip
# Words that only hold a sentence together: they need not stand in the evidence.
_GLUE = re.compile(
    r"责任单位|牵头单位|等(?:部门|单位|机构)?|由|共同|分别|负责|承担|任务|工作|相关|有关|根据|按照|规定|要求|提出|明确|文件|指出|其中|包括|以及|为"
)
_BOUND = re.compile("|".join(COMPARATORS))
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_TITLE = re.compile(r"《[^》]*》")
_ITEM_NUMBER = re.compile(r"^(\d{1,3}[.．、])(?=(?:19|20)\d\d年|\d{1,2}月)", re.MULTILINE)  # 2.2025年5月底前
_DENIED = re.compile(r"(?P<no>不得|不再|不予|不|禁止|严禁)(?P<tail>[\u4e00-\u9fff]{4})")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A verdict with its reason in Chinese ("" when supported)."""

    verdict: Verdict
    reason: str = ""


def quote_is_literal(document: Document, quote: str, start: int, end: int) -> bool:
    """Whether the quote stands at its offsets, letter by letter."""
    return bool(quote) and document.text[start:end] == quote


def check_statement(statement: Statement, departments: Departments) -> Finding:
    """Judge one statement by its evidence."""
    if not statement.evidence:
        return Finding(verdict=Verdict.UNCITED, reason="没有依据")
    sources = [source_of(evidence) for evidence in statement.evidence]
    source = fold("\n".join(sources))
    said = without_addresses(_without(statement.text, statement.frame), statement.evidence)
    return (
        _numbers(said, source, statement.counted)
        or _bounds(said, sources)
        or _departments(said, sources, departments)
        or _duty(said, sources)
        or _negation(fold(said), [fold(evidence.words) for evidence in statement.evidence])
        or _overlap(said, source)
        or Finding(verdict=Verdict.SUPPORTED)
    )


def source_of(evidence: Evidence) -> str:
    """Return all that a citation shows: path, own text, header cells; the number of an item is no part of its words."""
    cells = "；".join(f"{cell.header}：{cell.value}" for cell in evidence.clause.cells)  # white space goes when folded
    return _ITEM_NUMBER.sub(r"\1。", "\n".join((*evidence.clause.path, evidence.clause.own.text, cells)))


def without_addresses(text: str, evidence: Sequence[Evidence]) -> str:
    """Return the text without labels and titles: where something stands is no statement about it."""
    for item in sorted(evidence, key=lambda item: -len(item.clause.label)):
        text = text.replace(item.clause.label, " ")
    return _TITLE.sub(" ", text)


def _without(text: str, frame: Sequence[str]) -> str:
    for words in frame:
        text = text.replace(words, " ", 1)
    return text


def _numbers(said: str, source: str, counted: Sequence[str]) -> Finding | None:
    held = set(_NUMBER.findall(source)) | set(counted)
    for number in _NUMBER.findall(fold(said)):
        if number not in held and number.rstrip("%") not in counted:
            return Finding(verdict=Verdict.CONTRADICTED, reason=f"依据中没有数字“{number}”")
    return None


def _bounds(said: str, sources: Sequence[str]) -> Finding | None:
    """Find a ceiling that became a floor: 不低于30% where the evidence has 不超过30% alone."""
    if not _BOUND.search(said):
        return None
    held = [value for source in sources for value in values_in(bare(source))]
    for value in values_in(bare(said)):
        equal = [
            other for other in held if other.comparable == value.comparable and same_value(value, other, rounded=False)
        ]
        if equal and all(bounds_conflict(value, other) and value.bound is not Bound.EXACT for other in equal):
            return Finding(verdict=Verdict.CONTRADICTED, reason=f"原文是“{equal[0].written}”，上下限不同")
    return None


def _departments(said: str, sources: Sequence[str], departments: Departments) -> Finding | None:
    held = [mention.name for source in sources for mention in departments.find(source)]
    foreign = foreign_departments(departments.find(said), held, departments, open_set=False)
    if foreign:
        return Finding(verdict=Verdict.CONTRADICTED, reason=f"依据中没有部门“{foreign[0].written}”")
    return None


def _duty(said: str, sources: Sequence[str]) -> Finding | None:
    """Find a word of duty or limit that the evidence lacks, or says of something else: 可以 for 应当."""
    lines = "\n".join(fold(line) for source in sources for line in source.split("\n"))
    added = (word for word in _LIMITS if word in said and word not in lines)
    word = foreign_duty(fold(said), lines) or next(added, None)
    return Finding(verdict=Verdict.CONTRADICTED, reason=f"依据中没有“{word}”") if word else None


def _negation(said: str, quotes: Sequence[str]) -> Finding | None:
    """Find words that the quote denies and the statement does not: 不得收费 against 收费."""
    for quote in quotes:
        for denied in _DENIED.finditer(quote):
            tail = denied["tail"]
            at = said.find(tail)
            affirmed = f"{denied['no']}{tail}" not in said and quote.count(tail) == quote.count(denied[0])
            if at >= 0 and affirmed:
                return Finding(verdict=Verdict.CONTRADICTED, reason=f"原文是“{denied[0]}”")
    return None


def _overlap(said: str, source: str) -> Finding | None:
    pairs = pairs_of(said)
    if pairs and sum(pair in source for pair in pairs) / len(pairs) < ENOUGH_COVERED:
        return Finding(verdict=Verdict.NEEDS_REVIEW, reason="与依据的文字相差较大")
    return None


def pairs_of(said: str) -> list[str]:
    """Return the pairs of characters of a statement, folded, without the words that only hold it together."""
    runs = _HAN.findall(_GLUE.sub(" ", said))
    return [run[i : i + 2] for run in map(fold, runs) for i in range(len(run) - 1)]
