"""The draft taken apart: sentences, quotations, clause references, and which words are a statement at all.

Pure: nothing here knows a document. A passage is the smallest stretch that can be right or wrong on its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.normalize import sentences
from ingest.numerals import parse_number
from ingest.references import SERIES, ClauseReference, Step, find_references
from rag.check.bare import bare

MIN_QUOTATION = 8  # bare characters from which quotation marks hold a quotation and not a slogan
MIN_INTRODUCED = 4  # the same after a verb of saying
MAX_NESTED = 50  # quotation marks left open in one sentence; more of them open nothing
MAX_RANGE = 60  # members of 第1至60项
MAX_SENTENCE = 2000  # characters from which a sentence is cut at its next comma: work grows with the square of them
MAX_BROKEN = 800  # characters within which quotation marks that a line break parts must close
HARD_LINES = 3  # lines of nearly the greatest length from which a draft is taken for one with hard line breaks
HARD_WIDTH = 80  # characters of the longest line of such a draft
RAGGED = 6  # characters by which such a line may be shorter

_PAIRS = {"“": "”", "「": "」", "『": "』", "‘": "’"}
_CLOSERS = frozenset(_PAIRS.values())
_STRAIGHT = '"'
# 规定“…”, 要求：“…” / not 打造“…”
_SAYS = re.compile(
    r"(?:规定|要求|提出|明确|指出|强调|载明|写明|写道|写有|表述为|称|原文为|原文是|部署|安排|将|应|应当|须|可|显示|中|内容为|即|为|表示|支持|鼓励)[：:，,]?\s*$"
)
# “…”的要求: words of the source after all
_OF_SOURCE = re.compile(
    r"(?:这一|这个|等|等等)?(?:的|之)?(?:有关|总体|具体|明确|工作|目标)?(?:要求|规定|部署|原则|任务|表述|提法|条款|内容|安排|举措|目标|措施)"
)
# “…”工程: a name, not a quotation
_NAMED = re.compile(
    r"(?:行动|工程|计划|活动|项目|模式|机制|体系|大赛|杯|平台|精神|理念|格局|团队|专项|战略|品牌|建设|改革|制度|人才|教师|联盟|奖|等|的)"
)
# Whose affairs a part of a sentence tells: 我校拟…, 各二级学院要… / not 学校, which reports speak of
_OWN = re.compile(
    r"^(?:因此|为此|据此|对此|同时|并|但|而|且|其中|经研究|结合实际|下一步|目前|现|现将|今年以来)?[，,]?(?:由)?"
    r"(?:我[校院局委区县市处部系厅司所镇乡]|我单位|我们|我公司|我中心|本[校院局区处单部中公系](?!单|级)|本单位|本部门|本学院|本公司|本中心|全校|全院|"
    r"各二级学院|二级学院|各学院|各处室|各科室|各系部|各教学单位|校内各|院内各|教务处|科研处|人事处|学生处|财务处|校办|院办|"
    r"请各|请于|特此|现就|现将|拟|结合我|你[校院局单])"
)
_OUR_TEXTS = re.compile(r"^我市")  # the city's own texts say 我市
_SEPARATOR = re.compile(r"[，,；;：:。！？!?\n]")
_COMMA = re.compile(r"[，,；;]")
_NUM = r"(?:[0-9０-９]{1,8}+|[零〇○一二两三四五六七八九十百千]{1,8}+)"
_LONG_NUMBER = re.compile(r"\d{9,}")  # a telephone number, no reference
_LIST = re.compile(
    rf"第?\s*+[（(]?\s*+(?P<first>{_NUM})\s*+[)）]?\s*+(?P<unit1>条|项|款|点|部分)?"
    rf"(?P<rest>(?:\s*+(?:、|，|,|和|及|与|至|到|-|—|~|～)\s*+第?\s*+[（(]?\s*+{_NUM}\s*+[)）]?\s*+(?:条|项|款|点|部分)?)+)"
)
_MEMBER = re.compile(
    rf"(?P<join>、|，|,|和|及|与|至|到|-|—|~|～)\s*+第?\s*+[（(]?\s*+(?P<number>{_NUM})\s*+[)）]?\s*+(?P<unit>条|项|款|点|部分)?"
)
_TAIL = re.compile(r"^\s*(?P<number>\d{1,2})(?![\d.%年月个项条家所])")  # （五）3
# What begins a block of its own: 一、, （一）, 1., # heading, - list, 附件
_BLOCK = re.compile(
    r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.．、]|[#\-*|>]|附件|第[一二三四五六七八九十百\d]+[章条]"
)
# Words that point back: 该意见, 本方案, 上述文件, 同一文件 / not 本市
BACK_DOCUMENT = re.compile(
    r"(?:该|本|此|上述|前述|同一|这份|这个|前一)(?:份|个|项|一)?(?P<type>意见|方案|计划|通知|要点|办法|条例|规定|年报|报告|文件|文|函|清单|规划|纲要|决定|细则|法)"
)
BACK_CLAUSE = re.compile(
    r"(?:同[一条款项]+|该[条款项](?!件)|本[条款项](?!例|件)|上述条款|前款|前条|前项|上述规定|该款项|同条)"
)


@dataclass(frozen=True, kw_only=True)
class Span:
    """draft[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Clause references that stand together (第6项、第7项 or a range), as written; offsets in the draft."""

    start: int
    end: int
    written: str
    references: tuple[ClauseReference, ...]


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A stretch of the draft that is judged on its own.

    `quotation` is what stands inside quotation marks (without them), `said` the parts outside that state something;
    `own` says that the rest tells the writer's own affairs.
    """

    start: int
    end: int
    sentence: Span
    anchor: Anchor | None = None
    quotation: Span | None = None
    said: tuple[Span, ...] = ()
    own: bool = False


def passages(draft: str) -> list[Passage]:
    """Return the passages of a draft in order of place."""
    found: list[Passage] = []
    for sentence in _sentences(draft):
        found.extend(_of_sentence(draft, sentence))
    return found


def _sentences(draft: str) -> list[Span]:
    """Return the draft's sentences; a line break inside quotation marks or in a hard-wrapped line ends none."""
    width = max(map(len, draft.split("\n")), default=0)
    lines = sum(len(line) >= width - RAGGED for line in draft.split("\n"))
    wrapped = RAGGED < width <= HARD_WIDTH and lines >= HARD_LINES
    found: list[Span] = []
    until = -1  # quotation marks are open up to here
    for start, end in sentences(draft):
        last = found[-1] if found else None
        if last is not None and (start < until or (wrapped and _runs_on(draft, last, start, width))):
            found[-1] = Span(start=last.start, end=end)
        else:
            found.append(Span(start=start, end=end))
        until = max(until, _closing(draft, start, end))
    return [part for sentence in found for part in _bounded(draft, sentence)]


def _bounded(draft: str, sentence: Span) -> list[Span]:
    """Return the sentence, an endless one in parts that end at commas outside quotation marks."""
    if sentence.end - sentence.start <= MAX_SENTENCE:
        return [sentence]
    pairs = sorted(_pairs(draft, sentence), reverse=True)
    found: list[Span] = []
    start, quoted = sentence.start, -1
    for match in _COMMA.finditer(draft, sentence.start, sentence.end):
        while pairs and pairs[-1][0] < match.start():
            quoted = max(quoted, pairs.pop()[1])
        if match.start() > quoted and match.end() - start >= MAX_SENTENCE:
            found.append(Span(start=start, end=match.end()))
            start = match.end()
    return [*found, Span(start=start, end=sentence.end)] if start < sentence.end else found


def _closing(draft: str, start: int, end: int) -> int:
    """Return where quotation marks that are open at the end of draft[start:end] close on a later line, -1 if not."""
    for opener, closer in _PAIRS.items():
        if draft.rfind(opener, start, end) > draft.rfind(closer, start, end):
            at = draft.find(closer, end, end + MAX_BROKEN)
            if at >= 0 and draft.find(opener, end, at) < 0:
                return at
    return -1


def _runs_on(draft: str, last: Span, start: int, width: int) -> bool:
    """Whether a sentence goes on over a line break: the line is full, unfinished, and no new block begins."""
    between = draft[last.end : start]
    line = draft.rfind("\n", 0, last.end) + 1
    return (
        between.count("\n") == 1
        and between.endswith("\n")
        and last.end - line >= width - RAGGED
        and draft[last.end - 1] not in "。！？!?；;：:"
        and _BLOCK.match(draft, start) is None
    )


def quotations(draft: str, sentence: Span) -> list[Span]:
    """Return what the sentence quotes: outermost quotation marks whose words are no mere name."""
    pairs = sorted(_pairs(draft, sentence))
    found: list[Span] = []
    end = sentence.start
    for opener, closer in pairs:
        if opener < end:
            continue  # inside the pair before
        end = closer + 1
        inner = Span(start=opener + 1, end=closer)
        if _is_quotation(draft, inner, sentence):
            found.append(inner)
    return found


def _pairs(draft: str, sentence: Span) -> list[tuple[int, int]]:
    """Return the offsets of quotation marks that belong together, nested ones too; an unclosed one is left out."""
    open_marks: list[tuple[int, str]] = []
    found: list[tuple[int, int]] = []
    for place in range(sentence.start, sentence.end):
        char = draft[place]
        depth = next((at for at in range(len(open_marks) - 1, -1, -1) if open_marks[at][1] == char), -1)
        if depth >= 0 and (char in _CLOSERS or char == _STRAIGHT):
            found.append((open_marks[depth][0], place))
            del open_marks[depth:]
        elif (char in _PAIRS or char == _STRAIGHT) and len(open_marks) < MAX_NESTED:
            open_marks.append((place, _PAIRS.get(char, _STRAIGHT)))
    return found


def _is_quotation(draft: str, inner: Span, sentence: Span) -> bool:
    size = len(bare(draft[inner.start : inner.end]))
    after = inner.end + 1
    named = _NAMED.match(draft, after, sentence.end) is not None and not _OF_SOURCE.match(draft, after, sentence.end)
    introduced = _SAYS.search(draft[sentence.start : inner.start - 1]) is not None
    if size >= MIN_QUOTATION:
        return introduced or not named or size >= 2 * MIN_QUOTATION
    return size >= MIN_INTRODUCED and introduced and not named


def _of_sentence(draft: str, sentence: Span) -> list[Passage]:
    quoted = quotations(draft, sentence)
    prose = _masked(draft, sentence, quoted)
    anchors = anchors_in(prose, sentence.start)
    cuts = _cuts(draft, prose, sentence, quoted, anchors)
    found = []
    for start, end in pairwise(cuts):
        part = _trimmed(draft, start, end)
        if part.start >= part.end:
            continue
        inside = [q for q in quoted if part.start <= q.start < part.end]
        anchor = next((a for a in anchors if part.start <= a.start < part.end), None)
        anchor = anchor or next((a for a in reversed(anchors) if a.end <= part.start), None)
        said, own = _said(draft, prose, part, sentence)
        found.append(
            Passage(
                start=part.start,
                end=part.end,
                sentence=sentence,
                anchor=anchor,
                quotation=inside[0] if inside else None,
                said=said,
                own=own,
            )
        )
    return found


def _masked(draft: str, sentence: Span, quoted: Sequence[Span]) -> str:
    """Return the sentence with every quotation blanked out, at its length."""
    text = draft[sentence.start : sentence.end]
    for span in quoted:
        low, high = span.start - sentence.start, span.end - sentence.start
        text = text[:low] + "□" * (high - low) + text[high:]
    return _LONG_NUMBER.sub(lambda match: "□" * len(match.group()), text)


def _cuts(draft: str, prose: str, sentence: Span, quoted: Sequence[Span], anchors: Sequence[Anchor]) -> list[int]:
    """Return where the sentence's passages begin, and its end: each has at most one quotation and one reference."""
    marks = sorted([(q.start, "quotation") for q in quoted] + [(a.start, "anchor") for a in anchors])
    cuts = {sentence.start, sentence.end}
    for (before, first), (here, second) in pairwise(marks):
        if (first, second) == ("anchor", "quotation"):
            continue
        if second == "anchor" and "）" in prose[here - sentence.start :] and _bracketed(prose, here - sentence.start):
            continue  # …（见第6项）: the reference stands behind what it is for
        breaks = [m.end() for m in _SEPARATOR.finditer(prose, before - sentence.start, here - sentence.start)]
        inner = [at for at in breaks if not _inside(at + sentence.start, quoted)]
        if inner:
            cuts.add(inner[-1] + sentence.start)
        elif second == "quotation":
            cuts.add(next(q.end for q in quoted if q.start == before) + 1 if first == "quotation" else here)
    for match in re.finditer("[；;]", prose):
        cuts.add(match.end() + sentence.start)
    del draft
    return sorted(cuts)


def _bracketed(prose: str, at: int) -> bool:
    return prose.rfind("（", 0, at) > prose.rfind("）", 0, at) or prose.rfind("(", 0, at) > prose.rfind(")", 0, at)


def _inside(at: int, quoted: Sequence[Span]) -> bool:
    return any(q.start < at < q.end for q in quoted)


def _trimmed(draft: str, start: int, end: int) -> Span:
    while start < end and (draft[start].isspace() or draft[start] in "，,；;、"):
        start += 1
    while start < end and draft[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end)


def _said(draft: str, prose: str, part: Span, sentence: Span) -> tuple[tuple[Span, ...], bool]:
    """Return the comma-parts that state something of the source, and whether the rest is the writer's own affairs."""
    spans: list[Span] = []
    own = False
    at = part.start
    borders = [
        m.end() + sentence.start for m in _SEPARATOR.finditer(prose, at - sentence.start, part.end - sentence.start)
    ]
    for border in [*borders, part.end]:
        words = draft[at:border].strip()
        if words and own is False and _OWN.match(words) and not _OUR_TEXTS.match(words):
            own = True
        if words and not own and border > at:
            spans.append(Span(start=at, end=border))
        at = border
    return tuple(spans), own


# ---- clause references -----------------------------------------------------------------------------------------


def anchors_in(prose: str, offset: int = 0) -> list[Anchor]:
    """Return the clause references of a sentence; lists and ranges are one anchor with many references."""
    found: list[Anchor] = []
    listed = _listed(prose)
    rest = prose
    for low, high, _ in listed:
        rest = rest[:low] + "□" * (high - low) + rest[high:]
    for reference in find_references(rest):
        reference = _longer(reference, prose)
        if _is_heading(reference, prose) or reference.steps[-1].unit in SERIES:  # the draft's own 任务1
            continue
        found.append(
            Anchor(start=reference.start, end=reference.end, written=reference.written, references=(reference,))
        )
    for low, high, steps in listed:
        outer = next(
            (a for a in found if 0 <= low - a.end <= 2 and a.references[-1].steps[-1].unit != steps[0].unit), None
        )
        above = outer.references[-1].steps if outer else ()
        start = outer.start if outer else low
        if outer:
            found.remove(outer)
        written = prose[start:high]
        references = tuple(
            ClauseReference(written=written, start=start, end=high, steps=(*above, step)) for step in steps
        )
        found.append(Anchor(start=start, end=high, written=written, references=references))
    joined = _joined(sorted(found, key=lambda anchor: anchor.start), prose)
    return [replace(a, start=a.start + offset, end=a.end + offset) for a in joined]


def _listed(prose: str) -> list[tuple[int, int, list[Step]]]:
    """Return (start, end, steps) of 第（一）至（三）条, 第3、5项 and the like; each must name its unit once."""
    found = []
    for match in _LIST.finditer(prose):
        members = list(_MEMBER.finditer(match["rest"]))
        units = [match["unit1"], *(member["unit"] for member in members)]
        named = [unit for unit in units if unit]
        if (
            not named
            or "第" not in match.group()
            or len(set(named)) > 1
            or (match["unit1"] and len(named) != len(units))
        ):
            continue
        first = parse_number(match["first"])
        numbers = [first] if first is not None else []
        for member in members:
            value = parse_number(member["number"])
            if value is None or not numbers:
                numbers = []
                break
            if member["join"] in "至到-—~～":
                numbers += list(range(numbers[-1] + 1, min(value, numbers[-1] + MAX_RANGE) + 1))
            else:
                numbers.append(value)
        if len(numbers) > 1:
            found.append((match.start(), match.end(), [Step(unit=named[0], number=number) for number in numbers]))
    return found


def _longer(reference: ClauseReference, prose: str) -> ClauseReference:
    """Return the reference with the bare number that follows it: 第六部分（五）3."""
    tail = _TAIL.match(prose[reference.end :])
    if reference.steps[-1].unit != "（一）" or tail is None:
        return reference
    end = reference.end + tail.end()
    step = Step(unit="1.", number=int(tail["number"]))
    return replace(reference, written=prose[reference.start : end], end=end, steps=(*reference.steps, step))


def _is_heading(reference: ClauseReference, prose: str) -> bool:
    """Whether the number is the draft's own numbering: （二）加强… at the start, 第一条 of a draft that is a rule."""
    before = prose[: reference.start].rstrip()
    loose = all(step.unit in ("（一）", "一、") for step in reference.steps)
    if loose:
        return not before or before[-1] not in "》”第见在案见划点告报清单分、"
    return not before and prose[reference.end : reference.end + 1] in (" ", "　", "、", ".", "\t")


def _joined(anchors: Sequence[Anchor], prose: str) -> list[Anchor]:
    """Return anchors that stand in one list (第6项、第7项) as one."""
    found: list[Anchor] = []
    for anchor in anchors:
        last = found[-1] if found else None
        if last is not None and re.fullmatch(r"[\s、，,和及与以]+", prose[last.end : anchor.start] or "x"):
            found[-1] = Anchor(
                start=last.start,
                end=anchor.end,
                written=prose[last.start : anchor.end],
                references=(*last.references, *anchor.references),
            )
        else:
            found.append(anchor)
    return found
