"""What a clause is called: its id, its label (as a person would cite it) and its path."""

import re
from collections import Counter
from dataclasses import dataclass

from ingest.normalize import Piece, reading
from ingest.numerals import han_number
from ingest.schema import Kind
from ingest.split.nodes import Node

_ANNEX_CODES = {"件": "a", "表": "at", "录": "appendix", "图": "af"}
_CODES = {Kind.PARAGRAPH: "p", Kind.TABLE: "t", Kind.TABLE_ROW: "r", Kind.CAPTION: "f", Kind.ANNEX_ITEM: "n"}
_ORDINAL = re.compile(r"第\d+项$")


@dataclass(frozen=True, slots=True)
class Name:
    """An id's last part, a label, and the last element of a path; `heading` is "" for a clause without one."""

    code: str
    label: str
    element: str
    heading: str


class Labeller:
    """Names the clauses of one tree; a node is named after its parent."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.names: dict[int, Name] = {}
        self.through = _running_through(root)
        self._taken: Counter[str] = Counter()
        self._name_children(root)

    def of(self, node: Node) -> Name:
        """The name of a node of the tree."""
        return self.names[id(node)]

    def path(self, node: Node) -> tuple[str, ...]:
        """From the outermost heading to the clause itself."""
        above = [self.of(n).element for n in reversed(node.ancestors()) if n.parent is not None]
        return (*above, self.of(node).element)

    def id(self, node: Node) -> str:
        """The parts of the path as they stand in the clause's id."""
        above = [self.of(n).code for n in reversed(node.ancestors()) if n.parent is not None]
        return ".".join((*above, self.of(node).code))

    def _name_children(self, root: Node) -> None:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            codes: Counter[str] = Counter()
            ordinals: Counter[str] = Counter()
            for child in node.children:
                self._name(child, codes, ordinals)
            waiting.extend(reversed(node.children))

    def _name(self, node: Node, codes: Counter[str], ordinals: Counter[str]) -> None:
        heading = self._heading(node)
        stem = self._stem(node, heading)
        if not node.number or node.number == "0":
            ordinals[stem] += 1
            number = str(ordinals[stem]) if ordinals[stem] > 1 or stem in ("t", "u", "g", "f", "doc") else ""
        else:
            number = node.number
        code = stem + number
        codes[code] += 1
        if codes[code] > 1:
            code += f"~{codes[code]}"
        label = self._unique(node, self._label(node, heading, number))
        element = heading or self._element(node, label)
        self.names[id(node)] = Name(code, label, element, heading if node.titled or node.kind is Kind.ARTICLE else "")

    def _stem(self, node: Node, heading: str) -> str:
        if node.kind is Kind.FRONT_MATTER:
            return ""
        if node.kind is Kind.ANNEX and (node.family is None or node.family.name != "attached"):
            return _ANNEX_CODES.get(heading[1:2], "a")
        if node.kind in _CODES:
            return _CODES[node.kind]
        return node.family.code if node.family is not None else "x"

    def _heading(self, node: Node) -> str:
        """The heading as written, without the mark that ends it; "" for a bare number."""
        if not node.titled and node.kind not in (Kind.ARTICLE, Kind.ANNEX):
            return ""
        return reading(self.text, node.heading)[0].text.rstrip("。：:；").strip()

    # ---- labels ------------------------------------------------------------------------------------------------

    def _above(self, node: Node) -> str:
        """The label of the clause around a node, "" at the top."""
        parent = node.parent
        return self.of(parent).label if parent is not None and parent.parent is not None else ""

    def _part(self, node: Node) -> str:
        """The label of the annex around a node, "" in the body: what restarts there needs it."""
        annex = next((n for n in node.ancestors() if n.kind is Kind.ANNEX), None)
        attached = annex is None or (annex.family is not None and annex.family.name == "attached")
        return "" if annex is None or attached else self.of(annex).label

    def _label(self, node: Node, heading: str, number: str) -> str:
        match node.kind:
            case Kind.FRONT_MATTER:
                return self._part(node) + node.name
            case Kind.ANNEX if node.family is not None and node.family.name == "attached":
                return heading
            case Kind.ANNEX:
                return re.sub(r"\s+", "", self.text[node.heading[0].start : node.heading[0].end]).rstrip("：:")[:12]
            case Kind.TABLE:
                return self._part(node) + f"表{number}" if node.written else f"{self._above(node)}表{number}"
            case Kind.CAPTION:
                return f"{self._part(node)}图{number}"
            case Kind.CASE:
                return f"{self._part(node)}案例{number}"
            case Kind.TABLE_ROW | Kind.ANNEX_ITEM:
                return self._row_label(node, plain=True)
            case Kind.PARAGRAPH:
                law = node.parent is not None and node.parent.kind is Kind.ARTICLE
                return f"{self._above(node)}第{han_number(node.value) if law else node.value}款"
        return self._numbered(node, heading)

    def _numbered(self, node: Node, heading: str) -> str:
        above, part, written = self._above(node), self._part(node), node.written
        name = node.family.name if node.family is not None else ""
        if name in ("unnumbered", "group"):
            return part + heading
        if node.word:
            return self._word_label(node)
        if node.kind is Kind.LAW_ITEM:
            return above + self._law_item(node, name)
        if name in ("part", "subpart", "chapter", "section_of_law", "block", "article"):
            return self._law_label(node, name, part)
        if name == "section":
            return f"{part}{written}、"
        if name == "subsection":
            return f"{part}第（{written}）条" if id(node) in self.through else f"{above}（{written}）"
        if name == "decimal":
            outer = node.parent.parent if node.parent is not None else None
            return (self.of(outer).label if outer is not None and outer.parent is not None else "") + written
        if name == "item":
            return f"{above}{written}" if above.endswith(("、", "）")) else f"{above}第{node.value}项"
        return above + {"subitem": f"（{written}）", "half": f"{written}）"}.get(name, written)

    def _word_label(self, node: Node) -> str:
        """任务1, or 任务2措施1 for one of a series inside another."""
        outer = self._above(node) if node.parent is not None and node.parent.word else ""
        return outer + node.word + node.written

    def _law_label(self, node: Node, name: str, part: str) -> str:
        units = {
            "part": "编",
            "subpart": "分编",
            "chapter": "章",
            "section_of_law": "节",
            "block": "部分",
            "article": "条",
        }
        extra = f"之{han_number(node.extra)}" if node.extra else ""
        written = node.written if not node.written.isascii() else str(node.value)
        label = f"第{written}{units[name]}{extra}"
        if name in ("section_of_law", "subpart") and self._above(node):
            return self._above(node) + label
        return part + label

    def _law_item(self, node: Node, name: str) -> str:
        if name == "inner_section":
            return f"第{node.written}项"
        if name == "subsection":
            return f"第（{node.written}）项"
        return f"第{node.value}目" if name == "item" else f"（{node.written}）"

    def _row_label(self, node: Node, *, plain: bool) -> str:
        name = self._clean(node.name)
        group = "" if plain else re.sub(r"\s*[（(].*", "", self._clean(node.written))
        return f"{self._above(node)}{name}" if _ORDINAL.match(name) else f"{self._above(node)} {group}{name}".rstrip()

    def _clean(self, written: str) -> str:
        return reading(written, [Piece(0, len(written), title=True)])[0].text

    def _unique(self, node: Node, label: str) -> str:
        """A label that is taken becomes longer: by the group of a row, by the clause around, at last by a count."""
        label = label or "条款"
        if label in self._taken and node.kind is Kind.TABLE_ROW and node.written:
            label = self._row_label(node, plain=False)
        if label in self._taken and self._above(node) and not label.startswith(self._above(node)):
            label = self._above(node) + label
        base, count = label, 1
        while label in self._taken:
            count += 1
            label = f"{base}·{count}"
        self._taken[label] += 1
        return label

    def _element(self, node: Node, label: str) -> str:
        """The last element of the path of a clause without a heading."""
        if node.kind in (Kind.TABLE_ROW, Kind.ANNEX_ITEM, Kind.FRONT_MATTER):
            name = self._clean(node.name)
            return f"{self._clean(node.written)} {name}".strip() if node.kind is Kind.TABLE_ROW else name
        if node.kind is Kind.PARAGRAPH or node.kind is Kind.TABLE:
            return label.removeprefix(self._above(node)) or label
        name = node.family.name if node.family is not None else ""
        if node.word:
            return node.word + node.written
        if name == "item":
            return f"第{node.value}目" if node.kind is Kind.LAW_ITEM else f"第{node.value}项"
        if name == "inner_section":
            return f"第{node.written}项"
        forms = {"section": "{}、", "subsection": "（{}）", "subitem": "（{}）", "half": "{}）"}
        return forms.get(name, "{}").format(node.written) or label


def _running_through(root: Node) -> set[int]:
    """The （一）… that run on through the text (or an annex), so that their number alone names them."""
    through: set[int] = set()
    for part in [root, *(child for child in root.children if child.kind is Kind.ANNEX)]:
        found = [
            node
            for node in _descendants(part, into_annexes=part is not root)
            if node.kind is Kind.SUBSECTION and node.family is not None and node.family.name == "subsection"
        ]
        values = [node.value for node in found]
        parents = {id(node.parent) for node in found}
        if values == sorted(set(values)) and (len(parents) > 1 or all(node.parent is part for node in found)):
            through.update(id(node) for node in found)
    return through


def _descendants(node: Node, *, into_annexes: bool) -> list[Node]:
    found: list[Node] = []
    waiting = list(reversed(node.children))
    while waiting:
        child = waiting.pop()
        if child.kind is Kind.ANNEX and not into_annexes:
            continue
        found.append(child)
        waiting.extend(reversed(child.children))
    return found
