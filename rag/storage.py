"""What a disk says that takes no more, or gives back what is none of ours: others' words for it become our errors."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexDamaged, StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# SQLite's words, which Chroma passes on: database or disk is full, attempt to write a readonly database
_FULL_WORDS = ("disk is full", "No space left", "disk I/O error", "File too large", "Disk quota")
_CLOSED_WORDS = ("readonly", "Read-only", "unable to open database", "Permission denied")


# What Python, NumPy and SQLite raise for a file that is not there, not ours to read, or not as it was written
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, sqlite3.Error)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Whatever keeps `what`, some file of the index, from being read inside raises IndexDamaged."""
    try:
        yield
    except _UNREADABLE as error:
        raise IndexDamaged(f"{what} 读不出来（{error}）。请重建：tiaowen ingest") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Whatever is written inside raises StorageError when the disk does not take it; other errors stay as they are."""
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        if (why := _why(error, folder)) is None:
            raise
        raise StorageError(f"数据目录 {folder} {why}，再试一次；原来的内容没有变") from error


def _why(error: BaseException | None, folder: Path) -> str | None:
    """What is wrong with the disk, and what to do; None where nothing is: an error's causes are asked as well."""
    if error is None or _is_elsewhere(error, folder):
        return None
    number = error.errno if isinstance(error, OSError) else None
    words = str(error) if isinstance(error, sqlite3.Error) or type(error).__module__.startswith("chromadb") else ""
    if number in _FULL or any(each in words for each in _FULL_WORDS):
        return "所在的磁盘满了：请腾出空间"
    if number in _CLOSED or any(each in words for each in _CLOSED_WORDS):
        return "写不进去（只读，或不属于运行本程序的用户）：请改好权限"
    return _why(error.__cause__, folder)


def _is_elsewhere(error: BaseException, folder: Path) -> bool:
    """Whether an error names a file of another folder: one that was to be read, for instance."""
    named = error.filename if isinstance(error, OSError) else None
    return isinstance(named, str) and not Path(named).resolve().is_relative_to(folder.resolve())
