from pathlib import Path

import numpy as np
import pytest

from rag.errors import UnknownDocument
from rag.lexical import FieldWeights, LexicalIndex, pairs, tokens, weighted
from rag.rows import Rows


class Spaces:
    """Cuts where the text has a bar."""

    def words(self, text: str) -> list[str]:
        return text.split("|")


ROWS = Rows.of([("plan", ["plan.1", "plan.2", "plan.3"]), ("rules", ["rules.1"])])
PASSAGES = [["养老", "机构"], ["养老", "护理", "护理"], [], ["停车", "收费"]]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    LexicalIndex.build(PASSAGES, tmp_path / "words")
    return LexicalIndex.open(tmp_path / "words", ROWS)


def test_tokens_are_the_words() -> None:
    assert tokens("ppp|项目", Spaces()) == ["ppp", "项目"]


def test_pairs_overlap_and_leave_latin_words_and_numbers_whole() -> None:
    assert pairs("产教融") == ["产", "教", "融", "产教", "教融"]
    assert pairs("ＰＰＰ项目2.0，“一”〔2025〕7号") == ["ppp", "项", "目", "项目", "2.0", "一", "2025", "7", "号"]
    assert pairs(" \n，") == []


def test_fields_count_by_their_weight() -> None:
    assert weighted(["a"], ["b"], ["c"], FieldWeights(own=2, path=1, title=0)) == ["a", "a", "b"]


def test_rare_words_and_repeated_words_rank_first(index: LexicalIndex) -> None:
    assert [clause_id for clause_id, _ in index.search(["养老"], 9)] == ["plan.1", "plan.2"]  # shorter first
    assert [clause_id for clause_id, _ in index.search(["养老", "护理"], 9)] == ["plan.2", "plan.1"]
    assert [clause_id for clause_id, _ in index.search(["养老", "护理"], 1)] == ["plan.2"]
    scores = [score for _, score in index.search(["养老", "收费"], 9)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_a_search_stays_inside_its_documents(index: LexicalIndex) -> None:
    assert [clause_id for clause_id, _ in index.search(["养老", "收费"], 9, ["rules"])] == ["rules.1"]
    assert index.search(["养老"], 9, ["rules"]) == []
    assert index.search(["养老"], 9, []) == []
    with pytest.raises(UnknownDocument, match="nowhere"):
        index.search(["养老"], 9, ["nowhere"])


@pytest.mark.parametrize("query", [[], ["月球"], [""]])
def test_nothing_known_finds_nothing(index: LexicalIndex, query: list[str]) -> None:
    assert index.search(query, 9) == []
    assert index.scores(query).tolist() == [0, 0, 0, 0]


def test_scores_go_by_row(index: LexicalIndex) -> None:
    assert (index.scores(["护理", "月球"]) > 0).tolist() == [False, True, False, False]
    assert index.scores(["护理"]).dtype == np.float32


def test_vocabulary_and_frequency_count_rows(index: LexicalIndex) -> None:
    assert sorted(index.vocabulary()) == sorted({"养老", "机构", "护理", "停车", "收费"})
    assert [index.frequency(token) for token in ("养老", "护理", "月球")] == [2, 1, 0]


@pytest.mark.parametrize("passages", [[], [[], []]])
def test_a_corpus_without_words_can_be_indexed(tmp_path: Path, passages: list[list[str]]) -> None:
    rows = Rows.of([("plan", [f"plan.{n}" for n in range(len(passages))])])
    LexicalIndex.build(passages, tmp_path / "words")
    empty = LexicalIndex.open(tmp_path / "words", rows)
    assert empty.search(["养老"], 9) == []
    assert (empty.vocabulary(), empty.frequency("养老")) == ([], 0)


def test_an_index_of_other_rows_is_refused(index: LexicalIndex, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="4 passages for 0 rows"):
        LexicalIndex.open(tmp_path / "words", Rows.of([]))


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        LexicalIndex.build(PASSAGES, tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
