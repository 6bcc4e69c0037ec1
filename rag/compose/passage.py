"""Answers in the texts' own words: the sentence that holds most of what was asked, and what it takes to be whole."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import inf

from rag.compose.choice import fitting, year_fits
from rag.compose.items import announced, items_below, lead_above, titles_below
from rag.compose.material import Material, Passage, headers_of, opens_items
from rag.compose.sought import Sought, gives, sought
from rag.compose.trim import enumeration, leads_counted, trimmed, with_body
from rag.compose.wanted import counts_of, met, wanted
from rag.compose.yesno import verdict_on
from rag.confidence import of_passage
from rag.draft import Draft, Evidence, Near, Statement
from rag.question import Intent
from rag.schema import Status
from rag.terms import Term, fold

ENOUGH = 0.55  # confidence below which the best sentence does not answer
LEAST = 0.2  # coverage of the question below which no sentence answers, whatever else speaks for it
STILL_NEAR = 0.7  # share of the best sentence's score that the best one that can answer must reach
STILL_NEAR_WITH_FIGURE = 0.75  # the same, where one figure or date is asked for: some figure stands in most sentences
STILL_NEAR_WITH_KIND = 0.85  # the same, where a kind of thing is asked for by name
BESIDE = 1.5  # by how much a sentence of the same clause may fit worse than the best and is shown as well
AS_GOOD = 0.5  # the same, for another document's that gives another figure
NEXT_GAIN = 0.15  # share of the question that a further sentence must newly hold
NEXT_GAIN_OF_EACH = 0.12  # the same, in the clause already cited when the question asks for several figures
MAX_SENTENCES = 3
MAX_CHARS = 300
MAX_CHARS_OF_FIGURE = 200  # the same, where a figure or a date is asked for
HEAD = 2  # last characters of a compound, which say what kind of thing it is
LISTS = 3  # best sentences whose lists are looked at
MAX_ITEMS_CHARS = 480  # of the items below a sentence that announces them

_EACH = re.compile(r"各(?!级|类|区|校|方)|分别")
_FIGURES = re.compile(r"多少|(?<!哪)几")
_SEVERAL = re.compile(r"[？?，, 、]|和|及|分别")


def compose_passage(material: Material) -> Draft | None:
    """Return the best one to three sentences, None when no sentence answers."""
    material = material.about_school()
    understanding = material.understanding
    passages = fitting(material)
    best = max((passage.score for passage in material.sentences), default=0.0)
    needs = wanted(understanding.intent, understanding.put)
    each = _EACH.search(understanding.asked) is not None or len(_FIGURES.findall(understanding.asked)) > 1
    near = STILL_NEAR_WITH_FIGURE if needs and not each else STILL_NEAR
    kinds = sought(understanding.put)
    if kinds:
        near = STILL_NEAR_WITH_KIND
    if not passages or passages[0].score < near * best or passages[0].coverage < LEAST:
        return None
    first = passages[0]
    if _told_for_other_year(material, first):
        return None
    if needs and not (met(needs, first.text) and _gives_figure(material, first, needs)):
        return None
    kept = () if each else needs  # of several figures none is cut off
    chosen = [enumeration(first) or with_body(trimmed(material, first, understanding.terms, kept))]
    if understanding.intent in (Intent.LIST, Intent.DEFINITION) and (
        leads := leads_counted(first, understanding.asked)
    ):
        chosen = leads
    beside = inf if understanding.intent is Intent.MEASURE else BESIDE  # all that a clause says is to be done
    chosen += _beside(passages, chosen, beside)
    chosen += _further(material, passages, chosen)
    chosen += _giving(kinds, understanding.put, passages, chosen)
    items = _each_item(material, passages, needs) if needs else []
    statements = [Statement(text=_sentence(item.words), evidence=(item,)) for item in items] or [
        _said(passage, material) for passage in chosen
    ]
    terms = understanding.terms
    share, weight = terms.told(*_with_headings(material, statements))
    sure = of_passage(first.coverage, _lead(passages, first), share, weight)
    if sure < ENOUGH:
        return None
    if needs and (other := _elsewhere(passages, first, needs)) is not None:
        statements = [
            *map(partial(_dated, material), statements, chosen),
            _dated(material, _said(other, material), other),
        ]
    if understanding.intent is Intent.YESNO and (verdict := verdict_on(understanding.put, statements[0].text, terms)):
        statements[0] = replace(statements[0], text=verdict + statements[0].text, frame=(verdict,))
    return Draft(
        status=Status.ANSWERED,
        statements=statements,
        confidence=sure,
    )


def _each_item(material: Material, passages: Sequence[Passage], needs: Sequence[re.Pattern[str]]) -> list[Evidence]:
    """Return the items of a list that are as many as the question counts and each give what it asks: 三类奖各多少钱."""
    counts = counts_of(material.understanding.asked)
    places = dict.fromkeys(place for p in passages[:LISTS] for place in (p.clause.id, p.clause.parent_id) if place)
    for place in places if counts else ():
        items = [Evidence.whole(child) for child in material.library.children(place) if not child.cells]
        if len(items) in counts and len(items) > 1 and all(met(needs, item.words) for item in items):
            return items if sum(len(item.words) for item in items) <= MAX_ITEMS_CHARS else []
    return []


def _with_headings(material: Material, statements: Sequence[Statement]) -> list[str]:
    """Return the words of an answer and the headings and column headers that stand above its evidence."""
    clauses = [evidence.clause for statement in statements for evidence in statement.evidence]
    headings = [material.context(clause) for clause in clauses]
    headers = [headers_of(clause) for clause in clauses]
    return [statement.text for statement in statements] + headings + headers


def _told_for_other_year(material: Material, first: Passage) -> bool:
    """Whether a sentence on another year than the question's holds more of the question than the best on its own."""
    years = material.understanding.years
    return bool(years) and any(
        passage.coverage > first.coverage and not year_fits(material, passage.clause, passage.start, passage.end, years)
        for passage in material.sentences
        if not passage.clause.cells
    )


def _gives_figure(material: Material, passage: Passage, needs: Sequence[re.Pattern[str]]) -> bool:
    """Whether the figure in a sentence may be that of the thing asked about."""
    return (
        _speaks_of_measured(material, passage)
        and _speaks_of_base(material, passage)
        and _own_figure(material, passage, needs)
    )


_MEASURED = re.compile(
    r"(?P<before>[\u4e00-\u9fff]+?)(?:一共|总共|一般|大概|大约|分别|最低|最高|具体)?(?:是|为|有|达)(?:多少|几)"
)
# 多少天探亲假, 多少名护林员
_COUNTED = re.compile(
    r"多少[个名位家所门项处间次场人种天日年元万亿]{0,2}(?P<after>[\u4e00-\u9fff]{2,5}?)[呀啊呢]?(?:[^\u4e00-\u9fff]|$)"
)
_MEASURES = frozenset(
    {
        "占比",
        "比重",
        "目标",
        "指标",
        "上限",
        "下限",
        "标准",
        "数量",
        "总数",
        "总额",
        "金额",
        "比例",
        "规模",
        "要求",
    }
)
_OF_MEASURE = re.compile(rf"的(?:{'|'.join(sorted(_MEASURES))})$")


def _speaks_of_measured(material: Material, passage: Passage) -> bool:
    """Whether a sentence's clause speaks of the very thing whose figure is asked: 保证金 of 保证金是多少."""
    asked = fold(material.understanding.put)
    before = _OF_MEASURE.sub("", match["before"]) if (match := _MEASURED.search(asked)) else ""
    after = match["after"] if (match := _COUNTED.search(asked)) else ""
    words = [t for t in material.understanding.terms.terms if t.word and before.endswith(t.text)]
    words += [t for t in material.understanding.terms.terms if t.word and not t.known and after.endswith(t.text)]
    words = [term for term in words if term.text not in _MEASURES]
    thing = max(words, key=lambda term: len(term.text), default=None)
    around = fold(passage.clause.own.text + material.context(passage.clause))
    return (thing is None or thing.share_in(around) > 0 or _head_stands(thing, around)) and _of_asked_thing(
        material, passage
    )


# 保修期是多长时间, 柏林苗圃何时启用
_WHOSE_TIME = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{2,12}?)(?:到底|究竟|一般|大概|预计|计划|应当?|须|将|要|得|花|需|提前|最[迟晚]|至少|最后|最终|为期|首次){0,4}(?:是|为|有|在|于|从)?(?:何时|什么时候|啥时候|哪天|哪一天|哪年|多久|多长时间|占了?(?:几|多少)[个所项名家])"
)


def _of_asked_thing(material: Material, passage: Passage) -> bool:
    """Whether the sentence itself or its headings speak of what stands right before the word that asks for a time."""
    match = _WHOSE_TIME.search(fold(material.understanding.put))
    words = [t for t in material.understanding.terms.terms if t.word and t.known] if match else []
    thing, rest = [], match["what"] if match else ""
    while last := max((t for t in words if rest.endswith(t.text)), key=lambda t: len(t.text), default=None):
        thing.append(last)  # 柏林 and 苗圃 of 柏林苗圃何时启用
        rest = rest[: -len(last.text)]
    rarest = max(thing, key=lambda term: term.weight, default=None)
    around = fold(passage.text + material.context(passage.clause))
    return rarest is None or rarest.share_in(around) > 0 or rarest.text[:HEAD] in around


def _head_stands(thing: Term, around: str) -> bool:
    """Whether the second half of a compound that no clause holds stands in a text: 岗位 of 工作岗位."""
    return not thing.known and len(thing.text) >= 2 * HEAD and thing.text[-HEAD:] in around


# 占工资总额多少, 占总支出的百分之几 / not 占多少
_BASE = re.compile(
    r"(?P<by>[\u4e00-\u9fff]{2,8}?)对[^，。？?]{1,14}满意度|占(?!比)(?P<base>[\u4e00-\u9fff]{2,12}?)的?(?:多少|几成|几分之|百分之|比例|比重)"
    r"|(?P<whole>[\u4e00-\u9fff]{2,8})的(?:百分之几|几成|几分之几|多少(?=[？?。，]|$))"
)


def _speaks_of_base(material: Material, passage: Passage) -> bool:
    """Whether a sentence's clause speaks of what the share asked for is a share of: 工资总额 of 占工资总额多少."""
    match = _BASE.search(fold(material.understanding.put))
    base = (match["base"] or match["whole"] or match["by"]) if match else ""
    words = [term for term in material.understanding.terms.terms if term.word and base.endswith(term.text)]
    around = fold(passage.clause.own.text + material.context(passage.clause))
    return not words or any(term.share_in(around) for term in words)


_PARTS = re.compile(r"[；;。]")


def _own_figure(material: Material, passage: Passage, needs: Sequence[re.Pattern[str]]) -> bool:
    """Whether a part of the sentence between ； that holds a figure asked for also holds a word of the question."""
    words = [term for term in material.understanding.terms.terms if term.word and term.known]
    parts = _PARTS.split(passage.text)
    told = [fold(part) for part in parts if met(needs, part)]
    return len(parts) < 3 or not told or any(t.share_in(part) for part in told for t in words)


def _lead(passages: Sequence[Passage], first: Passage) -> float:
    """Return by how much a sentence fits better than the best one of any other clause."""
    return first.fit - max((p.fit for p in passages if p.clause.id != first.clause.id), default=-inf)


def nearest(material: Material, *, reason: str, limit: int = 3) -> list[Near]:
    """Return the clauses closest to the question with the reason why none answers it."""
    seen: list[Near] = []
    for passage in material.sentences:
        if passage.clause.id not in {near.clause.id for near in seen}:
            seen.append(Near(clause=passage.clause, reason=reason))
        if len(seen) == limit:
            break
    return seen


def _further(material: Material, passages: list[Passage], chosen: list[Passage]) -> list[Passage]:
    """Return sentences that hold what the chosen ones leave open, the best first.

    Another clause is drawn on only when the question asks several things.
    """
    understanding = material.understanding
    terms = understanding.terms
    several = _SEVERAL.search(understanding.asked.strip("？? ")) is not None
    most = MAX_CHARS_OF_FIGURE if wanted(understanding.intent, understanding.put) else MAX_CHARS
    homes = {passage.clause.id for passage in chosen}
    added: list[Passage] = []
    while len(chosen) + len(added) < MAX_SENTENCES:
        taken = [*chosen, *added]
        room = most - sum(p.end - p.start for p in taken)
        left = terms.without("\n".join(p.text + material.context(p.clause) for p in taken))
        gains = [
            (left.coverage(p.text) * left.total / max(terms.total, 1e-9), p)
            for p in passages[:12]
            if p.end - p.start <= room and (several or p.clause.id in homes) and not any(_overlap(p, t) for t in taken)
        ]
        gain, passage = max(gains, key=lambda item: item[0], default=(0.0, None))
        each = _EACH.search(understanding.asked) and passage is not None and passage.clause.id in homes
        if passage is None or gain < (NEXT_GAIN_OF_EACH if each else NEXT_GAIN):
            break
        added.append(trimmed(material, passage, left, ()))
    return added


def _giving(
    kinds: tuple[Sought, ...], question: str, passages: Sequence[Passage], chosen: Sequence[Passage]
) -> list[Passage]:
    """Return the sentence after the first that gives what the question asks for by name, where none chosen does."""
    if not kinds or gives("\n".join(passage.text for passage in chosen), kinds, question):
        return []
    first = chosen[0]
    after = [p for p in passages if p.clause.id == first.clause.id and p.start >= first.end]
    return sorted(after, key=lambda passage: passage.start)[:1]


def _beside(passages: Sequence[Passage], chosen: Sequence[Passage], beside: float) -> list[Passage]:
    """Return the other sentences of the clause that fit nearly as well as the best, in their order."""
    first = chosen[0]
    room = MAX_CHARS - sum(p.end - p.start for p in chosen)
    kept: list[Passage] = []
    for passage in passages:
        if passage.fit < first.fit - beside or len(chosen) + len(kept) >= MAX_SENTENCES:
            break
        if passage.clause.id == first.clause.id and not any(_overlap(passage, c) for c in chosen):
            room -= passage.end - passage.start
            kept += [passage] if room >= 0 else []
    return sorted(kept, key=lambda passage: passage.start)


def _elsewhere(passages: list[Passage], first: Passage, needs: Sequence[re.Pattern[str]]) -> Passage | None:
    """Return another document's sentence that answers as well and gives another figure: both are shown then."""
    figures = {match for need in needs for match in need.findall(fold(first.text))}
    for passage in passages:
        if passage.fit < first.fit - AS_GOOD:
            return None
        if passage.clause.document_id == first.clause.document_id or not met(needs, passage.text):
            continue
        if figures.isdisjoint(match for need in needs for match in need.findall(fold(passage.text))):
            return passage
    return None


def _said(passage: Passage, material: Material) -> Statement:
    if opens_items(passage.evidence) and (items := items_below(passage.clause, material, MAX_ITEMS_CHARS)):
        return announced(passage.evidence, items)
    if titles := titles_below(passage, material):
        return announced(passage.evidence, titles)
    if (lead := lead_above(passage.clause, material)) is not None:
        return announced(lead, (passage.evidence,))
    return Statement(text=_sentence(passage.text), evidence=(passage.evidence,))


def _dated(material: Material, statement: Statement, passage: Passage) -> Statement:
    """Return a statement as an item that names its document and its date: which of two figures is the newer one."""
    document = material.document(passage.clause)
    date = f"（{document.issued_on}）" if document.issued_on else "（文件未载日期）"
    lead = f"- 《{document.title}》{date}："
    return replace(statement, text=lead + statement.text, frame=(*statement.frame, lead))


def _overlap(one: Passage, other: Passage) -> bool:
    return one.clause.id == other.clause.id and one.start < other.end and other.start < one.end


def _sentence(text: str) -> str:
    """Return the words as a sentence: closed by a stop, no ； at its end."""
    closed = " ".join(text.split()).rstrip("；;，,、：: ")
    return closed if closed.endswith(("。", "！", "？", "”", "）")) else closed + "。"
