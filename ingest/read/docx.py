"""Word documents: paragraphs with the numbers that Word computes, tables as rows, footnotes after their paragraph.

Running heads, page numbers, comments, deleted and hidden text are no text of the document and are not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import EmptyFileError, TooComplexError
from ingest.read.blocks import Composer, spread
from ingest.read.docx_numbering import Numbering
from ingest.read.docx_package import Package, W, integer

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_TABLE_DEPTH = 12
_MIN_INDENT = 300  # twentieths of a point: about one and a half characters of the body's size
_MIN_INDENT_CHARS = 150  # hundredths of a character
_LAYOUT_CELL_CHARS = 1500
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_DROPPED = frozenset(
    [f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "rt", "sectPr")]
    + [f"{W}{name}" for name in ("footnoteRef", "endnoteRef", "commentReference", "annotationRef")]
)
_PICTURES = frozenset([f"{W}drawing", f"{W}pict", f"{W}object"])
_TRUE = ("", "1", "true", "on")


@dataclass(slots=True)
class _Style:
    """What a paragraph style says; None where it says nothing."""

    base: str = ""
    list_id: str | None = None
    depth: int | None = None
    centred: bool | None = None
    indented: bool | None = None


def docx_text(data: bytes, path: Path) -> str:
    """The text of a Word document.

    Raises DamagedFileError, EncryptedFileError, TooComplexError (bombs of any kind) or EmptyFileError.
    """
    package = Package(data, path)
    main = package.main()
    styles = _styles(package.part("word/styles.xml"))
    style_lists = {name: style.list_id for name, style in styles.items() if style.list_id}
    reader = _Reader(
        numbering=Numbering(package.part("word/numbering.xml"), style_lists),
        styles=styles,
        notes={
            "footnote": _notes(package.part("word/footnotes.xml"), "footnote"),
            "endnote": _notes(package.part("word/endnotes.xml"), "endnote"),
        },
        name=path.name,
    )
    body = main.find(f"{W}body")
    if body is not None:
        reader.blocks(body)
    text = reader.out.text()
    if not text.strip():
        raise EmptyFileError(f"{path.name} 里没有文字；如果内容是扫描的图片，请另存为 PDF 再送一次")
    return text


class _Reader:
    """Reads the blocks of a document in order."""

    def __init__(
        self, *, numbering: Numbering, styles: dict[str, _Style], notes: dict[str, dict[str, str]], name: str
    ) -> None:
        self.out = Composer()
        self.numbering = numbering
        self.styles = styles
        self.notes = notes
        self.name = name
        self.boxes: list[_Element] = []  # text boxes of the paragraph that is being read
        self.cited: list[str] = []  # footnotes of the paragraph that is being read
        self.picture = False

    def blocks(self, parent: "_Element", depth: int = 0) -> None:
        """Add the paragraphs and tables under `parent`."""
        for element in _blocks(parent):
            if element.tag == f"{W}p":
                self._paragraph(element, depth)
            else:
                self._table(element, depth)

    def _paragraph(self, element: "_Element", depth: int) -> None:
        text, boxes, cited, picture = self._read(element)
        style = self._style(element)
        for note in cited:
            self.out.note(note)
        if text.strip():
            number = self._number(element, style)
            self.out.line(number + text, apart=bool(style.centred), indented=bool(style.indented))
        else:
            self.out.blank()
        if picture:
            self.out.blank()
        for box in boxes:
            self._deeper(depth)
            self.blocks(box, depth + 1)

    def _read(self, element: "_Element") -> "tuple[str, list[_Element], list[str], bool]":
        """A paragraph's text, its text boxes, its footnotes, and whether a picture stands in it."""
        self.boxes, self.cited, self.picture = [], [], False
        text = "".join(self._inline(element))
        return text, self.boxes, self.cited, self.picture

    def _number(self, element: "_Element", style: _Style) -> str:
        if style.list_id in (None, "", "0"):
            return ""
        depth = style.depth
        if depth is None:
            depth = self.numbering.level_of_style(style.list_id or "", _style_name(element))
        return self.numbering.next(style.list_id or "", depth)

    def _style(self, element: "_Element") -> _Style:
        """What a paragraph says of itself, then its style, then the styles that this one is based on."""
        found = _properties(element.find(f"{W}pPr"))
        name, seen = _style_name(element), set[str]()
        while name in self.styles and name not in seen:
            seen.add(name)
            style = self.styles[name]
            for field in ("list_id", "depth", "centred", "indented"):
                if getattr(found, field) is None:
                    setattr(found, field, getattr(style, field))
            name = style.base
        return found

    def _inline(self, parent: "_Element") -> Iterator[str]:
        """The pieces of text in a paragraph, in order."""
        for element in parent:
            tag = element.tag
            if tag in (f"{W}t", _MATH_TEXT):
                yield element.text or ""
            elif tag in (f"{W}tab", f"{W}ptab"):
                yield "\t"
            elif tag in (f"{W}br", f"{W}cr"):
                yield "" if element.get(f"{W}type") == "page" else "\n"
            elif tag == f"{W}noBreakHyphen":
                yield "-"
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                self._cite(element)
            elif tag == f"{W}txbxContent":
                self.boxes.append(element)
            elif tag == f"{_MC}AlternateContent":
                yield from self._alternative(element)
            elif tag in _DROPPED or (tag == f"{W}r" and _hidden(element)):
                continue
            else:
                self.picture = self.picture or tag in _PICTURES
                yield from self._inline(element)

    def _alternative(self, element: "_Element") -> Iterator[str]:
        """One of two ways to say the same: the newer one, unless it holds nothing."""
        choice = element.find(f"{_MC}Choice")
        fallback = element.find(f"{_MC}Fallback")
        if choice is not None:
            before = len(self.boxes)
            text = "".join(self._inline(choice))
            if text or len(self.boxes) > before or fallback is None:
                yield text
                return
        if fallback is not None:
            yield from self._inline(fallback)

    def _cite(self, element: "_Element") -> None:
        kind = "footnote" if element.tag == f"{W}footnoteReference" else "endnote"
        note = self.notes[kind].get(element.get(f"{W}id", ""), "")
        if note:
            self.cited.append(f"注：{note}")

    def _table(self, table: "_Element", depth: int) -> None:
        self._deeper(depth)
        rows = [list(_cells(row)) for row in _rows(table)]
        if not rows:
            return
        if max(len(row) for row in rows) < 2 or any(_is_layout(cell) for row in rows for cell in row):
            for row in rows:
                for cell in row:
                    self.blocks(cell, depth + 1)
            return
        grid = [[(self._cell(cell), _span(cell), 1) for cell in row] for row in rows]
        self.out.table(spread(_shifted(row, cells) for row, cells in zip(_rows(table), grid, strict=True)))

    def _cell(self, cell: "_Element") -> str:
        """A cell's paragraphs, parted by a space; nothing in one that is merged with the cell above."""
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(f"{W}val", "continue") != "restart":
            return ""
        parts: list[str] = []
        for element in _blocks(cell):
            text, boxes, cited, _ = self._read(element)
            for note in cited:
                self.out.note(note)
            for box in boxes:
                text += "".join(self._read(inner)[0] for inner in _blocks(box) if inner.tag == f"{W}p")
            if text.strip():
                parts.append(self._number(element, self._style(element)) + text.strip())
        return " ".join(parts)

    def _deeper(self, depth: int) -> None:
        if depth >= MAX_TABLE_DEPTH:
            raise TooComplexError(f"{self.name} 的表格嵌套超过 {MAX_TABLE_DEPTH} 层，没有读取；请把内层表格拆出来")


def _blocks(parent: "_Element") -> "Iterator[_Element]":
    """Paragraphs and tables under an element, through content controls, insertions and the like."""
    for element in parent:
        if element.tag in (f"{W}p", f"{W}tbl"):
            yield element
        elif element.tag in _DROPPED or element.tag in (f"{W}tcPr", f"{W}sdtPr"):
            continue
        elif element.tag == f"{_MC}AlternateContent":
            choice = element.find(f"{_MC}Choice")
            yield from _blocks(element if choice is None else choice)
        elif isinstance(element.tag, str):
            yield from _blocks(element)


def _rows(table: "_Element") -> "Iterator[_Element]":
    for element in table:
        if element.tag == f"{W}tr":
            if element.find(f"{W}trPr/{W}del") is None:
                yield element
        elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"):
            yield from _rows(element)


def _cells(row: "_Element") -> "Iterator[_Element]":
    for element in row:
        if element.tag == f"{W}tc":
            yield element
        elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _cells(element)


def _shifted(row: "_Element", cells: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """A row's cells with the columns that it leaves out at its left (gridBefore)."""
    before = row.find(f"{W}trPr/{W}gridBefore")
    return [("", integer(before.get(f"{W}val"), 1), 1), *cells] if before is not None else cells


def _span(cell: "_Element") -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    return 1 if span is None else integer(span.get(f"{W}val"), 1)


def _is_layout(cell: "_Element") -> bool:
    """Whether a cell holds a piece of the page rather than a value."""
    if any(child.tag == f"{W}tbl" for child in _blocks(cell)):
        return True
    return sum(len(text.text or "") for text in cell.iter(f"{W}t")) > _LAYOUT_CELL_CHARS


def _hidden(run: "_Element") -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "") in _TRUE


def _style_name(element: "_Element") -> str:
    style = element.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def _styles(part: "_Element | None") -> dict[str, _Style]:
    """The paragraph and list styles by name."""
    found: dict[str, _Style] = {}
    for element in part.iterfind(f"{W}style") if part is not None else ():
        style = _properties(element.find(f"{W}pPr"))
        base = element.find(f"{W}basedOn")
        style.base = "" if base is None else base.get(f"{W}val", "")
        found[element.get(f"{W}styleId", "")] = style
    return found


def _properties(element: "_Element | None") -> _Style:
    """The numbering, alignment and indentation that some properties (pPr) name."""
    found = _Style()
    if element is None:
        return found
    if (numbering := element.find(f"{W}numPr")) is not None:
        list_id, depth = numbering.find(f"{W}numId"), numbering.find(f"{W}ilvl")
        found.list_id = None if list_id is None else list_id.get(f"{W}val", "")
        found.depth = None if depth is None else integer(depth.get(f"{W}val"), 0)
    if (alignment := element.find(f"{W}jc")) is not None:
        found.centred = alignment.get(f"{W}val") == "center"
    if (indent := element.find(f"{W}ind")) is not None:
        chars, exact = indent.get(f"{W}firstLineChars"), indent.get(f"{W}firstLine")
        if chars is not None or exact is not None:
            found.indented = integer(chars, 0) >= _MIN_INDENT_CHARS or integer(exact, 0) >= _MIN_INDENT
    return found


def _notes(part: "_Element | None", kind: str) -> dict[str, str]:
    """The text of each footnote or endnote by id."""
    found: dict[str, str] = {}
    for element in part.iterfind(f"{W}{kind}") if part is not None else ():
        if element.get(f"{W}type") is None:
            text = " ".join("".join(t.text or "" for t in p.iter(f"{W}t")) for p in element.iter(f"{W}p"))
            found[element.get(f"{W}id", "")] = text.strip()
    return found
