import shutil

import pytest

from rag.build import ingest_paths
from rag.errors import RagError
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


def test_an_unchanged_file_is_not_indexed_again(folder):
    first = ingest(folder, "lvhua.txt")
    assert first.rows[0].status == "未变"
    assert ingest(folder, "lvhua.txt").version == first.version
