"""Answers in the texts' own words: the sentence that holds most of what was asked, and what it takes to be whole."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ingest.schema import Clause
from rag.compose.material import Material, Passage, is_task_row
from rag.compose.trim import enumeration, leads_counted, trimmed, with_body
from rag.compose.wanted import (
    holds_count,
    holds_number,
    leaves_open,
    leaves_slogan_open,
    listing,
    met,
    stated_numbers,
    wanted,
)
from rag.compose.yesno import verdict_on
from rag.confidence import of_passage
from rag.draft import Draft, Near, Statement
from rag.question import Intent
from rag.schema import Status
from rag.terms import fold

ENOUGH = 0.5  # confidence below which the best sentence does not answer
ENOUGH_OF_KIND = 0.46  # the same, for a sentence that holds the figure or the date asked for
NEARLY = 0.82  # share of the best sentence's score that a sentence with the wanted figure must reach
STILL_NEAR = 0.7  # share of the best sentence's score that the best one that can answer must reach
NEARLY_BESIDE = 0.75  # the same, for a sentence of the same clause as the best
AS_GOOD = 0.97  # share of the best sentence's score that another document's must reach to stand beside it
NEXT_GAIN = 0.22  # share of the question that a further sentence must newly hold
NEXT_GAIN_OF_EACH = 0.12  # the same, in the clause already cited when the question asks for several figures
AS_FITTING = 0.97  # share of the best sentence's score from which a sentence beside it is a measure as well
MAX_SENTENCES = 3
MAX_CHARS = 300
LIST_BONUS = 0.1  # for a sentence that lists, where a list or a meaning is asked for
COUNT_BONUS = 0.1  # for one that counts as many things as the question asks for
LENGTH_PENALTY = 0.04  # for each hundred characters beyond the first: a long sentence holds many words by chance

_YEARS = re.compile(r"(20\d\d)\s*(?:年|[-—–~～至])|[-—–~～至](20\d\d)\s*年")
_EACH = re.compile(r"各(?!级|类|区|校|方)|分别")
_SEVERAL = re.compile(r"[？?，, 、]|和|及|分别")


def compose_passage(material: Material) -> Draft | None:
    """Return the best one to three sentences, None when no sentence answers."""
    understanding = material.understanding
    passages = [p for p in fitting(material) if not p.clause.cells or is_task_row(p.clause)]
    best = max((passage.score for passage in material.sentences), default=0.0)
    if not passages or passages[0].score < STILL_NEAR * best:
        return None
    needs = wanted(understanding.intent, understanding.question)
    first = _best_of_kind(passages, needs)
    if first is None:
        return None
    if needs and not _speaks_of_measured(material, first):
        return None
    sure = of_passage(first.coverage, _lead(passages, first))
    if sure < (ENOUGH_OF_KIND if needs else ENOUGH):
        return None
    kept = () if _EACH.search(understanding.asked) else needs  # of several figures none is cut off
    chosen = [enumeration(first) or with_body(trimmed(material, first, understanding.terms, kept))]
    if understanding.intent in (Intent.LIST, Intent.DEFINITION) and (
        leads := leads_counted(first, understanding.asked)
    ):
        chosen = leads
    if understanding.intent is Intent.MEASURE:
        chosen += _measures_beside(passages, chosen[0])
    chosen += _further(material, passages, chosen)
    statements = [_said(passage) for passage in chosen]
    terms = understanding.terms
    if needs and (other := _elsewhere(passages, first, needs)) is not None:
        statements = [*map(partial(_dated, material), statements, chosen), _dated(material, _said(other), other)]
    if understanding.intent is Intent.YESNO and (
        verdict := verdict_on(understanding.question, statements[0].text, terms)
    ):
        statements[0] = replace(statements[0], text=verdict + statements[0].text, frame=(verdict,))
    return Draft(
        status=Status.ANSWERED,
        statements=statements,
        confidence=sure,
    )


_MEASURED = re.compile(
    r"(?P<before>[\u4e00-\u9fff]+?)(?:一共|总共|一般|大概|大约|分别|最低|最高|具体)?(?:是|为|有|达)(?:多少|几)"
)
_MEASURES = frozenset({"目标", "指标", "上限", "下限", "标准", "数量", "总数", "总额", "金额", "比例", "规模", "要求"})


def _speaks_of_measured(material: Material, passage: Passage) -> bool:
    """Whether a sentence's clause speaks of the very thing whose figure is asked: 保证金 of 保证金是多少."""
    match = _MEASURED.search(fold(material.understanding.question))
    before = match["before"] if match else ""
    words = [t for t in material.understanding.terms.terms if t.word and before.endswith(t.text)]
    words = [term for term in words if term.text not in _MEASURES]
    thing = max(words, key=lambda term: len(term.text), default=None)
    around = fold(passage.clause.own.text + material.context(passage.clause))
    return thing is None or thing.share_in(around) > 0


def _lead(passages: Sequence[Passage], first: Passage) -> float:
    """Return by how much a sentence's score is above the best one of any other clause."""
    return first.score - max((p.score for p in passages if p.clause.id != first.clause.id), default=0.0)


def nearest(material: Material, *, reason: str, limit: int = 3) -> list[Near]:
    """Return the clauses closest to the question with the reason why none answers it."""
    seen: list[Near] = []
    for passage in material.sentences:
        if passage.clause.id not in {near.clause.id for near in seen}:
            seen.append(Near(clause=passage.clause, reason=reason))
        if len(seen) == limit:
            break
    return seen


def year_fits(material: Material, clause: Clause, start: int, end: int, years: Sequence[str]) -> bool:
    """Whether a sentence may speak of one of the years.

    Its year stands in itself, else in its column headers, in the sentences before it, in the headings above it, or
    is that of its document; a sentence with none of these may speak of any year.
    """
    text = clause.own.text
    document = material.document(clause)
    places = (
        text[start:end] + " ".join(cell.header for cell in clause.cells),
        text[:start],
        "\n".join(clause.path),
        f"{document.title} {document.issued_on[:4]}年",
    )
    for place in places:
        if spoken := {year for pair in _YEARS.findall(place) for year in pair if year}:
            return bool(spoken & set(years))
    return True


def fitting(material: Material) -> list[Passage]:
    """Return the sentences that can answer, best first: those that cannot are dropped, form counts as well."""
    intent = material.understanding.intent
    listed = intent in (Intent.LIST, Intent.DEFINITION, Intent.MEASURE)
    kept = []
    for passage in material.sentences:
        if _cannot_answer(material, passage):
            continue
        form = LIST_BONUS * listing(passage.text) if listed else 0.0
        form += COUNT_BONUS * (listed and holds_count(material.understanding.asked, passage.text))
        form -= LENGTH_PENALTY * max(0, passage.end - passage.start - 100) / 100
        kept.append(replace(passage, score=passage.score + form))
    return sorted(kept, key=lambda passage: -passage.score)


def _cannot_answer(material: Material, passage: Passage) -> bool:
    """Whether a sentence is of another year, lacks a number that the question states, or leaves open what is asked."""
    question, years = material.understanding.question, material.understanding.years
    clause = passage.clause
    following = clause.own.text[passage.end : passage.end + 100]
    return (
        (bool(years) and not year_fits(material, clause, passage.start, passage.end, years))
        or _is_heading(passage)
        or fold(passage.text).rstrip("。") in fold(material.document(clause).title)
        or passage.text.startswith(("（责任单位", "(责任单位"))
        or not _holds_new_part(material, passage)
        or not all(holds_number(clause.own.text, number) for number in stated_numbers(question))
        or leaves_open(question, passage.text)
        or leaves_slogan_open(question, passage.text, following)
    )


def _holds_new_part(material: Material, passage: Passage) -> bool:
    """Whether a sentence speaks of what an elliptic question put in place of something: 天津医专的呢."""
    part = material.understanding.new_part
    return part is None or part.coverage(passage.text, material.context(passage.clause), passage.clause.own.text) > 0


def _is_heading(passage: Passage) -> bool:
    """Whether a sentence is nothing but its clause's heading."""
    clause = passage.clause
    return (
        not clause.cells
        and clause.own.text != clause.heading
        and fold(passage.text).rstrip("。") in fold(clause.heading)
    )


def _best_of_kind(passages: list[Passage], needs: Sequence[re.Pattern[str]]) -> Passage | None:
    """Return the best sentence; where figures or dates are wanted, one that holds most of them, if nearly as good."""
    best = passages[0]
    if not needs:
        return best
    held = [(met(needs, p.text), p) for p in passages]
    most = max((count for count, p in held if p.score >= NEARLY * best.score), default=0)
    for count, passage in held:
        share = NEARLY_BESIDE if passage.clause.id == best.clause.id else NEARLY
        if count and count >= most and passage.score >= share * best.score:
            return passage
    return None


def _further(material: Material, passages: list[Passage], chosen: list[Passage]) -> list[Passage]:
    """Return sentences that hold what the chosen ones leave open, the best first.

    Another clause is drawn on only when the question asks several things.
    """
    understanding = material.understanding
    terms = understanding.terms
    several = _SEVERAL.search(understanding.asked.strip("？? ")) is not None
    homes = {passage.clause.id for passage in chosen}
    added: list[Passage] = []
    while len(chosen) + len(added) < MAX_SENTENCES:
        taken = [*chosen, *added]
        room = MAX_CHARS - sum(p.end - p.start for p in taken)
        left = terms.without("\n".join(p.text + material.context(p.clause) for p in taken))
        gains = [
            (left.coverage(p.text) * left.total / terms.total, p)
            for p in passages[:12]
            if p.end - p.start <= room and (several or p.clause.id in homes) and not any(_overlap(p, t) for t in taken)
        ]
        gain, passage = max(gains, key=lambda item: item[0], default=(0.0, None))
        each = _EACH.search(understanding.asked) and passage is not None and passage.clause.id in homes
        if passage is None or gain < (NEXT_GAIN_OF_EACH if each else NEXT_GAIN):
            break
        added.append(trimmed(material, passage, left, ()))
    return added


def _measures_beside(passages: list[Passage], first: Passage) -> list[Passage]:
    """Return the other sentences of the clause that fit a question for measures as well as the best, in their order."""
    home = [p for p in passages if p.clause.id == first.clause.id and not _overlap(p, first)]
    beside = [p for p in home if p.score >= AS_FITTING * first.score and p.coverage >= AS_FITTING * first.coverage]
    room = MAX_CHARS - (first.end - first.start)
    kept: list[Passage] = []
    for passage in beside[: MAX_SENTENCES - 1]:
        room -= passage.end - passage.start
        kept += [passage] if room >= 0 else []
    return sorted(kept, key=lambda passage: passage.start)


def _elsewhere(passages: list[Passage], first: Passage, needs: Sequence[re.Pattern[str]]) -> Passage | None:
    """Return another document's sentence that answers as well and gives another figure: both are shown then."""
    figures = {match for need in needs for match in need.findall(fold(first.text))}
    for passage in passages:
        if passage.score < AS_GOOD * first.score:
            return None
        if passage.clause.document_id == first.clause.document_id or not met(needs, passage.text):
            continue
        if figures.isdisjoint(match for need in needs for match in need.findall(fold(passage.text))):
            return passage
    return None


def _said(passage: Passage) -> Statement:
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
