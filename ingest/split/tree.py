"""The nesting: a stack of open clauses, to which each line is added as a heading, a paragraph, a table or a caption."""

import re
from dataclasses import dataclass, field

from ingest.normalize import Glue, Piece
from ingest.schema import Kind, LeftOut
from ingest.split import patterns, tables
from ingest.split.evidence import Evidence
from ingest.split.frame import closing_node, closing_start
from ingest.split.lines import CONTACT_LINE, DATE_LINE, IN_FORCE, TITLE_END, Line, finished, is_continuation, plain
from ingest.split.marks import Mark, heading_end, mark_of, opens
from ingest.split.nodes import Node

_BEFORE_TABLE = re.compile(r"(?:如下|下表)[^，。：:]{0,4}[：:。]$")
_FINAL = {"联系方式": CONTACT_LINE, "施行说明": IN_FORCE}
_MAX_CAPTION_CHARS = 100
_MAX_GROUP_CHARS = 20
_MAX_ANNEX_TITLE_CHARS = 60
_NEAR_LINES = 6
_LAW_STARTS = ("part", "chapter", "article")
_APART = 1_000_000  # the rank of nodes that nothing stands under
_MAX_CAPTION_REST_CHARS = 30
_TITLE_END = re.compile(rf"{TITLE_END.pattern}|表$")  # of an annex


@dataclass(slots=True)
class Tree:
    """The root (a node that is no clause) and what was left out."""

    root: Node
    left: list[LeftOut] = field(default_factory=list)


class Builder:
    """Adds the lines of a body to a tree, one after the other."""

    def __init__(self, text: str, lines: list[Line], titles: frozenset[str]) -> None:
        self.text = text
        self.lines = lines
        self.titles = titles
        self.tree = Tree(root=Node(kind=Kind.SECTION, rank=-1))
        self.stack: list[Node] = [self.tree.root]
        self.evidence = Evidence(self.stack)
        self.table: Node | None = None  # the table that a source note would follow
        self.caption: Node | None = None
        self.paragraph = ""  # text of the paragraph that could go on
        self.groups = _group_lines(lines)
        self.attached = _attached_titles(lines)

    def build(self, start: int = 0) -> Tree:
        """Add all lines from `start`."""
        index = start
        regions = self._regions(start)
        while index < len(self.lines):
            closing = regions.get(index)
            if closing is not None:
                self._close_region(self.lines[index:closing])
                index = closing
                continue
            index += self._line(index)
        return self.tree

    def _regions(self, start: int) -> dict[int, int]:
        """Signature and address blocks before annexes and at the end: first line -> the line after."""
        ends = [i for i in range(start, len(self.lines)) if i in self.attached or self._is_annex(i)]
        ends.append(len(self.lines))
        regions, first = {}, start
        for end in ends:
            begin = closing_start(self.lines, first, end)
            if begin < end:
                regions[begin] = end
            first = end
        return regions

    def _is_annex(self, index: int) -> bool:
        mark = mark_of(self.lines[index])
        return mark is not None and mark.family.name == "annex"

    def _close_region(self, lines: list[Line]) -> None:
        self._add_apart(closing_node(lines))

    # ---- one line ----------------------------------------------------------------------------------------------

    def _line(self, index: int) -> int:
        """Add the line at `index` (and what belongs to it); the number of lines that it took."""
        return (
            self._table(index)
            or self._table_caption(index)
            or self._figure(index)
            or self._source_note(index)
            or self._annex_list(index)
            or self._marked(index)
            or self._unnumbered(index)
            or self._final(index)
            or self._text(index)
        )

    def _text(self, index: int) -> int:
        line = self.lines[index]
        node = self._text_target(index)
        if self._ends_caption(line):
            return 1
        if is_continuation(self.paragraph, line) and node.paragraphs:
            node.paragraphs[-1].append(Piece(line.start, line.end, glue=""))
            self.paragraph += line.text
        elif _is_orphan(line) and node.paragraphs:
            node.paragraphs[-1].append(Piece(line.start, line.end, glue="\n"))
            self.paragraph += line.text
        else:
            node.paragraphs.append([Piece(line.start, line.end)])
            self.paragraph = line.text
        self.table = self.caption = None
        return 1

    def _ends_caption(self, line: Line) -> bool:
        """Add the second line of a caption that is broken over two."""
        caption, self.caption = self.caption, None
        if caption is None or line.gap or len(line.text) > _MAX_CAPTION_REST_CHARS:
            return False
        if finished(self.text[caption.heading[-1].start : caption.heading[-1].end]):
            return False
        caption.heading.append(Piece(line.start, line.end, glue=""))
        return True

    def _final(self, index: int) -> int:
        """本办法自……起施行 and 联系人：…… after the last item of a list: they belong to the text, not to the item."""
        line, top = self.lines[index], self.stack[-1]
        listed = top.kind in (Kind.ITEM, Kind.SUBITEM, Kind.SUBSECTION) and bool(top.paragraphs)
        name = next((name for name, pattern in _FINAL.items() if pattern.match(line.text)), "")
        if not name or line.quoted or not listed or not finished(self.paragraph) or not self._ends(index):
            return 0
        node = Node(kind=Kind.FRONT_MATTER, name=name, number="contact" if name == "联系方式" else "force")
        node.paragraphs = [[Piece(line.start, line.end, title=True)]]
        annex = next((above for above in reversed(self.stack) if above.kind is Kind.ANNEX), None)
        self._add_apart(node, annex)
        return 1

    def _ends(self, index: int) -> bool:
        """Whether no clause follows in this part of the text, only annexes or more of what ends it."""
        following = next((m for line in self.lines[index + 1 :] if (m := mark_of(line)) is not None), None)
        return following is None or following.family.name == "annex" or following.value == 1

    def _text_target(self, index: int) -> Node:
        """The clause that a text line belongs to: in a law, what follows a finished list is the article's again.

        Elsewhere so is what follows a list of fragments (……；) that a colon announces.
        """
        node = self.stack[-1]
        if _is_list_over(self.text, node, self.paragraph):
            self.stack.pop()
            return self.stack[-1]
        if self._introduces_table(index):
            self.stack.pop()
            return self.stack[-1]
        ended = not self.paragraph or self.paragraph.rstrip("”’）)》 ").endswith(("。", "！", "？"))
        if node.kind is Kind.LAW_ITEM and ended:
            while self.stack[-1].kind is Kind.LAW_ITEM:
                self.stack.pop()
        return self.stack[-1]

    def _introduces_table(self, index: int) -> bool:
        """Whether ……情况如下： and its table stand after the last of a list whose members have one paragraph each."""
        line, node = self.lines[index], self.stack[-1]
        if not _BEFORE_TABLE.search(line.text) or index + 1 >= len(self.lines) or node.kind is Kind.LAW_ITEM:
            return False
        found = tables.table_at(self.text, self.lines, index + 1)
        alone = node.parent is None or node.word or node.kind not in (Kind.SUBSECTION, Kind.ITEM)
        if found is None or alone or not line.gap or not finished(self.paragraph):
            return False
        siblings = [child for child in node.parent.children if child.family is node.family] if node.parent else []
        if len(siblings) < 2 or not all(
            one.glued and len(one.paragraphs) == 1 and not one.children for one in siblings
        ):
            return False
        after = next((m for one in self.lines[index + 1 + found.count :] if (m := mark_of(one)) is not None), None)
        return after is None or after.family is not node.family or after.value == 1

    def _reset_text(self) -> None:
        self.paragraph, self.table, self.caption = "", None, None

    # ---- tables and captions -----------------------------------------------------------------------------------

    def _table(self, index: int, caption: Line | None = None) -> int:
        found = tables.table_at(self.text, self.lines, index)
        if found is None:
            return 0
        top = self.stack[-1]
        if caption is None and top.kind is Kind.ANNEX and not any(c.kind is Kind.ANNEX_ITEM for c in top.children):
            node = top
        elif caption is None and self.table is not None and not self.table.children:
            node = self.table
        else:
            node = top.add(Node(kind=Kind.TABLE, rank=90))
        tables.fill(self.text, node, found)
        self.tree.left.extend(found.left)
        self.table = node
        return found.count

    def _table_caption(self, index: int) -> int:
        line = self.lines[index]
        match = patterns.TABLE.match(line.text)
        if not match or len(line.text) > _MAX_CAPTION_CHARS or line.text.endswith("。") or not self._free(line):
            return 0
        node = self.stack[-1].add(Node(kind=Kind.TABLE, rank=90, number=_key(match["n"]), written=_key(match["n"])))
        node.heading = _captioned(line, match)
        node.titled = True
        self.table, self.caption = node, None
        return 1

    def _figure(self, index: int) -> int:
        line = self.lines[index]
        match = patterns.FIGURE.match(line.text)
        if not match or len(line.text) > _MAX_CAPTION_CHARS or line.text.endswith("。") or not self._free(line):
            return 0
        node = self.stack[-1].add(Node(kind=Kind.CAPTION, rank=91, number=_key(match["n"]), written=_key(match["n"])))
        node.heading = _captioned(line, match)
        node.titled = True
        self.caption, self.table = node, None
        return 1

    def _free(self, line: Line) -> bool:
        """A caption stands between blank lines or after a whole sentence; what ends a cut sentence is text."""
        return line.gap > 0 or finished(self.paragraph)

    def _source_note(self, index: int) -> int:
        line = self.lines[index]
        if not patterns.SOURCE_NOTE.match(line.text) or len(line.text) > _MAX_CAPTION_CHARS:
            return 0
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        if self.table is not None:
            self.table.paragraphs.append([Piece(line.start, line.end)])
            return 1
        if following is not None and patterns.FIGURE.match(following.text) and self._figure(index + 1):
            caption = self.stack[-1].children[-1]
            caption.paragraphs.append([Piece(line.start, line.end)])
            caption.heading[0] = Piece(caption.heading[0].start, caption.heading[0].end)
            return 2
        if self.caption is not None:
            self.caption.paragraphs.append([Piece(line.start, line.end)])
            return 1
        return 0

    def _annex_list(self, index: int) -> int:
        """附件：1．…… 2．……: the list of annexes at the end of a body."""
        count = 0
        while index + count < len(self.lines) and self.lines[index + count].annex == "entry":
            count += 1
        if not count:
            return 0
        node = Node(kind=Kind.FRONT_MATTER, name="附件说明", number="annexes")
        node.paragraphs = [[Piece(line.start, line.end, title=True)] for line in self.lines[index : index + count]]
        self._add_apart(node)
        return count

    def _add_apart(self, node: Node, within: Node | None = None) -> None:
        """Add a node beside all clauses (of an annex); text that follows is its own, the next numbered line is not."""
        node.rank = _APART
        del self.stack[self.stack.index(within) + 1 if within is not None else 1 :]
        self.stack[-1].add(node)
        self.stack.append(node)
        self._reset_text()

    # ---- headings ----------------------------------------------------------------------------------------------

    def _unnumbered(self, index: int) -> int:
        """A heading without a number: named in the contents list, or the name of a group of numbered items."""
        line = self.lines[index]
        if index in self.attached:
            self._push(Node(kind=Kind.ANNEX, family=patterns.ATTACHED), line, None)
            return 1
        if index in self.groups:
            self._push(Node(kind=Kind.SUBSECTION, family=patterns.GROUP, rank=patterns.GROUP.rank), line, None)
            return 1
        if plain(line.text) not in self.titles or line.quoted or len(line.text) > _MAX_CAPTION_CHARS:
            return 0
        family = patterns.UNNUMBERED
        outer = next((n for n in self.stack if n.family is family), None)
        nested = outer is not None and not outer.paragraphs and (self.stack[-1] is outer or len(outer.children) > 0)
        rank = family.rank + 1 if nested else family.rank
        kind = Kind.SUBSECTION if nested else Kind.SECTION
        self._push(Node(kind=kind, family=family, rank=rank), line, None)
        return 1

    def _marked(self, index: int) -> int:
        line = self.lines[index]
        mark = mark_of(line)
        if mark is None:
            return 0
        family, rank, place = self.evidence.locate(mark, line, self.paragraph)
        if not opens(mark, place) and plain(line.text) not in self.titles:
            return 0
        node = Node(kind=self.evidence.kind(family, rank), family=family, rank=rank, value=mark.value)
        node.written, node.word, node.extra = mark.written, mark.word, mark.extra
        node.number = _key(mark.written) if len(mark.parts) > 1 else str(mark.value)
        if mark.extra:
            node.number += f"z{mark.extra}"
        self._push(node, line, mark)
        if family.name == "annex":
            return 1 + self._annex_title(index + 1, node)
        return 1

    def _push(self, node: Node, line: Line, mark: Mark | None) -> None:
        """Close what the new clause does not belong to, open it, and give it its heading and the rest of its line."""
        while self.stack[-1].rank >= node.rank:
            self.stack.pop()
        self.stack[-1].add(node)
        self.stack.append(node)
        self.evidence.note(node)
        self._reset_text()
        if mark is None:
            node.heading, node.titled = [Piece(line.start, line.end, title=True)], True
            return
        end = heading_end(line, mark, node.kind)
        node.titled = end > mark.body
        stop = end if node.titled else mark.body
        number_end = len(line.text[:stop].rstrip())
        node.heading = _heading(line, mark, number_end, titled=node.titled, whole=number_end == len(line.text))
        if stop < len(line.text):
            rest = line.text[stop:]
            start = line.start + stop + len(rest) - len(rest.lstrip())
            glue: Glue = " " if node.kind is Kind.ARTICLE and self.text[start - 1].isspace() else ""
            node.paragraphs.append([Piece(start, line.end, glue=glue)])
            node.glued = True
            self.paragraph = self.text[start : line.end]
        elif not node.titled:
            self.paragraph = ""

    def _annex_title(self, index: int, node: Node) -> int:
        """The lines under 附件1 that are its title."""
        count = 0
        while index + count < len(self.lines) and count < 2:
            line = self.lines[index + count]
            if (
                len(line.text) > _MAX_ANNEX_TITLE_CHARS
                or finished(line.text)
                or line.tabbed
                or line.text.startswith(("序号", "|"))
                or (count == 0 and len(self.text[node.heading[0].start : node.heading[0].end]) > 8)
                or _TITLE_END.search(self.lines[index + count - 1].text)
                or mark_of(line) is not None
                or patterns.TABLE.match(line.text)
                or patterns.FIGURE.match(line.text)
            ):
                break
            node.heading.append(Piece(line.start, line.end, glue=" " if count == 0 else "", title=True))
            node.titled = True
            count += 1
        return count


def _key(written: str) -> str:
    """1-3 as it goes into ids and labels, however the hyphen is written."""
    return re.sub(r"[-－—–.．\s]+", "-", written.strip())


def _captioned(line: Line, match: re.Match[str]) -> list[Piece]:
    number = line.start + len(line.text[: match.end()].rstrip())
    pieces = [Piece(line.start, number)]
    if line.start + match.end() < line.end:
        pieces.append(Piece(line.start + match.end(), line.end, glue=" ", title=True))
    return pieces


def _heading(line: Line, mark: Mark, end: int, *, titled: bool, whole: bool) -> list[Piece]:
    """The heading's pieces: a space stands between 第一章 or 案例 1-1 and its title, none after 一、 or 1."""
    spaced = mark.family.name in ("annex", "part", "subpart", "chapter", "section_of_law", "block", "case", "article")
    spaced = spaced or mark.word != ""
    number = len(line.text[: mark.body].rstrip())
    if not titled or not spaced or number >= end:
        return [Piece(line.start, line.start + end, title=titled and whole)]
    glue: Glue = "" if line.text[number - 1] in "：:、.．】" else " "
    return [
        Piece(line.start, line.start + number),
        Piece(line.start + mark.body, line.start + end, glue=glue, title=True),
    ]


def _is_list_over(text: str, node: Node, paragraph: str) -> bool:
    """Whether a clause is the last of a list that a colon announces, its members parted by semicolons."""
    parent = node.parent
    if parent is None or node.kind is not Kind.ITEM or node.titled or len(node.paragraphs) != 1 or node.children:
        return False
    if not parent.paragraphs or not paragraph.endswith("。") or parent.children[-1] is not node:
        return False
    lead = text[parent.paragraphs[-1][0].start : parent.paragraphs[-1][-1].end]
    before = [child for child in parent.children if child.family is node.family][:-1]
    return lead.endswith(("：", ":")) and bool(before) and all(_ends_with(text, one, "；;") for one in before)


def _ends_with(text: str, node: Node, marks: str) -> bool:
    return text[node.pieces()[-1].end - 1] in marks


def _is_orphan(line: Line) -> bool:
    """A crumb that scanning left on a line of its own: a few characters with a full stop."""
    return len(line.text) <= 5 and line.text.endswith("。")


def _group_lines(lines: list[Line]) -> set[int]:
    """Lines such as 师资队伍类： that name a numbered list each; one alone is a lead-in, two or more are headings."""
    found = {
        index
        for index, line in enumerate(lines[:-1])
        if len(line.text) <= _MAX_GROUP_CHARS
        and line.text.endswith(("：", ":"))
        and not re.search(r"如下|下列|以下|包括|，", line.text)
        and not line.quoted
        and mark_of(line) is None
        and (mark := mark_of(lines[index + 1])) is not None
        and mark.family.name == "item"
        and mark.value == 1
    }
    return found if len(found) > 1 else set()


def _attached_titles(lines: list[Line]) -> set[int]:
    """Titles of documents attached to a notice: after its date, before numbering that starts again at one."""
    found: set[int] = set()
    seen: set[str] = set()
    for index, line in enumerate(lines):
        mark = mark_of(line)
        if mark is not None:
            seen.add(mark.family.name)
            continue
        dated = any(DATE_LINE.match(before.text) for before in lines[max(index - _NEAR_LINES, 0) : index])
        if not dated or not seen or not TITLE_END.search(line.text) or len(line.text) > _MAX_ANNEX_TITLE_CHARS:
            continue
        following = next((m for after in lines[index + 1 : index + 13] if (m := mark_of(after))), None)
        if following is None or following.value != 1:
            continue
        if following.family.name in seen or following.family.name in _LAW_STARTS:
            found.add(index)
    return found
