"""Matter that belongs to no clause: contents lists, lists of captions, page numbers."""

from dataclasses import dataclass

from ingest.schema import LeftOut
from ingest.split import patterns
from ingest.split.lines import Line, plain

_NAMES = {None: "contents", "图": "figure_list", "插图": "figure_list", "表": "table_list", "表格": "table_list",
          "图表": "figure_list", "案例": "case_list", "附件": "annex_list"}  # fmt: skip
_MAX_ENTRY_CHARS = 100


@dataclass(frozen=True, slots=True)
class Without:
    """The lines that remain, what was left out, and the titles that a contents list named (no white space)."""

    lines: list[Line]
    left: list[LeftOut]
    titles: frozenset[str]
    last_contents: int  # end of the last contents list, 0 without one


def leave_out(lines: list[Line]) -> Without:
    """Take contents lists and page numbers out of the lines."""
    kept: list[Line] = []
    left: list[LeftOut] = []
    titles: set[str] = set()
    last = index = 0
    while index < len(lines):
        line = lines[index]
        if patterns.PAGE_NUMBER.match(line.text):
            left.append(LeftOut(kind="page_number", start=line.start, end=line.end))
            index += 1
            continue
        match = patterns.CONTENTS.match(line.text)
        count = _entries(lines, index + 1) if match else 0
        if match and count:
            last = lines[index + count].end
            left.append(LeftOut(kind=_NAMES.get(match["of"], "contents"), start=line.start, end=last))
            if match["of"] is None:
                titles.update(_title(entry.text) for entry in lines[index + 1 : index + 1 + count])
            index += 1 + count
            continue
        kept.append(line)
        index += 1
    return Without(lines=kept, left=left, titles=frozenset(titles), last_contents=last)


def _title(entry: str) -> str:
    return plain(patterns.CONTENTS_ENTRY.sub("", entry).rstrip(".．…· \t"))


def _entries(lines: list[Line], start: int) -> int:
    """How many lines from `start` are entries of a contents list.

    Entries carry page numbers; a list without page numbers (laws) goes up to the line where its first entry stands
    again as a heading.
    """
    count = 0
    while start + count < len(lines) and _has_page(lines, start + count):
        count += 1
    if count:
        return count
    return _entries_without_pages(lines, start)


def _has_page(lines: list[Line], index: int) -> bool:
    text = lines[index].text
    if len(text) > _MAX_ENTRY_CHARS:
        return False
    return patterns.CONTENTS_ENTRY.search(text) is not None or bool(patterns.PAGE_NUMBER.match(text))


def _entries_without_pages(lines: list[Line], start: int) -> int:
    if start >= len(lines):
        return 0
    first = plain(lines[start].text)
    for index in range(start + 1, len(lines)):
        if plain(lines[index].text) == first:
            return index - start
        if len(lines[index].text) > 60 or lines[index].text.endswith("。"):
            return 0
    return 0
