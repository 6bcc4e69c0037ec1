"""A conversation as a Word file: each statement with a real footnote, and a list of the documents cited at the end."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from api.exports.footnotes import Footnotes
from api.exports.text import storable
from api.official import named, placed, quoted
from api.schema import DocumentRef
from api.schema_exports import ConversationExportRequest, ExportedAnswer, ExportedCitation

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TITLE = "政策问答记录"
FONT = "仿宋"
HEADING_FONT = "黑体"
MAX_NOTE_CHARS = 600  # of a quote in a footnote; the middle of a longer one is left out
_PIECE = re.compile(r"(\*\*|\[\^\d{1,5}\])")  # ** · [^12] ; not: [2021]12号, 〔1〕
_BULLET = re.compile(r"[-*•]\s+(.*)")  # - 市财政局 ; not: -5%
_RULE = re.compile(r":?-+:?")

Stands = Callable[[ExportedCitation], bool]


def conversation_docx(request: ConversationExportRequest, stands: Stands, now: datetime) -> bytes:
    """Write the conversation; `stands` says whether a quote stands where its citation says, and a note says if not."""
    import docx

    document = docx.Document()
    title = storable(request.title.strip()) or TITLE
    _set_up(document, title, now)
    notes = Footnotes(document)
    document.add_heading(title, 0)
    document.add_paragraph(f"导出时间：{now:%Y年%m月%d日 %H:%M}　共{len(request.turns)}个问题")
    for number, turn in enumerate(request.turns, start=1):
        document.add_heading(f"{number}. {_one_line(turn.question)}", 1)
        _Turn(document, notes, turn.answer, stands).write()
    _sources(document, request)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


class _Turn:
    """Writes one answer."""

    def __init__(self, document: "Document", notes: Footnotes, answer: ExportedAnswer, stands: Stands) -> None:
        self._document = document
        self._notes = notes
        self._answer = answer
        self._citations = {citation.index: citation for citation in answer.citations}
        self._stands = stands
        self._numbers: dict[int, int] = {}  # citation -> its first footnote

    def write(self) -> None:
        """Write the answer's blocks, and the closest clauses where nothing answers."""
        if self._answer.status == "partial":
            self._document.add_paragraph("（只找到一部分）")
        rows: list[list[str]] = []
        for line in [line.strip() for line in storable(self._answer.answer).split("\n")]:
            if line.startswith("|") and line.endswith("|") and len(line) > 2:
                rows.append([cell.strip() for cell in line.strip("|").split("|")])
                continue
            self._table(rows)
            rows = []
            bullet = _BULLET.match(line)
            if bullet:
                self._inline(self._document.add_paragraph(style="List Bullet"), bullet[1])
            elif line:
                self._inline(self._document.add_paragraph(), line.lstrip("#").strip() if line[0] == "#" else line)
        self._table(rows)
        if self._answer.nearest:
            self._document.add_paragraph("最接近的条款（不作为依据）：")
        for near in self._answer.nearest:
            words = f"{placed(near.document, near.label)}：{near.reason}"
            self._document.add_paragraph(_one_line(words), style="List Bullet")

    def _table(self, rows: Sequence[Sequence[str]]) -> None:
        kept = [row for row in rows if not all(_RULE.fullmatch(cell) for cell in row)]
        if not kept:
            return
        table = self._document.add_table(rows=len(kept), cols=max(map(len, kept)), style="Table Grid")
        for row, cells in zip(table.rows, kept, strict=True):
            for cell, words in zip(row.cells, cells, strict=False):
                self._inline(cell.paragraphs[0], words)

    def _inline(self, paragraph: "Paragraph", line: str) -> None:
        is_bold = False
        for piece in _PIECE.split(line):
            if piece == "**":
                is_bold = not is_bold
            elif piece.startswith("[^") and piece.endswith("]"):
                self._mark(paragraph, int(piece[2:-1]))
            elif piece:
                paragraph.add_run(piece).bold = is_bold or None

    def _mark(self, paragraph: "Paragraph", index: int) -> None:
        citation = self._citations.get(index)
        if citation is None:
            return
        place = placed(citation.document, citation.label)
        if index in self._numbers:
            self._notes.add(paragraph, f"{place}，同注{self._numbers[index]}。")
            return
        doubt = "" if self._stands(citation) else "（请注意：导出时在文件库里核对不上这处引文。）"
        self._numbers[index] = self._notes.add(
            paragraph, f"{place}：{quoted(_shortened(_one_line(citation.quote)))}{doubt}"
        )


def _sources(document: "Document", request: ConversationExportRequest) -> None:
    """List the documents cited, in the order of their first citation, each with its clauses."""
    labels: dict[str, list[str]] = {}
    documents: dict[str, DocumentRef] = {}
    for turn in request.turns:
        for citation in turn.answer.citations:
            documents.setdefault(citation.document.id, citation.document)
            found = labels.setdefault(citation.document.id, [])
            if citation.label not in found:
                found.append(citation.label)
    document.add_heading("依据的文件", 1)
    if not documents:
        document.add_paragraph("没有引用文件。")
    for number, (document_id, cited) in enumerate(documents.items(), start=1):
        date = f"，成文日期{cited.issued_on}" if cited.issued_on else ""
        words = f"{number}. {named(cited)}{date}。所引条款：{'、'.join(labels[document_id])}。"
        document.add_paragraph(_one_line(words))


def _set_up(document: "Document", title: str, now: datetime) -> None:
    """A4, Chinese fonts, and properties that say what this is."""
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    section.top_margin = section.bottom_margin = Mm(30)
    for name in ("Normal", "Title", "Heading 1"):
        style: Any = document.styles[name]
        style.font.size = {"Normal": Pt(12), "Title": Pt(20), "Heading 1": Pt(14)}[name]
        style.font.color.rgb = RGBColor(0, 0, 0)
        _east_asian(style, FONT if name == "Normal" else HEADING_FONT)
    document.styles["Normal"].paragraph_format.line_spacing = 1.5
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "条文 Tiaowen", "条文 Tiaowen"
    properties.comments, properties.language = "", "zh-CN"
    properties.created = properties.modified = now.replace(tzinfo=None)


def _east_asian(style: Any, font: str) -> None:
    from docx.oxml.ns import qn

    style.font.name = "Times New Roman"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        if attribute.endswith("Theme"):
            del fonts.attrib[attribute]
    fonts.set(qn("w:eastAsia"), font)


def _one_line(text: str) -> str:
    """Text on one line: a line break inside Chinese goes, other white space becomes one space."""
    joined = re.sub(r"(?<=[^\x00-\x7f])[ \t]*\r?\n\s*(?=[^\x00-\x7f])", "", storable(text).strip())
    return re.sub(r"\s+", " ", joined)


def _shortened(quote: str) -> str:
    if len(quote) <= MAX_NOTE_CHARS:
        return quote
    half = MAX_NOTE_CHARS // 2
    return f"{quote[:half]}……（中略{len(quote) - 2 * half}字）……{quote[-half:]}"
