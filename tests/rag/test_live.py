import shutil

import pytest

from rag.build import ingest_paths
from rag.errors import IndexDamaged, RagError
from rag.live import LiveAssistant
from rag.schema import Status

FIRST = "关于校园绿化的通知\n\n各学校：\n\n一、工作任务\n\n（一）植树。每校植树30棵。（责任单位：市教委、市财政局）\n"
SECOND = "关于校园照明的通知\n\n各学校：\n\n一、工作任务\n\n（一）更换路灯。每校更换路灯50盏。（责任单位：市教委）\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    (folder / "lvhua.txt").write_text(FIRST, encoding="utf8")
    (folder / "zhaoming.txt").write_text(SECOND, encoding="utf8")
    ingest(folder, "lvhua.txt")
    return folder


def ingest(folder, name):
    report = ingest_paths([folder / name], data_dir=folder / "data", catalogue_dir=folder, embedding_model=None)
    assert not report.refused
    return report


def test_a_new_version_is_taken_up_without_a_restart(folder):
    assistant = LiveAssistant(data_dir=folder / "data", embedding_model=None, llm=None)
    assert "30棵" in assistant.answer("每校植树多少棵？").answer
    before = assistant.library
    assert [d.id for d in before.documents()] == ["lvhua"]
    ingest(folder, "zhaoming.txt")
    assert "50盏" in assistant.answer("每校更换多少路灯？").answer
    assert {d.id for d in assistant.library.documents()} == {"lvhua", "zhaoming"}
    assert assistant.checker.index is assistant.index  # a draft is checked against the version that answers
    assert before.clauses("lvhua")  # who still reads the old version is not disturbed


def test_a_version_that_cannot_be_opened_leaves_the_old_one_serving(folder):
    assistant = LiveAssistant(data_dir=folder / "data", embedding_model=None, llm=None)
    root = folder / "data" / "index"
    (root / "broken").mkdir()
    current = (root / "CURRENT").read_text()
    (root / "CURRENT").write_text("broken\n")
    try:
        assert assistant.answer("植树谁负责？").status is Status.ANSWERED
        with pytest.raises(RagError):
            LiveAssistant(data_dir=folder / "data", embedding_model=None, llm=None)
    finally:
        (root / "CURRENT").write_text(current)
        shutil.rmtree(root / "broken")


@pytest.mark.parametrize("error", [OSError("too many open files"), ValueError("no such array"), MemoryError()])
def test_whatever_keeps_a_version_from_being_opened_leaves_the_old_one_until_it_is_tried_again(
    folder, monkeypatch, error
):
    ingest(folder, "lvhua.txt")
    assistant = LiveAssistant(data_dir=folder / "data", embedding_model=None, llm=None)
    tried = []

    def fails(*_, **__):
        tried.append(error)
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("rag.live.open_assistant", fails)
        (folder / "more.txt").write_text(
            f"关于{type(error).__name__}的通知\n\n一、要求\n\n请各校执行。\n", encoding="utf8"
        )
        version = ingest(folder, "more.txt").version
        for _ in range(3):
            assert "30棵" in assistant.answer("每校植树多少棵？").answer
        assert len(tried) == 1 and assistant.version != version
    monkeypatch.setattr("rag.live.AGAIN_S", 0.0)
    monkeypatch.setattr(assistant, "_not_before", 0.0)
    assert assistant.version == version


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"2025", b"\0" * 20])
def test_a_torn_current_leaves_the_old_version_serving(folder, content):
    assistant = LiveAssistant(data_dir=folder / "data", embedding_model=None, llm=None)
    file = folder / "data" / "index" / "CURRENT"
    written = file.read_bytes()
    file.write_bytes(content)
    try:
        assert "30棵" in assistant.answer("每校植树多少棵？").answer
        with pytest.raises(IndexDamaged, match="tiaowen ingest"):
            LiveAssistant(data_dir=folder / "data", embedding_model=None, llm=None)
    finally:
        file.write_bytes(written)
    assert assistant.version == written.decode().strip()


def test_an_unchanged_file_is_not_indexed_again(folder):
    first = ingest(folder, "lvhua.txt")
    assert first.rows[0].status == "未变"
    assert ingest(folder, "lvhua.txt").version == first.version
