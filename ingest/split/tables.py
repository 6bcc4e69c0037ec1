"""Tables: rows with tabs, with pipes, with cells below each other, and one cell a line under a header 序号."""

import re
from dataclasses import dataclass, field

from ingest.normalize import Piece
from ingest.schema import Kind, LeftOut
from ingest.split import patterns
from ingest.split.lines import Line
from ingest.split.nodes import CellPiece, Node

Span = tuple[int, int]

_NUMBER_HEADERS = ("序号", "编号", "项次")
_RANK_HEADERS = ("名次", "排名", "位次", "排序")
_TOTAL = re.compile(r"^(?:小\s*计|合\s*计|总\s*计|共\s*计)$")
_INTEGER = re.compile(r"^[0-9０-９]{1,4}$")
_RULE = re.compile(r"^[\s|:\-–—]+$")
_MAX_HEADER_CELLS = 12
COLUMN_GAP = re.compile(r"[ \u3000]{2,}")
MIN_ALIGNED = 3  # cells of a row, and such rows one after the other, that are a table without a mark between cells
MIN_PIPES = 2  # between the cells of a row that begins with none


@dataclass(slots=True)
class Row:
    """Cells from left to right; (0, 0) is an empty one. `lead` cells at the left are merged with the row above."""

    cells: list[Span]
    lead: int = 0


@dataclass(slots=True)
class Table:
    """A table's header and rows, the number of lines that it takes, and marks that are no cells (pipes)."""

    header: list[Span]
    rows: list[Row]
    count: int
    left: list[LeftOut] = field(default_factory=list)
    by_line: bool = False  # one cell a line


def table_at(text: str, lines: list[Line], index: int) -> Table | None:
    """The table that starts at lines[index], or None."""
    line = lines[index]
    if _piped(line):
        return _pipes(text, lines, index)
    if "\t" in line.text:
        return _tabs(text, lines, index)
    if line.text in _NUMBER_HEADERS:
        return _cell_a_line(lines, index)
    return _aligned(lines, index)


def _tabs(text: str, lines: list[Line], index: int) -> Table | None:
    count = 0
    while index + count < len(lines) and lines[index + count].tabbed and (not count or lines[index + count].gap <= 1):
        count += 1
    found = lines[index : index + count]
    if count < 2:
        return None
    indented = all(line.led_by_tab for line in found)
    rows = [
        _cells(text, line.raw if line.led_by_tab and not indented else line.start, line.end, "\t") for line in found
    ]
    return Table(header=rows[0], rows=[Row(cells, _lead(cells)) for cells in rows[1:]], count=count)


def _lead(cells: list[Span]) -> int:
    lead = 0
    while lead < len(cells) and cells[lead] == (0, 0):
        lead += 1
    return lead


def _piped(line: Line) -> bool:
    """Whether a line is a row of a table with pipes: | 甲 | 12 |, or 甲 | 12 | 30 without those at its ends."""
    return line.text.startswith("|") or (line.text.count("|") >= MIN_PIPES and not line.text.endswith("。"))


def _pipes(text: str, lines: list[Line], index: int) -> Table | None:
    count = 0
    while index + count < len(lines) and _piped(lines[index + count]):
        count += 1
    if count < 2:
        return None
    rows: list[list[Span]] = []
    left: list[LeftOut] = []
    for line in lines[index : index + count]:
        if _RULE.match(line.text):
            left.append(LeftOut(kind="markup", start=line.start, end=line.end))
            continue
        left += [LeftOut(kind="markup", start=at, end=at + 1) for at in range(line.start, line.end) if text[at] == "|"]
        end = line.end - 1 if line.text.endswith("|") and len(line.text) > 1 else line.end
        rows.append(_cells(text, line.start + line.text.startswith("|"), end, "|"))
    if not rows or not any(cell != (0, 0) for cell in rows[0]):
        return None
    return Table(header=rows[0], rows=[Row(cells) for cells in rows[1:]], count=count, left=left)


def _aligned(lines: list[Line], index: int) -> Table | None:
    """Rows whose cells stand below each other, parted by white space: as many cells in each of several lines."""
    width = len(COLUMN_GAP.split(lines[index].text))
    if width < MIN_ALIGNED:
        return None
    count = 0
    while (
        index + count < len(lines)
        and len(COLUMN_GAP.split(lines[index + count].text)) == width
        and (not count or lines[index + count].gap <= 1)
    ):
        count += 1
    if count < MIN_ALIGNED:
        return None
    rows = [_between_gaps(line) for line in lines[index : index + count]]
    return Table(header=rows[0], rows=[Row(cells) for cells in rows[1:]], count=count)


def _between_gaps(line: Line) -> list[Span]:
    gaps = [match.span() for match in COLUMN_GAP.finditer(line.text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(line.text)]
    return [(line.start + start, line.start + end) for start, end in zip(starts, ends, strict=True)]


def _cells(text: str, start: int, end: int, separator: str) -> list[Span]:
    cells: list[Span] = []
    while True:
        at = text.find(separator, start, end)
        stop = end if at < 0 else at
        cells.append(_stripped(text, start, stop))
        if at < 0:
            return cells
        start = at + 1


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else (0, 0)


def _cell_a_line(lines: list[Line], index: int) -> Table | None:
    """A header 序号, …, then for each row its number and one line a cell; a row starts at the number that is due."""
    header = [lines[index]]
    at = index + 1
    while at < len(lines) and not _INTEGER.match(lines[at].text):
        if lines[at].gap or len(lines[at].text) > 20 or len(header) >= _MAX_HEADER_CELLS:
            return None
        header.append(lines[at])
        at += 1
    rows: list[Row] = []
    while at < len(lines) and lines[at].text == str(len(rows) + 1) and len(header) > 1:
        cells = [lines[at]]
        at += 1
        while at < len(lines) and len(cells) < len(header) and not _starts_elsewhere(lines[at], len(rows) + 2):
            cells.append(lines[at])
            at += 1
        rows.append(Row([(line.start, line.end) for line in cells]))
    if not rows:
        return None
    return Table(header=[(line.start, line.end) for line in header], rows=rows, count=at - index, by_line=True)


def _starts_elsewhere(line: Line, due: int) -> bool:
    found = patterns.match_family(line.text)
    return (
        (line.gap > 0 and line.text == str(due)) or line.annex != "" or (found is not None and found[0].name == "annex")
    )


# ---- nodes ------------------------------------------------------------------------------------------------------


def fill(text: str, node: Node, table: Table) -> None:
    """Give a table's or annex's node its header row and its rows as children."""
    node.paragraphs.append(_joined(table.header, by_line=False))
    headers = [text[start:end] for start, end in table.header]
    width = max([len(headers), *(len(row.cells) for row in table.rows)], default=0)
    headers += [""] * (width - len(headers))
    numbered = headers[0] in _NUMBER_HEADERS if headers else False
    ranked = bool(headers) and headers[0] in _RANK_HEADERS
    merged = max((row.lead for row in table.rows), default=0)
    above: list[Span] = []
    for position, row in enumerate(table.rows, 1):
        cells = list(row.cells)
        for column in range(min(row.lead, len(above))):
            cells[column] = above[column]
        above = cells
        child = Node(
            kind=Kind.ANNEX_ITEM if node.kind is Kind.ANNEX else Kind.TABLE_ROW,
            number=str(position),
            value=position,
        )
        child.paragraphs.append(_joined(row.cells, by_line=table.by_line))
        if not child.paragraphs[0]:
            continue
        child.cells = [CellPiece(headers[i], *span) for i, span in enumerate(cells)]
        child.name, child.written = _row_name(text, cells, numbered=numbered, ranked=ranked, merged=merged)
        node.add(child)


def _joined(cells: list[Span], *, by_line: bool) -> list[Piece]:
    """The cells as one paragraph; one cell a line stays so, except that the number leads its line."""
    present = [span for span in cells if span != (0, 0)]
    return [
        Piece(start, end, glue="\n" if i == 0 or (by_line and i > 1) else " ", title=True)
        for i, (start, end) in enumerate(present)
    ]


def _row_name(text: str, cells: list[Span], *, numbered: bool, ranked: bool, merged: int) -> tuple[str, str]:
    """What a row is called, and the group (merged cells) that tells it from its namesakes in other groups."""
    values = [re.sub(r"\s+", " ", text[start:end]) for start, end in cells]
    first = values[0] if values else ""
    if numbered and _INTEGER.match(first):
        return f"第{int(first)}项", ""
    if len(values) > 1 and _INTEGER.match(first) and ranked:
        return values[1], ""
    if _TOTAL.match(first) or not merged or len(values) <= merged:
        return next((value for value in values if value), ""), ""
    return values[merged], " ".join(values[:merged])
