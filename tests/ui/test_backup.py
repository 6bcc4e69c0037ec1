"""A data folder goes into a file and comes back; versions of the index go back and forth."""

import gzip
import io
import shutil
import sqlite3
import tarfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from api.feedback import FeedbackStore
from api.keys import KeyRing, Role
from api.schema_feedback import FeedbackRequest
from rag.errors import RagError
from rag.index import open_library
from rag.manifest import current_version, segment_folder, serving, versions
from tests.conftest import run_tiaowen
from tests.ui.test_faults import rot
from ui.backup import BackupError, backup, restore
from ui.cli import main


@pytest.fixture
def own(data_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir, tmp_path / "own"))


def test_a_backup_comes_back_whole(own: Path, tmp_path: Path) -> None:
    _, key = KeyRing(own).add("甲", Role.READER)
    file = tmp_path / "b" / "tiaowen.tar.gz"
    done = run_tiaowen(own, "backup", str(file))
    assert done.returncode == 0, done.stderr
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if name.startswith("cache") or name.endswith(".lock")]
    again = tmp_path / "again"
    done = run_tiaowen(again, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert current_version(again) == current_version(own)
    assert [one.text for one in open_library(again).documents()] == [one.text for one in open_library(own).documents()]
    assert KeyRing(again).find(key) is not None
    asked = run_tiaowen(again, "ask", "哪些部门负责PPP相关任务？")
    assert "附件2第6项" in asked.stdout


def test_a_backup_is_never_put_over_something(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiaowen.tar.gz"
    assert run_tiaowen(own, "backup", str(file)).returncode == 0
    done = run_tiaowen(own, "restore", str(file))
    assert done.returncode == 1 and "已有内容" in done.stderr


def test_a_broken_backup_leaves_nothing_behind(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiaowen.tar.gz"
    assert run_tiaowen(own, "backup", str(file)).returncode == 0
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(BackupError, match="不是完整的备份"):
        restore(file, tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "tiaowen.tar.gz"]


def hostile(file: Path, name: str, *, link: str = "") -> Path:
    """A whole archive with one member more, of such a name."""
    with tarfile.open(file, "w:gz") as archive:
        for own_name in ("keys.json", name):
            member = tarfile.TarInfo(own_name)
            if link and own_name == name:
                member.type, member.linkname = tarfile.SYMTYPE, link
                archive.addfile(member)
            else:
                member.size = 2
                archive.addfile(member, io.BytesIO(b"{}"))
    return file


@pytest.mark.parametrize(
    ("name", "link"),
    [("../outside", ""), ("index/../../outside", ""), ("link", "../.."), ("link", "/etc")],
)
def test_a_hostile_archive_writes_nothing_outside(tmp_path: Path, name: str, link: str) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    file = hostile(tmp_path / "hostile.tar.gz", name, link=link)
    with pytest.raises(BackupError, match="不是完整的备份"):
        restore(file, inside / "data")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "hostile.tar.gz"]


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"no tar" * 500, mtime=0)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.tar.gz"
    file.write_bytes(content)
    with pytest.raises(BackupError):
        restore(file, tmp_path / "data")
    assert [path.name for path in tmp_path.iterdir()] == ["file.tar.gz"]


def test_bytes_changed_on_the_way_are_noticed(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiaowen.tar.gz"
    backup(own, file)
    content = bytearray(file.read_bytes())
    for at in range(len(content) // 2, len(content) // 2 + 64):
        content[at] ^= 0xFF
    file.write_bytes(bytes(content))
    with pytest.raises((BackupError, RagError)):
        restore(file, tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "tiaowen.tar.gz"]


def test_an_archive_of_something_else_is_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "holiday.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("photo.jpg"))
    with pytest.raises(BackupError, match="不是条文的备份"):
        restore(file, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_backup_is_whole_while_people_write(own: Path, tmp_path: Path) -> None:
    store, stop, written = FeedbackStore(data_dir=own), threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            written.append(store.add(FeedbackRequest(answer_id=f"a-{len(written)}", helpful=True, question="问" * 500)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            time.sleep(0.01)
        before = len(written)
        backup(own, tmp_path / "tiaowen.tar.gz")
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "tiaowen.tar.gz", tmp_path / "again")
    with closing(sqlite3.connect(tmp_path / "again" / "feedback.sqlite")) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert before <= kept.execute("SELECT count(*) FROM feedback").fetchone()[0] <= len(written)
    assert current_version(tmp_path / "again") == current_version(own)


def test_a_transaction_that_runs_is_in_no_backup(own: Path, tmp_path: Path) -> None:
    FeedbackStore(data_dir=own).add(FeedbackRequest(answer_id="a", helpful=True))
    with closing(sqlite3.connect(own / "feedback.sqlite", isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM feedback")
        assert (own / "feedback.sqlite-journal").exists()
        backup(own, tmp_path / "tiaowen.tar.gz")
    restore(tmp_path / "tiaowen.tar.gz", tmp_path / "again")
    assert [path.name for path in (tmp_path / "again").glob("feedback*")] == ["feedback.sqlite"]
    with closing(sqlite3.connect(tmp_path / "again" / "feedback.sqlite")) as kept:
        assert kept.execute("SELECT answer_id FROM feedback").fetchall() == [("a",)]


def test_a_version_is_listed_and_rolled_back_to(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = current_version(own)
    new = tmp_path / "新通知.txt"
    new.write_text("关于值班的通知\n\n一、值班时间\n\n每日八时至十八时，由办公室负责。\n", encoding="utf-8")
    assert run_tiaowen(own, "ingest", str(new)).returncode == 0
    second = current_version(own)
    assert second != first
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(own))
    assert main(["index", "list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in listed] == [f"  {first}", f"* {second}"]
    assert main(["index", "use", str(first)]) == 0
    assert current_version(own) == first and len(versions(own)) == 2
    assert len(open_library(own).documents()) == 5
    assert main(["index", "use", str(second)]) == 0
    assert len(open_library(own).documents()) == 6
    assert main(["index", "use", "keine"]) == 1
    assert "没有版本 keine" in capsys.readouterr().err
    rot(segment_folder(own, serving(own).segments[-1]) / "library.sqlite")
    assert main(["index", "use", str(first)]) == 0
    capsys.readouterr()
    assert main(["index", "use", str(second)]) == 1
    assert "校验和不符" in capsys.readouterr().err and current_version(own) == first  # looked at before the switch
    (own / "index" / "CURRENT").write_bytes(b"\xff")
    assert main(["ask", "植树谁负责？"]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert "CURRENT 读不出来" in told and "tiaowen ingest" in told
    assert main(["index", "list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["index", "use", str(first)]) == 0
    assert current_version(own) == first
