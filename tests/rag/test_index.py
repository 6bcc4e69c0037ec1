import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from rag.embed import Vectors
from rag.errors import EmbeddingMismatch, IndexBusy, IndexDamaged, IndexMissing
from rag.index import (
    Index,
    build_index,
    current_version,
    open_index,
    open_library,
    salvage_library,
    usable,
)
from rag.manifest import one_ingest, segment_folder, serving
from tests.rag.examples import Keywords, plan, rules


def build(data_dir: Path) -> str:
    return build_index([plan(), rules()], data_dir, Keywords(), terms=["养老机构"])


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("built")
    build(data_dir)
    return data_dir


@pytest.fixture
def built(first_build: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own with one version."""
    return shutil.copytree(first_build, tmp_path / "data")


def base(data_dir: Path) -> Path:
    """Folder of the serving version's base."""
    return segment_folder(data_dir, serving(data_dir).segments[0])


def reopened(data_dir: Path) -> Index:
    return open_index(data_dir, embedder=Keywords())


def test_what_is_built_is_served(tmp_path: Path) -> None:
    assert current_version(tmp_path) is None
    version = build(tmp_path)
    assert current_version(tmp_path) == version
    index = reopened(tmp_path)
    assert index.version == version
    assert [document.id for document in index.library.documents()] == ["plan", "rules"]
    assert index.rows.ids == ("plan.一", "plan.一1", "plan.二1", "rules.第一条")  # the empty chapter is not searchable
    assert index.words.search(index.segmenter.words("停车场收费"), 1)[0][0] == "rules.第一条"
    assert index.pairs.search(["护理"], 1)[0][0] == "plan.二1"
    assert index.vectors.search(Keywords().encode_queries(["停车收费"])[0], 1)[0][0] == "rules.第一条"
    assert index.library.terms() == ["养老机构"]
    index.close()


def test_without_chroma_the_vector_file_answers_the_same(built: Path) -> None:
    vector = Keywords().encode_queries(["停车收费和护理"])[0]
    asked = reopened(built).vectors.search(vector, 9)
    index = open_index(built, embedder=Keywords(), with_chroma=False)
    shutil.rmtree(base(built) / "chroma")  # not even looked at
    exact = index.vectors.search(vector, 9)
    assert dict(exact) == pytest.approx(dict(asked), abs=1e-5)


def test_a_damaged_collection_is_done_without(built: Path) -> None:
    collection = base(built) / "chroma" / "chroma.sqlite3"
    collection.write_bytes(bytes(100) + collection.read_bytes()[100:])
    index = reopened(built)
    assert index.vectors.state == "file"
    assert index.vectors.search(Keywords().encode_queries(["停车收费"])[0], 1)[0][0] == "rules.第一条"


def test_headings_above_and_titles_are_searched_too(built: Path) -> None:
    found = reopened(built).pairs.search(["任务"], 9)
    assert {clause_id for clause_id, _ in found} == {"plan.一", "plan.一1", "plan.二1"}
    assert reopened(built).pairs.search(["办法"], 9)[0][0] == "rules.第一条"


def test_the_library_opens_alone(built: Path) -> None:
    assert open_library(built).clause("plan.二1").own.text == "（二）培训护理人员。"


def test_documents_of_another_format_can_be_salvaged(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.manifest.FORMAT", 0)
    assert usable(built, "keywords") is None
    salvaged = salvage_library(built)
    assert salvaged is not None
    assert [document.id for document in salvaged.documents()] == ["plan", "rules"]
    next(built.rglob("library.sqlite")).write_text("no database")
    assert salvage_library(built) is None
    assert salvage_library(tmp_path / "nowhere") is None


def test_before_the_first_ingest_the_command_is_named(tmp_path: Path) -> None:
    for ask in (reopened, open_library):
        with pytest.raises(IndexMissing, match="tiaowen ingest"):
            ask(tmp_path)


def test_another_model_is_refused(built: Path) -> None:

    class Another(Keywords):
        name = "another"

    with pytest.raises(EmbeddingMismatch, match=r"keywords.*another.*tiaowen ingest"):
        open_index(built, embedder=Another())


def test_an_index_is_of_use_with_its_own_model_only(tmp_path: Path) -> None:
    assert usable(tmp_path, "keywords") is None
    build(tmp_path)
    manifest = usable(tmp_path, "keywords")
    assert manifest is not None
    assert {i: holding.source for i, holding in manifest.documents.items()} == {"plan": "a" * 64, "rules": "b" * 64}
    assert usable(tmp_path, "another") is None


def test_an_index_of_another_format_is_not_opened(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.manifest.FORMAT", 0)
    with pytest.raises(IndexDamaged, match="tiaowen ingest"):
        reopened(built)


@pytest.mark.parametrize("name", ["library.sqlite", "vectors.npy", "lexical/words/size.json", "chroma/chroma.sqlite3"])
def test_a_missing_file_is_noticed(built: Path, name: str) -> None:
    (base(built) / name).unlink()
    assert usable(built, "keywords") is None
    with pytest.raises(IndexDamaged, match="tiaowen ingest"):
        reopened(built)


@pytest.mark.parametrize("manifest", ["", "{}", "[]", json.dumps({"format": 1, "documents": {}})])
def test_a_broken_manifest_is_noticed(built: Path, manifest: str) -> None:
    (base(built) / "segment.json").write_text(manifest)
    with pytest.raises(IndexDamaged, match="tiaowen ingest"):
        reopened(built)
    (built / "index" / f"{current_version(built)}.json").write_text(manifest)
    with pytest.raises(IndexDamaged, match="tiaowen ingest"):
        reopened(built)
    assert salvage_library(built) is None


def test_a_truncated_file_is_noticed(built: Path) -> None:
    vectors = base(built) / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1])
    with pytest.raises(IndexDamaged, match=r"vectors\.npy"):
        reopened(built)


def test_the_last_two_versions_are_kept_and_an_open_one_goes_on_serving(tmp_path: Path) -> None:
    first = build(tmp_path)
    index = reopened(tmp_path)
    second = build(tmp_path)
    third = build(tmp_path)
    assert {manifest.stem for manifest in (tmp_path / "index").glob("*.json")} == {second, third}
    assert len(list((tmp_path / "index" / "segments").iterdir())) == 2
    assert len({first, second, third}) == 3
    assert index.library.whole_text("plan.二1") == "（二）培训护理人员。"
    assert index.pairs.search(["护理"], 1)[0][0] == "plan.二1"


class Failing(Keywords):
    """Fails when everything else of a version is written."""

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        raise MemoryError("no room for vectors")


def test_a_failed_build_leaves_the_serving_version(built: Path) -> None:
    version = current_version(built)
    assert version is not None
    with pytest.raises(MemoryError):
        build_index([plan()], built, Failing())
    assert not list((built / "index").glob(".tmp-*"))
    assert current_version(built) == version
    assert len(reopened(built).library.documents()) == 2
    assert usable(built, "keywords") is not None


KILLED = """
import sys, time
from pathlib import Path
from rag.index import build_index
from tests.rag.examples import Keywords, plan

class Hanging(Keywords):
    def encode_passages(self, texts):
        sys.stdout.write("writing\\n")
        sys.stdout.flush()
        time.sleep(60)

build_index([plan()], Path(sys.argv[1]), Hanging())
"""


def test_a_killed_build_leaves_the_serving_version_and_no_rubbish(built: Path) -> None:
    version = current_version(built)
    assert version is not None
    with subprocess.Popen([sys.executable, "-c", KILLED, str(built)], stdout=subprocess.PIPE, text=True) as building:
        assert building.stdout is not None
        assert building.stdout.readline() == "writing\n"
        building.send_signal(signal.SIGKILL)
    assert list((built / "index").glob(".tmp-*"))
    assert current_version(built) == version
    assert len(reopened(built).library.documents()) == 2
    build(built)
    assert not list((built / "index").glob(".tmp-*"))


def test_a_second_ingest_waits_and_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "index").mkdir()
    other = FileLock(tmp_path / "index" / ".lock")  # another instance: as from another process
    other.acquire()
    waiting = threading.Event()

    def progress(stage: str, _done: int, _total: int) -> None:
        told.append(stage)
        waiting.set()

    second = threading.Thread(target=build_index, args=([plan()], tmp_path, Keywords(), progress))
    second.start()
    assert waiting.wait(10)
    assert "等待" in told[0]
    assert current_version(tmp_path) is None
    other.release()
    second.join(30)
    assert current_version(tmp_path) is not None


def test_whoever_merges_holds_the_folder_around_building(tmp_path: Path) -> None:
    with one_ingest(tmp_path, lambda *_: None):
        version = build(tmp_path)
        with pytest.raises(Timeout):
            FileLock(tmp_path / "index" / ".lock").acquire(timeout=0)
    assert current_version(tmp_path) == version
    FileLock(tmp_path / "index" / ".lock").acquire(timeout=0)


def test_waiting_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.manifest.LOCK_TIMEOUT_S", 0.1)
    (tmp_path / "index").mkdir()
    with FileLock(tmp_path / "index" / ".lock"), pytest.raises(IndexBusy, match="tiaowen ingest"):
        build(tmp_path)


def test_progress_tells_stage_and_number(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build_index([plan(), rules()], tmp_path, Keywords(), lambda *step: told.append(step))
    assert told[-1] == ("计算向量", 4, 4)
    assert len({stage for stage, _, _ in told}) == 3


def test_all_documents_may_be_removed(built: Path) -> None:
    build_index([], built, Keywords())
    index = reopened(built)
    assert index.library.documents() == []
    assert index.words.search(["养老"], 9) == []
    assert serving(built).documents == {}
