"""A document's particulars: number, dates, issuers, contact, as its front matter gives them."""

import re
from collections.abc import Iterable

from ingest.schema import Clause, Document, Kind
from rag.compose.material import Material
from rag.compose.sought import gives, sought
from rag.draft import Draft, Evidence, Near, Statement
from rag.question import Meta
from rag.schema import Status
from rag.terms import fold

_ASKED = {
    Meta.NUMBER: "文号",
    Meta.DATE: "印发日期",
    Meta.ISSUERS: "发文机关",
    Meta.CONTACT: "联系人和联系电话",
    Meta.TITLE: "标题",
    Meta.RECIPIENTS: "主送单位",
}
_CONTACT = re.compile(r"联系(?:人|电话)[^\n]*|电话[^\n]{0,6}[:：][^\n]*")
# 各区人民政府，市各委、办、局： at the end of a line / not 各项任务如下：
_ADDRESS = re.compile(r"(?:^|\n)([^\n。：:]{0,12}各[^\n。：:]{2,90}?)[：:]\s*(?:\n|$)")
_WHICH_TELEPHONE = re.compile(r"(?:监督|举报|投诉|咨询|报名|值班|技术支持)电话")
ADDRESSED_WITHIN = 4  # clauses from the beginning in which the line of address may stand
_DATE = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")


def compose_particulars(material: Material) -> Draft | None:
    """Return what the documents named say of the particular asked for; None when the question names no document."""
    meta = material.understanding.meta
    if meta is None or not material.understanding.document_ids:
        return None
    documents = [material.library.document(d) for d in material.understanding.document_ids]
    found = [statement for document in documents if (statement := particular(document, meta, material))]
    kinds = sought(material.understanding.put)
    statements = [s for s in found if gives(s.text, kinds, material.understanding.put)]
    if statements:
        return Draft(status=Status.ANSWERED, statements=statements, confidence=0.97)
    titles = "、".join(f"《{document.title}》" for document in documents)
    first = [front[0] for document in documents if (front := _fronts(document, material))]
    return Draft(
        status=Status.NOT_FOUND,
        note=f"{titles}的文本中没有写明{_ASKED[meta]}。",
        nearest=[Near(clause=clause, reason=f"文首没有写明{_ASKED[meta]}") for clause in first],
        confidence=0.95,
    )


def listed(document: Document, material: Material) -> Statement | None:
    """Return a document as a line of a list, with its number and date; None for one without words of its own."""
    clauses = _fronts(document, material) or material.library.clauses(document.id)[:1]
    known = "，".join(filter(None, (document.number, document.issued_on or document.published_on)))
    line = f"- 《{document.title}》" + (f"（{known}）" if known else "")
    found = _said(line, list(filter(None, (document.title, document.number))), clauses, frame=line)
    whole = [Evidence.whole(clause) for clause in clauses[:1]]
    return found or (Statement(text=line, evidence=tuple(whole), frame=(line,)) if whole else None)


def _fronts(document: Document, material: Material) -> list[Clause]:
    return material.library.clauses(document.id, kind=Kind.FRONT_MATTER)


def particular(document: Document, meta: Meta, material: Material) -> Statement | None:
    """Return the sentence that says a particular of a document as its text writes it, None where it does not."""
    fronts = _fronts(document, material)
    name = f"《{document.title}》"
    if meta is Meta.NUMBER and document.number:
        return _said(f"{name}的文号是{document.number}。", [document.number], fronts, frame="的文号是")
    if meta is Meta.DATE and (document.issued_on or document.published_on):
        return _dated(document, name, fronts)
    if meta is Meta.ISSUERS and document.issuers:
        issuers = "、".join(document.issuers)
        return _said(f"{name}由{issuers}发布。", list(document.issuers), fronts, frame="发布")
    if meta is Meta.CONTACT:
        return _contact(fronts, name, material) or _contact(
            reversed(material.library.clauses(document.id)), name, material
        )
    if meta is Meta.RECIPIENTS:
        return _addressed(document, name, material)
    if meta is Meta.TITLE:
        return _said(f"文件全称是{name}。", [document.title], fronts, frame="文件全称是")
    return None


def _contact(clauses: Iterable[Clause], name: str, material: Material) -> Statement | None:
    """Return whom to ask as the first of some clauses says that says it, None where none does."""
    for clause in clauses:
        if match := _asked_line(material.understanding.put, clause.own.text) or _CONTACT.search(clause.own.text):
            words = match[0].strip("()（） ")
            return Statement(
                text=f"{name}所留联系方式：{words}。",
                evidence=(Evidence(clause=clause, start=match.start(), end=match.start() + len(words)),),
                frame=("所留联系方式",),
            )
    return None


def _asked_line(question: str, text: str) -> re.Match[str] | None:
    """Return the telephone that a question tells from others: 监督电话, not 咨询电话."""
    asked = _WHICH_TELEPHONE.search(question)
    return re.search(rf"{asked[0]}[^\n]*?\d{{7,}}(?:[（(][^（()）\n]*[)）])?", text) if asked else None


def _addressed(document: Document, name: str, material: Material) -> Statement | None:
    """Return the line of address 各区，各学校： with which the text or its cover letter begins."""
    for clause in material.library.clauses(document.id)[:ADDRESSED_WITHIN]:
        if match := _ADDRESS.search(clause.own.text):
            return Statement(
                text=f"{name}发给：{match[1]}。",
                evidence=(Evidence(clause=clause, start=match.start(1), end=match.end(1)),),
                frame=("发给",),
            )
    return None


def _dated(document: Document, name: str, fronts: list[Clause]) -> Statement | None:
    """Return the date as written in the front matter that equals the issuing or printing date."""
    for iso, word in ((document.issued_on, "成文日期"), (document.published_on, "印发日期")):
        for front in fronts:
            for match in _DATE.finditer(front.own.text):
                year, month, day = (int(part) for part in re.findall(r"\d+", match[0]))
                if iso == f"{year:04d}-{month:02d}-{day:02d}":
                    return Statement(
                        text=f"{name}的{word}是{''.join(match[0].split())}。",
                        evidence=(Evidence(clause=front, start=match.start(), end=match.end()),),
                        frame=(f"的{word}是",),
                    )
    return None


def _said(text: str, values: list[str], fronts: list[Clause], *, frame: str) -> Statement | None:
    """Return the sentence with the places of the front matter where its values stand; None when none stands there."""
    evidence: list[Evidence] = []
    for value in values:
        if (place := _find(value, fronts)) is not None and place not in evidence:
            evidence.append(place)
    if not evidence:
        return None
    clauses = {item.clause.id for item in evidence}
    merged = [
        Evidence(
            clause=next(e.clause for e in evidence if e.clause.id == clause_id),
            start=min(e.start for e in evidence if e.clause.id == clause_id),
            end=max(e.end for e in evidence if e.clause.id == clause_id),
        )
        for clause_id in dict.fromkeys(e.clause.id for e in evidence if e.clause.id in clauses)
    ]
    return Statement(text=text, evidence=tuple(merged), frame=(frame,))


def _find(value: str, fronts: list[Clause]) -> Evidence | None:
    """Return the place of a value in the front matter, white space and width aside."""
    wanted = fold(value)
    for front in fronts:
        text = front.own.text
        at = text.find(value)
        if at >= 0:
            return Evidence(clause=front, start=at, end=at + len(value))
        kept = [i for i, char in enumerate(text) if not char.isspace()]
        found = "".join(fold(text[i]) or text[i] for i in kept).find(wanted)
        if found >= 0 and found + len(wanted) <= len(kept):
            return Evidence(clause=front, start=kept[found], end=kept[found + len(wanted) - 1] + 1)
    return None
