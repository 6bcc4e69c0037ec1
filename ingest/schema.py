"""The vocabulary of the product: documents, clauses and what stands in them.

Everything here is a plain frozen record; nothing reads, writes or imports a room of ours.
Every offset counts code points of `Document.text`, the decoded source, which is never altered.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a clause is, by the way its number is written."""

    FRONT_MATTER = "front_matter"  # title, number, issuers, dates, contact
    SECTION = "section"  # 一、
    SUBSECTION = "subsection"  # （一）
    ITEM = "item"  # 1.
    SUBITEM = "subitem"  # （1） ①
    PART = "part"  # 第一编
    CHAPTER = "chapter"  # 第一章
    SECTION_OF_LAW = "section_of_law"  # 第一节
    ARTICLE = "article"  # 第一条
    PARAGRAPH = "paragraph"  # 款, unnumbered
    LAW_ITEM = "law_item"  # 项 （一）, 目 1.
    TABLE = "table"
    TABLE_ROW = "table_row"
    CASE = "case"  # 案例 1-1
    ANNEX = "annex"  # 附件2, 附录
    ANNEX_ITEM = "annex_item"  # an item of an annex's list
    CAPTION = "caption"  # 图 1-1


class Role(StrEnum):
    """What a department does in a task, as the text says it."""

    RESPONSIBLE = "责任"
    LEAD = "牵头"
    SUPPORT = "配合"


@dataclass(frozen=True, kw_only=True)
class ResponsibleUnit:
    """A department named as responsible: the name as written, its canonical name, its role, and where it stands."""

    written: str
    name: str
    role: Role = Role.RESPONSIBLE
    generic: bool = False  # 各区人民政府, 有关行业协会: a kind of department, none in particular
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table row with the header that stands over it ("" where the table has none)."""

    header: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Text as a reader should see it, with the way back to the source.

    `runs` are (offset in text, offset in the source, length), ascending in both offsets: inside a run the reading
    text equals the source letter by letter; between runs the source holds what was dropped (line breaks, page
    furniture) and the text may hold one inserted space or line break.
    """

    text: str
    runs: tuple[tuple[int, int, int], ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source offsets (start, end) of `text[start:end]`, trimmed to characters that stand in the source.

        Raises ValueError when the slice holds no character of the source.
        """
        begins = [run[0] for run in self.runs]
        covered: list[tuple[int, int]] = []
        for at, source, length in self.runs[max(bisect_right(begins, start) - 1, 0) :]:
            if at >= end:
                break
            low, high = max(start, at), min(end, at + length)
            if low < high:
                covered.append((source + low - at, source + high - at))
        if not covered:
            raise ValueError(f"no source characters in {self.text[start:end]!r} ({start}:{end})")
        return covered[0][0], covered[-1][1]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One policy text. Empty strings and tuples mean that the text (and the catalogue) do not say."""

    id: str  # stable, readable: jinjiaozheng-2025-7
    title: str
    short_titles: tuple[str, ...] = ()
    number: str = ""  # 文号: 津教政〔2025〕7号
    issuers: tuple[str, ...] = ()
    issued_on: str = ""  # 成文日期, ISO 8601: 2025-07-09
    published_on: str = ""  # 印发日期
    source_file: str
    sha256: str  # of the file's bytes, lower-case hex
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A node of a document's tree.

    `own` is the reading text of the clause without its children (heading, lead-in, body). The children of a clause
    are the clauses whose `parent_id` is its id; a document's clauses come in document order.
    """

    id: str  # document id + path, URL-safe, without / # ?
    document_id: str
    parent_id: str | None
    kind: Kind
    path: tuple[str, ...]  # outermost heading to the clause itself, as written
    label: str  # the shortest form that is unique in its document: 附件2第6项
    heading: str  # number and title without the body: （二）健全投入机制 ("" where it has none)
    start: int
    end: int
    own: Reading
    units: tuple[ResponsibleUnit, ...] = ()
    cells: tuple[Cell, ...] = ()
    twins: tuple[str, ...] = ()  # ids of clauses that say the same words elsewhere in the document


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Characters of a document that belong to no clause, by name (contents list, page number, …)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class SplitReport:
    """What a person needs to trust a splitting: what was found, left out and joined, and what looks odd."""

    text_type: str  # 通知＋计划, 意见＋附件清单, …, decided by evidence in the text
    evidence: tuple[str, ...]
    counts: dict[str, int]  # kind -> clauses
    left_out: tuple[LeftOut, ...]
    joins: tuple[tuple[int, int], ...]  # source spans of line breaks that were joined inside a sentence
    oddities: tuple[str, ...]  # gaps, repeats and restarts in numbering, very short or long clauses, in Chinese


@dataclass(frozen=True, kw_only=True)
class SplitDocument:
    """A document with its clauses in document order and the report on how they were found."""

    document: Document
    clauses: tuple[Clause, ...]
    report: SplitReport
