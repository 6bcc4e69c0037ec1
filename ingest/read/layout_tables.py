"""Tables by their rules: where rules cross stand cells; a missing rule between two places makes them one cell."""

from dataclasses import dataclass, field
from itertools import pairwise

from ingest.read.layout import Glyph, Line, Page, Rule, joined, lines_of_glyphs

_TOUCH = 3.0  # points: rules that end nearer than this touch
_MIN_RULE = 6.0  # points: shorter ones are parts of letters or ornaments
_MAX_GRID = 400


@dataclass(slots=True)
class Cell:
    """A cell of the grid: first row, first column, rows and columns that it covers, its glyphs."""

    row: int
    column: int
    rows: int
    columns: int
    glyphs: list[Glyph] = field(default_factory=list)
    open_top: bool = False  # no rule at the table's upper edge
    open_bottom: bool = False  # nor at its lower edge: a page break cut the row

    def text(self) -> str:
        """The cell's lines as one."""
        out = ""
        for line in lines_of_glyphs(self.glyphs):
            out = joined(out, line.text.replace("\t", " "))
        return out


@dataclass(slots=True)
class Grid:
    """A table on a page: the places of its columns and rows, and its cells."""

    xs: list[float]
    ys: list[float]
    cells: list[Cell]

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.ys[0]

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.ys[-1]

    def rows(self) -> list[list[str]]:
        """The text of each place; merged ones are empty but for the first."""
        out = [[""] * (len(self.xs) - 1) for _ in range(len(self.ys) - 1)]
        for cell in self.cells:
            out[cell.row][cell.column] = cell.text()
        return out


def grids_of(page: Page) -> list[Grid]:
    """The ruled tables of a page, from top to bottom; their lines are taken out of the page's."""
    kept = outlines(page)
    for grid in kept:
        _fill(grid, page)
    return [grid for grid in kept if any(cell.glyphs for cell in grid.cells)]


def outlines(page: Page) -> list[Grid]:
    """The tables that a page's rules make, still empty, from top to bottom."""
    found = [grid for group in _groups(page.rules) if (grid := _grid(group)) is not None]
    found.sort(key=lambda grid: grid.top)
    kept: list[Grid] = []
    for grid in found:
        if (
            kept
            and grid.top < kept[-1].bottom - _TOUCH
            and grid.xs[0] < kept[-1].xs[-1]
            and grid.xs[-1] > kept[-1].xs[0]
        ):
            continue  # a table in a cell of another: the outer one has its text
        kept.append(grid)
    return kept


def _groups(rules: list[Rule]) -> list[list[Rule]]:
    """Rules that touch one another, directly or through others."""
    rules = [rule for rule in rules if max(rule.x1 - rule.x0, rule.y1 - rule.y0) >= _MIN_RULE]
    groups: list[list[Rule]] = []
    boxes: list[list[float]] = []
    for rule in sorted(rules, key=lambda rule: (rule.y0, rule.x0)):
        box = [rule.x0 - _TOUCH, rule.y0 - _TOUCH, rule.x1 + _TOUCH, rule.y1 + _TOUCH]
        group = [rule]
        for index in range(len(groups) - 1, -1, -1):
            other = boxes[index]
            if box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]:
                group += groups.pop(index)
                boxes.pop(index)
                box = [min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])]
        groups.append(group)
        boxes.append(box)
    return groups


def _grid(rules: list[Rule]) -> Grid | None:
    """The grid that some rules make; None when there are no two cells in it."""
    upright = [rule for rule in rules if not rule.horizontal]
    lying = [rule for rule in rules if rule.horizontal]
    xs, ys = _places([rule.x0 for rule in upright]), _places([rule.y0 for rule in lying])
    ends_top = [rule.y0 for rule in upright] + [rule.y1 for rule in upright]
    if ends_top and ys:  # a table that a page break cut has no rule at its edge
        if min(ends_top) < ys[0] - 2 * _TOUCH:
            ys.insert(0, min(ends_top))
        if max(ends_top) > ys[-1] + 2 * _TOUCH:
            ys.append(max(ends_top))
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) < 6 or max(len(xs), len(ys)) > _MAX_GRID:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = {(row, column): (row, column) for row in range(rows) for column in range(columns)}

    def root(place: tuple[int, int]) -> tuple[int, int]:
        while owner[place] != place:
            place = owner[place]
        return place

    for row in range(rows):
        for column in range(columns):
            middle_x, middle_y = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
            if column + 1 < columns and not _covered(upright, xs[column + 1], middle_y, upright=True):
                owner[root((row, column + 1))] = root((row, column))
            if row + 1 < rows and not _covered(lying, ys[row + 1], middle_x, upright=False):
                _unite(owner, root((row, column)), root((row + 1, column)))
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place in owner:
        members.setdefault(root(place), []).append(place)
    cells = [_cell(places, lying, xs, ys) for places in members.values()]
    return Grid(xs, ys, sorted(cells, key=lambda cell: (cell.row, cell.column))) if len(cells) > 1 else None


def _unite(owner: dict[tuple[int, int], tuple[int, int]], first: tuple[int, int], second: tuple[int, int]) -> None:
    owner[max(first, second)] = min(first, second)


def _cell(places: list[tuple[int, int]], lying: list[Rule], xs: list[float], ys: list[float]) -> Cell:
    row, column = min(p[0] for p in places), min(p[1] for p in places)
    last_row, last_column = max(p[0] for p in places), max(p[1] for p in places)
    middle = (xs[column] + xs[column + 1]) / 2
    return Cell(
        row=row,
        column=column,
        rows=last_row - row + 1,
        columns=last_column - column + 1,
        open_top=row == 0 and not _covered(lying, ys[0], middle, upright=False),
        open_bottom=last_row == len(ys) - 2 and not _covered(lying, ys[-1], middle, upright=False),
    )


def _places(values: list[float]) -> list[float]:
    """Coordinates that lie together, as one each."""
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= _TOUCH:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def _covered(rules: list[Rule], at: float, middle: float, *, upright: bool) -> bool:
    """Whether a rule at coordinate `at` passes the point `middle` of the other axis."""
    for rule in rules:
        if upright and abs(rule.x0 - at) <= _TOUCH and rule.y0 - _TOUCH <= middle <= rule.y1 + _TOUCH:
            return True
        if not upright and abs(rule.y0 - at) <= _TOUCH and rule.x0 - _TOUCH <= middle <= rule.x1 + _TOUCH:
            return True
    return False


def _fill(grid: Grid, page: Page) -> None:
    """Move the glyphs inside a grid from the page's lines into its cells."""
    owner: dict[tuple[int, int], Cell] = {}
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                owner[row, column] = cell
    rest: list[Line] = []
    for line in page.lines:
        outside: list[Glyph] = []
        for glyph in line.glyphs:
            at_row = _index(grid.ys, glyph.y - 0.3 * glyph.size)
            at_column = _index(grid.xs, (glyph.x0 + glyph.x1) / 2)
            if at_row is None or at_column is None:
                outside.append(glyph)
            else:
                owner[at_row, at_column].glyphs.append(glyph)
        if outside and any(not glyph.text.isspace() for glyph in outside):
            rest.append(Line(outside, line.page))
    page.lines = rest


def _index(places: list[float], value: float) -> int | None:
    return next((index for index, (low, high) in enumerate(pairwise(places)) if low <= value < high), None)
