"""Vectors on a real Chroma server: the same answers as from a folder, and nothing lost when it goes away."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.chroma import ChromaServer
from rag.errors import ChromaUnreachable
from rag.index import Index, add_to_index, build_index, open_index
from rag.live import LiveAssistant
from rag.manifest import current_version, index_folder, segment_folder, serving, use_version, versions
from rag.merge import merge
from rag.published import PREFIX_FILE, keep_published
from tests.fakes.chroma import RunningChroma, chroma
from tests.rag.examples import Keywords, plan, rules
from tests.rag.test_segments import parking, replace_id

QUESTIONS = ("养老", "停车收费", "养老护理护理", "护理停车")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    with chroma(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningChroma]:
    """One that a test may kill."""
    with chroma(tmp_path / "chroma") as server:
        yield server


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chroma.AGAIN_S", 0.0)


def opened(data_dir: Path, url: str) -> Index:
    return open_index(data_dir, embedder=Keywords(), chroma_url=url)


def near(index: Index, document_ids: list[str] | None = None) -> list[object]:
    """The best two scores of each question, and all clauses in an order in which equal scores make no difference."""
    found: list[object] = []
    for question in QUESTIONS:
        vector = Keywords().encode_queries([question])[0]
        found.append([round(score, 5) for _, score in index.vectors.search(vector, 2, document_ids)])
        found.append(sorted((round(score, 5), i) for i, score in index.vectors.search(vector, 30, document_ids)))
    return found


def collections(data_dir: Path, url: str) -> list[str]:
    prefix = (index_folder(data_dir) / PREFIX_FILE).read_text().strip()
    return ChromaServer(url, timeout_s=30).names(prefix)


def quiet(_stage: str, _done: int, _total: int) -> None:
    pass


def test_a_server_finds_what_a_folder_finds(running: RunningChroma, tmp_path: Path) -> None:
    """Built, added to, removed from, merged, rolled back: at every step the same."""
    folders = {tmp_path / "server": running.url, tmp_path / "folder": None}

    def compare() -> None:
        on_server, in_folder = (
            opened(tmp_path / "server", running.url),
            open_index(tmp_path / "folder", embedder=Keywords()),
        )
        assert near(on_server) == near(in_folder) and "r8" in str(near(in_folder))
        assert near(on_server, ["plan"]) == near(in_folder, ["plan"])
        assert (on_server.vectors.state, in_folder.vectors.state) == ("server", "folder")
        on_server.close()
        in_folder.close()

    many = [replace_id(parking(f"第一条 停车第{n}条。"), f"r{n}") for n in range(9)]
    for folder, url in folders.items():
        build_index([plan(), *many], folder, Keywords(), chroma_url=url)
        assert (segment_folder(folder, serving(folder).segments[0]) / "chroma").exists() is (url is None)
    compare()
    for folder in folders:
        add_to_index([rules()], folder, Keywords())
    compare()
    for folder in folders:
        add_to_index([], folder, Keywords(), removed=[f"r{n}" for n in range(8)])
    compare()
    before = {folder: current_version(folder) for folder in folders}
    for folder, url in folders.items():
        assert merge(folder, chroma_url=url) is not None
    compare()
    assert len(collections(tmp_path / "server", running.url)) == 2  # this version's and the one before
    for folder, version in before.items():
        use_version(folder, version or "")
    compare()


def test_a_collection_goes_with_the_last_version_that_needs_it(running: RunningChroma, tmp_path: Path) -> None:
    held: list[list[str]] = []
    for words in ("第一条 停车场收费公示。", "第一条 护理人员免费停车。", "第一条 停车收费减半。"):
        build_index([plan(), parking(words)], tmp_path, Keywords(), chroma_url=running.url)
        keep_published(tmp_path, running.url, quiet)
        held.append(sorted(collections(tmp_path, running.url)))
    assert [len(names) for names in held] == [1, 2, 2]
    assert held[0][0] in held[1] and held[0][0] not in held[2]
    other = tmp_path / "other"
    build_index([plan()], other, Keywords(), chroma_url=running.url)
    keep_published(tmp_path, running.url, quiet)
    assert len(collections(other, running.url)) == 1  # another data folder's are left alone


def test_answers_go_on_without_the_server_and_it_is_used_again_when_it_is_back(
    own: RunningChroma, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    build_index([plan(), rules()], data_dir, Keywords(), chroma_url=own.url)
    index = opened(data_dir, own.url)
    found = near(index)
    assert index.vectors.state == "server"
    own.kill()
    assert near(index) == found and index.vectors.state == "server_down"
    late = opened(data_dir, own.url)  # opened while it is away
    assert near(late) == found and late.vectors.state == "server_down"
    own.start()
    for one in (index, late):
        assert near(one) == found and one.vectors.state == "server"
    own.kill()
    shutil.rmtree(own.folder)
    own.start()  # it has lost everything
    assert near(index) == found and index.vectors.state == "server_down"
    keep_published(data_dir, own.url, quiet)
    assert near(index) == found and index.vectors.state == "server"


def test_a_server_that_hangs_holds_no_question_up(
    tmp_path: Path, running: RunningChroma, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([plan()], tmp_path, Keywords(), chroma_url=running.url)
    monkeypatch.setattr("rag.chroma.CONNECT_TIMEOUT_S", 0.1)
    monkeypatch.setattr("rag.published.QUERY_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections and never answers
        index = opened(tmp_path, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        assert near(index) == near(opened(tmp_path, running.url))
        assert index.vectors.state == "server_down"


def test_without_the_server_nothing_is_ingested_and_nothing_lost(own: RunningChroma, tmp_path: Path) -> None:
    from rag.build import add_document, ingest_paths, remove_document

    file = tmp_path / "通知.txt"
    file.write_text("关于值班的通知\n\n一、值班时间\n\n每日八时至十八时，由办公室负责。\n", encoding="utf-8")
    where = {"data_dir": tmp_path / "data", "embedding_model": None, "chroma_url": own.url}
    ingest_paths([file], catalogue_dir=tmp_path, **where)
    version = current_version(tmp_path / "data")
    own.kill()
    with pytest.raises(ChromaUnreachable, match=r"连不上 Chroma 服务（127\.0\.0\.1.*TIAOWEN_CHROMA_URL"):
        ingest_paths([file], catalogue_dir=tmp_path, **where)
    with pytest.raises(ChromaUnreachable):
        add_document(file.read_bytes(), "又一份.txt", **where)
    with pytest.raises(ChromaUnreachable):
        remove_document(serving(tmp_path / "data").segments and "通知", **where)
    assert current_version(tmp_path / "data") == version
    live = LiveAssistant(data_dir=tmp_path / "data", embedding_model=None, llm=None, chroma_url=own.url)
    assert live.search("值班时间").hits[0].text and live.store == "server_down"
    own.start()
    assert add_document(file.read_bytes() + "（二）其他。\n".encode(), "又一份.txt", **where).document_id
    assert live.search("值班时间").hits and live.store == "server"


def test_a_server_that_dies_while_vectors_are_written_leaves_the_version_before(
    own: RunningChroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([plan()], tmp_path, Keywords(), chroma_url=own.url)
    version = current_version(tmp_path)
    monkeypatch.setattr("rag.published.BATCH", 1)

    def dies(stage: str, done: int, _total: int) -> None:
        if "Chroma" in stage and done == 1:
            own.kill()

    with pytest.raises(ChromaUnreachable, match="没有成功"):
        build_index([plan(), rules()], tmp_path, Keywords(), dies, chroma_url=own.url)
    assert current_version(tmp_path) == version and len(versions(tmp_path)) == 1
    assert not list(index_folder(tmp_path).glob(".tmp-*"))
    own.start()
    build_index([plan(), rules()], tmp_path, Keywords(), chroma_url=own.url)  # over the half-written collection
    keep_published(tmp_path, own.url, quiet)
    index = opened(tmp_path, own.url)
    assert "rules" in str(near(index)) and index.vectors.state == "server"
    assert len(collections(tmp_path, own.url)) == 2


def test_an_index_moves_to_a_server_and_back(running: RunningChroma, tmp_path: Path) -> None:
    build_index([plan(), rules()], tmp_path, Keywords())
    keep_published(tmp_path, running.url, quiet)
    on_server, in_folder = opened(tmp_path, running.url), open_index(tmp_path, embedder=Keywords())
    assert near(on_server) == near(in_folder)
    assert (on_server.vectors.state, in_folder.vectors.state) == ("server", "folder")
    build_index([plan(), rules()], tmp_path, Keywords(), chroma_url=running.url)
    back = open_index(tmp_path, embedder=Keywords())  # no folder of Chroma: the vector file answers until the next base
    assert near(back) == near(in_folder) and back.vectors.state == "file"
