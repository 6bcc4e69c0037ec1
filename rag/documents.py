"""Which documents a question names, and which clause a reference in it points at."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.references import LAST, ClauseReference, Step, step_of
from ingest.schema import Clause, Document, Kind
from rag.remembered import remembered
from rag.terms import fold, wording
from rag.years import years_of

# By which numbers of a text a written unit may be meant, the likeliest first: 第3条 of a list of 1. 2. 3. is item 3.
_MEANT = {
    "条": ("条", "（一）", "1.", "项"),
    "（条）": ("（一）", "条"),
    "项": ("项", "1.", "（一）", "（1）", "条"),
    "点": ("1.", "（一）", "项", "（1）", "条"),
    "部分": ("部分", "一、", "编", "章"),
    "款": ("款", "（一）"),
    "目": ("目", "1."),
    "（一）": ("（一）",),
    "一、": ("一、",),
}
_step = remembered(entries=4096, longest=80)(step_of)  # each reference looks at the headings of whole documents
MIN_HINT = 3  # characters of a heading, none of the document's name, with which a question points into it


@dataclass(frozen=True, kw_only=True)
class DocumentMention:
    """A document named in a question.

    `certain` is False for a name that may as well be a word of a text (a slogan without 方案, 意见, 要点 at its end):
    such a document is preferred, not required.
    """

    document_id: str
    written: str
    start: int  # in the folded question
    end: int
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What a reference points at: clauses (several when it is ambiguous), or why there is none."""

    reference: ClauseReference
    clauses: tuple[Clause, ...]
    missing: str = ""  # in Chinese, for people: 附件2共52项，没有第53项
    missing_in: str = ""  # document id of the list that has no such clause


# What a document's name ends with: 实施方案, 7号文, 质量年报 / not a slogan such as 向企而行
_TYPE = re.compile(
    r"(?:办法|意见|方案|计划|要点|年报|报告|条例|规定|规范|通知|清单|法|规则|细则|纲要|决定|公告|文|函|号)(?:[(（].*)?$"
)
_KIND = re.compile(r"办法|意见|方案|计划|要点|年报|报告|条例|规定|通知|清单|细则|纲要|决定|公告")
_POINTING = re.compile(r"的?[那这该][份个篇项]?$")  # 停车收费的那份意见
MIN_PART, MAX_PART = 3, 10  # characters of a title that name its document before its kind
_MAY_PRECEDE = frozenset("度届的在按照据于和与及或跟同对从该本这那份个篇看查找用把将是有里中年市校新依据比看说下绍括述")
KNOWN_QUESTIONS = 512  # whose documents are remembered: one turn asks after the same words several times
LONGEST_KNOWN = 200  # characters of such a question
KIND = 2  # characters of a name that is a kind of document alone
SHORT = 6  # characters up to which a name must not be the end of a longer word


def _stands_alone(question: str, start: int, end: int) -> bool:
    """Whether a short name is no part of a longer one: 行动计划 in 按行动计划, not in 提升行动计划."""
    if end - start > SHORT or start == 0 or not "\u4e00" <= question[start] <= "\u9fff":
        return True
    before = question[start - 1]
    return before in _MAY_PRECEDE or not "\u4e00" <= before <= "\u9fff"


def fold_apart(question: str) -> str:
    """Fold a question; where white space parted two Chinese words a comma keeps them apart."""
    return fold(_PARTED.sub("，", question)).translate(_BRACKETS)


def _derived(title: str) -> list[str]:
    """Return what people make of a title: 校园安全检查通知 of 关于开展校园安全检查的通知; 财务年报 of 财务年度报告."""
    plain = re.sub(r"[（(][^（）()]*[)）]$", "", title)
    about = re.sub(r"^.{0,20}?关于(?:印发|开展|做好|加强|进一步)*", "", plain)
    found = [name for name in {plain, about, about.replace("的", "")} if len(name) > SHORT and name != title]
    if (law := re.sub("^中华人民.{3}(?=.)", "", plain)) != plain:
        found.append(law)
    return found + [f"{match[1]}年报" for match in re.finditer(r"([\u4e00-\u9fff]{2})年度报告$", plain)]


def owner_of(document: Document) -> str:
    """Return a document's title and issuers: whose it is."""
    return document.title + "".join(document.issuers)


def unknown_numbers(question: str, mentions: Iterable[DocumentMention]) -> list[str]:
    """Return the document numbers of a question that are none of the documents named: 8号文, 津教政〔2025〕8号."""
    folded = fold_apart(question)
    taken = [(mention.start, mention.end) for mention in mentions]
    return [
        match[0]
        for match in _NUMBER_OF_DOCUMENT.finditer(folded)
        if not any(start < match.end() and match.start() < end and start <= _year_at(match) for start, end in taken)
    ]


_PLAN_OF_WORK = re.compile(r"工作要点|工作计划|工作安排|工作打算|重点(?:工作|任务)")
_YEARS_WORK = re.compile(r"重点|要点|大事|主要|计划|安排|打算")
_THIS_YEAR = re.compile(r"今年|本年|当年")


def plans_of(question: str, documents: Sequence[Document]) -> list[Document]:
    """Return the plans of work of the year that a question asks the work of: 今年的重点工作; that is the latest."""
    if not _YEARS_WORK.search(question):
        return []
    plans = [
        (years, one)
        for one in documents
        if _PLAN_OF_WORK.search(one.title) and "总结" not in one.title and (years := years_of(one.title))
    ]
    if asked := years_of(question):
        return [one for years, one in plans if set(years) & set(asked)]
    latest = max((max(years) for years, _ in plans), default="")
    return [one for years, one in plans if latest in years] if _THIS_YEAR.search(question) else []


def _year_at(match: re.Match[str]) -> int:
    """Return where the year of a document number begins, its end in one without: 某文(2024)7号 is not 7号."""
    at = match[0].find("(")
    return match.start() + at if at >= 0 else match.end()


_NUMBER_OF_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{0,5}\(20\d\d\)\d+号|(?<!\d)\d+号文")
_BRACKETS = str.maketrans("〔〕【】[]", "()()()")
_PARTED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


class DocumentNames:
    """Finds the documents that a question names by title, short title or number."""

    def __init__(self, documents: Iterable[Document]) -> None:
        names: list[tuple[str, str]] = []
        self._titles: list[tuple[str, str]] = []
        for document in documents:
            self._titles.append((fold_apart(document.title), document.id))
            written = (document.title, *document.short_titles, document.number, *_derived(document.title))
            names += [(fold_apart(name).strip("《》"), document.id) for name in written if name]
        self._homes: dict[str, str] = {}  # places with which one title alone begins
        for place in wording().places:
            begun = [document_id for title, document_id in self._titles if title.startswith(place)]
            if len(begun) == 1:
                self._homes[place] = begun[0]
        self._names = sorted(set(names), key=lambda name: (-len(name[0]), name))
        self._found = remembered(entries=KNOWN_QUESTIONS, longest=LONGEST_KNOWN)(self._find)

    def find(self, question: str) -> list[DocumentMention]:
        """Return the documents named, in order of place; of overlapping names the longest counts."""
        return list(self._found(fold_apart(question)))

    def _find(self, folded: str) -> Sequence[DocumentMention]:
        taken = [False] * len(folded)
        found: dict[str, DocumentMention] = {}
        for name, document_id in self._names:
            start = folded.find(name)
            while start >= 0:
                end = start + len(name)
                same = any(m.start == start and m.end == end for m in found.values())
                if (same or not any(taken[start:end])) and _stands_alone(folded, start, end):
                    certain = bool(_TYPE.search(name))
                    mention = DocumentMention(
                        document_id=document_id, written=name, start=start, end=end, certain=certain
                    )
                    found.setdefault(document_id, mention)
                    taken[start:end] = [True] * (end - start)
                start = folded.find(name, end)
        for mention in self._loosely(folded, taken):
            found.setdefault(mention.document_id, mention)
        return sorted(_apart(folded, list(found.values())), key=lambda mention: mention.start)

    def _loosely(self, folded: str, taken: Sequence[bool]) -> Iterator[DocumentMention]:
        """Give documents named by a part of their title and their kind: 校园安全通知 for …加强校园安全工作的通知.

        Only where one document alone is meant; such a document is preferred, not required.
        """
        for place, document_id in self._homes.items():  # 甲市和乙市有什么不同 of two cities' rules
            at = folded.find(place)
            if at >= 0 and not any(taken[at : at + len(place)]):
                yield DocumentMention(
                    document_id=document_id, written=place, start=at, end=at + len(place), certain=False
                )
        for match in _KIND.finditer(folded):
            if any(taken[match.start() : match.end()]):
                continue
            end = pointing.start() if (pointing := _POINTING.search(folded[: match.start()])) else match.start()
            for size in range(MAX_PART, MIN_PART - 1, -1):
                part = folded[max(0, end - size) : end]
                meant = {i for title, i in self._titles if len(part) == size and part in title and match[0] in title}
                if len(meant) == 1:
                    yield DocumentMention(
                        document_id=meant.pop(),
                        written=part + match[0],
                        start=end - size,
                        end=match.end(),
                        certain=False,
                    )
                    break


def _apart(question: str, mentions: Sequence[DocumentMention]) -> list[DocumentMention]:
    """Return the mentions without a kind of document that is part of another one named: 要点 of 某意见的要点."""
    ends = {mention.end for mention in mentions}

    def is_part(mention: DocumentMention) -> bool:
        follows = question[mention.start - 1 : mention.start] == "的" and mention.start - 1 in ends
        return follows and mention.end - mention.start <= KIND

    return [mention for mention in mentions if not is_part(mention)]


def resolve(reference: ClauseReference, question: str, clauses: Sequence[Clause], name: str = "") -> Resolved:
    """Return the clauses of one document that `reference` points at.

    `clauses` are all clauses of the document, `name` is its title and issuers. Words of the question that stand in
    a heading (任务清单, 主要任务) choose between places with the same number.
    """
    by_id = {clause.id: clause for clause in clauses}
    inner, outer = reference.steps[-1], [_counted(step, clauses) for step in reference.steps[:-1]]
    folded = fold(question)
    for piece in _pieces(fold(name)):
        folded = folded.replace(piece, "|")
    numbered = [
        (clause, step)
        for clause in clauses
        if clause.kind not in (Kind.CAPTION, Kind.FRONT_MATTER)
        and (step := _step(clause.path[-1]))
        and _means(inner, step)
        and all(any(_same(want, have) for have in _steps_above(clause, by_id)) for want in outer)
    ]
    if not numbered:
        return Resolved(reference=reference, clauses=(), missing=f"没有{reference.written}")
    group = max(_groups(numbered, inner), key=lambda group: _fitness(group, inner, folded, by_id))
    if inner.number <= LAST:  # 最后一条 of a numbering that restarts is the last one in the text
        group = _last_run(group)
    wanted = _from_end(inner.number, max(step.number for _, step in group))
    hits = tuple(clause for clause, step in group if step.number == wanted and step.second == inner.second)
    if hits:
        return Resolved(reference=reference, clauses=hits)
    other = tuple(clause for clause, step in numbered if step.number == wanted and step.second == inner.second)
    slides = inner.unit == "条" and not _in_annex(group[0][0]) and all(map(_in_annex, other))
    if other and not slides and not _hinted(group, folded, by_id):
        return Resolved(reference=reference, clauses=other)
    return Resolved(
        reference=reference,
        clauses=(),
        missing=_missing(group, inner, by_id),
        missing_in=group[0][0].document_id,
    )


def _last_run(group: list[tuple[Clause, Step]]) -> list[tuple[Clause, Step]]:
    """Return the clauses that share the last one's parent where the numbering restarts, else all."""
    numbers = [step.number for _, step in group]
    parent = max(group, key=lambda one: one[0].start)[0].parent_id
    return group if len(set(numbers)) == len(numbers) else [one for one in group if one[0].parent_id == parent]


def _pieces(name: str) -> list[str]:
    """Return the parts of a document's name in three characters: what says which document says nothing of the place."""
    return [name[i : i + MIN_HINT] for i in range(len(name) - MIN_HINT + 1)]


def _counted(step: Step, clauses: Sequence[Clause]) -> Step:
    """Return 最后一部分 as the part with the greatest number."""
    if step.number > LAST:
        return step
    have = [found for clause in clauses if (found := _step(clause.path[-1])) and _means(step, found)]
    best = next((unit for unit in _MEANT.get(step.unit, ()) if any(found.unit == unit for found in have)), "")
    numbers = [found.number for found in have if found.unit == best]
    return replace(step, number=_from_end(step.number, max(numbers, default=LAST)))


def _from_end(number: int, last: int) -> int:
    """Return a number as counted from the beginning: 51 for the last but one (-2) of 52."""
    return last + 1 + number if number <= LAST < last else number


def _means(want: Step, have: Step) -> bool:
    return have.unit in _MEANT.get(want.unit, (want.unit,))


def _same(want: Step, have: Step) -> bool:
    return _means(want, have) and want.number in (have.number, LAST) and want.second in (0, have.second)


def _steps_above(clause: Clause, by_id: dict[str, Clause]) -> list[Step]:
    return [step for above in ancestors(clause, by_id) if (step := _step(above.path[-1]))]


def ancestors(clause: Clause, by_id: dict[str, Clause]) -> list[Clause]:
    """Return the clauses above a clause, nearest first."""
    above: list[Clause] = []
    while clause.parent_id is not None and clause.parent_id in by_id:
        clause = by_id[clause.parent_id]
        above.append(clause)
    return above


def _groups(numbered: list[tuple[Clause, Step]], inner: Step) -> list[list[tuple[Clause, Step]]]:
    """Group candidates that number on together: the same unit inside the same annex (or outside any), in order.

    A number that restarts (（一） under each 一、) forms a group under each parent as well.
    """
    groups: dict[tuple[str, str], list[tuple[Clause, Step]]] = {}
    for clause, step in numbered:
        place = next((part for part in clause.path if part.startswith("附")), "")
        groups.setdefault((step.unit, place), []).append((clause, step))
        if inner.number > LAST:
            groups.setdefault((step.unit, clause.parent_id or "top"), []).append((clause, step))
    return list(groups.values())


def _in_annex(clause: Clause) -> bool:
    return any(part.startswith("附") for part in clause.path)


def _fitness(
    group: list[tuple[Clause, Step]], inner: Step, question: str, by_id: dict[str, Clause]
) -> tuple[int, int, int, int]:
    """Rank a group: named by its heading, has the number, unit as written, outside the annexes, larger."""
    step = group[0][1]
    units = _MEANT.get(inner.unit, (inner.unit,))
    in_annex = _in_annex(group[0][0])
    has = inner.number <= LAST or any(s.number == inner.number for _, s in group)
    outside = int(not in_annex) * (2 if inner.unit == "条" else 1)  # an article is the text's, an item the list's
    return (_hinted(group, question, by_id), int(has) + outside, -units.index(step.unit), len(group))


def _hinted(group: list[tuple[Clause, Step]], question: str, by_id: dict[str, Clause]) -> int:
    """Return the length of the longest piece of a heading above the group that the question holds, 0 below MIN_HINT."""
    headings = {
        _NUMBERED.sub("", fold(above.path[-1])) for clause, _ in group[:1] for above in ancestors(clause, by_id)
    }
    longest = 0
    for heading in headings:
        for size in range(len(heading), max(MIN_HINT, longest + 1) - 1, -1):
            if any(heading[i : i + size] in question for i in range(len(heading) - size + 1)):
                longest = size
                break
    return longest


_NUMBERED = re.compile(r"^第[^条章节编款项目]{1,8}[条章节编款项目]")  # 第二十 of 第二十四条 is no hint at 第二十条


def _missing(group: list[tuple[Clause, Step]], inner: Step, by_id: dict[str, Clause]) -> str:
    """Say how far a numbering goes: 附件2 天津市工作任务清单共52项，没有第53项."""
    last = max(step.number for _, step in group)
    above = ancestors(group[0][0], by_id)
    place = f"“{above[0].path[-1]}”" if above else "该文件"
    unit = inner.unit if inner.unit in ("条", "款", "项", "目", "章", "节", "编", "部分", "点") else "条"
    number = f"倒数第{-inner.number}" if inner.number < 0 else f"第{inner.number}"
    return f"{place}共{last}{unit}，没有{number}{unit}"
