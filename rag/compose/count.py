"""How many items a list has, counted: 清单共有多少项, 有几个附件, 分几个部分."""

import re

from ingest.schema import Clause, Kind
from rag.compose.material import Material, title_of
from rag.draft import Draft, Evidence, Statement
from rag.schema import Status
from rag.terms import fold

_COUNTS = re.compile(r"(?:多少|几)(?P<what>项|条|个附件|个部分|部分|大部分|章|节|张表|个案例|个方面)")
_KINDS = {
    "个附件": frozenset({Kind.ANNEX}),
    "个部分": frozenset({Kind.SECTION, Kind.PART}),
    "部分": frozenset({Kind.SECTION, Kind.PART}),
    "大部分": frozenset({Kind.SECTION, Kind.PART}),
    "章": frozenset({Kind.CHAPTER}),
    "节": frozenset({Kind.SECTION_OF_LAW}),
    "张表": frozenset({Kind.TABLE}),
    "个案例": frozenset({Kind.CASE}),
}
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
        counted = [clause for clause in clauses if clause.kind in kinds]
        where = f"《{document.title}》"
    else:
        pointed = [clause for resolved in material.understanding.references for clause in resolved.clauses]
        container = pointed[0] if len(pointed) == 1 else _container(material.understanding.question, clauses)
        if container is None:
            return None
        counted = [clause for clause in clauses if clause.parent_id == container.id]
        where = f"《{document.title}》{container.label}"
    if not counted:
        return None
    count = str(len(counted))
    ends = (counted[0], counted[-1])
    text = f"{where}共有{count}{match['what']}，从{ends[0].label}到{ends[-1].label}。"
    evidence = tuple(Evidence.whole(clause) for clause in dict.fromkeys(ends))
    return Draft(
        status=Status.ANSWERED,
        statements=[Statement(text=text, evidence=evidence, counted=(count,), frame=(text,))],
        confidence=0.9,
    )


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
