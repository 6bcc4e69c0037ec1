"""A data folder goes into a file and comes back; versions of the index go back and forth."""

import shutil
import tarfile
from pathlib import Path

import pytest

from api.keys import KeyRing, Role
from rag.index import open_library
from rag.manifest import current_version, versions
from tests.conftest import run_tiaowen
from ui.backup import BackupError, restore
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
