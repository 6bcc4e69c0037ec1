"""A document, split: the steps in order, and the records that come out."""

from dataclasses import replace
from itertools import pairwise

from ingest.departments import Departments
from ingest.normalize import Piece, reading
from ingest.report import build_report
from ingest.schema import Cell, Clause, Document, Kind, LeftOut, SplitDocument
from ingest.split import tables
from ingest.split.annexes import with_annexes
from ingest.split.contents import Without, leave_out
from ingest.split.frame import front_nodes
from ingest.split.labels import Labeller
from ingest.split.lines import lines_of, plain
from ingest.split.marks import mark_of
from ingest.split.nodes import CellPiece, Node
from ingest.split.paragraphs import divide
from ingest.split.series import with_series
from ingest.split.tree import Builder
from ingest.split.twins import link_twins
from ingest.split.units import units_of, with_full_names

VERSION = "7"  # goes into the index: a new one means that unchanged texts are split again

_OUTER = ("part", "chapter", "article")


def split_document(document: Document, departments: Departments) -> SplitDocument:
    """The clause tree of a document with its splitting report. Splits any text; raises nothing of its own."""
    text = document.text
    departments = departments.known_to(document.title, document.issuers)
    lines, left = lines_of(text)
    body = leave_out(lines)
    left += body.left
    body = replace(body, lines=with_annexes(text, with_series(body.lines)))
    first = _first_clause(text, body)
    builder = Builder(text, body.lines, body.titles)
    tree = builder.build(first)
    fronts = front_nodes(body.lines[:first], has_clauses=first < len(body.lines))
    for node in fronts:
        node.parent = tree.root
    tree.root.children[:0] = fronts
    divide(text, tree.root)
    left += tree.left
    names = Labeller(text, tree.root)
    clauses: list[Clause] = []
    joins: list[tuple[int, int]] = []
    waiting = list(reversed(tree.root.children))
    ids: dict[int, str] = {}
    while waiting:
        node = waiting.pop()
        clause = _clause(document, node, names, ids, left, departments)
        ids[id(node)] = clause.id
        clauses.append(clause)
        joins += _joins(text, node.pieces())
        waiting.extend(sorted(node.children, key=lambda child: -child.pieces()[0].start))
    linked = link_twins(with_full_names(clauses))
    joins.sort()
    report = build_report(document, linked, _outermost(left), tuple(joins))
    return SplitDocument(document=document, clauses=linked, report=report)


def _first_clause(text: str, body: Without) -> int:
    """Index of the line where the clauses begin; everything before it is front matter."""
    fallback = len(body.lines)
    for index, line in enumerate(body.lines):
        if line.start < body.last_contents:
            continue
        if plain(line.text) in body.titles or tables.table_at(text, body.lines, index):
            return index
        mark = mark_of(line)
        if mark is None:
            continue
        if mark.value == 1 or mark.family.name in _OUTER or mark.family.kind in (Kind.ANNEX, Kind.CASE):
            return index
        fallback = min(fallback, index)
    return fallback


def _clause(
    document: Document,
    node: Node,
    names: Labeller,
    ids: dict[int, str],
    left: list[LeftOut],
    departments: Departments,
) -> Clause:
    text, name = document.text, names.of(node)
    own, noise = reading(text, node.pieces())
    left += noise
    cells = tuple(_cell(text, cell) for cell in node.cells)
    start, end = _span(node)
    return Clause(
        id=f"{document.id}.{names.id(node)}",
        document_id=document.id,
        parent_id=ids.get(id(node.parent)),
        kind=node.kind,
        path=names.path(node),
        label=name.label,
        heading=name.heading,
        start=start,
        end=end,
        own=own,
        units=units_of(own, cells, departments, text),
        cells=cells,
    )


def _cell(text: str, cell: CellPiece) -> Cell:
    value = reading(text, [Piece(cell.start, cell.end, title=True)])[0].text if cell.end else ""
    return Cell(header=cell.header, value=value, start=cell.start, end=cell.end)


def _span(node: Node) -> tuple[int, int]:
    """From the first character of a clause to the last of it or of anything under it."""
    start, end = node.pieces()[0].start, node.pieces()[-1].end
    waiting = list(node.children)
    while waiting:
        child = waiting.pop()
        pieces = child.pieces()
        start, end = min(start, pieces[0].start), max(end, pieces[-1].end)
        waiting.extend(child.children)
    return start, end


def _outermost(left: list[LeftOut]) -> tuple[LeftOut, ...]:
    """What was left out, in order, without the marks inside matter that was left out as a whole."""
    found: list[LeftOut] = []
    for item in sorted(left, key=lambda item: (item.start, -item.end)):
        if not found or item.start >= found[-1].end:
            found.append(item)
    return tuple(found)


def _joins(text: str, pieces: list[Piece]) -> list[tuple[int, int]]:
    """Line breaks inside a sentence that the reading text closed."""
    return [
        (before.end, after.start)
        for before, after in pairwise(pieces)
        if not after.glue and "\n" in text[before.end : after.start]
    ]
