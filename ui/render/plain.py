"""Plain text for clipboards and terminals: answers, citations, hits and clause trees."""

import re
from collections.abc import Mapping, Sequence

from api.official import placed, quoted
from api.schema import AnswerResponse, CitationResponse, HitResponse, InterpretationResponse
from api.schema_documents import ClauseResponse

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_MARK = re.compile(r"\[\^(\d{1,4})\]")  # [^12]
QUOTE_HEAD, QUOTE_TAIL = 90, 60  # characters of a long quote on a terminal
_HEADS: Mapping[str, str] = {"partial": "（只找到一部分）\n"}
INTENTS = {
    "responsible_units": "查责任单位",
    "tasks_of_unit": "查一个部门的任务",
    "document_meta": "查文号、日期、发文机关或联系人",
    "clause_lookup": "查某一条款的原文",
    "comparison": "比较几份文件",
    "figure": "查数字",
    "time": "查时间",
    "yesno": "核实一个说法",
    "definition": "查含义",
    "list": "列举",
    "measure": "查措施",
    "overview": "看一份文件的主要内容",
    "documents": "找文件",
    "open": "查有关规定",
    "chat": "与文件无关的话",
}


def circled(number: int) -> str:
    """① for 1; （21） where no circled number is left."""
    return _CIRCLED[number - 1] if 1 <= number <= len(_CIRCLED) else f"（{number}）"


def plain_marks(text: str) -> str:
    """An answer's Markdown as plain text, its footnote marks as circled numbers."""
    return _MARK.sub(lambda found: circled(int(found.group(1))), text).replace("**", "")


def one_line(text: str) -> str:
    """A quote on one line: a line break inside Chinese goes, other white space becomes one space."""
    joined = re.sub(r"(?<=[^\x00-\x7f])[ \t]*\r?\n\s*(?=[^\x00-\x7f])", "", text.strip())
    return re.sub(r"\s+", " ", joined)


def citation_line(citation: CitationResponse) -> str:
    """A citation in the form of official writing."""
    return f"{placed(citation.document, citation.label)}：{quoted(one_line(citation.quote))}"


def answer(response: AnswerResponse) -> str:
    """An answer with its sources."""
    return _HEADS.get(response.status, "") + plain_marks(response.answer) + "\n" + sources(response)


def understanding(found: InterpretationResponse, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """How the question was understood, as (name, value); `titles` holds the documents' titles by id."""
    rows = [("理解成", found.question), ("想知道", INTENTS.get(found.intent, found.intent))]
    if found.units:
        rows.append(("部门", "、".join(found.units)))
    if found.document_ids:
        names = [f"《{titles.get(document_id, document_id)}》" for document_id in found.document_ids]
        rows.append(("文件", "、".join(names)))
    return rows


def sources(response: AnswerResponse) -> str:
    """An answer's numbered sources, or the closest clauses where nothing answers."""
    lines: list[str] = []
    if response.citations:
        lines += ["", "依据："]
        lines += [f"{circled(citation.index)} {_source(citation)}" for citation in response.citations]
    if response.nearest:
        lines += ["", "最接近的条款："]
        lines += [f"· {_source(citation)}\n   {citation.reason}" for citation in response.nearest]
    if response.engine.fallback:
        lines += ["", f"（{response.engine.fallback}）"]
    return "\n".join(lines)


def hits(found: Sequence[HitResponse]) -> str:
    """Search hits, best first."""
    if not found:
        return "没有找到相关条款。"
    return "\n".join(f"{hit.rank}. {_source(hit)}\n   编号 {hit.clause_id}" for hit in found)


def clause_tree(clauses: Sequence[ClauseResponse]) -> str:
    """A document's clauses, indented by depth: label, first words, responsible departments."""
    depths: dict[str | None, int] = {None: -1}
    lines = []
    for clause in clauses:
        depth = depths[clause.clause_id] = depths[clause.parent_id] + 1
        units = "、".join(unit.written for unit in clause.units)
        words = one_line(clause.own_text)
        shown = words if len(words) <= 50 else words[:49] + "…"
        lines.append(f"{'  ' * depth}{clause.label}｜{shown}" + (f"〔{units}〕" if units else ""))
    return "\n".join(lines)


def _source(citation: CitationResponse) -> str:
    number = f"（{citation.document.number}）" if citation.document.number else ""
    return f"{citation.label}　《{citation.document.title}》{number}\n   “{_shortened(one_line(citation.quote))}”"


def _shortened(quote: str) -> str:
    """A long quote without its middle: departments stand at the end of a task."""
    left_out = len(quote) - QUOTE_HEAD - QUOTE_TAIL
    if left_out < 20:
        return quote
    return f"{quote[:QUOTE_HEAD]}……（中略 {left_out} 字）……{quote[-QUOTE_TAIL:]}"
