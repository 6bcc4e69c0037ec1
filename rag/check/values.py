"""Figures, dates and ordinals of a text as values that can be compared: 2.22亿元 is 22156.00万元, rounded.

All work on bare texts (`rag.check.bare`). Two values are compared only by who knows that they stand in the same slot.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from ingest.numerals import parse_number
from rag.check.words import AFTER, BEFORE, Bound
from rag.remembered import remembered

ROUNDING = 0.05  # share by which a figure that says 约, 近, 超 may differ
_HAN_NUMBER = "零〇一二两三四五六七八九十百千"
_NUMBER = rf"(?:\d{{1,15}}(?:\.\d{{1,9}})?|[{_HAN_NUMBER}]{{1,9}})"
_TIMES = {"万亿": 1e12, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2}
# Units that count: a longer one first. A number in Chinese numerals is a figure only before one of these.
_UNITS = (
    "个百分点", "百分点", "平方公里", "平方米", "立方米", "公里", "千米", "公顷", "美元", "欧元", "学时",
    "课时", "学分",
    "人次", "部门", "小时", "分钟", "工作日", "周年", "年度", "学年", "学期", "季度", "个月", "倍", "元", "人",
    "名", "位",
    "个", "所", "家", "项", "门", "条", "类", "种", "支", "套", "间", "亩", "台", "次", "场", "批", "届", "期",
    "轮", "级",
    "年", "月", "日", "天", "周", "岁", "册", "部", "篇", "本", "张", "件", "款", "点", "章", "节", "组", "对",
    "辆", "座",
    "处", "片", "区", "县", "市", "省", "国", "校", "院", "系", "班", "吨", "米", "克", "度", "分", "票", "幅",
    "户", "层",
    "方面", "方", "大", "字", "型", "号", "%", "‰", "℃", "成", "折",
)  # fmt: skip
# Characters after which a unit is the beginning of a word: 6支持, 36项目, 3人才
_WORDS_OF_UNITS = {
    "支": "持撑付援教配", "项": "目", "部": "门分署队", "人": "才员民力工口社事", "级": "别", "门": "类户",
    "区": "域", "条": "件例款",
    "班": "级", "大": "学型力赛批", "方": "式案向法", "年": "级", "校": "企园长", "个": "性体别",
    "家": "庭长政", "名": "单师校称",
    "款": "项", "点": "击", "市": "场", "国": "家际", "院": "校", "系": "统列", "层": "次", "处": "理置",
    "期": "间限", "类": "别型",
    "本": "科市校", "分": "类析别配", "组": "织建", "对": "接标", "度": "过", "位": "置", "周": "边",
    "日": "常", "月": "度",
}  # fmt: skip
_UNIT = "|".join(
    re.escape(unit) + (f"(?![{_WORDS_OF_UNITS[unit]}])" if unit in _WORDS_OF_UNITS else "") for unit in _UNITS
)
_BEFORE = "|".join(sorted(BEFORE, key=len, reverse=True))
_DATE = re.compile(
    r"(?<!\d[-至到])(?P<year>(?:19|20)\d\d)年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?度?(?![-至到]\d)"
    r"|(?P<month2>\d{1,2})月(?P<day2>\d{1,2})日"
    r"|(?P<plan>十[一二三四五六七八九]五)"  # 十四五 / not 十五
    r"|(?<![\d.])(?P<iso>(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?![\d.])"
)  # 2025年7月9日, 7月9日, 2025-07-09 / not 2025年度
_ORDINAL = re.compile(
    rf"第(?P<number>\d{{1,9}}|[{_HAN_NUMBER}]{{1,9}})(?P<unit>批|届|轮|期|次|阶段|名|位|年|季度|代|类|个|家|所)"
)
_SHARE = re.compile(rf"百分之(?P<number>{_NUMBER})")  # 百分之六十
_FIGURE = re.compile(
    rf"(?P<before>{_BEFORE})?(?P<low>{_NUMBER})(?P<more>多|余)?(?P<times>万亿|千万|百万|十万|万|亿|千|百)?(?P<lowunit>%|{_UNIT})?"
    rf"(?:(?:[-至到])(?P<high>{_NUMBER})(?P<hightimes>万亿|千万|百万|万|亿|千|百)?(?P<more2>多|余)?(?P<unit>{_UNIT})?)?"
)
# 不超过教师总数30%: the bound stands a few words before its figure
_FAR = re.compile(r"(?P<far>不超过|不高于|不多于|不低于|不少于|至少|最多|高于|低于)[\u4e00-\u9fff]{1,8}$")
_AFTER = re.compile(r"(?P<after>以上|以下|以内|之内|左右|上下)")
_IDIOM = re.compile(r"[一二三四五六七八九十两百千万]+(?:批|些|体|流|线|般|定|样|系列|起|致|切|旦|直|律|贯|级|代|分|大)")


_NO_ONE = tuple("上下同每近前某另任新统唯单这那")  # 上一年度 counts nothing


class ValueKind(StrEnum):
    """What a value says."""

    DATE = "date"
    FIGURE = "number"
    ORDINAL = "ordinal"


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value of a bare text: `written == text[start:end]`; `low == high` unless it is a range."""

    kind: ValueKind
    written: str
    start: int
    end: int
    low: float
    high: float
    unit: str = ""
    bound: Bound = Bound.EXACT
    decimals: float = 0.0  # size of the last written digit's unit: 0.01 for 2.22, 1e6 for 2.22亿

    @cached_property
    def comparable(self) -> tuple[str, str]:
        """Values are comparable when these are equal."""
        return self.kind.value, _UNIT_CLASS.get(self.unit, self.unit)


_UNIT_CLASS = {"名": "人", "位": "人", "天": "日", "个百分点": "百分点", "成": "%", "折": "%", "学年": "年",
               "年度": "年", "周年": "年", "所": "家", "大": "个", "方面": "个"}  # fmt: skip


@remembered(entries=4096, longest=500)
def values_in(text: str) -> tuple[Value, ...]:
    """Return the values of a bare text in order of place."""
    found: list[Value] = []
    taken = [False] * (len(text) + 1)

    def add(value: Value | None) -> None:
        if value is not None and not any(taken[value.start : value.end]):
            found.append(value)
            taken[value.start : value.end] = [True] * (value.end - value.start)

    for match in _DATE.finditer(text):
        add(_date(match))
    for match in _ORDINAL.finditer(text):
        number = parse_number(match["number"])
        add(None if number is None else _plain(match, ValueKind.ORDINAL, float(number), match["unit"]))
    for match in _SHARE.finditer(text):
        share = _number(match["number"])
        add(None if share is None else _plain(match, ValueKind.FIGURE, share, "%"))
    for match in _FIGURE.finditer(text):
        add(_figure(match, text))
    return tuple(sorted(found, key=lambda value: value.start))


def _plain(match: re.Match[str], kind: ValueKind, number: float, unit: str) -> Value:
    return Value(
        kind=kind, written=match.group(), start=match.start(), end=match.end(), low=number, high=number, unit=unit
    )


def _date(match: re.Match[str]) -> Value:
    if match["plan"]:
        return _plain(match, ValueKind.DATE, float(parse_number(match["plan"][:-1]) or 0), "五")
    if match["iso"]:
        year, month, day = (int(part) for part in re.split(r"[-/.]", match["iso"]))
    else:
        year = int(match["year"] or 0)
        month, day = int(match["month"] or match["month2"] or 0), int(match["day"] or match["day2"] or 0)
    return _plain(match, ValueKind.DATE, float(year * 10_000 + month * 100 + day), "date")


def _number(written: str) -> float | None:
    if written[:1].isdigit():
        return float(written)
    parsed = parse_number(written)
    return None if parsed is None else float(parsed)


def _figure(match: re.Match[str], text: str) -> Value | None:
    unit = match["unit"] or match["lowunit"] or ""
    han = match["low"][0] in _HAN_NUMBER
    if han and (not unit or _IDIOM.match(text, match.start("low")) or (unit == "成" and not match["before"])):
        return None
    if (
        han
        and match["low"] == "一"
        and (match["before"] or text[match.start("low") - 1 : match.start("low")] in _NO_ONE)
    ):
        return None
    low, high = _number(match["low"]), _number(match["high"]) if match["high"] else None
    if low is None:
        return None
    times = _TIMES.get(match["hightimes"] or match["times"] or "", 1.0)
    scale = {"成": 10.0, "折": 10.0}.get(unit, 1.0)
    after = _AFTER.match(text, match.end())
    far = _FAR.search(text, max(match.start() - 12, 0), match.start())
    bound = BEFORE.get(match["before"] or (far["far"] if far else "")) or (AFTER[after["after"]] if after else None)
    bound = bound or (Bound.LOWER if match["more"] or match["more2"] else Bound.EXACT)
    digits = len(match["low"].partition(".")[2])
    return Value(
        kind=ValueKind.FIGURE,
        written=match.group(),
        start=match.start(),
        end=match.end(),
        low=low * (times if high is None or match["hightimes"] or match["times"] else 1.0) * scale,
        high=(low if high is None else high) * times * scale,
        unit=unit,
        bound=bound,
        decimals=times * scale * 10.0**-digits,
    )


def same_value(draft: Value, source: Value, *, rounded: bool) -> bool:
    """Whether two comparable values are equal; `rounded` allows what the draft's digits and words allow (约2.22亿)."""
    if draft.kind is ValueKind.DATE:
        return draft.low == source.low or (rounded and _part_of_date(draft.low, source.low))
    if not rounded:
        return draft.low == source.low and draft.high == source.high
    vague = draft.bound is not Bound.EXACT or draft.unit in ("成", "折")
    return _close(draft.low, source.low, draft, vague=vague) and _close(draft.high, source.high, draft, vague=vague)


def _close(draft: float, source: float, value: Value, *, vague: bool) -> bool:
    if draft == source:
        return True
    slack = ROUNDING * abs(source) if vague else 0.0
    coarser = value.decimals > 1.0 or (value.decimals < 1.0 and source != round(source, 1))
    return abs(draft - source) <= max(slack, value.decimals / 2 + 1e-9 if coarser or vague else 1e-9)


def _part_of_date(draft: float, source: float) -> bool:
    """Whether the draft's date leaves out what the source says: 2025年 for 2025年7月9日, 7月9日 for it."""
    (y1, m1, d1), (y2, m2, d2) = _parts(draft), _parts(source)
    pairs = [(y1, y2), (m1, m2), (d1, d2)]
    return all(a == b or not a for a, b in pairs) and any(a == b and a for a, b in pairs)


def _parts(date: float) -> tuple[int, int, int]:
    whole = int(date)
    return whole // 10_000, whole // 100 % 100, whole % 100


def year_of(value: Value) -> int:
    """Return the year that a date names, 0 for anything else."""
    return _parts(value.low)[0] if value.kind is ValueKind.DATE and value.unit == "date" else 0


def bounds_conflict(draft: Value, source: Value) -> bool:
    """Whether a ceiling became a floor, or a bound was dropped or invented; 约 and 左右 bind nothing."""
    weak = {Bound.ABOUT, Bound.EXACT}
    if draft.bound is source.bound or (draft.bound in weak and source.bound in weak):
        return False
    if draft.bound is Bound.ABOUT:
        return False
    return {draft.bound, source.bound} == {Bound.UPPER, Bound.LOWER} or source.bound is not Bound.EXACT
