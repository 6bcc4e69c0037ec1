"""The lines of a text, and what can be said about a line without knowing its place in the tree."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from ingest.normalize import is_noise
from ingest.schema import LeftOut
from ingest.split import patterns

MIN_SENTENCE_CHARS = 16  # a shorter line without a full stop may be a heading and is never joined to the next

_LINE = re.compile(r"[^\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(?=\S)")
_BREAK = re.compile(r"\n")
_QUOTES = re.compile(r"[“”]")
_MAX_QUOTE_CHARS = 4000
_TERMINAL = "。！？；：…!?;:"
_CLOSERS = "”’）)》】」』*"
_HAN = "[一二三四五六七八九十]"
_DATE = rf"(?:19|20)\d\d\s*年\s*\d{{1,2}}\s*月\s*\d{{1,2}}\s*日|[二〇○零一九]{{4}}年{_HAN}{{1,3}}月{_HAN}{{1,4}}日"
# matches "2025年7月9日印发", "2025年4月18日"; not "2025年7月9日，学校召开会议"
DATE_LINE = re.compile(rf"^[（(]?\s*(?:{_DATE})\s*(?:印发)?\s*[）)]?$")
# matches "（联系人：张三；联系电话：83215000）"
CONTACT = re.compile(r"^[（(]?\s*(?:联系人|联系电话|联系方式|电\s*话|传\s*真|地\s*址)\s*[:：][^。！？]*$")
# matches "联系人：张三，电话：83215000。" at the end of a text
CONTACT_LINE = re.compile(r"^[（(]?\s*(?:联系人|联系电话|联系方式|咨询电话|监督电话)[^。！？：:]{0,8}[:：][^！？]*$")
# matches "本办法自2025年1月1日起施行"; not "本市自"
IN_FORCE = re.compile(
    r"^本(?:通知|办法|方案|意见|规定|细则|计划|制度|规则|标准|指南|规程|规范|要点|措施|清单|规划|准则|章程)"
    r"(?:自[^。]{2,30}(?:施行|实施|执行|生效)|由[^。]{2,30}负责解释)"
)
CLOSING = re.compile(rf"{_DATE}|印发$|抄送|邮\s*编|电\s*话|传真|网\s*址|联系人|公章|盖章")
# matches "完成时限：9月底前", "配合单位：甲局"; not "工作内容包括："
LABELLED = re.compile(
    r"(?:责任|牵头|主办|主责|配合|协办|参与|负责|实施|完成)(?:责任)?(?:单位|部门|机关|[股科处]室|人|领导|时限|时间)[:：]\s*\S"
)
# what the title of a policy text ends with
TITLE_END = re.compile(
    r"(?:通知|通报|公告|决定|命令|令|意见|办法|规定|条例|细则|规则|规程|规范|准则|方案|计划|规划|纲要|要点|清单|目录|名单|"
    r"报告|函|批复|章程|标准|指南|解释|法|公报|纪要|措施|制度)(?:\s*[（(][^（）()]{1,12}[）)])*$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: text[start:end] without the white space around it; `raw` is where it really starts.

    `gap` counts the blank lines before it, `quoted` says that it starts inside a quotation that ends on a later line,
    `annex` that it heads an annex or names one in a list, `labelled` that it stands in a series 任务1, 任务2, `inside`
    is the word of the series that one is part of (任务 for 措施1 under 任务2).
    """

    start: int
    end: int
    raw: int
    gap: int
    text: str
    quoted: bool = False
    led_by_tab: bool = False
    ends_in_tab: bool = False
    annex: Literal["", "heading", "entry"] = ""
    labelled: bool = False
    inside: str = ""

    @property
    def tabbed(self) -> bool:
        """Whether the line looks like a row of a table: a tab before, inside or after its text."""
        return "\t" in self.text or self.led_by_tab or self.ends_in_tab


def lines_of(text: str) -> tuple[list[Line], list[LeftOut]]:
    """The lines of `text` that hold something to read, and those that hold only noise."""
    found: list[Line] = []
    left: list[LeftOut] = []
    quoted = _quoted_spans(text)
    opens = [span[0] for span in quoted]
    before = 0
    for match in _LINE.finditer(text):
        stripped = match.group().strip()
        if not stripped:
            continue
        start = text.index(stripped[0], match.start())
        end = start + len(stripped)
        led_by_tab = "\t" in text[match.start() : start]
        if not led_by_tab and (hashes := _MARKDOWN_HEADING.match(stripped)):
            left.append(LeftOut(kind="markup", start=start, end=start + len(hashes[1])))
            start, stripped = start + hashes.end(), stripped[hashes.end() :]
        if is_noise(stripped):
            left.append(LeftOut(kind="markup", start=start, end=end))
            continue
        gap = max(text.count("\n", before, start) - 1, 0)
        at = bisect_right(opens, start) - 1
        inside = at >= 0 and quoted[at][0] < start < quoted[at][1]
        ends_in_tab = "\t" in text[end : match.end()]
        found.append(Line(start, end, match.start(), gap, stripped, inside, led_by_tab, ends_in_tab))
        before = end
    return found, left


def _quoted_spans(text: str) -> list[tuple[int, int]]:
    """Quotations “…” that go over a line break; an unclosed mark or a very long distance counts for nothing."""
    spans: list[tuple[int, int]] = []
    open_at: list[int] = []
    for match in _QUOTES.finditer(text):
        if match.group() == "“":
            open_at.append(match.start())
            continue
        if not open_at:
            continue
        start = open_at.pop()
        if match.start() - start <= _MAX_QUOTE_CHARS and _BREAK.search(text, start, match.start()):
            spans.append((start, match.start()))
    spans.sort()
    outer: list[tuple[int, int]] = []
    for span in spans:
        if not outer or span[0] > outer[-1][1]:
            outer.append(span)
    return outer


def finished(text: str) -> bool:
    """Whether a sentence can end here: after 。；： and the like, closing marks aside.

    >>> finished("提高质量。"), finished("建机制。（责任单位：甲局）"), finished("构建“三位"), finished("见图 1-1）")
    (True, True, False, False)
    """
    bare = text.rstrip(_CLOSERS + " \t\u3000")
    if not bare:
        return True
    if bare[-1] in _TERMINAL:
        return True
    opener = max(text.rfind("（"), text.rfind("("))
    return text[-1] in "）)" and opener > 0 and text[opener - 1] in "。！？；;"


def is_continuation(paragraph: str, line: Line) -> bool:
    """Whether an unfinished paragraph goes on in a line: long enough to be a sentence, no new indentation."""
    goes_on = len(paragraph) >= MIN_SENTENCE_CHARS and not finished(paragraph) and not _indented(line)
    return goes_on and not LABELLED.match(line.text)


def _indented(line: Line) -> bool:
    return line.start - line.raw >= 2


def plain(text: str) -> str:
    """A text without white space, for comparing headings."""
    return re.sub(r"\s+", "", text)


def is_closing(line: Line) -> bool:
    """Whether a line could belong to a signature or an address block: short, no sentence, no number, no table."""
    return (
        len(line.text) <= 60
        and not line.tabbed
        and (not re.search(r"[。；！？]", line.text) or CONTACT.match(line.text) is not None)
        and not line.text.endswith("：")
        and not LABELLED.match(line.text)
        and patterns.match_family(line.text) is None
        and not patterns.FIGURE.match(line.text)
        and not patterns.TABLE.match(line.text)
        and not patterns.SOURCE_NOTE.match(line.text)
        and not patterns.NAMED_ANNEX.match(line.text)
    )
