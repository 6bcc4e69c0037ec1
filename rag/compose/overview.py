"""Documents as wholes: what one contains by its headings, which there are, and which of them speak of something."""

import re
from collections.abc import Sequence

from ingest.schema import Clause, Document, Kind
from rag.compose.choice import fitting
from rag.compose.clause import closed
from rag.compose.comparison import quoted_line
from rag.compose.material import Material, Passage, spans, title_of, without_number
from rag.compose.particulars import listed, particular
from rag.compose.refusal import refuse, refuse_unnamed
from rag.compose.trim import trimmed
from rag.draft import Draft, Evidence, Statement
from rag.question import Meta
from rag.schema import Status
from rag.terms import fold
from rag.years import years_of

MAX_PARTS = 24  # headings of a document that are told
FEW_PARTS = 4  # headings up to which those below them are told as well
MAX_LISTED = 20  # documents of the library that are listed
BEGINNING = 4  # clauses of a document in which it says why it was made
SURE = 0.9
_NEWEST, _OLDEST = re.compile(r"最新|最近|最晚"), re.compile(r"最早|最老|最旧")
_PURPOSE = re.compile(r"(?:为了?|根据|依据)[^。]+(?:制[定订]|提出|印发)")
_COUNTED_AS = {Kind.CHAPTER: "章", Kind.PART: "编", Kind.ITEM: "项", Kind.ARTICLE: "条"}


def compose_overview(material: Material) -> Draft | None:
    """Return the headings of the document that the question is about; None where it has none."""
    understanding = material.understanding
    documents = understanding.document_ids or understanding.preferred_ids
    if not documents:
        return refuse_unnamed(material)
    if len(documents) > 1:
        return None
    document = material.library.document(documents[0])
    parts = [
        clause
        for clause in material.library.clauses(document.id)
        if clause.parent_id is None and clause.kind is not Kind.FRONT_MATTER and title_of(clause)
    ]
    texts = [clause for clause in parts if clause.kind is not Kind.ANNEX]
    if len(texts) < 2:
        return _purpose(document, material)
    annexes = f"和{len(parts) - len(texts)}个附件" if len(texts) < len(parts) else ""
    kinds = {clause.kind for clause in texts}
    of = next((word for kind, word in _COUNTED_AS.items() if kinds == {kind}), "个部分")
    lead = f"《{document.title}》共{len(texts)}{of}{annexes}："
    lines = [_line(part, material, deep=len(texts) <= FEW_PARTS) for part in parts[:MAX_PARTS]]
    first = Statement(
        text=f"{lead}\n{lines[0].text}",
        evidence=lines[0].evidence,
        counted=(str(len(texts)), str(len(parts) - len(texts))),
        frame=(lead,),
    )
    note = f"这里只列出了前{MAX_PARTS}{of}。" if len(parts) > MAX_PARTS else ""
    return Draft(
        status=Status.PARTIAL if note else Status.ANSWERED, statements=[first, *lines[1:]], note=note, confidence=SURE
    )


def _purpose(document: Document, material: Material) -> Draft | None:
    """Return the sentence that says why a document without headings was made: 为了……，制定本条例."""
    for clause in material.library.clauses(document.id)[:BEGINNING]:
        for start, end in spans(clause):
            if _PURPOSE.search(clause.own.text, start, end):
                shown = Evidence(clause=clause, start=start, end=end)
                said = Statement(text=closed(without_number(" ".join(shown.words.split()))), evidence=(shown,))
                return Draft(status=Status.ANSWERED, statements=[said], confidence=SURE)
    return None


def _line(part: Clause, material: Material, *, deep: bool) -> Statement:
    """Return a part's heading as a line of a list, `deep` with the headings below it."""
    children = material.library.children(part.id) if deep else []
    below = children if all(title_of(child) and child.own.text.startswith(child.heading) for child in children) else []
    heading = " ".join(part.heading.split())
    inner = "；".join(" ".join(child.heading.split()) for child in below)
    return Statement(
        text=f"- {heading}：{inner}" if inner else f"- {heading}",
        evidence=tuple(map(_heading, (part, *below))),
    )


def _heading(clause: Clause) -> Evidence:
    """Return a clause's heading, of one that does not begin with it (a title over a table) its first words."""
    first = len(clause.heading) if clause.own.text.startswith(clause.heading) else next(iter(spans(clause)))[1]
    return Evidence(clause=clause, start=0, end=first)


def compose_documents(material: Material) -> Draft | None:
    """Return the documents that speak of what is asked about, each with its sentence; of nothing in particular all."""
    if material.understanding.document_ids:
        return None
    asked = material.understanding
    if any(term.word for term in asked.terms.terms):
        return _speaking_of(material)
    if _NEWEST.search(asked.put) or _OLDEST.search(asked.put):
        return _newest(material)
    documents = material.library.documents()
    if asked.years:
        documents = [one for one in documents if set(asked.years) & set(years_of(f"{one.title} {one.issued_on[:4]}年"))]
    if not documents:
        note = f"现有文件中没有写明是{'年、'.join(asked.years)}年的。"
        return Draft(status=Status.NOT_FOUND, note=note, confidence=SURE)
    return _all(documents, f"{'年、'.join(asked.years)}年的文件" if asked.years else "现有文件", material)


def _speaking_of(material: Material) -> Draft:
    """Return of each document found the best sentence that holds the heaviest word asked about; none is a refusal."""
    word = max((term for term in material.understanding.terms.terms if term.word), key=lambda term: term.weight)
    best: dict[str, Passage] = {}
    for passage in fitting(material):
        if word.share_in(fold(passage.text)):
            best.setdefault(passage.clause.document_id, passage)
    shown = list(best.values())[:MAX_LISTED]
    if not shown:
        return refuse(material)
    note = f"这里只列出了{MAX_LISTED}份。" if len(best) > MAX_LISTED else ""
    statements = [quoted_line(trimmed(material, one, material.understanding.terms, ()), material) for one in shown]
    return Draft(status=Status.PARTIAL if note else Status.ANSWERED, statements=statements, note=note, confidence=SURE)


def _newest(material: Material) -> Draft | None:
    """Return the newest or the oldest document with its date; a refusal where no text writes one."""
    question = material.understanding.put
    dates = [(one.issued_on or one.published_on, one) for one in material.library.documents()]
    known = sorted(((date, one) for date, one in dates if date), key=lambda pair: pair[0])
    if not known:
        return Draft(status=Status.NOT_FOUND, note="现有文件的文本中都没有写明日期。", confidence=SURE)
    document = known[0 if _OLDEST.search(question) else -1][1]
    if (statement := particular(document, Meta.DATE, material)) is None:
        return None
    unknown = [f"《{one.title}》" for date, one in dates if not date][:MAX_LISTED]
    note = f"{'、'.join(unknown)}的文本中没有写明日期。" if unknown else ""
    return Draft(status=Status.PARTIAL if note else Status.ANSWERED, statements=[statement], note=note, confidence=SURE)


def _all(documents: Sequence[Document], called: str, material: Material) -> Draft | None:
    """Return these documents, counted; `called` says which they are."""
    lead = f"{called}共{len(documents)}份："
    lines = [line for one in documents[:MAX_LISTED] if (line := listed(one, material)) is not None]
    if not lines:
        return None
    first = Statement(
        text=f"{lead}\n{lines[0].text}",
        evidence=lines[0].evidence,
        counted=(str(len(documents)),),
        frame=(lead, *lines[0].frame),
    )
    note = f"这里列出了{len(lines)}份。" if len(lines) < len(documents) else ""
    return Draft(
        status=Status.PARTIAL if note else Status.ANSWERED, statements=[first, *lines[1:]], note=note, confidence=SURE
    )
