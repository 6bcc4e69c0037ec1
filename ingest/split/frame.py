"""What stands around the clauses: front matter, preamble, signature and address blocks."""

import re
from dataclasses import dataclass

from ingest.normalize import Glue, Piece
from ingest.schema import Kind
from ingest.split.lines import CLOSING, DATE_LINE, LABELLED, TITLE_END, Line, finished, is_closing
from ingest.split.nodes import Node
from ingest.split.patterns import match_family

_SIGNER = re.compile(r"(?:局|委|委员会|政府|办公室|办公厅|部|厅|处|中心|学校|大学|学院|中学|小学|公司|协会|领导小组)$")
_LEAD_IN = re.compile(r"(?:如下|下列|以下|以下几点|通知|要求是|是)[^，。]{0,6}[:：]$")
_MAX_TITLE_CHARS = 60
_MIN_BROKEN_CHARS = 20


@dataclass(slots=True)
class _Paragraph:
    lines: list[Line]

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)

    @property
    def is_sentence(self) -> bool:
        text = self.text.rstrip("”’）)》 ")
        return text.endswith(("。", "！", "？", "；")) or (len(text) > 6 and bool(_LEAD_IN.search(self.text)))

    @property
    def is_title(self) -> bool:
        text = self.text
        return 6 <= len(text) <= _MAX_TITLE_CHARS and not finished(text) and not DATE_LINE.match(text)


def front_nodes(lines: list[Line], *, has_clauses: bool) -> list[Node]:
    """文首 (title, number, issuers, dates, contact) and 引言 (what stands before the first clause) of the head's lines.

    A text without any clause has its paragraphs in 正文 instead of 引言.
    """
    paragraphs = _paragraphs(lines)
    cut = len(paragraphs)
    while cut and paragraphs[cut - 1].is_sentence:
        cut -= 1
    if cut == len(paragraphs) and not has_clauses:
        cut = _first_sentence(paragraphs)
    attached = any(DATE_LINE.match(p.text) or p.text.endswith(("：", ":")) for p in paragraphs[: max(cut - 1, 0)])
    heading: list[_Paragraph] = []
    if 1 < cut < len(paragraphs) and attached and paragraphs[cut - 1].is_title:
        heading = [paragraphs[cut - 1]]
    nodes = []
    if front := paragraphs[: cut - len(heading)]:
        node = Node(kind=Kind.FRONT_MATTER, name="文首", number="front")
        node.paragraphs = [_pieces(paragraph, title=not paragraph.is_sentence) for paragraph in front]
        nodes.append(node)
    if preamble := paragraphs[cut:]:
        node = Node(
            kind=Kind.FRONT_MATTER,
            name="引言" if has_clauses else "正文",
            number="intro" if has_clauses else "text",
        )
        for paragraph in heading:
            node.heading = _pieces(paragraph, title=True)
            node.titled = True
        node.paragraphs = [_pieces(paragraph, title=False) for paragraph in preamble]
        nodes.append(node)
    return nodes


def _first_sentence(paragraphs: list[_Paragraph]) -> int:
    return next((index for index, p in enumerate(paragraphs) if p.is_sentence), len(paragraphs))


def _paragraphs(lines: list[Line]) -> list[_Paragraph]:
    """Lines grouped: a title that is broken over lines, a sentence that a page break cut."""
    groups: list[_Paragraph] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line):
            groups[-1].lines.append(line)
        else:
            groups.append(_Paragraph([line]))
    return groups


def _goes_on(paragraph: _Paragraph, line: Line) -> bool:
    text, last = paragraph.text, paragraph.lines[-1].text
    if finished(last) or DATE_LINE.match(line.text) or line.start - line.raw >= 2:
        return False
    broken_title = "关于" in text and len(text) <= _MAX_TITLE_CHARS and not TITLE_END.search(text)
    if broken_title and len(line.text) <= 30 and not finished(line.text):
        return True
    if last.endswith(("，", "、")):
        return True
    return (
        len(last) >= _MIN_BROKEN_CHARS
        and not TITLE_END.search(last)
        and not re.search(r"[号日]$", last)
        and line.text.endswith(("。", "；"))
    ) or ("，" in last and len(last) >= _MIN_BROKEN_CHARS)


def _pieces(paragraph: _Paragraph, *, title: bool) -> list[Piece]:
    first: Glue = "\n"
    return [
        Piece(line.start, line.end, glue=first if index == 0 else "", title=title)
        for index, line in enumerate(paragraph.lines)
    ]


def closing_start(lines: list[Line], first: int, end: int) -> int:
    """Index of the first line of a signature or address block that ends lines[first:end]; `end` without one."""
    start = end
    while start > first and is_closing(lines[start - 1]):
        start -= 1
    block = lines[start:end]
    if not block or not any(CLOSING.search(line.text) for line in block):
        return end
    if start > first and not _ended(lines[start - 1], lines[start], block):
        if lines[start - 1].annex != "entry" and not lines[start - 1].tabbed:
            return end
        while start < end and TITLE_END.search(lines[start].text):  # the rest of an annex's title
            start += 1
    return start


def _ended(before: Line, line: Line, block: list[Line]) -> bool:
    """Whether nothing goes on from a line into the block after it: a sentence, or a list above who signed and when."""
    if finished(before.text) or LABELLED.match(before.text):
        return True
    if not line.gap or match_family(before.text) is None:
        return False
    dated = next((at for at, one in enumerate(block) if DATE_LINE.match(one.text)), 0)
    return dated > 0 and all(_SIGNER.search(one.text) for one in block[:dated])


def closing_node(lines: list[Line]) -> Node:
    """落款 (who signed, when) or 版记 (who printed, address)."""
    text = "\n".join(line.text for line in lines)
    imprint = re.search(r"印发|抄送|邮\s*编|电\s*话|网\s*址", text) is not None
    node = Node(
        kind=Kind.FRONT_MATTER,
        name="版记" if imprint else "落款",
        number="imprint" if imprint else "signature",
    )
    node.paragraphs = [[Piece(line.start, line.end, title=True)] for line in lines]
    return node
