"""The words of a clause that the question names by its number."""

from dataclasses import replace

from ingest.schema import Clause
from rag.compose.items import announced, items_below
from rag.compose.material import Material, spans, without_number
from rag.compose.naming import numbered
from rag.draft import Draft, Evidence, Near, Statement
from rag.question import Intent
from rag.schema import Status

MAX_CHARS = (
    260  # of a clause shown whole; a longer one is cut after its first sentences, one at least beside its heading
)
MAX_ITEMS_CHARS = 400  # of the paragraphs and items below it
MAX_CLAUSES = 3


def compose_clause(material: Material) -> Draft | None:
    """Return the clauses named, or why there are none; None when the question names no clause."""
    understanding = material.understanding
    if not understanding.references:
        titled = material.named_by_title() if understanding.intent is Intent.CLAUSE else []
        statements = [statement for clause in titled[:1] for statement in _words(clause, material)]
        return Draft(status=Status.ANSWERED, statements=statements, confidence=0.95) if statements else None
    clauses = material.pointed_at()[:MAX_CLAUSES]
    if not clauses:
        return refuse_reference(material)
    statements = [statement for clause in clauses for statement in _words(clause, material)]
    return Draft(status=Status.ANSWERED, statements=statements, confidence=1.0 if len(clauses) == 1 else 0.7)


def refuse_reference(material: Material) -> Draft:
    """Say why there is no such clause: 附件2共52项，没有第53项."""
    understanding = material.understanding
    missing = "；".join(dict.fromkeys(r.missing for r in understanding.references if r.missing))
    lists = tuple(dict.fromkeys(r.missing_in for r in understanding.references if r.missing_in))
    within = (lists or understanding.document_ids) if understanding.document_ids else ()
    titles = "、".join(f"《{material.library.document(d).title}》" for d in within)
    return Draft(
        status=Status.NOT_FOUND,
        note=f"{titles + '中' if titles else ''}{missing}。",
        nearest=[Near(clause=hit.clause, reason="编号与所问的不同") for hit in material.hits[:2]],
        confidence=0.95,
    )


def _words(clause: Clause, material: Material) -> list[Statement]:
    """Return a clause's own words, its children's headings after it when it has any."""
    title = "" if material.understanding.document_ids else f"《{material.document(clause).title}》"
    label = title + numbered(clause)
    if clause.cells:
        cells = [cell for cell in clause.cells if cell.value and cell.header != "序号"]
        text = "；".join(f"{cell.header}：{cell.value}" if cell.header else cell.value for cell in cells)
        return [Statement(text=f"{label}：{closed(text)}", evidence=(Evidence.whole(clause),))]
    whole = Evidence.whole(clause)
    end = whole.end
    if whole.end - whole.start > MAX_CHARS:
        told = [e for _, e in spans(clause, fine=True) if e > whole.start + len(clause.heading) + 1]
        end = max((e for e in told if e - whole.start <= MAX_CHARS), default=min(told, default=whole.end))
    shown = Evidence(clause=clause, start=whole.start, end=end)
    text = without_number(" ".join(shown.words.split()))
    below = items_below(clause, material, MAX_ITEMS_CHARS)
    if below:
        said = announced(shown, below)
        return [replace(said, text=f"{label}：{without_number(said.text).lstrip('；')}")]
    statements = [Statement(text=f"{label}：{closed(text)}", evidence=(shown,))]
    children = [child for child in material.library.children(clause.id) if child.heading]
    if children:
        heads = "；".join(child.heading for child in children[:12])
        statements.append(
            Statement(text=f"其下各条：{closed(heads)}", evidence=tuple(map(Evidence.whole, children[:12])))
        )
    return statements


def closed(text: str) -> str:
    """Return a text closed by a stop, no ； at its end."""
    return text if text.endswith(("。", "！", "？", "）", "”")) else text.rstrip("；;，,、：:") + "。"
