"""What OCR regularly gets wrong in numbering and can be put right from what stands around it. Every change is noted.

Brackets of 《 and 〈 before a number that ends with a round one are round; a number that is unreadable between （五）
and （七） is （六）; the cells of a column 序号 count on.
"""

import re

from ingest.numerals import NUMERAL, han_number, parse_number
from ingest.split.patterns import CONTENTS, CONTENTS_ENTRY

# matches "《四)构建", "(十一）打造", "人三)质量": a number in brackets at the start of a line
_NUMBER = re.compile(rf"^(?P<indent>\s*)(?:[（(《〈【]{{1,2}}|[人入八](?=\D))\s*(?P<n>{NUMERAL})\s*[)）〉】](?!号)")
# matches "《NX)创建", "WAN)做强", "伍)交流", "()课程": something short before a closing bracket, no number
_UNREAD = re.compile(
    r"^(?P<indent>\s*)(?:[（(《〈]{1,2}[^\s\d（(《〈)）》〉]{0,3}|[^\s\d\u4e00-\u9fff)）]{1,4}|[\u4e00-\u9fff]{1,2})[)）]"
)
# matches "案例2-]以", "表2-]1行业": a bracket read for the digit 1, or beside it
_CAPTION_ONE = re.compile(r"^(\s*(?:表|图|案例)\s*\d{1,2}\s*[-－—–]\s*)[\[\]|Il](1?)(?=\D)")
_CAPTION_BAR = re.compile(r"^(\s*(?:表|图|案例)\s*\d{1,2})[\[\]|](?=\s*[-－—–])")
_HALF_BRACKETS = re.compile(r"\((?=[^()（）\n]{0,40}\))([^()（）\n]*[\u3400-\u9fff][^()（）\n]*)\)")
_MIXED_BRACKETS = re.compile(r"（([^()（）\n]{1,60})\)|\(([^()（）\n]{1,60})）")
_LEAST_SHARE = 0.6
_MAX_ENTRY_CHARS = 80
_LEADERS = "........"
# matches "\t四" in "一、总则\t四": what OCR made of a page number
_UNREAD_PAGE = re.compile(r"\t\s*\S{1,4}$")


_Number = tuple[int, bool]  # the value of a number in brackets, and whether it is written in digits


def mended(text: str) -> tuple[str, list[str]]:
    """The text with its numbering put right, and a note for each number that was not read but inferred."""
    lines = text.split("\n")
    _mend_contents(lines)
    numbers: list[_Number | None] = []
    for index, line in enumerate(lines):
        line = lines[index] = _CAPTION_ONE.sub(r"\g<1>1", _CAPTION_BAR.sub(r"\1", line))
        match = _NUMBER.match(line)
        value = parse_number(match["n"]) if match else None
        numbers.append((value, match["n"].isascii()) if match and value else None)
        if match and value:
            lines[index] = f"{match['indent']}（{match['n']}）{line[match.end() :].lstrip()}"
    notes: list[str] = []
    for index, line in enumerate(lines):
        match = _UNREAD.match(line) if numbers[index] is None else None
        due = _due(numbers, index) if match else None
        if match and due is not None:
            written = f"（{due[0] if due[1] else han_number(due[0])}）"
            notes.append(f"“{match.group().strip()}”按前后编号读作“{written}”，请对照原件")
            lines[index] = f"{match['indent']}{written}{line[match.end() :].lstrip()}"
            numbers[index] = due
    text = "\n".join(_paired(line) for line in lines)
    text = _HALF_BRACKETS.sub(r"（\1）", text)
    return _MIXED_BRACKETS.sub(lambda m: f"（{m[1] or m[2]}）", text), notes


def _mend_contents(lines: list[str]) -> None:
    """Entries of a contents list whose page number was misread or lost get leader dots for it."""
    inside = False
    for index, line in enumerate(lines):
        if CONTENTS.match(line.strip()):
            inside = True
        elif inside and line.strip() and not CONTENTS_ENTRY.search(line):
            near = [other for other in lines[index + 1 : index + 5] if other.strip()]
            entries = sum(1 for other in near if CONTENTS_ENTRY.search(other) or CONTENTS.match(other.strip()))
            inside = len(line) <= _MAX_ENTRY_CHARS and entries * 2 >= len(near) > 0
            if inside:
                lines[index] = _UNREAD_PAGE.sub("", line).rstrip() + _LEADERS


def _paired(line: str) -> str:
    """The quotation marks of a paragraph in turn opening and closing: OCR often takes one for the other."""
    marks = [index for index, char in enumerate(line) if char in '“”"']
    out = list(line)
    for position, index in enumerate(marks):
        out[index] = "“" if position % 2 == 0 and position + 1 < len(marks) else "”"
    return "".join(out)


def _due(numbers: "list[_Number | None]", index: int) -> "_Number | None":
    """The number that is missing at a line: the one between its neighbours, or the one before a two."""
    before = next((n for n in reversed(numbers[:index]) if n is not None), None)
    after = next((n for n in numbers[index + 1 :] if n is not None), None)
    if after is not None and after[0] == 2 and (before is None or before != (1, after[1])):
        return 1, after[1]
    if before is None or (after is not None and after[1] == before[1] and after[0] not in (before[0] + 2, 1)):
        return None
    return before[0] + 1, before[1]


def counted(read: list[str]) -> list[str] | None:
    """The cells of a column of running numbers, as they must be; None when too few of them agree on it.

    >>> counted(["6", "7", "8", "9", "10", "1"])
    ['6', '7', '8', '9', '10', '11']
    """
    starts = [int(cell) - index for index, cell in enumerate(read) if cell.isascii() and cell.isdigit()]
    if len(read) < 2 or not starts:
        return None
    start = max(set(starts), key=starts.count)
    if start < 1 or starts.count(start) < max(2, _LEAST_SHARE * len(read)):
        return None
    return [str(start + index) for index in range(len(read))]
