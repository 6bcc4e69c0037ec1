"""Pages into text: lines of type become paragraphs again, tables rows, also where a page ends in the midst of them.

A line goes on in the next one when the next one's first word would not have fitted into what is left of it; an
indentation, a wide gap, another size of type or a number after a full stop begins something new.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.read.blocks import Composer
from ingest.read.layout import Glyph, Line, Page, joined
from ingest.read.layout_furniture import footnotes, without_furniture
from ingest.read.layout_tables import Grid, grids_of
from ingest.split.lines import finished
from ingest.split.patterns import CONTENTS_ENTRY, match_family

_LONG_LINE_CHARS = 15
_ENOUGH_LINES = 10  # long ones, that a page's own margins can be read off them
_CLOSERS = "，。、；：？！”’）》】」』〉,.;:?!)]}%％…—"
_OPENERS = "“‘（《【「『〈([{"
_LATIN = re.compile(r"[A-Za-z0-9.,:/%@_\-+]")
_SAME_COLUMNS = 4.0  # points
_NUMBERED = ("序号", "编号", "项次")


@dataclass(slots=True)
class _Margins:
    """Where the body of a page begins and ends, how far its baselines are apart, whether paragraphs are indented."""

    left: float
    right: float
    leading: float
    size: float
    indents: bool = False


def text_of_pages(pages: list[Page], *, fuzzy: bool = False) -> str:
    """The text of a document whose pages are known as glyphs and rules; `fuzzy` says that OCR read them."""
    grids = {page.number: grids_of(page) for page in pages}
    without_furniture(pages, fuzzy=fuzzy)
    every = [line for page in pages for line in page.lines]
    whole = _margins(every, pages)
    out = _Text(whole)
    for page in pages:
        own = whole
        if sum(1 for line in page.lines if len(line.text) >= _LONG_LINE_CHARS) >= _ENOUGH_LINES:
            own = _margins(page.lines, [page])
            own.indents, own.leading = whole.indents, whole.leading
        notes = [] if fuzzy else footnotes(page, whole.size)
        out.page(page, grids[page.number], own)
        for note in notes:
            out.out.note(note)
    return out.text()


def _margins(lines: list[Line], pages: list[Page]) -> _Margins:
    """Read the margins off the long lines."""
    width = max((page.width for page in pages), default=600.0)
    if not lines:
        return _Margins(0.0, width, 20.0, 12.0)
    longs = [line for line in lines if len(line.text) >= _LONG_LINE_CHARS] or lines
    size = median(line.size for line in longs)
    starts = Counter(round(line.x0 / 3) for line in longs)
    often = max(starts.values())
    left = min(start for start, count in starts.items() if count * 4 >= often) * 3.0
    left = median([line.x0 for line in longs if abs(line.x0 - left) <= 4.5] or [left])
    ends = sorted(line.x1 for line in longs)
    right = ends[int(0.9 * (len(ends) - 1))] if len(ends) > 3 else ends[-1]
    steps = [b.y - a.y for a, b in pairwise(lines) if 0 < b.y - a.y < 4 * size and a.page == b.page]
    leading = _common(steps) if steps else 1.6 * size
    found = _Margins(left, right, leading, size)
    starting = [line for line in longs if 1.4 * size <= line.x0 - left <= 2.6 * size]
    found.indents = len(starting) * 12 >= len(longs)
    return found


def _common(steps: list[float]) -> float:
    """The distance of baselines that is most common."""
    near = Counter(round(step) for step in steps)
    best = max(near, key=lambda step: near[step] + near[step - 1] + near[step + 1])
    return median([step for step in steps if abs(step - best) <= 1.6])


class _Text:
    """Puts paragraphs and tables together over the pages."""

    def __init__(self, margins: _Margins) -> None:
        self.out = Composer()
        self.margins = margins
        self.paragraph = ""
        self.last: Line | None = None  # the last line of the open paragraph
        self.last_margins = margins
        self.style = (False, False)  # apart, indented
        self.table: list[list[str]] = []
        self.table_columns: list[float] = []
        self.table_ends_page = False
        self.table_cut = False  # whether the last row had no rule below it

    def page(self, page: Page, grids: list[Grid], margins: _Margins) -> None:
        """Add a page's lines and tables in order."""
        waiting = list(grids)
        for line in page.lines:
            while waiting and waiting[0].top < line.y:
                self._grid(waiting.pop(0), first=line is page.lines[0])
            self._line(line, margins)
        for grid in waiting:
            self._grid(grid, first=not page.lines)
        self.table_ends_page = bool(waiting)

    def text(self) -> str:
        """Everything so far."""
        self._end_paragraph()
        self._end_table()
        return self.out.text()

    # ---- paragraphs --------------------------------------------------------------------------------------------

    def _line(self, line: Line, margins: _Margins) -> None:
        self._end_table()
        text = line.text
        if self.last is not None and self._goes_on(self.last, line, margins):
            self.paragraph = joined(self.paragraph, text)
        else:
            gap = self.last is not None and self.last.page == line.page
            wide = gap and line.y - self.last.y > 1.5 * margins.leading if self.last is not None else False
            self._end_paragraph()
            if wide:
                self.out.blank()
            self.paragraph = text
            indented = margins.indents and 1.4 <= (line.x0 - margins.left) / max(line.size, 1) <= 2.6
            self.style = (_centred(line, margins), indented)
        self.last, self.last_margins = line, margins

    def _goes_on(self, last: Line, line: Line, margins: _Margins) -> bool:
        """Whether a line continues the paragraph whose last line is `last`."""
        before = self.last_margins
        if CONTENTS_ENTRY.search(self.paragraph) or self.style[0] or _centred(line, margins):
            return False
        if abs(last.size - line.size) > 0.12 * max(last.size, line.size):
            return False
        if last.page == line.page and line.y - last.y > 1.3 * margins.leading:
            return False
        left = before.right - last.x1
        if left > _first_word(line) + 0.3 * line.size:
            return False
        if finished(self.paragraph) and match_family(line.text) is not None:
            return False
        shift = (line.x0 - margins.left) / max(line.size, 1.0)
        if shift > 3.5:
            return False
        return not (margins.indents and 1.4 <= shift <= 2.6)

    def _end_paragraph(self) -> None:
        if self.paragraph:
            self.out.line(self.paragraph, apart=self.style[0], indented=self.style[1])
        self.paragraph, self.last = "", None

    # ---- tables ------------------------------------------------------------------------------------------------

    def _grid(self, grid: Grid, *, first: bool) -> None:
        """Add a table, or the rest of one that began on the page before."""
        self._end_paragraph()
        cut, rows = self._cut_row(grid, grid.rows()[0]), grid.rows()
        self.table_cut = any(cell.open_bottom for cell in grid.cells)
        if self.table and not (first and self.table_ends_page and self._same_columns(grid)):
            self._end_table()
        if not self.table:
            self.table, self.table_columns = rows, grid.xs
            return
        if len(rows) > 1 and _bare(rows[0]) == _bare(self.table[0]):
            rows = rows[1:]  # the header row, printed again
        elif cut:
            self.table[-1] = [joined(above, cell) for above, cell in zip(self.table[-1], rows[0], strict=True)]
            rows = rows[1:]
        self.table += rows

    def _same_columns(self, grid: Grid) -> bool:
        return len(grid.xs) == len(self.table_columns) and all(
            abs(a - b) <= _SAME_COLUMNS for a, b in zip(grid.xs, self.table_columns, strict=True)
        )

    def _cut_row(self, grid: Grid, row: list[str]) -> bool:
        """Whether a page's first row is the rest of a row that the page break cut."""
        if self.table_cut and all(cell.open_top for cell in grid.cells if cell.row == 0):
            return True
        numbered = bool(self.table) and _bare(self.table[0])[0] in _NUMBERED
        return numbered and not row[0] and any(row)

    def _end_table(self) -> None:
        if self.table:
            self.out.table(self.table)
        self.table, self.table_columns = [], []


def _bare(row: list[str]) -> list[str]:
    return ["".join(cell.split()) for cell in row]


def _centred(line: Line, margins: _Margins) -> bool:
    """Whether a line stands in the middle, well inside both margins."""
    left, right = line.x0 - margins.left, margins.right - line.x1
    return min(left, right) > 2.8 * line.size and abs(left - right) < 2.0 * line.size


def _first_word(line: Line) -> float:
    """The width of what would have to stand together at the end of the line before."""
    width, latin = 0.0, False
    previous: Glyph | None = None
    for glyph in line.glyphs:
        char = glyph.text[:1]
        if glyph.text.isspace():
            break
        opened = previous is not None and previous.text[-1:] in _OPENERS
        if previous is not None and not opened and char not in _CLOSERS and not (latin and _LATIN.match(char)):
            break
        latin = bool(_LATIN.match(glyph.text[-1:]))
        width += (glyph.x1 - glyph.x0) / max(len(glyph.text), 1) if not latin else glyph.x1 - glyph.x0
        if len(glyph.text) > 1 and not latin:
            break
        previous = glyph
    return width
