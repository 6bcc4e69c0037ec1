"""The plain form that every format is brought into: one line a paragraph, one line a row of a table.

What the splitter reads in a plain text is written down the same way here: an indentation (two ideographic spaces)
says that a line starts a paragraph, a blank line sets a heading, a caption or a table off, tabs stand between cells.
"""

import re
from collections.abc import Iterable, Sequence

INDENT = "\u3000\u3000"
MAX_COLUMNS = 64

_WIDE = r"\u2018-\u201d\u2014\u2026\u3001-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
# white space that only broke a line of the source code of a page: between two Chinese characters it is nothing
_SOURCE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]\s*(?=[{_WIDE}])")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_IN_CELL = re.compile(r"[\t\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+")
_LINE_BREAKS = re.compile(r"[\r\n\f\v\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\ufffe\uffff]")
# matches "总则\t5": an entry of a contents list keeps its tab
_ENTRY = re.compile(r"[^\t]\t+\s*[0-9ivxIVX]{1,4}\s*$")

Grid = Sequence[Sequence[str]]


def collapsed(text: str) -> str:
    """Text as a browser shows it: runs of white space as one space, none between two Chinese characters."""
    return _SPACES.sub(" ", _SOURCE_BREAK.sub("", text))


class Composer:
    """Puts lines, tables and notes together; `text()` gives the decoded source."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._apart = False  # whether the last line was set off
        self._notes: list[str] = []

    def line(self, text: str, *, apart: bool = False, indented: bool = False) -> None:
        """Add a paragraph; one with line breaks inside gives several lines. `apart` sets it off by blank lines."""
        for part in _LINE_BREAKS.split(_CONTROL.sub("", text)):
            self._line(part, apart=apart, indented=indented)
            indented = False
        self._write_notes()

    def _line(self, text: str, *, apart: bool, indented: bool) -> None:
        if not text.strip():
            self.blank()
            return
        if text.lstrip(" ").startswith("\t"):
            indented, text = True, text.lstrip()
        if "\t" in text and not _ENTRY.search(text):
            text = re.sub(r"\t+", "\u3000", text)
        if indented and not text.startswith(("\u3000", "\u2003", "\xa0")):
            text = INDENT + text.lstrip(" ")
        if apart != self._apart:
            self.blank()
        self._apart = apart
        self._lines.append(text.rstrip())

    def blank(self) -> None:
        """Set what follows off from what stands before."""
        if self._lines and self._lines[-1]:
            self._lines.append("")
        self._apart = False

    def table(self, grid: Grid) -> None:
        """Add a table, one line a row; a cell that is merged with the one above or before it is empty."""
        rows = [[_cell(cell) for cell in row[:MAX_COLUMNS]] for row in grid]
        rows = [row for row in rows if any(row)]
        self.blank()
        for row in rows:
            while len(row) > 2 and not row[-1]:
                row.pop()
            single = len(row) == 1 or len(rows) == 1
            self._lines.append("\u3000".join(cell for cell in row if cell) if single else "\t".join(row))
        self.blank()
        self._write_notes()

    def note(self, text: str) -> None:
        """Keep a footnote for the end of the paragraph or table that cites it: a line of its own, indented."""
        if text.strip():
            self._notes.append(text.strip())

    def _write_notes(self) -> None:
        notes, self._notes = self._notes, []
        for note in notes:
            self._line(_IN_CELL.sub(" ", note), apart=False, indented=True)

    def text(self) -> str:
        """The text so far, ended by a line break; "" when there is none."""
        self._write_notes()
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        return "".join(line + "\n" for line in self._lines)


def _cell(text: str) -> str:
    return _IN_CELL.sub(" ", _CONTROL.sub("", text)).strip()


def spread(rows: Iterable[Iterable[tuple[str, int, int]]]) -> list[list[str]]:
    """The grid of a table whose cells are given as (text, columns, rows that they span); merged places are empty."""
    grid: list[list[str]] = []
    below: dict[int, int] = {}  # column -> rows that a cell above still covers
    for row in rows:
        line: list[str] = []
        for text, columns, height in row:
            while below.get(len(line), 0):
                below[len(line)] -= 1
                line.append("")
            for offset in range(min(max(columns, 1), MAX_COLUMNS)):
                if len(line) < MAX_COLUMNS:
                    below[len(line)] = max(height, 1) - 1
                    line.append("" if offset else text)
        while below.get(len(line), 0):
            below[len(line)] -= 1
            line.append("")
        grid.append(line)
    return grid
