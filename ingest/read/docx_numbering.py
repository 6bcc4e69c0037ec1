"""Automatic numbering: the numbers that a docx does not contain but that Word shows, computed as Word does.

Source: ISO/IEC 29500-1, 17.9 (numbering). A paragraph names a list (numId) and a level; the list names an abstract
list, whose levels say how a number is written ("第%1条", "%1.%2") and in which numerals. Lists of one abstract list
count on together, unless a list overrides a level's start: then it begins anew where it is first used.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.numerals import han_number
from ingest.read.docx_package import W, integer

if TYPE_CHECKING:
    from lxml.etree import _Element

LEVELS = 9
_NO_SPACE_AFTER = "、）)．】〕"


@dataclass(slots=True)
class Level:
    """How one level writes and counts its numbers."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None  # the level after which it starts again; None: any outer one; 0: never
    legal: bool = False  # all numbers in digits
    glued: bool = False  # nothing stands between number and text
    style: str = ""


@dataclass(slots=True)
class _List:
    """A numId: its abstract list and the levels that it changes."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)


class Numbering:
    """Counts through a document: `next` is called once for each numbered paragraph, in order."""

    def __init__(self, part: "_Element | None", style_lists: dict[str, str] | None = None) -> None:
        self._abstract: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._by_style: dict[str, tuple[str, int]] = {}  # paragraph style -> (abstract list, level)
        if part is not None:
            self._load(part, style_lists or {})

    def _load(self, part: "_Element", style_lists: dict[str, str]) -> None:
        links: dict[str, str] = {}
        for element in part.iterfind(f"{W}abstractNum"):
            name = element.get(f"{W}abstractNumId", "")
            self._abstract[name] = {integer(e.get(f"{W}ilvl"), 0): _level(e) for e in element.iterfind(f"{W}lvl")}
            if (link := element.find(f"{W}numStyleLink")) is not None:
                links[name] = link.get(f"{W}val", "")
        for element in part.iterfind(f"{W}num"):
            reference = element.find(f"{W}abstractNumId")
            found = _List(abstract="" if reference is None else reference.get(f"{W}val", ""))
            for override in element.iterfind(f"{W}lvlOverride"):
                depth = integer(override.get(f"{W}ilvl"), 0)
                if (start := override.find(f"{W}startOverride")) is not None:
                    found.starts[depth] = integer(start.get(f"{W}val"), 1)
                if (level := override.find(f"{W}lvl")) is not None:
                    found.levels[depth] = _level(level)
            self._lists[element.get(f"{W}numId", "")] = found
        for name, style in links.items():  # an abstract list that only points to a style's list
            if (target := self._lists.get(style_lists.get(style, ""))) is not None:
                for entry in self._lists.values():
                    if entry.abstract == name:
                        entry.abstract = target.abstract

    def level_of_style(self, list_id: str, style: str) -> int:
        """The level that a list ties to a paragraph style, 0 when it ties none."""
        entry = self._lists.get(list_id)
        levels = self._abstract.get(entry.abstract, {}) if entry is not None else {}
        return next((depth for depth, level in levels.items() if level.style == style), 0)

    def next(self, list_id: str, depth: int) -> str:
        """The number of the next paragraph of a list, with the space after it; "" for bullets and unknown lists."""
        entry = self._lists.get(list_id)
        if entry is None or not 0 <= depth < LEVELS:
            return ""
        levels = {**self._abstract.get(entry.abstract, {}), **entry.levels}
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(entry.abstract, [None] * LEVELS)
        before = counts[depth]
        if depth in entry.starts and depth not in entry.used:
            counts[depth] = entry.starts[depth]
        else:
            counts[depth] = level.start if before is None else before + 1
        entry.used.add(depth)
        for inner in range(depth + 1, LEVELS):
            restart = levels[inner].restart if inner in levels else None
            if restart is None or (restart and depth < restart):
                counts[inner] = None
        return _shown(level, levels, counts)


def _shown(level: Level, levels: dict[int, Level], counts: list[int | None]) -> str:
    """The number as the level writes it."""
    if level.form == "bullet":
        return ""
    out = level.text
    for depth in range(LEVELS):
        mark = f"%{depth + 1}"
        if mark not in out:
            continue
        outer = levels.get(depth, Level())
        value = counts[depth]
        if value is None:
            value = counts[depth] = outer.start
        out = out.replace(mark, numeral(value, "decimal" if level.legal else outer.form))
    out = out.strip()
    if not out:
        return ""
    return out if level.glued or out[-1] in _NO_SPACE_AFTER else out + " "


def _level(element: "_Element") -> Level:
    def value(name: str) -> str | None:
        child = element.find(f"{W}{name}")
        return None if child is None else child.get(f"{W}val", "")

    restart = value("lvlRestart")
    legal = element.find(f"{W}isLgl")
    return Level(
        start=integer(value("start"), 0 if value("start") is None else 1),
        form=value("numFmt") or "decimal",
        text=value("lvlText") or "",
        restart=None if restart is None else integer(restart, 0),
        legal=legal is not None and legal.get(f"{W}val", "1") not in ("0", "false", "off"),
        glued=value("suff") == "nothing",
        style=value("pStyle") or "",
    )


# ---- numerals ---------------------------------------------------------------------------------------------------


def numeral(value: int, form: str) -> str:
    """A number in one of the numeral systems of 17.18.59 (ST_NumberFormat); unknown ones in digits.

    >>> numeral(12, "chineseCounting"), numeral(4, "decimalEnclosedCircleChinese"), numeral(9, "lowerRoman")
    ('十二', '④', 'ix')
    """
    return _FORMS.get(form, str)(value)


def _from_table(chars: str) -> Callable[[int], str]:
    return lambda value: chars[value - 1] if 0 < value <= len(chars) else str(value)


def _run(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


def _letters(value: int) -> str:
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1) if 0 < value <= 780 else str(value)


def _roman(value: int) -> str:
    if not 0 < value < 4000:
        return str(value)
    out = ""
    for size, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        out += sign * (value // size)
        value %= size
    return out


def _digital(value: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value)) if value >= 0 else str(value)


def _legal(value: int) -> str:
    written = han_number(value)
    written = "一" + written if written.startswith("十") else written
    return written.translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))


_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_CIRCLED = _from_table(_run(0x2460, 0x2473))
_HAN_FORMS = [
    "chineseCounting",
    "chineseCountingThousand",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "japaneseCounting",
    "ideographLegalTraditional",
    "koreanCounting",
]
_FORMS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(_HAN_FORMS, han_number),
    **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _digital),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _CIRCLED),
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal,
    "ideographTraditional": _from_table(_STEMS),
    "ideographZodiac": _from_table(_BRANCHES),
    "ideographEnclosedCircle": lambda value: "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"[value - 1] if 0 < value <= 10 else str(value),
    "decimalEnclosedParen": _from_table(_run(0x2474, 0x2487)),
    "decimalEnclosedFullstop": _from_table(_run(0x2488, 0x249B)),
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": lambda value: str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerLetter": _letters,
    "upperRoman": lambda value: _roman(value).upper(),
    "lowerRoman": _roman,
    "none": lambda _value: "",
}
