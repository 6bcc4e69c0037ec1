"""The tree while it grows: a node is a clause to be, its text a list of pieces of the source."""

from dataclasses import dataclass, field

from ingest.normalize import Piece
from ingest.schema import Kind
from ingest.split.patterns import Family


@dataclass(slots=True)
class CellPiece:
    """A cell of a row: its header, and where its value stands ((0, 0) where the cell is empty)."""

    header: str
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Node:
    """A clause to be.

    `number` is what the id and the label are made of ("2", "1-3", "48z1"), `value` its integer where it counts.
    `after` says how many paragraphs of the parent stand before this node. `name` is what a clause without a number
    is called (文首, the name of a table's row).
    """

    kind: Kind
    family: Family | None = None
    rank: float = 0
    number: str = ""
    value: int = 0
    extra: int = 0  # the 之一 of an article
    written: str = ""
    word: str = ""  # that stands before the number: 任务, 行动
    name: str = ""
    heading: list[Piece] = field(default_factory=list)
    titled: bool = False  # whether the heading is more than a number
    glued: bool = False  # whether the body goes on in the line of the heading
    paragraphs: list[list[Piece]] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    parent: "Node | None" = None
    after: int = 0
    cells: list[CellPiece] = field(default_factory=list)

    def add(self, child: "Node") -> "Node":
        """Append a child and return it."""
        child.parent = self
        child.after = len(self.paragraphs)
        self.children.append(child)
        return child

    def pieces(self) -> list[Piece]:
        """All pieces of the own text, in document order."""
        return sorted(
            [*self.heading, *(piece for paragraph in self.paragraphs for piece in paragraph)],
            key=lambda piece: piece.start,
        )

    def ancestors(self) -> list["Node"]:
        """The parent, its parent, and so on to the root."""
        found, node = [], self.parent
        while node is not None:
            found.append(node)
            node = node.parent
        return found
