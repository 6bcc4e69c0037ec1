"""Which sentences can answer a question, and how well each one fits: a weighted sum of what tells.

The weights are a logistic regression over pairs of sentences, one that answers and one that does not, of 625
development questions that are answered from prose (`evals.fit`). So a difference of 1 between two scores says that
the better one answers in about 3 of 4 such pairs.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul
from typing import NamedTuple

from ingest.schema import Clause, Kind
from rag.compose.bodies import other_titles
from rag.compose.material import Material, Passage, is_task_row, opens_items
from rag.compose.sought import Sought, gives, sought
from rag.compose.wanted import (
    defines,
    graded,
    holds_count,
    holds_number,
    leaves_open,
    leaves_rule_open,
    leaves_slogan_open,
    listing,
    met,
    names_counted,
    of_other_grade,
    stated_numbers,
    wanted,
)
from rag.question import Intent
from rag.terms import fold, wording

_YEARS = re.compile(r"(20\d\d)\s*(?:年|[-—–~～至])|[-—–~～至](20\d\d)\s*年")
_ASKS_COUNTRY = re.compile(r"哪(?:[些几一]|两|三)?个?国家|哪国")
_PARTS = re.compile(r"[，；]")
_SENTENCE_ENDS = "。；！？\n"
NEARLY = 0.8  # share of what the best part of a sentence holds of the question
_LISTS_ANNEXES = re.compile(r"附件\s*[：:]")
_UNITS_ALONE = re.compile(r"[（(](?:责任|牵头|配合|主办|协办|参与)(?:责任)?(?:单位|部门|[股科处]室)")
_ASKS_AGENT = re.compile(
    r"部门|责任单位|哪(?:一?个|些|几[个家]|家)(?:单位|处室|局)|负责|牵头|主管|承担|谁[来去]?(?:出(?![来现])|管|做|干|办|建)"
)
_AGENT = re.compile(r"由(?!于|此)|负责|牵头|会同|主管|承担|责任单位|配合|主办|承办|部门|处室")
_ASKS_LEAVE = re.compile(
    r"能不能|可不可以|允不允许|能否|可否|(?:(?<![功职性智技产效潜氢储赋动节热核])能(?![力源量手])|可以|允许|准许)[^，。？?]{0,40}[吗么不没]\s*[？?]*$"
)
_LEAVE = re.compile(
    r"(?<!许)可(?![靠视观持])|(?<![功职性智技产效潜氢储赋动节热核])能(?![力源量手])|允许|不|无(?!人机)|未|禁止|严禁|应(?![用对急届])|须|必|准[予许]|鼓励|支持|自主|自愿|有权|享[有受]|免|按|经(?![济验营理典过历费])|公开|公布|机会|开放|许可"
)
_ASKS_MEANING = re.compile(r"指(?:的是|的)?(?:什么|啥|哪)|什么是|何谓|(?:什么|啥)意思|含义|定义|什么概念")
_MEANING = re.compile(
    r"是指|系指|指(?![导标数出定挥南示])|即|简称|以下称|包括|包含|：|——|（(?![一二三四五六七八九十\d])|(?<![但于])是(?:一|以|由|对|把|通过)|、[^、，。；]+、|和[^，。；]{2,12}[两二][支类个种]|[+＋]"
)
_LISTED = frozenset({Intent.LIST, Intent.DEFINITION})


class Signs(NamedTuple):
    """What speaks for a sentence, or what each of these counts for."""

    coverage: float  # share of the question that the sentence holds with its headings
    own: float  # what the sentence alone holds, of what the best one holds
    clause: float  # score of its clause, of the best clause's
    anchored: float  # 1 when its clause holds the heaviest word of the question
    figures: float  # share of the figures and dates asked for that it holds
    lists: float  # how much of a list it is, where a list or a meaning is asked for
    defines: float  # 1 when it says what a thing is whose meaning is asked for
    counts: float  # 1 when it counts as many things as the question asks for, where a list is asked for
    length: float  # logarithm of its characters: a long sentence holds many words by chance


WEIGHTS = Signs(
    coverage=5.3, own=3.2, clause=11.4, anchored=0.6, figures=5.0, lists=4.4, defines=4.0, counts=3.9, length=-0.27
)


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
    """Return the sentences of prose and of tasks that can answer, best first, with their `fit` by `WEIGHTS`."""
    signed = signs(material)
    scored = [replace(passage, fit=sum(map(mul, WEIGHTS, seen))) for passage, seen in signed]
    return sorted(scored, key=lambda passage: -passage.fit)


def signs(material: Material) -> list[tuple[Passage, Signs]]:
    """Return the sentences that can answer with what speaks for each, in the order of `material.sentences`."""
    demands = _demands(material)
    kept = [
        passage
        for passage in material.sentences
        if (not passage.clause.cells or is_task_row(passage.clause)) and not _cannot_answer(material, passage, demands)
    ]
    most = max((passage.own for passage in kept), default=0.0) or 1.0
    needs = wanted(material.understanding.intent, material.understanding.put)
    listed = material.understanding.intent in _LISTED
    defining = material.understanding.intent is Intent.DEFINITION
    return [
        (
            passage,
            Signs(
                coverage=passage.coverage,
                own=passage.own / most,
                clause=passage.rank,
                anchored=float(passage.anchored),
                figures=met(needs, passage.text) / len(needs) if needs else 0.0,
                lists=max(listing(passage.text), float(opens_items(passage.evidence))) if listed else 0.0,
                defines=float(defining and defines(material.understanding.put, passage.text)),
                counts=float(listed and holds_count(material.understanding.asked, passage.text)),
                length=math.log(passage.end - passage.start),
            ),
        )
        for passage in kept
    ]


@dataclass(frozen=True, kw_only=True)
class _Demands:
    """What the wording of a question demands of every sentence that answers it; read once a question."""

    question: str
    years: tuple[str, ...]
    stated: tuple[str, ...]  # numbers that it states of its subject
    kinds: tuple[Sought, ...]  # things that it asks for by name
    grades: Mapping[str, frozenset[str]]  # of what it asks about: 类 to 二 of 二类园
    titles: tuple[str, ...]  # of other texts that it names: 《某条例》
    country: bool
    agent: bool  # whether it asks who does something
    meaning: bool  # whether it asks what something means
    leave: bool  # whether it asks if something is allowed


def _demands(material: Material) -> _Demands:
    question = material.understanding.put
    return _Demands(
        question=question,
        years=material.understanding.years,
        stated=stated_numbers(question),
        kinds=sought(question),
        grades=graded(question),
        titles=other_titles(material),
        country=_ASKS_COUNTRY.search(question) is not None,
        agent=material.understanding.intent is Intent.UNITS and _ASKS_AGENT.search(question) is not None,
        meaning=material.understanding.intent is Intent.DEFINITION and _ASKS_MEANING.search(question) is not None,
        leave=material.understanding.intent is Intent.YESNO and _ASKS_LEAVE.search(question) is not None,
    )


def _cannot_answer(material: Material, passage: Passage, demands: _Demands) -> bool:
    """Whether a sentence is of another year or grade, lacks what the question states, or leaves open what is asked."""
    clause = passage.clause
    following = clause.own.text[passage.end : passage.end + 100]
    return (
        (bool(demands.years) and not year_fits(material, clause, passage.start, passage.end, demands.years))
        or _is_heading(passage)
        or _is_title(material, passage)
        or _is_header(material, passage)
        or (clause.kind is Kind.FRONT_MATTER and _LISTS_ANNEXES.match(clause.own.text) is not None)
        or _UNITS_ALONE.match(passage.text) is not None
        or not all(fold(title) in fold(clause.own.text) for title in demands.titles)
        or not _holds_new_part(material, passage)
        or not _speaks_of_places(material, passage)
        or (demands.country and not _names_country(material, passage))
        or not all(holds_number(clause.own.text, number) for number in demands.stated)
        or (bool(demands.kinds) and not gives(_around(passage), demands.kinds, demands.question))
        or (demands.agent and not _names_agent(material, passage))
        or (demands.meaning and not (_MEANING.search(passage.text) or defines(demands.question, passage.text)))
        or (demands.leave and not _LEAVE.search(_around(passage)))
        or of_other_grade(passage.text, demands.grades)
        or not names_counted(demands.question, passage.text)
        or leaves_open(demands.question, passage.text)
        or leaves_rule_open(demands.question, passage.text)
        or leaves_slogan_open(demands.question, passage.text, following)
    )


def _names_agent(material: Material, passage: Passage) -> bool:
    """Whether a sentence names someone who does something."""
    said = passage.text
    return bool(passage.clause.units) or _AGENT.search(said) is not None or bool(material.departments.find(said))


def _around(passage: Passage) -> str:
    """Return a sentence and the one after it in its clause, which may give what the first one speaks of."""
    text = passage.clause.own.text
    after = re.split(f"[{_SENTENCE_ENDS}]", text[passage.end :].lstrip(_SENTENCE_ENDS), maxsplit=1)[0]
    return passage.text + after


def _holds_new_part(material: Material, passage: Passage) -> bool:
    """Whether a sentence speaks of what an elliptic question put in place of something: 天津医专的呢."""
    part = material.understanding.new_part
    return part is None or part.coverage(passage.text, material.context(passage.clause), passage.clause.own.text) > 0


def _speaks_of_places(material: Material, passage: Passage) -> bool:
    """Whether a sentence, what stands before it in its clause or its headings name the places asked about, if any."""
    said = passage.clause.own.text[: passage.end] + material.context(passage.clause)
    return all(place in said for place in material.elsewhere)


def _names_country(material: Material, passage: Passage) -> bool:
    """Whether a sentence names a country where it says most of what is asked.

    首座水上乐园建在哪个国家 is left open by 启动首座水上乐园，在法国建成第二座冰场.
    """
    parts = _PARTS.split(passage.text)
    held = material.understanding.terms.coverages(parts)
    best = [part for part, share in zip(parts, held, strict=True) if share >= NEARLY * max(held)]
    return any(country in part for part in best for country in wording().countries)


def _is_title(material: Material, passage: Passage) -> bool:
    """Whether a sentence is no more than the document's title, or 关于印发 with it and 的通知 in front of a plan."""
    said, title = fold(passage.text), fold(material.document(passage.clause).title)
    announces = passage.clause.kind is Kind.FRONT_MATTER and title in said and said.endswith("的通知")
    return announces or said.rstrip("。") in title


def _is_header(material: Material, passage: Passage) -> bool:
    """Whether a sentence of an annex is the header line of its table: 序号 项目名称 总投资."""
    if passage.clause.kind is not Kind.ANNEX:
        return False
    row = next((child for child in material.library.children(passage.clause.id) if child.cells), None)
    return row is not None and fold(passage.text).startswith(fold("".join(cell.header for cell in row.cells[:3])))


def _is_heading(passage: Passage) -> bool:
    """Whether a sentence is nothing but its clause's heading."""
    clause = passage.clause
    return not clause.cells and fold(passage.text).rstrip("。") in fold(clause.heading)
