"""What a composer works with: the question as understood and the clauses found for it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from ingest.departments import Departments
from ingest.normalize import sentences
from ingest.references import SERIES
from ingest.schema import Clause, Document, Kind
from ingest.split.units import names_duty
from rag.documents import fold_apart, owner_of
from rag.draft import Evidence
from rag.library import Library
from rag.places import places_in
from rag.question import BASIS, Intent, intent_of
from rag.schema import Hit
from rag.terms import Terms, fold, wording
from rag.understand import Understanding

T = TypeVar("T")
_CONTAINERS = frozenset({Kind.SECTION, Kind.ANNEX, Kind.PART, Kind.CHAPTER, Kind.TABLE, Kind.CAPTION})
# 某某大学 as one word of the dictionary / not 师范大学, 开放大学: a kind, no school in particular
_UNIVERSITY = re.compile(
    r"(?!职业|师范|工业|理工|医科|农业|财经|科技|技术|民族|政法|综合|开放|社区|老年|电视|民办|一流|名牌|重点|普通|本科|知名|企业|应用|市属|国外)[\u4e00-\u9fff]{2}大学"
)
SHORT_SCHOOL = 6  # characters of a school's name that may stand for a longer one
MIN_OWN_NAME = 2  # characters of a school's name before the kind of school
IN_PART = 0.5  # coverage of what is asked by a clause of the part that the question names
MIN_TITLE = 5  # characters of a heading that names its clause
# 第三条, （三）, 三、, 3., 1.2, 案例1-2 , 挑战3：, 行动一： / not 2027年, 三项任务, 2.5亿元, 新建 20 所; of 2.1个案例
# only 2.
_NUMBER = re.compile(
    r"^(?:第[\d〇零一二三四五六七八九十百千]+(?:条|章|节|编|部分|项|款)|[（(][\d〇零一二三四五六七八九十百千]+[)）]"
    r"|\d+(?:\.\d+)+(?![\d.年月日个名项所家门位人次亿万倍%％])|\d+[.．](?!\d+[亿万倍%％])"
    r"|[\d〇零一二三四五六七八九十百千]+(?:[)）、]|[.．](?!\d)|(?=\s))"
    rf"|【?[\u4e00-\u9fff]{{0,2}}(?:{'|'.join(SERIES)})\s*(?:\d+|[一二三四五六七八九十]+)(?:】|、|(?=[\s：:]))"
    r"|附件\s*\d*|[\u4e00-\u9fff]{2}\d[\d-]*(?=[\s：:]))\s*[：:]?"
)
# 某某职业技术学院, 某某医专 / not 职业学校, 产业学院
_SCHOOL = re.compile(
    r"[\u4e00-\u9fff]{2,12}?(?P<kind>职业技术学院|职业技术大学|职业学院|高等专科学校|(?:师范|医科|理工|工业|技术|农业|财经|外国语)大学|医专|高专|师专|职院(?!校))"
)
_NO_NAME = re.compile(r"[哪几某各]\w?|这些?|[由的与和在是]")  # not of a school's name: 哪所师范大学
# 南湖区的中小学 / not 校区, 各区, 示范区
_DISTRICT = re.compile(
    r"^(?:请问|在)?([\u4e00-\u9fff]{2}(?<![这那哪各全本两校园社景地城郊市辖范示心开发库])[区县])"
    r"(?=的|[小中大]|学校|教育|政府|财政|有)"
)
WHEN = re.compile(r"时限|时间|期限|进度|节点")  # heads a column of time limits
_TASK = re.compile(r"任务|内容|事项|举措|措施")
ABOUT = 0.5  # coverage of a question's subject from which a list is limited to it
ABOUT_SHARE = 0.6  # of the best one's coverage that the others must reach
ANCHOR_PENALTY = 0.1  # for a clause that does not hold the heaviest word of the question
CLAUSE_SHARE = 0.3  # of a passage's score that its clause's rank gives, the rest is what the passage itself holds


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A sentence of a clause with how well it fits the question (0..1, higher is better)."""

    clause: Clause
    start: int
    end: int
    coverage: float  # of the question's terms, by the sentence and its headings
    own: float  # the same, by the sentence alone
    rank: float  # of its clause: 1 for the best one found
    anchored: bool  # whether its clause holds the heaviest word of the question
    score: float
    fit: float = 0.0  # how well it answers, by `rag.compose.choice`; differences count, not the value

    @property
    def text(self) -> str:
        """The sentence."""
        return self.clause.own.text[self.start : self.end]

    @property
    def evidence(self) -> Evidence:
        """The sentence as evidence."""
        return Evidence(clause=self.clause, start=self.start, end=self.end)


@dataclass(frozen=True, kw_only=True)
class Material:
    """The question, the clauses found (best first) and the library to look further in."""

    understanding: Understanding
    hits: Sequence[Hit]
    library: Library
    departments: Departments
    words: Callable[[str], Iterable[str]]  # cuts a text as it is cut for searching

    def document(self, clause: Clause) -> Document:
        """The document of a clause."""
        return self.library.document(clause.document_id)

    def context(self, clause: Clause) -> str:
        """The words above a clause: its headings and its document's title."""
        document = self.document(clause)
        return "\n".join((*clause.path, document.title, *document.short_titles[:3]))

    def around(self, clause: Clause) -> str:
        """A clause's own words with those above it."""
        return f"{clause.own.text}\n{self.context(clause)}"

    def coverage(self, clause: Clause, terms: Terms | None = None) -> float:
        """How much of the question a clause holds with its headings."""
        return (terms or self.understanding.terms).coverage(clause.own.text, self.context(clause))

    def pointed_at(self) -> list[Clause]:
        """Return the clauses that the question's references point at; of an ambiguous one those that fit it best."""
        found: dict[str, Clause] = {}
        for resolved in self.understanding.references:
            fits = [(self.coverage(clause), clause) for clause in resolved.clauses]
            best = max((fit for fit, _ in fits), default=0.0)
            found |= {clause.id: clause for fit, clause in fits if fit >= best - 1e-9}
        clauses = list(found.values())
        return [clause for clause in clauses if not any(_stands_in(other, clause) for other in clauses)]

    @cached_property
    def subject(self) -> Terms:
        """The words of the question beside the names of departments, documents and clauses in it.

        Of a question that goes on from another one and names its department itself (那市财政局还负责哪些事), its own.
        """
        question = self.understanding.question
        if self.departments.find(self.understanding.put):
            question = self.understanding.put
        documents = [self.library.document(d) for d in self.understanding.document_ids]
        names = [mention.written for mention in self.departments.find(question)]
        names += [name for document in documents for name in (document.title, *document.short_titles)]
        names += [resolved.reference.written for resolved in self.understanding.references]
        names += [clause.heading for clause in self.pointed_at()]  # 任务 of 附件2 任务清单
        named, rest = fold("\n".join(names)), fold(BASIS.sub("", question))
        for name in sorted(map(fold, names), key=len, reverse=True):
            rest = rest.replace(name, "|") if name else rest
        terms = (term for term in self.understanding.terms.terms if term.word)
        return Terms(terms=tuple(term for term in terms if term.text in rest and term.text not in named))

    def within_part(self) -> "Material":
        """Return the same material with only what stands in the part that the question names and asks into.

        附件2里推进某项目的责任单位 asks for one of the annex's items; 附件2是什么 and 附件2第6项 do not.
        """
        parts, subject = self.pointed_at(), self.subject
        below = [hit for hit in self.hits if any(_stands_in(hit.clause, part) for part in parts)]
        held = max((self.coverage(hit.clause, subject) for hit in below), default=0.0)
        if not parts or not subject.terms or held < max(IN_PART, *(self.coverage(part, subject) for part in parts)):
            return self
        asked = self.understanding
        if asked.intent is Intent.UNITS:  # of the clause that is meant, also where it names none
            meant = tuple(hit.clause for hit in below if self.coverage(hit.clause, subject) >= held - 1e-9)
            references = (replace(asked.references[0], clauses=meant),)
            return replace(self, hits=below, understanding=replace(asked, references=references))
        into = replace(asked, references=())
        if asked.intent is Intent.CLAUSE:
            units, named = bool(asked.units), len(asked.document_ids)
            into = replace(into, intent=intent_of(asked.put, names_unit=units, names_clause=False, documents=named))
        return replace(self, hits=below, understanding=into)

    def named_by_title(self) -> list[Clause]:
        """Return the clauses found whose title stands word by word in the question, the longest title first."""
        asked = fold(self.understanding.question)
        named = [
            (len(title), hit.clause)
            for hit in self.hits
            if hit.clause.kind not in _CONTAINERS
            and len(title := title_of(hit.clause)) >= MIN_TITLE
            and fold(title) in asked
        ]
        longest = max((length for length, _ in named), default=0)
        return [clause for length, clause in named if length == longest]

    def mentions(self, words: str) -> bool:
        """Whether one of the clauses found holds these words, kinds of brackets aside."""
        return any(fold_apart(words) in fold_apart(hit.clause.own.text) for hit in self.hits)

    @cached_property
    def elsewhere(self) -> tuple[str, ...]:
        """Return the places that the question names and that are not the home of any document (河北 in Tianjin)."""
        named = (*self.understanding.places, *self._unknown_districts())
        home = "".join(map(owner_of, self.library.documents())) if named else ""
        return tuple(place for place in named if place not in home)

    def _unknown_districts(self) -> list[str]:
        """Return the district or county with which the user's words begin and that no text mentions: 南湖区的学校."""
        found = _DISTRICT.findall(self.understanding.asked)
        return [name for name in found if not self.library.holds(name)]

    def of_places(self, places: Sequence[str]) -> "Material":
        """Return the same material with only the clauses that with their headings name all these places."""
        told = [hit for hit in self.hits if all(place in self.around(hit.clause) for place in places)]
        told = [hit for hit in told if set(places) <= set(places_in(self.around(hit.clause), self.words))]
        return replace(self, hits=told)

    def about_school(self) -> "Material":
        """Return the same material with only the clauses that speak of the school that the question names.

        All stay when it names none by its full name, or when no clause found speaks of it.
        """
        named = self.school
        told = [hit for hit in self.hits if named is not None and self.speaks_of(named, hit.clause)]
        return replace(self, hits=told) if told else self

    @cached_property
    def school(self) -> str | None:
        """The school that the user's words name in full, as some clause found names it, or as asked."""
        asked = self.understanding.asked
        match = _SCHOOL.search(asked)
        if match is None:
            words = [term.text for term in self.understanding.terms.terms if term.word and term.text in asked]
            return next((word for word in words if _UNIVERSITY.fullmatch(word)), None)
        own = max((match.start(), *(m.end() for m in _NO_NAME.finditer(asked, match.start(), match.start("kind")))))
        names = [asked[at : match.end()] for at in range(own, match.start("kind") - MIN_OWN_NAME + 1)]
        if not names:
            return None
        home = next((name for name in names if name.startswith(wording().places)), names[-1])
        return next((n for n in names if any(self.speaks_of(n, hit.clause) for hit in self.hits)), home)

    def speaks_of(self, school: str, clause: Clause) -> bool:
        """Whether a clause with its headings and its document's title names a school."""
        return _spaced(school).search(self.around(clause)) is not None

    @cached_property
    def sentences(self) -> list[Passage]:
        """The sentences of all clauses found by the question's terms, best first."""
        return self.passages()

    def passages(self, *, terms: Terms | None = None, clauses: Sequence[Hit] | None = None) -> list[Passage]:
        """The sentences of the clauses found, best first; ties in document order."""
        terms = terms or self.understanding.terms
        hits = self.hits if clauses is None else clauses
        best = max((hit.score for hit in hits), default=1.0) or 1.0
        found = []
        for hit in hits:
            if hit.clause.kind in (Kind.CAPTION, Kind.TABLE):
                continue
            context = self.context(hit.clause)
            text = hit.clause.own.text
            anchored = terms.anchor is None or terms.anchor.share_in(fold(text) + fold(context)) > 0
            places = spans(hit.clause)
            parts = [text[start:end] for start, end in places]
            rank = hit.score / best
            for (start, end), (held, own) in zip(places, terms.coverages_within(parts, context, text), strict=True):
                score = (1 - CLAUSE_SHARE) * held + CLAUSE_SHARE * rank - ANCHOR_PENALTY * (not anchored)
                found.append(
                    Passage(
                        clause=hit.clause,
                        start=start,
                        end=end,
                        coverage=held,
                        own=own,
                        rank=rank,
                        anchored=anchored,
                        score=score,
                    )
                )
        return sorted(found, key=lambda passage: -passage.score)


def _stands_in(inner: Clause, outer: Clause) -> bool:
    """Whether a clause stands below another one."""
    return (
        inner.document_id == outer.document_id
        and len(inner.path) > len(outer.path)
        and inner.path[: len(outer.path)] == outer.path
    )


def _spaced(name: str) -> re.Pattern[str]:
    """Return a pattern for a school's name; a short one may stand for a longer: 某某医专 for 某某医学高等专科学校."""
    between = "[\u4e00-\u9fff]{0,4}?" if len(name) <= SHORT_SCHOOL else r"\s*"
    return re.compile(between.join(map(re.escape, name)))


def title_of(clause: Clause) -> str:
    """Return a heading without its number: 加强监督 for （二）加强监督; "" for a clause without a heading."""
    return without_number(clause.heading).strip(" 　。.：:")


def without_number(text: str) -> str:
    """Return a text without the clause number that it begins with."""
    return _NUMBER.sub("", text).lstrip()


def opens_items(said: Evidence) -> bool:
    """Whether a sentence ends its clause with a colon: what it announces stands in the items below."""
    return (
        not said.clause.cells
        and said.end >= len(said.clause.own.text.rstrip())
        and said.words.rstrip().endswith(("：", ":"))
    )


def about(scored: Sequence[tuple[float, T]]) -> list[T]:
    """Return what holds most of a subject, all when none is of it; `scored` are coverages of the subject."""
    best = max((held for held, _ in scored), default=0.0)
    return [one for held, one in scored if best < ABOUT or held >= ABOUT_SHARE * best]


def headers_of(clause: Clause) -> str:
    """Return the column headers of a row, a line each."""
    return "\n".join(cell.header for cell in clause.cells)


def is_task_row(clause: Clause) -> bool:
    """Whether a clause is a row of a task list: one of its columns names the departments."""
    return any(names_duty(cell.header) for cell in clause.cells)


def task_cell(clause: Clause) -> str:
    """Return the task of a row of a task list: the longest cell of its columns for tasks, else of those for words."""
    cells = [cell for cell in clause.cells if not names_duty(cell.header) and not WHEN.search(cell.header)]
    tasks = [cell for cell in cells if _TASK.search(cell.header)]
    return max((cell.value for cell in tasks or cells), key=len, default="")


def spans(clause: Clause, *, fine: bool = False) -> list[tuple[int, int]]:
    """Return the sentences of a clause's own text; `fine` also cuts at ；.

    Of a task list's row the sentences of the task; any other table row is one sentence.
    """
    text = clause.own.text
    if not clause.cells:
        return [(start, end) for start, end in sentences(text, clauses=fine) if end > start]
    if is_task_row(clause):
        task = task_cell(clause)
        at = text.find(task)
        if task and at >= 0:
            return [(at + start, at + end) for start, end in sentences(task, clauses=fine) if end > start]
    whole = Evidence.whole(clause)
    return [(whole.start, whole.end)]
