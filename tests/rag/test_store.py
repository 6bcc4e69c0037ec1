import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import EmbeddingMismatch, UnknownDocument
from rag.rows import Rows
from rag.store import VectorStore, langchain_store, write_vectors
from tests.rag.examples import Keywords

ROWS = Rows.of([("plan", ["plan.1", "plan.2"]), ("rules", ["rules.1", "rules.2"])])
TEXTS = ["养老", "养老护理", "停车", "什么也没有"]
METADATA = [{"document_id": clause_id.split(".")[0], "kind": "item"} for clause_id in ROWS.ids]


def query(text: str) -> NDArray[np.float32]:
    return Keywords().encode_queries([text])[0]


def open_store(folder: Path) -> VectorStore:
    return VectorStore.open(folder, rows=ROWS, embedder=Keywords())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    write_vectors(tmp_path, rows=ROWS, texts=TEXTS, metadata=METADATA, embedder=Keywords())
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def test_similarity_is_the_cosine_and_falls(store: VectorStore) -> None:
    found = store.search(query("养老"), 3)
    assert found[:2] == [("plan.1", pytest.approx(1.0)), ("plan.2", pytest.approx(0.5**0.5))]
    assert found[2][1] == pytest.approx(0.0)
    assert len(store.search(query("养老"), 99)) == 4


def test_a_filtered_search_is_exact_and_equal(store: VectorStore) -> None:
    everything = [
        (clause_id, pytest.approx(score, abs=1e-6)) for clause_id, score in store.search(query("养老护理护理"), 2)
    ]
    assert store.search(query("养老护理护理"), 2, ["plan", "rules"]) == everything
    assert [clause_id for clause_id, _ in store.search(query("养老"), 9, ["rules"])] == ["rules.1", "rules.2"]
    assert store.search(query("养老"), 9, []) == []
    with pytest.raises(UnknownDocument, match="nowhere"):
        store.search(query("养老"), 9, ["nowhere"])


def test_similarities_go_by_row(store: VectorStore) -> None:
    assert store.similarities(query("停车"), np.array([2, 0])).tolist() == pytest.approx([1.0, 0.0])
    assert store.similarities(query("停车"), np.arange(4)).tolist() == pytest.approx([0.0, 0.0, 1.0, 0.0])


@pytest.mark.parametrize("vector", [query("月球"), np.full(4, np.nan, dtype=np.float32)])
def test_a_vector_without_direction_is_near_to_nothing(store: VectorStore, vector: NDArray[np.float32]) -> None:
    assert store.search(vector, 9) == []
    assert store.search(vector, 9, ["plan"]) == []
    assert store.similarities(vector, np.array([0, 1])).tolist() == [0.0, 0.0]


class Another(Keywords):
    """A model of another name whose dimension is not to be asked for: that would load it."""

    name = "another"

    @property
    def dimension(self) -> int:  # type: ignore[override]
        raise AssertionError("loaded")


class Shorter(Keywords):
    """A model of the same name that was changed since."""

    dimension = 3


@pytest.mark.parametrize(
    ("embedder", "message"),
    [(Another(), "keywords 建立.*another.*tiaowen ingest"), (Shorter(), "4 维，现在为 3 维.*tiaowen ingest")],
)
def test_another_model_is_refused_with_the_command_that_mends_it(
    store: VectorStore, tmp_path: Path, embedder: Keywords, message: str
) -> None:
    with pytest.raises(EmbeddingMismatch, match=message):
        VectorStore.open(tmp_path, rows=ROWS, embedder=embedder)


def test_langchain_reads_the_same_collection(store: VectorStore, tmp_path: Path) -> None:
    found = langchain_store(tmp_path, Keywords()).similarity_search_with_score("养老护理", k=1)
    assert [(document.page_content, document.metadata["document_id"]) for document, _ in found] == [
        ("养老护理", "plan")
    ]
    assert found[0][1] == pytest.approx(0.0, abs=1e-6)  # a distance


def test_writing_tells_how_far_it_is_and_goes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.store.BATCH", 3)
    told: list[int] = []
    write_vectors(tmp_path, rows=ROWS, texts=TEXTS, metadata=METADATA, embedder=Keywords(), progress=told.append)
    assert told == [3, 4]
    assert len(open_store(tmp_path).search(query("养老"), 9)) == 4


def test_an_empty_corpus_can_be_stored(tmp_path: Path) -> None:
    rows = Rows.of([])
    write_vectors(tmp_path, rows=rows, texts=[], metadata=[], embedder=Keywords())
    empty = VectorStore.open(tmp_path, rows=rows, embedder=Keywords())
    assert empty.search(query("养老"), 9) == []


def test_questions_need_no_langchain(store: VectorStore, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rag.rows import Rows; from rag.store import VectorStore\n"
        "import numpy as np; from tests.rag.examples import Keywords\n"
        "rows = Rows.of([('plan', ['plan.1', 'plan.2']), ('rules', ['rules.1', 'rules.2'])])\n"
        f"store = VectorStore.open(Path({str(tmp_path)!r}), rows=rows, embedder=Keywords())\n"
        "store.search(np.ones(4, dtype=np.float32), 1)\n"
        "heavy = ('langchain', 'torch', 'pandas', 'sentence_transformers')\n"
        "sys.exit(', '.join(m for m in sys.modules if m.split('.')[0].split('_')[0] in heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
