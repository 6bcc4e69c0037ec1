"""The five texts and small ones, split; and what must hold for every splitting."""

from functools import cache
from pathlib import Path

from ingest.catalogue import Catalogue
from ingest.departments import Departments
from ingest.read import read_document
from ingest.schema import Clause, Document, SplitDocument
from ingest.split import split_document

CORPUS = Path(__file__).parents[2] / "corpus"
PLAN, SCHEME, REPORT, OPINION, POINTS = (
    "jinjiaozheng-2025-7",
    "chanjiao-ronghe-shishi-fangan",
    "zhiye-daxue-zhiliang-nianbao-2025",
    "chanjiaocheng-ronghe-biaogan-yijian",
    "jinjiaozhihan-2025-1",
)
ALL = (PLAN, SCHEME, REPORT, OPINION, POINTS)


@cache
def departments() -> Departments:
    return Departments.load()


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(CORPUS / "catalogue.toml")


@cache
def corpus_text(document_id: str) -> SplitDocument:
    entry = next(entry for entry in catalogue().entries if entry.id == document_id)
    return split_document(read_document(CORPUS / entry.file, catalogue()), departments())


def split(text: str, *, title: str = "办法") -> SplitDocument:
    document = Document(id="doc", title=title, source_file="doc.txt", sha256="0" * 64, text=text)
    return split_document(document, departments())


def labels(result: SplitDocument) -> list[str]:
    return [clause.label for clause in result.clauses]


def by_label(result: SplitDocument) -> dict[str, Clause]:
    return {clause.label: clause for clause in result.clauses}


def units(clause: Clause) -> list[str]:
    return [unit.name for unit in clause.units]


def check(result: SplitDocument) -> None:
    """Assert what holds for any text: every character once, runs that map back, unique names, a proper tree."""
    text, clauses = result.document.text, result.clauses
    seen = bytearray(len(text))
    for clause in clauses:
        assert clause.own.text.strip(), clause.id
        for at, source, length in clause.own.runs:
            assert clause.own.text[at : at + length] == text[source : source + length]
            for index in range(source, source + length):
                seen[index] += 1
    for item in result.report.left_out:
        for index in range(item.start, item.end):
            if not text[index].isspace():
                seen[index] += 1
    wrong = [index for index, char in enumerate(text) if not char.isspace() and seen[index] != 1]
    assert not wrong, [(text[max(i - 8, 0) : i + 8], seen[i]) for i in wrong[:5]]
    by_id = {clause.id: clause for clause in clauses}
    assert len(by_id) == len(clauses)
    assert len({clause.label for clause in clauses}) == len(clauses)
    order = {clause.id: position for position, clause in enumerate(clauses)}
    ends: dict[str | None, int] = {}
    for position, clause in enumerate(clauses):
        assert not set(clause.id) & set("/#? \n\t"), clause.id
        assert clause.path[-1] and clause.label
        if clause.parent_id is not None:
            parent = by_id[clause.parent_id]
            assert order[parent.id] < position
            assert parent.path == clause.path[:-1]
            assert parent.start <= clause.start < clause.end <= parent.end
        assert clause.start >= ends.get(clause.parent_id, 0), f"{clause.id} overlaps the clause before"
        ends[clause.parent_id] = clause.end
        for unit in clause.units:
            assert (text[unit.start], text[unit.end - 1]) == (unit.written[0], unit.written[-1])
        assert all(clause.id in by_id[twin].twins for twin in clause.twins)
