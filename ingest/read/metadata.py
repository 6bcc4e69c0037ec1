"""What a text says about itself: title, number, issuers, dates. Empty where it does not say."""

import re
from dataclasses import dataclass

from ingest.numerals import parse_number
from ingest.split.lines import DATE_LINE, TITLE_END, finished
from ingest.split.patterns import match_family

_HEAD_LINES = 60
_MAX_TITLE_CHARS = 80
# matches "津教政〔2025〕7号", "国发[2019]4号" alone in a line; not a number that is cited in a sentence
_NUMBER = re.compile(r"^[\u4e00-\u9fff]{2,12}\s*[〔\[（(【]\s*(?:19|20)\d\d\s*[〕\]）)】]\s*(?:第\s*)?\d{1,4}\s*号$")
_DATE = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_HAN_DATE = re.compile(
    r"([二一][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,4})日"
)
_ISSUER = re.compile(
    r"^(?:中共|中国)?[\u4e00-\u9fff]{2,25}(?:委员会|人民政府|办公厅|办公室|委|部|局|厅|院|总局|总署|银行|政府|大学|学院)(?:文件)?$"
)


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Dates are ISO 8601."""

    title: str = ""
    number: str = ""
    issuers: tuple[str, ...] = ()
    issued_on: str = ""
    published_on: str = ""


def metadata(text: str) -> Metadata:
    """Read title, number, issuers and dates in the head and the tail of a text."""
    lines = [line.strip(" \t\u3000*#") for line in text.splitlines()]
    lines = [line for line in lines if line]
    head = _before_clauses(lines[:_HEAD_LINES])
    number = next((re.sub(r"\s+", "", line) for line in head if _NUMBER.match(line)), "")
    dates = [line for line in (*lines[:_HEAD_LINES], *lines[-10:]) if DATE_LINE.match(line)]
    printed = next((_iso(line) for line in dates if line.rstrip("）)").endswith("印发")), "")
    issued = next((_iso(line) for line in dates if not line.rstrip("）)").endswith("印发")), "")
    title = _title(head)
    return Metadata(
        title=title,
        number=number,
        issuers=_letterhead(head, title) or _signature(lines) or _before_about(title),
        issued_on=issued,
        published_on=printed,
    )


def _before_clauses(lines: list[str]) -> list[str]:
    """The lines before the first numbered one; all of them when the text begins with a number."""
    first = next((i for i, line in enumerate(lines) if match_family(line)), len(lines))
    return lines[:first]


def _title(head: list[str]) -> str:
    """The first title: 关于……的通知, also when broken over lines, or the first line that ends like one."""
    for index, line in enumerate(head):
        if "关于" not in line or finished(line) or len(line) > _MAX_TITLE_CHARS:
            continue
        title = line
        for following in head[index + 1 : index + 4]:
            if TITLE_END.search(title) or finished(following):
                break
            title += following
        if TITLE_END.search(title) and len(title) <= _MAX_TITLE_CHARS:
            return re.sub(r"\s+", " ", title)
    for line in head:
        if 4 <= len(line) <= _MAX_TITLE_CHARS and TITLE_END.search(line) and not finished(line):
            return re.sub(r"\s+", " ", line)
    first = head[0] if head else ""
    return first if len(first) <= _MAX_TITLE_CHARS and not finished(first) else ""


def _letterhead(head: list[str], title: str) -> tuple[str, ...]:
    """The organisations of the letterhead: lines before the title that name nothing else."""
    found: list[str] = []
    for line in head[:20]:
        if title.startswith(line) or "关于" in line or finished(line) or (found and _NUMBER.match(line)):
            break
        found += [name.removesuffix("文件") for name in _organisations(line)]
    return tuple(dict.fromkeys(found))


def _signature(lines: list[str]) -> tuple[str, ...]:
    """The organisations that signed: the lines before the last date that stands alone."""
    dates = [at for at, line in enumerate(lines) if DATE_LINE.match(line) and not line.rstrip("）)").endswith("印发")]
    found: list[str] = []
    for line in reversed(lines[: dates[-1]] if dates else []):
        if not (names := _organisations(line)):
            break
        found = [*names, *found]
    return tuple(dict.fromkeys(found))


def _before_about(title: str) -> tuple[str, ...]:
    """The organisations that a title begins with: 甲市教育局 甲市财政局关于……的通知."""
    before, about, _ = title.partition("关于")
    return tuple(_organisations(before)) if about else ()


def _organisations(line: str) -> list[str]:
    """The names of a line that holds nothing else, [] for any other."""
    parts = line.split()
    return parts if all(_ISSUER.match(part) for part in parts) else []


def _iso(line: str) -> str:
    if match := _DATE.search(line):
        return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    if match := _HAN_DATE.search(line):
        year, month, day = (parse_number(part) or 0 for part in match.groups())
        return f"{year:04d}-{month:02d}-{day:02d}"
    return ""
