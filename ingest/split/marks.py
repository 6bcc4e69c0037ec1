"""Does a line that looks numbered open a clause? Decided by evidence, line by line."""

import re
from dataclasses import dataclass

from ingest.numerals import parse_number
from ingest.schema import Kind
from ingest.split import patterns
from ingest.split.lines import Line
from ingest.split.patterns import Family

_MAX_HEADING_CHARS = 45
_MAX_LONE_HEADING_CHARS = 60
_MAX_TITLE_CHARS = 80
# what stands after a number that is cited, not opened: 第四十三条所称……, （三）项规定……
_CITED = re.compile(r"\s*(?:所称|所列|规定的|的|款|项|以外|修改为|增加|删去|改为|调整为|相应)")
_LAW_FAMILIES = ("part", "subpart", "chapter", "section_of_law", "block")
_CITABLE = ("article", "subsection", "subitem")
_WHOLE_LINE = ("annex", "case", "challenge")
_AFTER_LABEL = re.compile(r"\s*[:：、.．]?\s*")
# what ends the name of a task: ，责任单位：, （完成时限：
_FIELD = re.compile(
    r"[\s，,；;（(]+[\u4e00-\u9fff]{0,6}(?:单位|部门|机关|[股科处]室|责任人|领导|时限|时间|期限|形式)\s*[:：]"
)
# what makes a first sentence more than a heading: 材料于6月底前报送; not 6月底前，报送材料
_SAYS_MORE = re.compile(r"应当|不得|必须|可以|一律|予以|[于在]\s*[0-9][0-9年月\s]{0,8}[月日]底?[以之]?前")
_MIN_SENTENCE_CHARS = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """A number at the start of a line: its family, its value, and where its text begins.

    `parts` are the numbers of 1.1 or 1-3; `extra` the 之一 of an article; `spaced` says that white space follows;
    `word` stands before the number (任务1), and `labelled` says that the line is one of a series so numbered.
    """

    family: Family
    value: int
    written: str
    body: int  # offset in the line's text
    parts: tuple[int, ...] = ()
    extra: int = 0
    spaced: bool = False
    cited: bool = False
    word: str = ""
    labelled: bool = False


def mark_of(line: Line) -> Mark | None:
    """The number at the start of a line, or None; lines inside a quotation and lists of annexes have none."""
    if line.quoted or line.annex == "entry":
        return None
    heading = patterns.NAMED_ANNEX.match(line.text) if line.annex else None
    if heading is not None:
        number = heading["of"] or ""
        return Mark(
            family=patterns.BY_NAME["annex"],
            value=parse_number(number) or 0,
            written=number,
            body=heading.end(),
            parts=(parse_number(number) or 0,) if number else (),
            spaced=True,
        )
    found = patterns.match_family(line.text)
    if found is None:
        return None
    family, match = found
    written = match["n"] or ""
    after = line.text[match.end() :]
    if family.name in _WHOLE_LINE and not line.labelled and not _is_title(line.text):
        return None
    if family.name == "task" and not line.labelled:
        return None
    if family.name in _LAW_FAMILIES and (len(line.text) > _MAX_LONE_HEADING_CHARS or "。" in line.text):
        return None
    parts = tuple(parse_number(part) or 0 for part in re.split(r"[-－—–.．\s]+", written) if part)
    extra = (parse_number(match["m"]) or 0) if family.name == "article" and match["m"] else 0
    if parts and not all(parts):
        return None
    labelled = family.name in patterns.LABELLED
    skipped = _AFTER_LABEL.match(after) if labelled else None
    return Mark(
        family=family,
        value=parts[-1] if parts else 0,
        written=re.sub(r"\s+", "", written),
        body=match.end() + (skipped.end() if skipped else len(after) - len(after.lstrip())),
        parts=parts,
        extra=extra,
        spaced=not after or after[0].isspace(),
        cited=family.name in _CITABLE and _CITED.match(after) is not None,
        word=match["w"] if labelled else "",
        labelled=line.labelled and (family.name == "task" or not _is_title(line.text)),
    )


def _is_title(text: str) -> bool:
    return len(text) <= _MAX_TITLE_CHARS and not text.endswith("。")


@dataclass(frozen=True, slots=True)
class Place:
    """What stands around a mark: the number before it in its list, the last of its family, and the text before it."""

    before: int | None  # value of the open sibling of the same family, None when the list would start here
    extra: int  # its 之一
    last: int  # the last value of the family in this part of the text, 0 when there is none
    finished: bool  # the sentence before it has ended (or nothing but headings stands before it)


def opens(mark: Mark, place: Place) -> bool:
    """Whether a mark opens a clause at its place.

    A number that follows the one before is good evidence; one that does not needs the end of a sentence before it,
    and must not look like a citation that a line break pushed to the start of a line.
    """
    follows = _follows(mark, place)
    if mark.labelled:
        return place.finished or (follows and place.before is not None)
    if mark.family.name == "challenge" and mark.spaced:  # 挑战 1 with no colon may be the middle of a sentence
        return follows and place.finished
    if mark.family.name in _WHOLE_LINE:
        return True
    if mark.cited and not (follows and (mark.spaced or mark.family.name != "article")):
        return False
    if follows:
        return place.finished or (place.before is not None)
    if not place.finished:
        return False
    if mark.family.name == "article":
        return _article_after_gap(mark, place)
    if mark.family.name == "decimal":
        return False
    return not (place.before is not None and mark.value > place.before + 10)


def _follows(mark: Mark, place: Place) -> bool:
    if mark.family.name == "article" and mark.extra:
        return mark.value == place.last and mark.extra == place.extra + 1
    if place.before is not None:
        return mark.value == place.before + 1
    return mark.value == 1 or mark.value == place.last + 1


def _article_after_gap(mark: Mark, place: Place) -> bool:
    """An article whose number does not follow: after repealed articles, in an excerpt, where another law begins."""
    return mark.spaced or mark.value == 1 or not place.last


def heading_end(line: Line, mark: Mark, kind: Kind) -> int:
    """Where the heading ends in the line's text; `mark.body` or less when there is none but the number.

    A line without a full stop is a heading as a whole; otherwise a short first sentence is one when more follows it.
    """
    text, name = line.text, mark.family.name
    if mark.labelled:
        return _task_end(text, mark)
    if name in _LAW_FAMILIES or name in _WHOLE_LINE:
        return len(text)
    if name == "article":
        match = re.compile(r"\s*【[^】]{1,30}】").match(text, mark.body)
        return match.end() if match else mark.body
    if kind is Kind.LAW_ITEM:
        return mark.body
    stop = text.find("。", mark.body)
    if 0 <= stop < len(text) - 1:
        head = text[mark.body : stop]
        if len(head) >= _MIN_SENTENCE_CHARS and _SAYS_MORE.search(head):
            return mark.body
        return stop + 1 if len(head) <= _MAX_HEADING_CHARS and not re.search(r"[；：]", head) else mark.body
    if stop < 0 and len(text) <= _MAX_LONE_HEADING_CHARS and not re.search(r"[；：，、！？;:]$", text):
        return len(text)
    return mark.body


def _task_end(text: str, mark: Mark) -> int:
    """Where the name of a task ends: at its first full stop if more follows, before （责任单位：, at the line's end."""
    stop = text.find("。", mark.body)
    field = _FIELD.search(text, mark.body)
    end = stop + 1 if 0 <= stop < len(text) - 1 else len(text)
    if field is not None and field.start() < end:
        end = field.start()
    elif end == len(text) and not _is_title(text):
        return mark.body
    head = text[mark.body : end].rstrip("。")
    return end if len(head) <= _MAX_LONE_HEADING_CHARS and not re.search(r"[；：]", head) else mark.body
