"""An index of several segments answers like one that was built of the same documents at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.schema import SplitDocument
from rag.errors import UnknownClause, UnknownDocument
from rag.index import Index, add_to_index, build_index, open_index
from rag.lexical import idf
from rag.manifest import Holding, segment_folder, serving
from rag.segments import read_inventory
from tests.rag.examples import Keywords, clause, plan, rules


def parking(own: str = "第一条 停车场收费公示。") -> SplitDocument:
    """Rules of parking with one article of other words."""
    split = rules()
    document = replace(split.document, text=f"停车管理办法\n{own}\n", sha256="c" * 64)
    article = clause(document, "第一条", split.clauses[1].kind, ("第一章", "第一条"), own, parent="空")
    return replace(split, document=document, clauses=(split.clauses[0], article))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one")
    build_index([plan(), rules()], folder, Keywords(), terms=["养老机构"])
    return folder


@pytest.fixture
def pair(data_dir: Path, tmp_path: Path) -> Iterator[tuple[Index, Index]]:
    """The same two documents built at once, and with the rules in a second segment after other rules were replaced."""
    build_index([plan(), parking("第一条 护理人员免费停车。")], tmp_path, Keywords(), terms=["养老机构"])
    add_to_index([rules()], tmp_path, Keywords())
    whole, parts = (open_index(folder, embedder=Keywords()) for folder in (data_dir, tmp_path))
    yield whole, parts
    whole.close()
    parts.close()


def test_documents_and_clauses_are_the_same(pair: tuple[Index, Index]) -> None:
    whole, parts = (index.library for index in pair)
    assert [d.id for d in parts.documents()] == [d.id for d in whole.documents()]
    for document in whole.documents():
        assert parts.clauses(document.id) == whole.clauses(document.id)
        assert parts.report(document.id) == whole.report(document.id)
        assert parts.clause_count(document.id) == whole.clause_count(document.id)
        assert parts.document(document.id).text == document.text
    assert parts.units() == whole.units()
    assert parts.terms() == whole.terms() == ["养老机构"]
    ids = ["rules.第一条", "plan.一1"]
    assert [c.id for c in parts.clauses_by_id(ids)] == ids
    assert parts.whole_text("rules.空") == "第一条 停车场收费公示。"
    assert [c.id for c in parts.clauses_with_label("第一条")] == ["rules.第一条"]


def test_words_indexed_in_a_process_of_their_own_are_the_same(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.segments.APART", 1)
    monkeypatch.setattr("rag.segments._write_words", None)  # whoever indexed here would fail
    build_index([plan(), rules()], tmp_path, Keywords(), terms=["养老机构"])
    here, apart = (segment_folder(folder, serving(folder).segments[0]) / "lexical" for folder in (data_dir, tmp_path))
    files = sorted(file.relative_to(here) for file in here.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(apart) for file in apart.rglob("*") if file.is_file())
    assert all((here / file).read_bytes() == (apart / file).read_bytes() for file in files)
    assert len(files) > 4


def test_rows_and_words_are_the_same(pair: tuple[Index, Index]) -> None:
    whole, parts = pair
    assert parts.rows.ids == whole.rows.ids
    assert parts.rows.ranges == whole.rows.ranges
    assert parts.rows.allowed(["rules"]).tolist() == whole.rows.allowed(["rules"]).tolist()
    assert sorted(parts.pairs.vocabulary()) == sorted(whole.pairs.vocabulary())  # no word of the replaced rules
    for token in ("停", "停车", "护理", "免费", "任务"):
        assert parts.pairs.frequency(token) == whole.pairs.frequency(token)
    for query in (["停车", "收费"], ["护理"], ["任务", "任务"], ["免费"]):
        found, wanted = (index.pairs.search(query, 9) for index in pair)
        assert [clause_id for clause_id, _ in found] == [clause_id for clause_id, _ in wanted]


def test_a_words_rarity_counts_over_all_segments(pair: tuple[Index, Index]) -> None:
    assert idf(1, 4) == pytest.approx(np.log(10 / 3))
    row = pair[0].rows.number["rules.第一条"]
    # Both stand twice in this clause; 一 stands in all of them, but in this one's own segment it is as rare as 第.
    shares = [index.pairs.scores(["一"])[row] / index.pairs.scores(["第"])[row] for index in pair]
    assert shares[1] == pytest.approx(shares[0])
    assert shares[1] == pytest.approx(idf(4, 4) / idf(1, 4))


def test_vectors_are_the_same(pair: tuple[Index, Index]) -> None:
    whole, parts = pair
    for text in ("停车收费", "护理", "养老护理护理"):
        vector = Keywords().encode_queries([text])[0]
        near = [index.vectors.search(vector, 2) for index in pair]
        assert near[1][0][0] == near[0][0][0]
        assert [score for _, score in near[1]] == pytest.approx([score for _, score in near[0]], abs=1e-6)
        every = np.arange(4)
        assert parts.vectors.similarities(vector, every) == pytest.approx(whole.vectors.similarities(vector, every))
    vector = Keywords().encode_queries(["护理"])[0]
    assert [i for i, _ in parts.vectors.search(vector, 9, ["rules"])] == ["rules.第一条"]


def test_many_removed_neighbours_hide_nothing(tmp_path: Path) -> None:
    many = [parking(f"第一条 停车第{n}条。") for n in range(9)]
    named = [replace_id(split, f"r{n}") for n, split in enumerate(many)]
    build_index([*named, plan()], tmp_path, Keywords())
    add_to_index([], tmp_path, Keywords(), removed=[f"r{n}" for n in range(8)])
    index = open_index(tmp_path, embedder=Keywords())
    near = index.vectors.search(Keywords().encode_queries(["停车"])[0], 3)
    assert near[0][0] == "r8.第一条"
    assert len(near) == 3
    assert {clause_id.split(".")[0] for clause_id, _ in near} == {"r8", "plan"}
    index.close()


def replace_id(split: SplitDocument, document_id: str) -> SplitDocument:
    """The same text as another document."""
    renamed = tuple(
        replace(
            c,
            id=c.id.replace("rules.", f"{document_id}."),
            document_id=document_id,
            parent_id=c.parent_id and c.parent_id.replace("rules.", f"{document_id}."),
        )
        for c in split.clauses
    )
    return replace(split, document=replace(split.document, id=document_id), clauses=renamed)


def test_what_is_removed_is_gone(data_dir: Path, tmp_path: Path) -> None:
    build_index([plan(), rules()], tmp_path, Keywords())
    add_to_index([], tmp_path, Keywords(), removed=["plan"])
    index = open_index(tmp_path, embedder=Keywords())
    assert [d.id for d in index.library.documents()] == ["rules"]
    assert index.library.units() == []
    assert index.pairs.search(["护理"], 9) == []
    assert index.pairs.frequency("护理") == 0
    for ask in (index.library.clause, index.library.whole_text):
        with pytest.raises(UnknownClause):
            ask("plan.一1")
    with pytest.raises(UnknownDocument):
        index.rows.allowed(["plan"])
    index.close()


def test_a_new_version_shares_what_it_has_in_common_with_the_one_before(tmp_path: Path) -> None:
    build_index([plan()], tmp_path, Keywords())
    first = open_index(tmp_path, embedder=Keywords())
    add_to_index([rules()], tmp_path, Keywords())
    second = open_index(tmp_path, before=first)
    base, added = second.segments
    assert second.segments[base] is first.segments[base]
    assert (second.embedder, second.segmenter) == (first.embedder, first.segmenter)
    assert second.pairs.search(["收费"], 1)[0][0] == f"{second.rows.ids[-1]}"
    assert first.pairs.search(["收费"], 1) == []
    assert read_inventory(segment_folder(tmp_path, added)).documents == {"rules": 1}
    build_index([rules()], tmp_path, Keywords())
    third = open_index(tmp_path, before=second)
    assert third.segmenter is not first.segmenter
    second.close()
    third.close()


def test_an_addition_keeps_the_base_and_says_what_it_was_made_of(tmp_path: Path) -> None:
    build_index([plan()], tmp_path, Keywords())
    before = serving(tmp_path).segments
    add_to_index([rules()], tmp_path, Keywords(), holdings={"rules": Holding(segment="", source="s", origin="/r.txt")})
    manifest = serving(tmp_path)
    assert manifest.segments[:1] == before
    assert len(manifest.segments) == 2
    assert manifest.documents["rules"] == Holding(segment=manifest.segments[1], source="s", origin="/r.txt")
    add_to_index([], tmp_path, Keywords(), removed=["rules"])
    assert serving(tmp_path).segments == before  # a segment that holds nothing any more is not kept
