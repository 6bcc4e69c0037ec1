"""`tiaowen backup` and `tiaowen restore`: the data folder as one file, taken while the service runs."""

import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

from rag.index import open_index
from rag.manifest import TEMPORARY, one_ingest
from rag.published import PREFIX_FILE

_LEFT_OUT = {"cache"}  # can be made again at any time
_TELLING = ("index", "keys.json", "feedback.sqlite")  # a data folder holds one of them at least
_SQLITE_OWN = ("-journal", "-wal", "-shm")  # of a transaction that runs; beside our copy they would spoil it
_OWN = ("index", PREFIX_FILE)  # a restored folder is another one: it has collections of its own on a Chroma server


class BackupError(Exception):
    """The folder or the file is not what was expected; the message says what to do."""


def backup(data_dir: Path, file: Path) -> int:
    """Write everything that cannot be made again to a .tar.gz, and return how many files; no ingest runs meanwhile."""
    if not data_dir.is_dir():
        raise BackupError(f"数据目录 {data_dir} 不存在，没有可以备份的")
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.new")
    with one_ingest(data_dir, lambda *_: None, wait_s=600):
        try:
            with tarfile.open(aside, "w:gz", compresslevel=1) as archive:
                count = sum(_add(archive, path, path.relative_to(data_dir)) for path in sorted(data_dir.rglob("*")))
            aside.chmod(0o600)  # hashes of keys and people's feedback are in it
            aside.replace(file)
        except OSError as exc:
            raise BackupError(f"备份 {file} 没有写成：{exc.strerror}") from exc
        finally:
            aside.unlink(missing_ok=True)
    return count


def restore(file: Path, data_dir: Path) -> str | None:
    """Unpack a backup into a data folder that is new or empty; return the index version that it serves.

    Written beside and moved at the end: a backup that breaks off leaves nothing behind. Raises BackupError.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise BackupError(f"数据目录 {data_dir} 里已有内容；请换一个空目录，或先把它移开")
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".restore-", dir=data_dir.parent))
    try:
        try:
            with tarfile.open(file, "r:gz") as archive:
                archive.extractall(aside, filter="data")
        except (OSError, tarfile.TarError, EOFError, zlib.error) as exc:  # a member that would leave the folder, too
            raise BackupError(f"{file} 不是完整的备份文件：{exc}") from exc
        if not any((aside / name).exists() for name in _TELLING):
            raise BackupError(f"{file} 不是条文的备份：里面没有{'、'.join(_TELLING)}")
        version = None
        if (aside / "index" / "CURRENT").exists():
            index = open_index(aside, with_chroma=False)
            version = index.version
            index.close()
        if data_dir.exists():
            data_dir.rmdir()
        aside.rename(data_dir)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return version


def _add(archive: tarfile.TarFile, path: Path, name: Path) -> int:
    if (
        name.parts[0] in _LEFT_OUT
        or name.parts == _OWN
        or any(part.startswith(TEMPORARY) for part in name.parts)
        or not path.is_file()
    ):
        return 0
    if path.suffix in (".lock",) or path.name in (".lock", ".merging") or path.name.endswith(_SQLITE_OWN):
        return 0
    if path.suffix == ".sqlite" and len(name.parts) == 1:  # written by the service while we copy
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            archive.add(copy, str(name))
    else:
        archive.add(path, str(name))
    return 1
