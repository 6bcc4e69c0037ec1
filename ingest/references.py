"""How people point at a clause in running text: 附件2第6项, 任务清单第17项, 第四十八条第二款, 案例2-2, 表3-1, 最后一条.

A reference is parsed into steps from the outside in; resolving it against a document's clauses is `rag`'s work,
because only there is a library to look in.
"""

import re
from dataclasses import dataclass

from ingest.numerals import NUMERAL, parse_number

LAST = -1  # 最后一条; 倒数第二条 is -2


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a reference: the kind of number as written and its value ((附件, 2), (项, 6), (案例, 2-2))."""

    unit: str  # 附件 编 章 节 条 款 项 目 点 部分 一、 （一） 1. 案例 挑战 任务 行动 表 图
    number: int  # below 0 counted from the end: LAST for 最后一条
    second: int = 0  # the 2 of 表1-2


@dataclass(frozen=True, kw_only=True)
class ClauseReference:
    """A reference in running text; `written == text[start:end]`."""

    written: str
    start: int
    end: int
    steps: tuple[Step, ...]


TASKS = ("任务", "行动", "举措", "措施", "项目", "工程")
SERIES = (*TASKS, "专栏")  # words that number the lines of a series
_SERIES = "|".join(SERIES)

# One pattern a form. Each comment gives an example that the form matches and one that it must not.
_FORMS = (
    # 附件2, 附表一 / not 附件材料
    ("annex", rf"附(?P<annex_kind>件|表|录)\s*(?P<annex>{NUMERAL})"),
    # 案例1-3, 表 3-1, 图2-2 / not 表示3-1
    ("pair", r"(?P<pair_kind>案例|图表|表|图)\s*(?P<pair_a>\d+)\s*[-－—–]\s*(?P<pair_b>\d+)"),
    # the same, number first: 编号1-3的那个案例 / not 2-3个案例
    (
        "pair_after",
        r"(?:编号|序号)(?:是|为)?\s*(?P<pair_after_a>\d+)\s*[-－—–]\s*(?P<pair_after_b>\d+)\s*的?(?:那|这)?个?(?P<pair_after_kind>案例|图表|表|图)",
    ),
    # 挑战1 / not 挑战杯
    ("challenge", rf"(?P<challenge_kind>挑战)\s*(?P<challenge>{NUMERAL})(?![-－\d])"),
    # 任务4由谁, 行动四 / not 任务4项, 工程一起
    (
        "series",
        rf"(?P<series_kind>{_SERIES})\s*(?P<series>[0-9０-９]{{1,2}}|[一二三四五六七八九十]{{1,3}})"
        r"(?=\s*(?:$|[，。；？！?!,：:）)》”]|[的由在里中]|是(?:什么|谁|哪|由|不是|否)|和|与|及|[谁归要有何怎如哪呢吗]|什么|负责|牵头|"
        r"配合|主要|具体|内容|完成|包括|需要|应|讲|说|规定))",
    ),
    # 最后一条, 末项, 倒数第二项 / not 最后一次, 倒数第二名
    ("last", rf"(?:最后一?|末|倒数第?(?P<last>{NUMERAL}))个?(?P<last_kind>部分|章|节|条|款|项|点)"),
    # 第（二）条, 第17项, 第三部分 / not 第十二届, 第二批
    (
        "ordinal",
        rf"第\s*(?P<ordinal_bracket>[（(])?\s*(?P<ordinal>{NUMERAL})\s*[)）]?\s*(?P<ordinal_kind>(?:大)?部分|大?块|编|章|节|条|款|项|目|点)(?!件|例)",
    ),
    # 清单三十六项, 要点3条 / not 新增3项
    (
        "bare",
        rf"(?<=单|点|案|划|见|法|件|例)(?:的|里|里的|中的|中)?(?P<bare>{NUMERAL})(?P<bare_kind>条|项)(?!重|目)",
    ),
    # 排在第22位的任务, 编号12的, 序号 3, 22号任务, 22号那个, 第22个任务 / not 第22位教师, 22号那个文件
    (
        "number",
        rf"(?:编号|序号)(?:是|为)?\s*第?(?P<number>{NUMERAL})(?:号|位|条|项)?|排(?:在|名)?第(?P<number_place>{NUMERAL})位?(?!名|的?(?:是谁|是哪|[单区县市省学得]))"
        rf"|第(?P<number_nth>{NUMERAL})个(?=任务|条款)|(?P<number_task>{NUMERAL})号(?=任务|条款|[那这][项条]|[那这]个(?![\u4e00-\u9fff]))",
    ),
    # 二、（一）, 方案四（三） — a heading's number used as an address / not 一、二、三, 统一（一）
    (
        "section",
        r"(?:(?P<section>[一二三四五六七八九十]+)(?:、|里头|里面|里|中|下面|下)的?"
        r"|(?:(?<=[第见在按据照案划点法告报单例的])|(?<![\u4e00-\u9fff]))(?P<section_bare>[一二三四五六七八九十]+))"
        r"\s*(?=[（(][一二三四五六七八九十]+[)）])",
    ),
    # 第二个挑战 / not 第二个问题
    ("nth", rf"第(?P<nth>{NUMERAL})个(?P<nth_kind>挑战|附件|部分)"),
    # （二） right after another step or alone / not （PPP）
    ("bracket", r"[（(]\s*(?P<bracket>[一二三四五六七八九十]+)\s*[)）]"),
)
_PLACES = {  # of a form that finds its number in one of several places
    "section": ("section", "section_bare"),
    "number": ("number", "number_place", "number_nth", "number_task"),
}
_BLOCKS = {"大部分": "部分", "块": "部分", "大块": "部分"}
_STEP = re.compile("|".join(f"(?P<{name}_form>{pattern})" for name, pattern in _FORMS))
# What may stand between two steps of one reference: 附件1里支持清单的第三条
_BETWEEN = re.compile(r"[\s的里中之,，]*(?:里面|里的|中的)?[^，。；？?！!第附（(]{0,12}?")

# What stands between the members of a list of references: 第6项、第7项
_LISTED = re.compile(r"[\s、，,和及与至到—-]+")


def find_references(text: str) -> list[ClauseReference]:
    """Return the clause references in `text` in order of place; steps that follow each other form one reference."""
    found: list[ClauseReference] = []
    steps: list[Step] = []
    start = end = 0
    for match in _STEP.finditer(text):
        step = _step(match)
        if step is None:
            continue
        if steps and _LISTED.fullmatch(text[end : match.start()]) and step.unit == steps[-1].unit:
            # 附件2第6项、第7项: the second has the first's address but for the last step
            found.append(ClauseReference(written=text[start:end], start=start, end=end, steps=tuple(steps)))
            steps, start, end = [*steps[:-1], step], match.start(), match.end()
            continue
        joined = bool(steps) and _BETWEEN.fullmatch(text[end : match.start()]) and is_inner(step, steps[-1])
        if steps and not joined:
            found.append(ClauseReference(written=text[start:end], start=start, end=end, steps=tuple(steps)))
            steps = []
        if not steps:
            start = match.start()
        steps.append(step)
        end = match.end()
    if steps:
        found.append(ClauseReference(written=text[start:end], start=start, end=end, steps=tuple(steps)))
    return found


_RANK = {
    "附件": 0,
    "编": 1,
    "部分": 1,
    "一、": 1,
    "章": 2,
    "节": 3,
    "（一）": 4,
    "条": 5,
    "（条）": 5,
    "款": 6,
    "项": 7,
    "点": 7,
    "目": 8,
}


def is_inner(step: Step, outer: Step) -> bool:
    """Whether a step can stand inside another one: 第二款 in 第四十八条, but not 第7项 in 第6项."""
    return _RANK.get(step.unit, 9) > _RANK.get(outer.unit, 9)


def _step(match: re.Match[str]) -> Step | None:
    groups = match.groupdict()
    if pair := next((form for form in ("pair", "pair_after") if groups[f"{form}_form"]), None):
        kind, first, second = (groups[f"{pair}_{part}"] for part in ("kind", "a", "b"))
        return Step(unit="表" if kind == "图表" else kind, number=int(first), second=int(second))
    if groups["last_form"]:
        return Step(unit=groups["last_kind"], number=-(parse_number(groups["last"] or "") or -LAST))
    ordinal = _BLOCKS.get(groups["ordinal_kind"] or "", groups["ordinal_kind"])
    if groups["ordinal_bracket"] and ordinal == "条":
        ordinal = "（条）"  # 第（二）条 is the second of （一）（二）, never of 1. 2.
    if groups["ordinal_bracket"] and ordinal == "部分":
        ordinal = "（一）"
    for name, unit in (
        ("nth", groups["nth_kind"]),
        ("annex", "附件"),
        ("challenge", "挑战"),
        ("series", groups["series_kind"]),
        ("ordinal", ordinal),
        ("bare", groups["bare_kind"]),
        ("section", "一、"),
        ("bracket", "（一）"),
        ("number", "项"),
    ):
        if groups[f"{name}_form"]:
            number = parse_number(next(filter(None, (groups[place] for place in _PLACES.get(name, (name,)))), ""))
            return None if number is None else Step(unit=unit, number=number)
    return None


_HEADING = (
    (re.compile(rf"附(?:件|表)\s*({NUMERAL})"), "附件"),  # 附件2 清单
    (re.compile(r"附录"), "附录"),
    (re.compile(rf"第({NUMERAL})(编|部分|章|节|条|款|项|目)"), ""),  # 第六条, 第2款
    (re.compile(r"(案例|表|图)\s*(\d+)\s*[-－—–]\s*(\d+)"), "pair"),
    (re.compile(rf"(挑战)\s*({NUMERAL})"), "挑战"),
    (re.compile(rf"【?[\u4e00-\u9fff]{{0,2}}({_SERIES})\s*({NUMERAL})(?=[\s:：、.．】]|$)"), "series"),
    (re.compile(r"([一二三四五六七八九十百]+)、"), "一、"),
    (re.compile(r"[（(]([一二三四五六七八九十百]+)[)）]"), "（一）"),
    (re.compile(r"(\d+)\s*[.．、]"), "1."),
    (re.compile(r"[（(](\d+)[)）]"), "（1）"),
    (re.compile(r"([①-⑳])"), "①"),
)


def step_of(heading: str) -> Step | None:
    """Return the number that a path element begins with, None when it has none.

    >>> step_of("（二）加强监督")
    Step(unit='（一）', number=2, second=0)
    """
    for pattern, unit in _HEADING:
        match = pattern.match(heading)
        if not match:
            continue
        if unit == "附录":
            return Step(unit=unit, number=1)
        if unit == "pair":
            return Step(unit=match[1], number=int(match[2]), second=int(match[3]))
        named = unit in ("挑战", "series")
        number = parse_number(match[2] if named else match[1])
        if number is not None:
            return Step(unit=match[1] if named else unit or match[2], number=number)
    return None
