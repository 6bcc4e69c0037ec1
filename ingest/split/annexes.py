"""Where an annex begins: a line that names one heads it, or is an entry of the list of annexes that ends a body."""

from dataclasses import replace

from ingest.numerals import parse_number
from ingest.split import patterns
from ingest.split.lines import CONTACT, DATE_LINE, Line, finished, is_closing, plain
from ingest.split.marks import mark_of
from ingest.split.tables import COLUMN_GAP, table_at

_MAX_CHARS = 100
_MAX_SUBTITLE_CHARS = 30
_SIGNATURE_LINES = 8  # within so many lines after the list of annexes the body is dated


def with_annexes(text: str, lines: list[Line]) -> list[Line]:
    """The lines, those that name annexes marked as the heading of one or as an entry of their list."""
    found = list(lines)
    titles: set[str] = set()
    index = 0
    while index < len(lines):
        match = patterns.NAMED_ANNEX.match(lines[index].text)
        count = _entries(lines, index) if match and _short(lines[index]) else 0
        if match and count:
            listed = _is_list(text, lines, index, count, titles)
            if listed or match["colon"]:
                for at in range(index, index + count if listed else index + 1):
                    found[at] = replace(lines[at], annex="entry" if listed else "heading")
                    titles.add(_title(lines[at]))
        index += max(count, 1)
    return found


def _short(line: Line) -> bool:
    in_table = "\t" in line.text or "|" in line.text or COLUMN_GAP.search(line.text) is not None
    return len(line.text) <= _MAX_CHARS and not line.quoted and not line.text.endswith("。") and not in_table


def _title(line: Line) -> str:
    for pattern in (patterns.NAMED_ANNEX, patterns.ANNEX_LIST_ITEM):
        if match := pattern.match(line.text):
            return plain(line.text[match.end() :])
    return plain(line.text)


def _entries(lines: list[Line], index: int) -> int:
    """How many lines from `index` number annexes on: 附件：1．甲 and 2．乙, or 附件1：甲 and 附件2：乙."""
    first = patterns.NAMED_ANNEX.match(lines[index].text)
    if first is None:
        return 0
    lone = first["item"] is None and not first["of"] and not _title(lines[index])
    due = 1 if lone else 2
    count = 1
    while index + count < len(lines) and _short(lines[index + count]):
        line = lines[index + count]
        written = None
        if lone or first["item"]:
            written = (found := patterns.ANNEX_LIST_ITEM.match(line.text)) and found["n"]
        elif first["of"]:
            written = (found := patterns.NAMED_ANNEX.match(line.text)) and found["of"]
        number = parse_number(written) if written else None
        if number != due or finished(line.text):
            break
        count, due = count + 1, due + 1
    return count


def _is_list(text: str, lines: list[Line], index: int, count: int, titles: set[str]) -> bool:
    """Whether the lines list annexes: numbered on, or signed and dated below, or with nothing that they could head."""
    match = patterns.NAMED_ANNEX.match(lines[index].text)
    if match is None or match["item"]:
        return match is not None
    title, signed = _title(lines[index]), _signed(lines, index + count)
    if not title:
        return count > 1 and signed
    if count > 1 or not match["colon"]:
        return count > 1 or (signed and title not in titles)
    return title not in titles and not _heads(text, lines, index + 1)


def _signed(lines: list[Line], index: int) -> bool:
    """Whether a signature with its date stands at `index`."""
    for line in lines[index : index + _SIGNATURE_LINES]:
        if DATE_LINE.match(line.text):
            return True
        if not is_closing(line):
            return False
    return False


def _heads(text: str, lines: list[Line], index: int) -> bool:
    """Whether a table, a numbering or sentences begin at `index`, for a table after a short line of its own too."""
    if index >= len(lines) or _signed(lines, index):
        return False
    line = lines[index]
    mark = mark_of(line)
    if table_at(text, lines, index) is not None or (mark is not None and mark.value == 1):
        return True
    if finished(line.text) and mark is None and not CONTACT.match(line.text):
        return True
    short = len(line.text) <= _MAX_SUBTITLE_CHARS and index + 1 < len(lines)
    return short and table_at(text, lines, index + 1) is not None
