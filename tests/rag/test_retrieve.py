import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.errors import UnknownDocument
from rag.index import Index, build_index, open_index
from rag.retrieve import BARE_SHARE, Weights, retrieve
from tests.rag.examples import Keywords, plan, rules


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    data_dir = tmp_path_factory.mktemp("data")
    build_index([plan(), rules()], data_dir, Keywords())
    opened = open_index(data_dir, embedder=Keywords())
    yield opened
    opened.close()


def ids(index: Index, query: str, **asked: object) -> list[str]:
    return [hit.clause.id for hit in retrieve(index, query, top_k=9, **asked)]  # type: ignore[arg-type]


def test_what_all_three_agree_on_comes_first_with_score_one(index: Index) -> None:
    hits = retrieve(index, "护理人员怎么培训", top_k=2)
    assert hits[0].clause == plan().clauses[2]
    assert hits[0].score == pytest.approx(1.0)
    assert hits[1].score < hits[0].score
    assert len(hits) == 2


def test_each_clause_comes_once_and_scores_fall(index: Index) -> None:
    found = retrieve(index, "养老机构停车收费", top_k=9)
    assert len({hit.clause.id for hit in found}) == len(found)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_one_ranking_alone_is_enough(index: Index) -> None:
    assert ids(index, "停车场", weights=Weights(words=1, pairs=0, dense=0))[0] == "rules.第一条"
    assert ids(index, "停车场", weights=Weights(words=0, pairs=1, dense=0))[0] == "rules.第一条"
    assert ids(index, "停车", weights=Weights(words=0, pairs=0, dense=1))[0] == "rules.第一条"


def test_a_search_stays_inside_its_documents(index: Index) -> None:
    assert ids(index, "养老护理停车", document_ids=["rules"]) == ["rules.第一条"]
    assert ids(index, "养老", document_ids=[]) == []
    with pytest.raises(UnknownDocument, match="nowhere"):
        ids(index, "养老", document_ids=["nowhere"])


@pytest.mark.parametrize("query", ["", "  ", "？！", "xyzzy"])
def test_nothing_known_finds_nothing(index: Index, query: str) -> None:
    assert retrieve(index, query, top_k=5) == []


def test_a_clause_without_text_of_its_own_is_never_found(index: Index) -> None:
    assert "rules.空" not in ids(index, "停车管理办法第一章")


def test_what_states_nothing_falls_behind(index: Index) -> None:
    scores = {hit.clause.id: hit.score for hit in retrieve(index, "主要任务", top_k=9)}
    assert scores["plan.一"] <= BARE_SHARE
    assert retrieve(index, "主要任务", top_k=1)[0].score == max(scores.values())


def test_threads_share_one_index(index: Index) -> None:
    alone = retrieve(index, "养老护理停车", top_k=9)
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda _: retrieve(index, "养老护理停车", top_k=9), range(100)))
    assert all(found == alone for found in together)


def test_importing_retrieval_stays_light() -> None:
    program = (
        "import sys, rag.retrieve\n"
        "heavy = {'torch', 'langchain', 'langchain_core', 'langchain_chroma', 'sentence_transformers', 'transformers',"
        " 'gradio', 'pandas', 'chromadb', 'bm25s'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
