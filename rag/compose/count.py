"""How many items a list has, counted: 清单共有多少项, 有几个附件, 分几个部分."""

import re

from ingest.schema import Clause, Kind
from rag.compose.material import Material, title_of
from rag.compose.naming import numbered
from rag.draft import Draft, Evidence, Statement
from rag.schema import Status
from rag.terms import fold

_COUNTS = re.compile(r"(?:多少|(?<!第)几)(?P<what>项|条|个附件|个部分|部分|大部分|章|节|张表|个案例|个方面)")
_PARTS = frozenset({Kind.SECTION, Kind.PART})
_KINDS = {
    "个附件": frozenset({Kind.ANNEX}),
    "个部分": _PARTS,
    "部分": _PARTS,
    "大部分": _PARTS,
    "章": frozenset({Kind.CHAPTER}),
    "节": frozenset({Kind.SECTION_OF_LAW}),
    "张表": frozenset({Kind.TABLE}),
    "个案例": frozenset({Kind.CASE}),
}
_ITEMS = frozenset({Kind.ITEM, Kind.SUBITEM, Kind.LAW_ITEM})
MIN_NAME = 4  # characters of a list's title that the question must hold


def compose_count(material: Material) -> Draft | None:
    """Return the number of items of the list that the question names, or of the parts of the document it names."""
    question = material.understanding.put
    match = _COUNTS.search(question)
    if (
        match is None
        or len(material.understanding.document_ids) != 1
        or match.end() < len(question.rstrip("？?。")) - 6
    ):
        return None
    document = material.library.document(material.understanding.document_ids[0])
    clauses = material.library.clauses(document.id)
    if kinds := _KINDS.get(match["what"]):
        counted = [clause for clause in clauses if clause.kind in kinds and not (kinds == _PARTS and clause.parent_id)]
        where = f"《{document.title}》"
    else:
        pointed = [clause for resolved in material.understanding.references for clause in resolved.clauses]
        container = pointed[0] if len(pointed) == 1 else _container(material.understanding.question, clauses)
        if container is None:
            return None
        counted = [clause for clause in clauses if clause.parent_id == container.id]
        name = container.heading if container.label.endswith("、") else container.label
        where = f"《{document.title}》{name}"
    if not counted:
        return None
    inside = {clause.id for clause in counted}
    below = [] if kinds else [c for c in clauses if c.parent_id in inside and c.kind in _ITEMS and not c.cells]
    counts = [_told(of, match["what"]) for of in (counted, below) if of]
    text = f"{where}共有{'，其下共有'.join(counts)}。"
    ends = [clause for of in (counted, below) if of for clause in (of[0], of[-1])]
    evidence = tuple(Evidence.whole(clause) for clause in dict.fromkeys(ends))
    return Draft(
        status=Status.ANSWERED,
        statements=[
            Statement(
                text=text,
                evidence=evidence,
                counted=tuple(str(len(of)) for of in (counted, below) if of),
                frame=(text,),
            )
        ],
        confidence=0.9,
    )


def _told(counted: list[Clause], what: str) -> str:
    """Return how many there are, from the first to the last."""
    return f"{len(counted)}{what}，从{numbered(counted[0])}到{numbered(counted[-1])}"


def _container(question: str, clauses: list[Clause]) -> Clause | None:
    """Return the list that the question names by the end of its title: 任务清单."""
    asked = fold(question)
    named = []
    for clause in clauses:
        title = fold(title_of(clause))
        size = next((n for n in range(len(title), MIN_NAME - 1, -1) if title[-n:] in asked), 0)
        if size and any(child.parent_id == clause.id for child in clauses):
            named.append((size, clause))
    return max(named, key=lambda item: item[0], default=(0, None))[1]
