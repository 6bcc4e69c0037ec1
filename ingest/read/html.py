"""HTML pages: the text of their body without navigation, tables as rows, lists with the numbers that browsers show."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import DamagedFileError, EmptyFileError, EncodingError, TooComplexError
from ingest.numerals import han_number
from ingest.read.blocks import Composer, collapsed, spread

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_DEPTH = 512

# Where the content of government sites stands, the most telling first (State Council, TRS and other systems).
_CONTAINERS = (
    "#UCAP-CONTENT", ".TRS_UEDITOR", ".TRS_Editor", "#zoom", ".article-content", ".pages_content", "article", "main",
)  # fmt: skip
_MIN_CONTAINER_CHARS = 200
# fmt: off
_SKIPPED = frozenset((
    "head", "script", "style", "noscript", "template", "nav", "iframe", "object", "svg", "canvas", "audio",
    "video", "select", "button", "textarea", "dialog", "input", "map", "rp", "rt",
))
# fmt: on
# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "html", "li", "main", "ol", "p",
    "pre", "section", "summary", "ul", "caption", "legend",
))
# fmt: on
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "caption"])
_SET_OFF = frozenset(["hr", "img", "figure"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
_INDENTED = re.compile(r"text-indent\s*:\s*(?!0)(?!-)[\d.]+", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.I)
_DEEPENING = re.compile(rb"<(/?)(?!(?:p|li|td|th|tr|tbody|thead|tfoot|dd|dt|option|br|hr|img|input|meta|link|col|area|"
                        rb"base|embed|source|track|wbr|param)\b)[a-zA-Z][^\s/>]*[^>]*?(/?)>")  # fmt: skip
_TAIL_BYTES = 4096
_CUT_TAG = re.compile(rb"<(?:/?[a-zA-Z]|!--)[^<>]*$")  # matches "…<div cla": the file ends inside a tag
_FOOTNOTE_LINK = re.compile(r"^#(?:_?ftn|_?edn|sdfootnote|sdendnote|fn|footnote)[\w:-]*", re.I)


def html_text(data: bytes, path: Path) -> str:
    """The text of a page as its readers see it.

    Raises EncodingError, EmptyFileError, DamagedFileError or TooComplexError (nested deeper than any real page).
    """
    _refuse_depth(data, path)
    if _CUT_TAG.search(data[-_TAIL_BYTES:]):
        raise DamagedFileError(f"{path.name} 在一个标签中间断了，没有下载完整；请重新保存网页再送一次")
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_decoded(data, path))
    body = tree.body
    if body is None:
        raise EmptyFileError(f"{path.name} 里没有文字")
    out = Composer()
    root = _content(body)
    if root is not body:
        for title in body.css("h1")[:1]:
            if title.text(strip=True) and title.text(strip=True) not in root.text():
                out.line(collapsed(title.text()).strip(), apart=True)
    _Page(out, _notes(root)).walk(root)
    text = out.text()
    if not text.strip():
        raise EmptyFileError(f"{path.name} 里没有文字")
    return text


def _refuse_depth(data: bytes, path: Path) -> None:
    depth = 0
    for match in _DEEPENING.finditer(data):
        if match[1]:
            depth = max(depth - 1, 0)
        elif not match[2]:
            depth += 1
            if depth > MAX_DEPTH:
                raise TooComplexError(f"{path.name} 的标签嵌套超过 {MAX_DEPTH} 层，不是正常的网页，没有读取")


def _decoded(data: bytes, path: Path) -> str:
    """The page's characters: a byte-order mark, then the declared encoding, then UTF-8, then GB18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    found = _CHARSET.search(data[:4096])
    declared = found[1].decode("ascii").lower() if found else "utf-8"
    for encoding in dict.fromkeys(("gb18030" if declared.startswith("gb") else declared, "utf-8-sig", "gb18030")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise EncodingError(f"{path.name} 既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8")


def _content(body: "LexborNode") -> "LexborNode":
    """The one element that holds the content of a page; the body when none is known."""
    whole = len(body.text(strip=True))
    for selector in _CONTAINERS:
        found = body.css(selector)
        if len(found) == 1 and len(found[0].text(strip=True)) >= max(_MIN_CONTAINER_CHARS, whole // 3):
            return found[0]
    return body


def _notes(root: "LexborNode") -> "dict[str, LexborNode]":
    """The blocks that hold footnotes, by the address that their marks link to."""
    notes: dict[str, LexborNode] = {}
    for link in root.css("a[href]"):
        address = (link.attributes.get("href") or "").strip()
        if not _FOOTNOTE_LINK.match(address) or "anc" in address or "ref" in address:
            continue
        target = root.css_first(f'[id="{address[1:]}"]') or root.css_first(f'[name="{address[1:]}"]')
        while target is not None and target.tag not in ("div", "p", "li", "aside", "body", "html"):
            target = target.parent
        if target is not None and target.tag not in ("body", "html") and not target.css_matches(":has(h1)"):
            notes[address] = target
    return notes


def _attribute(node: "LexborNode", name: str) -> str:
    return node.attributes.get(name) or ""


def _number(node: "LexborNode", name: str, default: int) -> int:
    written = _attribute(node, name).strip()
    return int(written) if re.fullmatch(r"-?\d{1,6}", written) else default


class _Page:
    """Walks a page once, collecting the text of the line that is open."""

    def __init__(self, out: Composer, notes: "dict[str, LexborNode]") -> None:
        self.out = out
        self.notes = notes
        self.note_ids = {node.mem_id for node in notes.values()}
        self.open: list[str] = []
        self.apart = self.indented = False
        self.item = ""  # the number of the list item whose text is still to come
        self.lists: list[list[int | str]] = []  # [next number, style] of each open list

    def walk(self, root: "LexborNode") -> None:
        """Add everything under `root`, in order."""
        node: LexborNode | None = root
        while node is not None:
            child = node.child if self._enter(node) else None
            if child is not None:
                node = child
                continue
            while node is not None:
                self._leave(node)
                if node.mem_id == root.mem_id:
                    return self._flush()
                if node.next is not None:
                    node = node.next
                    break
                node = node.parent
        self._flush()

    def _enter(self, node: "LexborNode") -> bool:
        """Note what an element begins; whether what stands in it is still to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self.open.append(node.text_content or "")
            return False
        if _unseen(node, tag) or node.mem_id in self.note_ids:
            return False
        if tag == "br":
            self.open.append("\x00")
        elif tag in _SET_OFF:
            self._flush()
            self.out.blank()
        elif tag == "table":
            return self._table(node)
        elif tag == "a" and _attribute(node, "href").strip() in self.notes:
            self.out.note(_note_text(self.notes[_attribute(node, "href").strip()]))
            return False
        elif tag in ("ol", "ul"):
            self._flush()
            self.lists.append([_number(node, "start", 1), _attribute(node, "type") if tag == "ol" else "ul"])
        elif tag in _BLOCKS or tag in _HEADINGS or tag == "tr":
            self._flush()
            style = _attribute(node, "style")
            self.apart = tag in _HEADINGS or bool(_CENTRED.search(style)) or _attribute(node, "align") == "center"
            self.indented = bool(_INDENTED.search(style))
            if tag == "li":
                self.item = self._item(node)
        return True

    def _leave(self, node: "LexborNode") -> None:
        tag = node.tag or ""
        if _unseen(node, tag) or node.mem_id in self.note_ids:
            return
        if tag in ("ol", "ul") and self.lists:
            self._flush()
            self.lists.pop()
        elif tag == "p" and not "".join(self.open).strip(" \x00\xa0\t\r\n"):
            self.open.clear()
            self.out.blank()
        elif tag in _BLOCKS or tag in _HEADINGS or tag == "tr":
            self._flush()
        elif tag in ("td", "th"):
            self.open.append(" ")

    def _item(self, node: "LexborNode") -> str:
        """The number that a browser shows before an item of a list."""
        if not self.lists or self.lists[-1][1] == "ul":
            return ""
        entry = self.lists[-1]
        number = _number(node, "value", int(entry[0]))
        entry[0] = number + 1
        return f"{_written(number, str(entry[1]))}. "

    def _flush(self) -> None:
        """Write the open line."""
        text = "".join(self.open)
        self.open.clear()
        for part in text.split("\x00"):
            line = collapsed(part).strip(" ")
            if line:
                line, self.item = self.item + line, ""
                self.out.line(line, apart=self.apart, indented=self.indented)

    def _table(self, table: "LexborNode") -> bool:
        """Write a table of data as rows; one that only lays out the page is read like any other block."""
        rows = _rows(table)
        if len(rows) < 2 or max(len(row) for row in rows) < 2 or _is_layout(rows):
            return True
        self._flush()
        for caption in table.css("caption"):
            self.out.line(collapsed(caption.text()).strip(), apart=True)
        for link in table.css("a[href]"):
            if (target := self.notes.get(_attribute(link, "href").strip())) is not None:
                self.out.note(_note_text(target))
        cells = [[(_cell(c), _number(c, "colspan", 1), _number(c, "rowspan", 1)) for c in row] for row in rows]
        self.out.table(spread(cells))
        return False


def _unseen(node: "LexborNode", tag: str) -> bool:
    if tag in _SKIPPED:
        return True
    if tag.startswith(("-", "!", "_")):
        return True
    if tag == "div" and _attribute(node, "title") in ("header", "footer"):
        return True  # LibreOffice's running heads
    return "hidden" in node.attributes or bool(_HIDDEN.search(_attribute(node, "style")))


def _rows(table: "LexborNode") -> "list[list[LexborNode]]":
    """The cells of each row of a table, not of the tables inside it."""
    found: list[list[LexborNode]] = []
    for part in table.iter():
        rows = [part] if part.tag == "tr" else list(part.iter()) if part.tag in ("thead", "tbody", "tfoot") else []
        for row in rows:
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            if row.tag == "tr" and cells:
                found.append(cells)
    return found


_MAX_CELL_CHARS = 1500
_MAX_CELL_PARAGRAPHS = 12


def _is_layout(rows: "list[list[LexborNode]]") -> bool:
    return any(
        cell.css_first("table") is not None
        or len(cell.text()) > _MAX_CELL_CHARS
        or len(cell.css("p")) > _MAX_CELL_PARAGRAPHS
        for row in rows
        for cell in row
    )


def _cell(cell: "LexborNode") -> str:
    """The text of a cell, its paragraphs and line breaks parted by a space."""
    parts: list[str] = []
    for node in cell.traverse(include_text=True):
        if node.tag == "-text":
            parent = node.parent
            if parent is None or not _unseen(parent, parent.tag or ""):
                parts.append(node.text_content or "")
        elif node.tag in _BLOCKS or node.tag == "br":
            parts.append("\x00")
    return " ".join(line for part in "".join(parts).split("\x00") if (line := collapsed(part).strip()))


def _note_text(node: "LexborNode") -> str:
    """The text of a footnote, without the mark and the link back that stand before or after it."""
    text = collapsed(node.text()).strip()
    text = re.sub(r"^[\[［〔(（]?\s*[\d①-⑳ivx*†]{1,3}\s*[\]］〕)）]?\s*[.．、]?\s*|[↑↩^\ufe0e]+\s*$", "", text)
    return f"注：{text}" if text else ""


def _written(number: int, style: str) -> str:
    """A number of a list in the style of <ol type=…>."""
    if style in ("a", "A") and 0 < number <= 26:
        return chr(ord(style) + number - 1)
    if style in ("cjk-ideographic", "simp-chinese-informal"):
        return han_number(number)
    return str(number)
