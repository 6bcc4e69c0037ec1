"""A language model's sentence and the clauses that it cites: what these must hold of it.

A model may word a rule as it likes, so more is asked of its sentences than of our own: the tests of `rag.verify`, the
verdict of the citation check (`rag.check`), nothing in them that no text holds (foreign words, markup, another clause's
or document's name, a quotation that is none), and no part of the sentence that comes from elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.references import find_references
from rag.check.bare import bare
from rag.check.checker import Checker
from rag.draft import Evidence, Statement
from rag.schema import Verdict
from rag.terms import fold
from rag.verify import check_statement, pairs_of, source_of, without_addresses

PART_COVERED = 0.4  # share of its character pairs that the clause must hold of each part of a sentence
PART_PAIRS = 3  # pairs from which a part says something of its own
MIN_HAN = 4  # Chinese characters that make a statement: 是。 cites nothing that could be looked up

_MARKUP = re.compile(r"[<>\[\]{}|\\`~^=@$]|/{2}")  # [点此](//x), <b> / not 1/3
_LATIN = re.compile(r"[A-Za-z][A-Za-z'.-]+")  # PPP, evil.example / not c
_HAN = re.compile(r"[\u4e00-\u9fff]")
# How a sentence announces what follows: 主要措施包括：, 具体要求如下： / not 可以涨价：
_ANNOUNCED = re.compile(
    r"^(?:文件|原文|条款|其|具体|主要|重点|有关|相关|措施|举措|任务|内容|要求|规定|做法|工作|目标|提出|明确|包括|如下|以下|有|是|为|的|了)+[：:]"
)
_PART = re.compile(r"[，,；;：:。！？!?\n]")
_TITLE = re.compile(r"《([^《》]+)》")
_QUOTED = re.compile(r"[“「『\"]([^”」』\"]+)[”」』\"]")


def carried(statement: Statement, checker: Checker) -> Statement | None:
    """Return the statement with those of its citations that carry it; None when they don't.

    Where one clause alone carries it, clauses that add nothing are no citations of it.
    """
    by_clause: dict[str, list[Evidence]] = {}
    for one in statement.evidence:
        by_clause.setdefault(one.clause.id, []).append(one)
    alone = {clause_id for clause_id, own in by_clause.items() if _holds(statement, own, checker)}
    if alone:
        return replace(statement, evidence=tuple(one for one in statement.evidence if one.clause.id in alone))
    return statement if len(by_clause) > 1 and _holds(statement, statement.evidence, checker) else None


def _holds(statement: Statement, evidence: Sequence[Evidence], checker: Checker) -> bool:
    """Whether these clauses together carry the statement."""
    said = _ANNOUNCED.sub("", without_addresses(statement.text, evidence).strip())
    source = "\n".join(source_of(one) for one in evidence)
    if len(_HAN.findall(said)) < MIN_HAN or _strange(statement.text, said, source, evidence, checker):
        return False
    finding = check_statement(replace(statement, evidence=tuple(evidence)), checker.index.departments)
    if finding.verdict is not Verdict.SUPPORTED:
        return False
    folded = fold(source)
    for part in _PART.split(said):
        pairs = pairs_of(part)
        if len(pairs) >= PART_PAIRS and sum(pair in folded for pair in pairs) / len(pairs) < PART_COVERED:
            return False
    clauses = {one.clause.id: one.clause for one in evidence}
    return checker.judge(said, tuple(clauses.values())) is Verdict.SUPPORTED


def _strange(text: str, said: str, source: str, evidence: Sequence[Evidence], checker: Checker) -> bool:
    """Whether a sentence holds what no model has to add: markup, words of another script, other names and addresses."""
    documents = [checker.index.library.document(one.clause.document_id) for one in evidence]
    names = {fold(name) for one in documents for name in (one.title, *one.short_titles)}
    held, plain = fold(source), bare(source)
    return bool(
        set(_MARKUP.findall(said)) - set(source)
        or any(fold(word) not in held for word in _LATIN.findall(said))
        or any(char not in source and _is_traditional(char) for char in _HAN.findall(said))
        or any(fold(title) not in names and fold(title) not in held for title in _TITLE.findall(text))
        or any(fold(reference.written) not in held for reference in find_references(said))
        or any(bare(words) not in plain for words in _QUOTED.findall(said))
    )


def _is_traditional(char: str) -> bool:
    """Whether a Chinese character is none of the simplified ones in general use (GB 2312): 養 / not 养."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
