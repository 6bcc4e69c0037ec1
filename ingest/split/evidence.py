"""What the open clauses say about a new number: its place in its list, its rank, its kind."""

from ingest.schema import Kind
from ingest.split import patterns
from ingest.split.lines import Line, finished, is_continuation
from ingest.split.marks import Mark, Place
from ingest.split.nodes import Node
from ingest.split.patterns import Family

_INSIDE_LABEL = 0.25
_INSIDE_CASE = 1000  # families inside a case stand between the case and its next neighbour


class Evidence:
    """Reads the stack of open clauses (shared with the builder) and remembers the last number of each family."""

    def __init__(self, stack: list[Node]) -> None:
        self.stack = stack
        self.lasts: dict[str, Node] = {}  # the last clause of each family since the annex began

    def note(self, node: Node) -> None:
        """Remember a clause that was opened."""
        if node.family is None:
            return
        if node.kind is Kind.ANNEX:
            self.lasts.clear()
        self.lasts[node.family.name + node.word] = node

    def locate(self, mark: Mark, line: Line, paragraph: str) -> tuple[Family, float, Place]:
        """The family, the rank and the surroundings of a mark; `paragraph` is the text before it."""
        family = mark.family
        if family.name == "section" and self._inside_article(mark, line, paragraph):
            family = patterns.INNER_SECTION
        sibling, rank = self._sibling(mark, family, line, paragraph)
        last = self.lasts.get(family.name + mark.word)
        before = self._before(sibling, mark, family, rank)
        if family.name == "decimal":
            before = self._decimal_before(mark)
        place = Place(
            before=before,
            extra=last.extra if last else 0,
            last=last.value if last else 0,
            finished=not paragraph or finished(paragraph) or not is_continuation(paragraph, line),
        )
        return family, rank, place

    def kind(self, family: Family, rank: float) -> Kind:
        """In an article everything that is numbered is 项 or 目; elsewhere the family decides."""
        if family.kind in (Kind.SUBSECTION, Kind.ITEM, Kind.SUBITEM) and any(
            node.kind is Kind.ARTICLE and node.rank < rank for node in self.stack
        ):
            return Kind.LAW_ITEM
        return family.kind

    def _sibling(self, mark: Mark, family: Family, line: Line, paragraph: str) -> tuple[Node | None, float]:
        """The open clause after which the mark would come, and the rank that it would have.

        A case may have a numbering of its own: one that starts again at 1 while an outer list is open.
        """
        siblings = [node for node in self.stack if node.family is family and node.word == mark.word]
        due = _due(siblings, mark, line)
        case = next((node for node in self.stack if node.kind is Kind.CASE), None)
        if family.name == "case":
            return due, case.rank if case is not None else self.stack[-1].rank + 0.5
        if case is not None and due is None and mark.value == 1 and case.parent is not None:
            restarts = bool(siblings) and siblings[-1].rank < case.rank
            if restarts or (not siblings and family.rank > case.parent.rank):
                return None, case.rank + family.rank / _INSIDE_CASE
        sibling = due or (siblings[-1] if siblings else None)
        return sibling, sibling.rank if sibling is not None else self._rank(mark, family, line, paragraph)

    def _rank(self, mark: Mark, family: Family, line: Line, paragraph: str) -> float:
        """The rank of a mark that starts a list: its family's, but within what is numbered by a word below that."""
        labelled = [node for node in self.stack if node.word]
        if mark.word:
            outer = next((node for node in labelled if node.word == line.inside), None)
            if outer is not None:
                return outer.rank + _INSIDE_LABEL
            top = self.stack[-1]
            announced = paragraph.endswith(("：", ":")) or (top.titled and not top.paragraphs)
            if mark.labelled and mark.value == 1 and top.rank > family.rank and announced:
                return top.rank + _INSIDE_LABEL
        elif family.name == "subsection" and mark.value == 1 and labelled and labelled[-1].kind is Kind.ITEM:
            return labelled[-1].rank + 2 * _INSIDE_LABEL
        elif family.name == "item" and mark.value > 1 and self.stack[-1].word and self._goes_on(self.stack[-1], mark):
            return self.stack[-1].rank
        return family.rank

    def _goes_on(self, box: Node, mark: Mark) -> bool:
        """Whether a number goes on with the list that a box (专栏1) stands in."""
        around = box.parent.children if box.parent is not None else []
        last = next((node.value for node in reversed(around) if node.family is mark.family), None)
        return last == mark.value - 1

    def _before(self, sibling: Node | None, mark: Mark, family: Family, rank: float) -> int | None:
        """The number before: that of the open sibling, or of the last child of the clause that would be the parent."""
        if sibling is not None:
            return sibling.value
        parent = next(node for node in reversed(self.stack) if node.rank < rank)
        return next(
            (child.value for child in reversed(parent.children) if child.family is family and child.word == mark.word),
            None,
        )

    def _inside_article(self, mark: Mark, line: Line, paragraph: str) -> bool:
        """Whether 一、 numbers the parts of the open article rather than the parts of the text."""
        if not any(node.kind is Kind.ARTICLE for node in self.stack):
            return False
        inner = [node for node in self.stack if node.family is patterns.INNER_SECTION]
        if inner:
            return mark.value == inner[-1].value + 1
        outer = next((node for node in self.stack if node.family is mark.family), None)
        if mark.value != 1 or (outer is not None and outer.value == 0):
            return False
        sentence = finished(line.text) or len(line.text) > 40
        return paragraph.endswith(("：", ":")) or (sentence and outer is None)

    def _decimal_before(self, mark: Mark) -> int | None:
        """1.1 needs an open 1. around it, 1.2 a 1.1 before it; any other answer makes the mark unfit."""
        item = next((node for node in self.stack if node.family is not None and node.family.name == "item"), None)
        if item is None or item.value != mark.parts[0]:
            return -1
        return next((child.value for child in reversed(item.children) if child.family is mark.family), 0)


def _due(siblings: list[Node], mark: Mark, line: Line) -> Node | None:
    """The open clause whose number comes before the mark's; of two, the one that is written alike, then the inner."""
    due = [node for node in reversed(siblings) if mark.value == node.value + 1]
    alike = [node for node in due if node.glued == ("。" in line.text[mark.body : -1])]
    return next(iter(alike or due), None)
