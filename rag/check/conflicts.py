"""What makes words outside quotation marks false: a figure, a department, a denial, a duty of the source turned.

Pure functions over bare texts. Values are compared only in the same slot: the segment of the source that shares most
words with the part of the sentence where the value stands.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise

from ingest.departments import Departments, Mention
from rag.check.schema import DifferenceKind
from rag.check.values import Value, ValueKind, bounds_conflict, same_value, values_in, year_of
from rag.check.words import ALLOWED, DENIAL, DUTY, FAMILIES, FORBIDDEN, REQUIRED, same_duty

SAME_SLOT = 0.8  # of the best segment's overlap: segments from here on may hold the value meant
KEYED = 0.6  # what a cell gains whose row or column is of the year that the sentence speaks of
MIN_BESIDE = 3  # characters beside a figure that say what it counts
SLOT = 0.3  # overlap from which a segment is about the same thing at all
OTHER_SLOT = 0.3  # by which another figure's words must fit better than those of the equal one
SAME_WORDS, CLOSER = 0.9, 0.15  # the same where another figure's words are nearly all of the draft's
OWN_SLOT = 0.6  # overlap from which a figure's words are the ones meant
TAIL = 6  # characters after a denial or a duty word that say what is denied
_COMPARED = ("比", "较", "同比", "增", "减", "下降", "上升", "提高", "降低", "高出", "低于", "占")

Weights = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A sentence part, a row or a cell of the source with the words around it; `text` is bare."""

    text: str
    around: str = ""  # headings of columns and clauses: help to find the slot, hold values too
    key: int = 0  # whatever the caller wants to know it by
    own: bool = True  # False for a piece that only repeats a larger one


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Two words that cannot both be true; offsets in the bare draft part (-1: none) and in the segment."""

    kind: DifferenceKind
    draft: str
    source: str
    draft_start: int = -1
    draft_end: int = -1
    segment: int = -1  # key of the segment
    certain: bool = True  # False: the source merely does not say it


def overlap(words: str, text: str, weights: Weights) -> float:
    """Return the weighted share of the pairs of characters of `words` that `text` holds."""
    total = held = 0.0
    for pair, times in _pairs(words):
        weight = times * weights.get(pair, 0.0)
        total += weight
        held += weight if pair in text else 0.0
    return held / total if total else 0.0


@lru_cache(maxsize=4)  # one statement's words are held against many texts in turn
def _pairs(words: str) -> tuple[tuple[str, int], ...]:
    """Return the pairs of characters of a text, each once with how often it stands there."""
    return tuple(Counter(first + second for first, second in pairwise(words)).items())


# ---- figures, dates, ordinals ----------------------------------------------------------------------------------


def value_conflicts(parts: Sequence[str], whole: str, segments: Sequence[Segment], weights: Weights) -> list[Conflict]:
    """Return the values of a statement's parts that the source's segments contradict."""
    held = [(segment, value) for segment in segments for value in values_in(segment.text + segment.around)]
    years = {id(segment): {year_of(value) for of, value in held if of is segment} - {0} for segment in segments}
    fits = {id(segment): overlap(whole, segment.text + segment.around, weights) for segment in segments} if held else {}
    found: list[Conflict] = []
    offset = year = 0
    for part in parts:
        values = values_in(part)
        slots = {
            id(segment): 0.75 * overlap(part, segment.text + segment.around, weights) + 0.25 * fits[id(segment)]
            for segment in (segments if values and held else ())
        }
        for value in values:
            ranked = {key: slot + (KEYED if year in years[key] else 0.0) for key, slot in slots.items()}
            conflict = _value_conflict(value, part, held, slots if year_of(value) else ranked)
            conflict = conflict or _swapped(value, part, held, year, weights)
            year = year_of(value) or year
            if conflict is not None:
                found.append(_moved(conflict, offset))
        offset += len(part)
    return found


def _value_conflict(
    value: Value, part: str, held: Sequence[tuple[Segment, Value]], ranked: Mapping[int, float]
) -> Conflict | None:
    rivals = [(ranked[id(segment)], segment, other) for segment, other in held if _comparable(value, other)]
    if not rivals:
        return _without_rival(value, held, ranked, part)
    days = [rival for rival in rivals if _is_day(rival[2])]
    if _is_day(value) and any(other.low == value.low for _, _, other in days):
        rivals = days  # a day that the source names is not compared with a year: 2026年1月9日 and 2025年度
    best = max(score for score, _, _ in rivals)
    near = [(score, segment, other) for score, segment, other in rivals if score >= SAME_SLOT * best]
    equal = [other for _, _, other in near if same_value(value, other, rounded=True)]
    if equal:
        clash = next((other for other in equal if bounds_conflict(value, other)), None)
        if clash is None or any(not bounds_conflict(value, other) for other in equal):
            return None
        return _clash(DifferenceKind.COMPARATOR, value, clash.written, _key(near, clash))
    if _derived(value, part, [other for _, _, other in near] or [other for _, _, other in rivals]):
        return None
    _, segment, other = max(near, key=lambda rival: (rival[0], _closeness(value, rival[2])))
    kind = DifferenceKind.DATE if value.kind is ValueKind.DATE else DifferenceKind.NUMBER
    return _clash(kind, value, other.written, segment.key, certain=best >= SLOT / 2)


def _swapped(
    value: Value, part: str, held: Sequence[tuple[Segment, Value]], year: int, weights: Weights
) -> Conflict | None:
    """Say that a figure which the source has stands with other words there: 11所…和13所… for 13所…和11所…."""
    if value.kind is not ValueKind.FIGURE or len(words := _beside(value, part)) < MIN_BESIDE:
        return None
    rivals = [
        (overlap(words, _beside(other, segment.text) + segment.around, weights), segment, other)
        for segment, other in held
        if other.start < len(segment.text) and _comparable(value, other) and _of_year(segment, year)
    ]
    own = max((fit for fit, _, other in rivals if same_value(value, other, rounded=True)), default=1.0)
    fit, segment, other = max(
        (rival for rival in rivals if not same_value(value, rival[2], rounded=True)),
        key=lambda rival: rival[0],
        default=(0.0, None, None),
    )
    if segment is None or other is None or fit < OWN_SLOT:
        return None
    if any(part in one.text for one, _ in held):
        return None  # word for word: its figures stand where the source has them
    if fit - own < (CLOSER if fit >= SAME_WORDS else OTHER_SLOT):
        return None
    return _clash(DifferenceKind.NUMBER, value, other.written, segment.key)


def _beside(value: Value, text: str) -> str:
    """Return the words that a figure counts: behind it (13所学校), before it where the text ends in one (占98%)."""
    starts, ends = _figures(text)
    if len(ends) < 2:
        return text[: value.start] + text[value.end :]
    if len(text) - ends[-1] < MIN_BESIDE:
        before = bisect_right(ends, value.start)
        return text[ends[before - 1] if before else 0 : value.start]
    behind = bisect_left(starts, value.end)
    return text[value.end : starts[behind] if behind < len(starts) else len(text)]


@lru_cache(maxsize=256)
def _figures(text: str) -> tuple[list[int], list[int]]:
    """Return where a text's figures start and end, in order of place."""
    figures = [one for one in values_in(text) if one.kind is ValueKind.FIGURE]
    return [one.start for one in figures], [one.end for one in figures]


def _of_year(segment: Segment, year: int) -> bool:
    years = {year_of(value) for value in values_in(segment.text + segment.around)} - {0}
    return not year or not years or year in years


def _clash(kind: DifferenceKind, value: Value, source: str, segment: int, *, certain: bool = True) -> Conflict:
    return Conflict(
        kind=kind,
        draft=value.written,
        source=source,
        draft_start=value.start,
        draft_end=value.end,
        segment=segment,
        certain=certain,
    )


def _without_rival(
    value: Value, held: Sequence[tuple[Segment, Value]], ranked: Mapping[int, float], part: str
) -> Conflict | None:
    """Say what is wrong with a value of whose unit the source has none: another unit, or nothing at all."""
    same = [
        (ranked[id(segment)], segment, other)
        for segment, other in held
        if other.low == value.low and other.high == value.high and other.kind is value.kind
    ]
    if same:
        _, segment, other = max(same, key=lambda one: one[0])
        if not other.unit or not value.unit:
            return None
        return Conflict(
            kind=DifferenceKind.UNIT, draft=value.written, source=other.written, draft_start=value.start,
            draft_end=value.end, segment=segment.key,
        )  # fmt: skip
    if value.kind is ValueKind.FIGURE and (not value.unit or value.low <= 2):
        return None
    if _derived(value, part, [other for _, other in held]):
        return None
    kind = DifferenceKind.DATE if value.kind is ValueKind.DATE else DifferenceKind.NUMBER
    return Conflict(
        kind=kind, draft=value.written, source="", draft_start=value.start, draft_end=value.end, certain=False
    )


def _is_day(value: Value) -> bool:
    return value.kind is ValueKind.DATE and value.low % 100 > 0 and value.unit == "date"


def _comparable(value: Value, other: Value) -> bool:
    if value.comparable == other.comparable:
        return True
    bare_figure = value.kind is ValueKind.FIGURE and other.kind is ValueKind.FIGURE and not other.unit
    return bare_figure and value.low == other.low  # a table's cell holds its unit in the header


def _closeness(value: Value, other: Value) -> float:
    return -abs(value.low - other.low) / (abs(value.low) + abs(other.low) + 1.0)


def _key(near: Iterable[tuple[float, Segment, Value]], value: Value) -> int:
    return next((segment.key for _, segment, other in near if other is value), -1)


def _derived(value: Value, part: str, others: Sequence[Value]) -> bool:
    """Whether the value follows from two of the source: 0.01个百分点 = 99.00% - 98.99%, a share, a growth, a sum."""
    if value.kind is not ValueKind.FIGURE or not any(word in part for word in (*_COMPARED, "共", "合计", "总")):
        return False
    figures = [other.low for other in others if other.kind is ValueKind.FIGURE][:40]
    wanted, slack = value.low, max(value.decimals / 2, 1e-9) + 1e-9
    compared = value.unit in ("个百分点", "百分点", "%") or any(word in part for word in _COMPARED)
    if compared and any(abs(abs(a - b) - wanted) <= slack for a, b in combinations(figures, 2)):
        return True
    if value.unit in ("%", "成", "倍"):
        scale = 1.0 if value.unit == "倍" else 100.0
        ratios = (
            scale * ratio
            for a, b in combinations(figures, 2)
            if a and b
            for ratio in (a / b, b / a, abs(a - b) / a, abs(a - b) / b)
        )
        return any(abs(ratio - wanted) <= slack for ratio in ratios)
    return any(a != b and abs(a + b - wanted) <= slack for a, b in combinations(figures, 2)) or sum(figures) == wanted


def _moved(conflict: Conflict, by: int) -> Conflict:
    return replace(conflict, draft_start=conflict.draft_start + by, draft_end=conflict.draft_end + by)


# ---- departments -----------------------------------------------------------------------------------------------


def foreign_departments(
    said: Sequence[Mention], held: Iterable[str], departments: Departments, *, open_set: bool = True
) -> list[Mention]:
    """Return the departments said that the source (canonical names) does not hold, former names and kinds aside."""
    families = {member for name in held for member in departments.family(name)}
    return [
        mention
        for mention in said
        if mention.name not in families and not (open_set and departments.is_generic(mention.name))
    ]


# An institution: up to six characters and what it is, cut at what cannot be part of its name.
_INSTITUTION = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,8}?(?:大学|集团|公司|研究院|医院|银行|职业技术学院|职业学院|技术学院|日报社|出版社))"
)
_NOT_OF_NAME = re.compile(
    r"^.*(?:支持|推动|推进|依托|联合|组织|引导|鼓励|由|和|与|及|以|在|对|向|为|等|的|是|让|如|会同|包括|发挥|共享|建设|指导|整合|要求|安排|根据|按照)"
)
_KIND_OF = re.compile(
    r"(?:高等|普通|重点|本科|应用型|应用|各类|有关|相关|我国|一流|世界|知名|国内|海外|国外|市属|所属|骨干|著名|水平|省属|部属|综合|理工类|民办|地方|龙头|企业|上市|控股|责任|有限|股份|各|类|型|等)$"
)


def names_in(text: str) -> list[tuple[int, str]]:
    """Return (offset, name) of the institutions that a text names: 南开大学, not 高水平大学."""
    found: list[tuple[int, str]] = []
    for match in _INSTITUTION.finditer(text):
        name = match["name"]
        cut = _NOT_OF_NAME.match(name)
        start = match.start() + (cut.end() if cut else 0)
        name = text[start : match.end()]
        body = re.sub(r"(?:大学|集团|公司|研究院|医院|银行|职业技术学院|职业学院|技术学院|日报社|出版社)$", "", name)
        if len(body) >= 2 and not _KIND_OF.search(body):
            found.append((start, name))
    return found


# ---- denials and duties ----------------------------------------------------------------------------------------


def denial_conflict(part: str, segment: str, whole: str) -> tuple[str, str] | None:
    """Return (what the part says, what the segment says) where one denies what the other does not.

    `whole` is the statement that the part is of: what it denies elsewhere is no conflict here.
    """
    for mine, theirs, turned in ((segment, part, True), (part, segment, False)):
        for match in DENIAL.finditer(mine):
            tail = mine[match.end() : match.end() + TAIL]
            denied = mine[match.start() : match.end() + 4]
            if len(tail) < 3 or not _shares(tail, theirs) or DENIAL.search(theirs):
                continue
            if turned and mine[match.start() : match.end() + 2] in whole:
                continue
            return ("" if turned else denied, denied if turned else "")
    return None


_DUTIES = (("forbidden", FORBIDDEN), ("required", REQUIRED), ("allowed", ALLOWED))


def duty_conflict(part: str, segment: str) -> tuple[str, str] | None:
    """Return (the part's duty word, the segment's) where 可以 became 应当, 鼓励 became 不得, or the reverse."""
    mine, theirs = _duty(part, segment), _duty(segment, part)
    if mine is None or theirs is None or mine[1] == theirs[1]:
        return None
    classes = {mine[1], theirs[1]}
    if classes == {"required", "allowed"} or "forbidden" in classes:
        return mine[0], theirs[0]
    return None


def _duty(text: str, other: str) -> tuple[str, str] | None:
    """Return the strongest duty word whose following words the other text holds, with its class."""
    for name, pattern in _DUTIES:
        for match in pattern.finditer(text):
            if _shares(text[match.end() : match.end() + TAIL], other):
                return match.group(), name
    return None


_SENTENCE = re.compile(r"[。！？!?\n]")
_OBJECT = re.compile(rf"[\u4e00-\u9fff]{{0,{TAIL}}}")


def foreign_duty(said: str, source: str) -> str | None:
    """Return a duty word of a statement that the source does not say of the same thing: 允许 where it says 探索.

    In a sentence of the source a duty word governs all that follows it, and what its colon announces.
    """
    governed = [
        (same_duty(match.group()), sentence[match.end() :])
        for sentence in _SENTENCE.split(source)
        for match in DUTY.finditer(sentence)
    ]
    for match in DUTY.finditer(said):
        what = _OBJECT.match(said, match.end())
        tail = what.group() if what else ""
        held = [rest for word, rest in governed if word == same_duty(match.group())]
        if not any(len(tail) < 3 or _shares(tail, rest) or rest.endswith(("：", ":")) for rest in held):
            return match.group()
    return None


def duty_class(words: str) -> str:
    """Return what a duty word lets one do: forbidden, required, allowed; "" for other words."""
    return next((name for name, pattern in _DUTIES if pattern.search(words)), "")


def family_conflict(part: str, segment: str) -> tuple[str, str] | None:
    """Return (the part's word, the segment's) where one of a kind stands for another: 硕士 for 博士."""
    for family in FAMILIES:
        for mine in family:
            at = part.find(mine)
            if at < 0 or mine in segment:
                continue
            tail = part[at + len(mine) : at + len(mine) + TAIL]
            head = part[max(at - TAIL, 0) : at]
            for theirs in family:
                if theirs in part or theirs in mine or mine in theirs:
                    continue
                if any(_same_place(head, tail, segment, match) for match in re.finditer(theirs, segment)):
                    return mine, theirs
    return None


def _same_place(head: str, tail: str, segment: str, theirs: re.Match[str]) -> bool:
    """Whether the words beside a word of the draft stand beside the segment's word."""
    before, behind = segment[: theirs.start()], segment[theirs.end() :]
    if (tail[:2] and behind.startswith(tail[:2])) or (len(head) > 1 and before.endswith(head[-2:])):
        return True
    near = before[-2 * TAIL :] + theirs.group() + behind[: 2 * TAIL]
    return _shares(tail, near) and _shares(head, near)


def _shares(tail: str, text: str) -> bool:
    grams = [a + b for a, b in pairwise(tail)]
    return bool(grams) and sum(gram in text for gram in grams) >= max(1, 0.5 * len(grams))
