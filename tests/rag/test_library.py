import dataclasses
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.schema import Kind
from rag.errors import IndexDamaged, UnknownClause, UnknownDocument
from rag.library import Library, write_library
from tests.rag.examples import plan, rules


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    write_library(tmp_path / "library.sqlite", [plan(), rules()], ["养老机构", "停车场"])
    opened = Library.open(tmp_path / "library.sqlite")
    yield opened
    opened.close()


def test_everything_written_is_read_back(library: Library) -> None:
    for split in (plan(), rules()):
        read = library.document(split.document.id)
        assert dataclasses.asdict(read) == dataclasses.asdict(split.document)
        assert library.clauses(split.document.id) == list(split.clauses)
        for kind in Kind:
            of_kind = [clause for clause in split.clauses if clause.kind is kind]
            assert library.clauses(split.document.id, kind=kind) == of_kind
        assert library.report(split.document.id) == split.report
    assert library.terms() == ["养老机构", "停车场"]


def test_documents_come_in_order_and_read_their_texts_late(library: Library) -> None:
    documents = library.documents()
    assert [document.id for document in documents] == ["plan", "rules"]
    assert "text" not in vars(documents[0])
    assert documents[0].text == plan().document.text
    assert library.clause_count("plan") == 3


def test_clauses_by_id_keep_the_order_asked_for(library: Library) -> None:
    ids = ["rules.第一条", "plan.一", "plan.二1"]
    assert [clause.id for clause in library.clauses_by_id(ids)] == ids
    assert library.clause("plan.二1") == plan().clauses[2]


def test_a_clause_is_read_whole_with_its_children(library: Library) -> None:
    assert [clause.id for clause in library.children("plan.一")] == ["plan.一1", "plan.二1"]
    assert library.whole_text("plan.一") == "一、主要任务\n（一）建设养老机构。市民政局负责。\n（二）培训护理人员。"
    assert library.whole_text("rules.空") == "第一条 停车场收费公示。"


def test_clauses_are_found_by_department(library: Library) -> None:
    assert library.units() == [("天津市民政局", 1)]
    assert [clause.id for clause in library.clauses_of_units(["天津市民政局", "无"])] == ["plan.一1"]
    assert library.clauses_of_units(["天津市民政局"], ["rules"]) == []
    assert library.clauses_of_units([]) == []


def test_a_label_is_found_in_any_width(library: Library) -> None:
    assert [clause.id for clause in library.clauses_with_label("二１", ["plan"])] == ["plan.二1"]
    assert [clause.id for clause in library.clauses_with_label(" 第一条")] == ["rules.第一条"]
    assert library.clauses_with_label("第一条", ["plan"]) == []


def test_unknown_ids_are_named(library: Library) -> None:
    for ask in (library.clause, library.children, library.whole_text):
        with pytest.raises(UnknownClause, match=r"plan\.九"):
            ask("plan.九")
    with pytest.raises(UnknownClause, match=r"plan\.九"):
        library.clauses_by_id(["plan.一", "plan.九"])
    for of_document in (library.document, library.clauses, library.report, library.clause_count):
        with pytest.raises(UnknownDocument, match="nowhere"):
            of_document("nowhere")


def test_threads_share_one_library(library: Library) -> None:
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(library.whole_text, ["plan.一"] * 200))
    assert set(texts) == {library.whole_text("plan.一")}


def test_an_id_cannot_stand_for_two_clauses(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        write_library(tmp_path / "library.sqlite", [plan(), plan()])


def test_a_library_cannot_be_written_to_or_missing(library: Library, tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        library._parts[0].connection.execute("DELETE FROM clauses")
    with pytest.raises(IndexDamaged):
        Library.open(tmp_path / "nothing.sqlite")
