"""Running heads and page numbers: what stands at the edge of page after page is no text of the document."""

import re
from difflib import SequenceMatcher

from ingest.read.layout import Line, Page, joined
from ingest.split.patterns import match_family

_EDGE_LINES = 3
_SAME_HEIGHT = 6.0  # points
_ALIKE = 0.75
_SHARE = 0.5  # of the pages
_EDGE = 0.14  # of the page's height
# matches "3", "- 3 -", "— 12 —", "第 3 页 共 9 页", "3/17"; not "3."
PAGE_NUMBER = re.compile(
    r"^[-－—–一·•\s]{0,4}(?P<n>\d{1,4})[-－—–一·•\s]{0,4}$|^第?\s*(?P<m>\d{1,4})\s*页?\s*[/,，]?\s*共?\s*\d{1,4}\s*页?$|^第\s*\d{1,4}\s*页$"
)


def without_furniture(pages: list[Page], *, fuzzy: bool = False) -> None:
    """Take running heads and page numbers out of the pages' lines; `fuzzy` allows for characters that OCR misread."""
    for from_top in (True, False):
        for _ in range(_EDGE_LINES):
            if not _take(pages, from_top=from_top, fuzzy=fuzzy):
                break
    for page in pages:
        _take_lone_number(page)


def _take(pages: list[Page], *, from_top: bool, fuzzy: bool) -> bool:
    """Take the outermost line of every page where it is the same as that of other pages; whether any was taken."""
    edges = [(page, line) for page in pages if (line := _outermost(page, from_top=from_top)) is not None]
    enough = 1 if len(pages) <= 3 else max(2, round(_SHARE * len(pages) / 2))
    taken = [
        (page, line)
        for page, line in edges
        if sum(1 for other, candidate in edges if other is not page and _same(line, candidate, fuzzy)) >= enough
    ]
    for page, line in taken:
        page.lines.remove(line)
    return bool(taken)


def _outermost(page: Page, *, from_top: bool) -> Line | None:
    if not page.lines:
        return None
    line = page.lines[0] if from_top else page.lines[-1]
    edge = page.height * _EDGE
    return line if (line.y < edge if from_top else line.y > page.height - edge) else None


def _same(first: Line, second: Line, fuzzy: bool) -> bool:
    """Whether two lines stand at one height and say the same but for numbers (附件1 and 附件2 are not the same)."""
    if abs(first.y - second.y) > _SAME_HEIGHT:
        return False
    if PAGE_NUMBER.match(first.text) and PAGE_NUMBER.match(second.text):
        return True
    if first.text != second.text and match_family(first.text) is not None:
        return False
    one, two = _shape(first.text), _shape(second.text)
    if one == two or not fuzzy:
        return one == two
    return min(len(one), len(two)) >= 6 and SequenceMatcher(None, one, two).ratio() >= _ALIKE


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", text))


def _take_lone_number(page: Page) -> None:
    """Take a page number that stands apart at the foot of a page."""
    if len(page.lines) < 2:
        return
    last, before = page.lines[-1], page.lines[-2]
    apart = last.y - before.y > 1.8 * max(last.size, before.size)
    if PAGE_NUMBER.match(last.text) and last.y > page.height * (1 - _EDGE) and apart:
        page.lines.pop()


# matches "1本办法所称……", "① 见……"; what a footnote at the foot of a page begins with
_NOTE_MARK = re.compile(r"^[〔\[［]?(?P<mark>\d{1,2}|[①-⑳]|\*{1,3})[\]〕］]?[.．、]?\s*")
_NOTE_SIZE = 0.87  # of the body's
_MARK_SIZE = 0.75


def footnotes(page: Page, size: float) -> list[str]:
    """Take the footnotes off a page whose body is set in type of `size`, and their marks out of its lines."""
    start = len(page.lines)
    while start and page.lines[start - 1].size <= _NOTE_SIZE * size:
        start -= 1
    small = page.lines[start:]
    while small and not _NOTE_MARK.match(small[0].text):
        small.pop(0)
    if not small or len(small) == len(page.lines):
        return []
    notes: list[str] = []
    marks: set[str] = set()
    for line in small:
        match = _NOTE_MARK.match(line.text)
        if match:
            marks.add(match["mark"])
            notes.append("注：" + line.text[match.end() :])
        else:
            notes[-1] = joined(notes[-1], line.text)
    page.lines = page.lines[: len(page.lines) - len(small)]
    for line in page.lines:
        usual = line.size
        kept = [g for g in line.glyphs if g.text not in marks or g.size > _MARK_SIZE * usual]
        line.glyphs = kept or line.glyphs
    return notes
