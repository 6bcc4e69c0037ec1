"""Which clauses are divided into their paragraphs.

Articles (款), clauses whose paragraphs have responsible units of their own, and clauses too long for one citation.
"""

import re

from ingest.schema import Kind
from ingest.split.nodes import Node

MAX_UNDIVIDED_CHARS = 600
_UNITS = re.compile(r"[（(]\s*(?:责任|牵头|配合)(?:单位|部门)\s*[:：]")
_DIVIDED = (Kind.SECTION, Kind.SUBSECTION, Kind.ITEM, Kind.SUBITEM, Kind.CASE, Kind.ANNEX, Kind.FRONT_MATTER)
_WHOLE = ("front", "imprint", "signature", "annexes", "contact", "force")


def divide(text: str, root: Node) -> None:
    """Turn paragraphs into clauses where they should be clauses, throughout the tree under `root`."""
    _to_children(root)  # text that belongs to no clause (before the first heading of a table, say)
    waiting = list(root.children)
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children)
        if _should_divide(text, node):
            _to_children(node)


def _should_divide(text: str, node: Node) -> bool:
    if len(node.paragraphs) < 2 or node.number in _WHOLE:
        return False
    if node.kind is Kind.ARTICLE:
        return True
    if node.kind not in _DIVIDED or any(child.kind is Kind.ANNEX_ITEM for child in node.children):
        return False
    bodies = [text[paragraph[0].start : paragraph[-1].end] for paragraph in node.paragraphs]
    if sum(1 for body in bodies if _UNITS.search(body)) > 1:
        return True
    chars = sum(piece.end - piece.start for paragraph in node.paragraphs for piece in paragraph)
    return chars > MAX_UNDIVIDED_CHARS


def _to_children(node: Node) -> None:
    """Make every paragraph a child; what stands inside one, and the items under a 款, go along.

    引言 and 正文 keep their first paragraph: without a heading they would be empty.
    """
    found: list[Node] = []
    kept = node.paragraphs[:1] if node.kind is Kind.FRONT_MATTER and not node.heading else []
    for position, pieces in enumerate(node.paragraphs[len(kept) :], len(kept) + 1):
        child = Node(kind=Kind.PARAGRAPH, number=str(position), value=position, parent=node)
        child.paragraphs = [pieces]
        found.append(child)
    staying: list[Node] = []
    for child in node.children:
        start = child.pieces()[0].start
        home = next((p for p in found if _holds(p, start)), None)
        if home is None and node.kind is Kind.ARTICLE and child.kind is Kind.LAW_ITEM and 0 < child.after <= len(found):
            home = found[child.after - 1]
            if any(home.pieces()[0].start < other.pieces()[0].start for other in staying):  # a figure stands between
                home = None
        if home is None:
            staying.append(child)
        else:
            child.parent = home
            child.after = 1
            home.children.append(child)
    node.paragraphs = kept
    node.children = sorted([*staying, *found], key=lambda child: child.pieces()[0].start)


def _holds(paragraph: Node, start: int) -> bool:
    pieces = paragraph.paragraphs[0]
    return pieces[0].start < start < pieces[-1].start
