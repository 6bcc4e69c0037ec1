"""What stands on a page: glyphs, the lines that they make, rules. In points; y grows downwards from the page's top."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

_SAME_LINE = 0.45  # of the size: baselines that are nearer belong to one line
_WORD_GAP = 0.15  # of the size: a gap that is a space, beyond what the line's letters are spread
_COLUMN_GAP = 2.0  # of the size: a gap that parts columns


@dataclass(slots=True)
class Glyph:
    """A character (or a word that OCR read) and its place: left, right, baseline, size of the type."""

    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(slots=True)
class Rule:
    """A straight line; horizontal when y0 == y1, vertical when x0 == x1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        """Whether it lies."""
        return self.y0 == self.y1


@dataclass(slots=True)
class Line:
    """A line of type, from left to right."""

    glyphs: list[Glyph]
    page: int = 0

    @property
    def x0(self) -> float:
        """Where its first letter begins."""
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        """Where its last letter ends."""
        return self.glyphs[-1].x1

    @property
    def y(self) -> float:
        """Its baseline."""
        return self.glyphs[0].y

    @property
    def size(self) -> float:
        """The size of most of its type."""
        sizes = sorted(glyph.size for glyph in self.glyphs)
        return sizes[len(sizes) // 2]

    @property
    def text(self) -> str:
        """Its letters, with spaces where Latin words part and wide ones (tab) where columns do."""
        gaps = sorted(right.x0 - left.x1 for left, right in pairwise(self.glyphs))
        spread = max(gaps[len(gaps) // 2], 0.0) if gaps else 0.0
        out = self.glyphs[0].text
        for left, right in pairwise(self.glyphs):
            out += _between(left, right, spread) + right.text
        return out.strip()


@dataclass(slots=True)
class Page:
    """A page with its lines in reading order and its rules."""

    number: int  # from 1
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


def _between(left: Glyph, right: Glyph, spread: float) -> str:
    """What stands between two letters of a line whose letters are usually `spread` apart."""
    if left.text.isspace() or right.text.isspace():
        return ""
    gap, size = right.x0 - left.x1, max(left.size, right.size, 1.0)
    if gap > _COLUMN_GAP * size:
        return "\t"
    if gap - spread <= _WORD_GAP * size:
        return ""
    one, other = left.text[-1], right.text[0]
    if one.isascii() != other.isascii() and not (one if one.isascii() else other).isalpha():
        return ""  # programs set a little space between Chinese letters and digits; nobody typed it
    return " "


def lines_of_glyphs(glyphs: Iterable[Glyph], page: int = 0) -> list[Line]:
    """Glyphs put into lines, from top to bottom; blank ones at the ends of a line are dropped."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: (glyph.y, glyph.x0)):
        for row in reversed(rows[-3:]):
            if abs(row[0].y - glyph.y) <= _SAME_LINE * max(row[0].size, glyph.size):
                row.append(glyph)
                break
        else:
            rows.append([glyph])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda glyph: glyph.x0)
        while row and row[-1].text.isspace():
            row.pop()
        while row and row[0].text.isspace():
            row.pop(0)
        if row:
            lines.append(Line(_once(row), page))
    lines.sort(key=lambda line: line.y)
    return lines


def _once(row: list[Glyph]) -> list[Glyph]:
    """The glyphs without those that are printed twice at one place to look bold."""
    kept = [row[0]]
    for glyph in row[1:]:
        last = kept[-1]
        if glyph.text == last.text and glyph.text.isalnum() and abs(glyph.x0 - last.x0) < 0.25 * glyph.size:
            continue
        kept.append(glyph)
    return kept


def joined(left: str, right: str) -> str:
    """Two lines of one paragraph: a space after or before a Latin word, nothing between Chinese characters."""
    if not left or not right:
        return left + right
    before, after = left[-1], right[0]
    if before == "-" and len(left) > 1 and left[-2].isascii() and left[-2].isalpha() and after.islower():
        return left + right
    numbers = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    word = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
    return left + (" " if numbers or word else "") + right
