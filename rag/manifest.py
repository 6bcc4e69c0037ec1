"""Which version of the index serves: one manifest a version, switched to in one step.

    <data_dir>/index/CURRENT              name of the serving version
    <data_dir>/index/<version>.json       its manifest: its segments, and in which one each document is
    <data_dir>/index/segments/<name>/     one segment, see rag.segments
    <data_dir>/index/WITHDRAWN            see rag.withdrawn
    <data_dir>/index/COLLECTIONS          see rag.published
    <data_dir>/index/.tmp-…               what is being written; a killed ingest leaves it to the next one to remove
    <data_dir>/cache/                     what can be made again at any time

The first segment is the base, the others are what was added since. Neither manifests nor segments change once they
are written: a document is replaced by writing it into a new segment, and removed by not being named any more.
So whoever opened a version may go on reading while the next one is written, and a power failure or kill at any
moment leaves CURRENT naming a complete version.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import IndexBusy, IndexDamaged, IndexMissing, UnknownVersion
from rag.storage import reading, writing

# Raised whenever files of an older version can no longer be read, or would be built otherwise from the same texts.
FORMAT = 3
LOCK_TIMEOUT_S = 1800.0
SEGMENTS = "segments"
TEMPORARY = ".tmp-"
MERGING = ".tmp-merge-"  # prefix of what a merge is writing; it holds no lock meanwhile

Progress = Callable[[str, int, int], None]  # what is being done (Chinese), steps done, steps in all (0: unknown)


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Where one document of a version is, and what it was made from."""

    segment: str
    source: str  # digest of whatever its clauses depend on: the same digest, the same clauses
    origin: str = ""  # file that it was ingested from, "" for one that came another way


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a version is made of."""

    format: int
    version: str
    embedding: str
    dimension: int
    segments: tuple[str, ...]  # the base first
    documents: Mapping[str, Holding]  # by id, in the order of ingestion

    @property
    def content(self) -> tuple[str, Mapping[str, str]]:
        """What it can say: a merge changes nothing of it."""
        return self.embedding, self.sources

    @property
    def sources(self) -> Mapping[str, str]:
        """What each document was made from, by its id."""
        return {document_id: holding.source for document_id, holding in self.documents.items()}

    def held_in(self, segment: str) -> list[str]:
        """The ids of the documents that are in a segment."""
        return [document_id for document_id, holding in self.documents.items() if holding.segment == segment]


def index_folder(data_dir: Path) -> Path:
    """Where all versions are."""
    return data_dir / "index"


def segment_folder(data_dir: Path, name: str) -> Path:
    """Where one segment is."""
    return index_folder(data_dir) / SEGMENTS / name


def current_version(data_dir: Path) -> str | None:
    """Name of the serving version, None before the first ingest. Reads one small file: cheap enough to ask often.

    Raises IndexDamaged.
    """
    file = index_folder(data_dir) / "CURRENT"
    with reading(f"{file}"):
        try:
            return file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None


def serving(data_dir: Path, version: str | None = None) -> Manifest:
    """Return the manifest of the serving version, or of a named one.

    Raises IndexMissing and IndexDamaged (also for another format).
    """
    stored = _stored(data_dir) if version is None else _read(data_dir, version)
    if stored.format != FORMAT:
        raise IndexDamaged(f"{data_dir} 中的索引由另一版本的程序写成。请重建：tiaowen ingest")
    return stored


def salvaged(data_dir: Path) -> Manifest | None:
    """Return the manifest of the serving version, also of another format; where it cannot be read, of the latest whole.

    None where there is none.
    """
    try:
        return _stored(data_dir)
    except (IndexMissing, IndexDamaged):
        return next(reversed(versions(data_dir)), None)


@contextmanager
def one_ingest(data_dir: Path, progress: Progress, *, wait_s: float | None = None) -> Iterator[None]:
    """Hold the data folder: one ingest at a time, others wait here. May be held again by the thread that holds it.

    The system lets go of the lock of a killed process. Raises IndexBusy after `wait_s` (None: LOCK_TIMEOUT_S),
    and StorageError when what is written meanwhile finds no room.
    """
    with writing(data_dir):
        root = index_folder(data_dir)
        root.mkdir(parents=True, exist_ok=True)
        timeout_s = LOCK_TIMEOUT_S if wait_s is None else wait_s
        lock = FileLock(root / ".lock", is_singleton=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress("另一个 tiaowen ingest 正在运行，等待它结束", 0, 0)
            try:
                lock.acquire(timeout=timeout_s)
            except Timeout:
                raise IndexBusy(f"另一个 tiaowen ingest 占用 {root} 已超过 {timeout_s:.0f} 秒，请稍后再试。") from None
        try:
            yield
        finally:
            lock.release()


@contextmanager
def one_merge(data_dir: Path) -> Iterator[bool]:
    """Be the only one who merges; gives False, at once, when another one does."""
    lock = FileLock(index_folder(data_dir) / ".merging")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        for leftover in index_folder(data_dir).glob(f"{MERGING}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield True
    finally:
        lock.release()


def fresh_name(data_dir: Path) -> str:
    """Return a name that no version and no segment has or had: the time, with a number should that be taken."""
    stem = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    root = index_folder(data_dir)
    return next(n for n in names if not (root / f"{n}.json").exists() and not (root / SEGMENTS / n).exists())


@contextmanager
def temporary_folder(data_dir: Path, prefix: str = TEMPORARY) -> Iterator[Path]:
    """A new folder to write a segment into, which does not stay unless it is placed."""
    folder = index_folder(data_dir) / f"{prefix}{fresh_name(data_dir)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place_segment(data_dir: Path, folder: Path) -> str:
    """Put a segment that is written among the others and return its name; needs `one_ingest` until it is named."""
    for path in [folder, *folder.rglob("*")]:
        _sync(path)
    place = segment_folder(data_dir, fresh_name(data_dir))
    place.parent.mkdir(exist_ok=True)
    folder.rename(place)
    _sync(place.parent)
    return place.name


def switch(data_dir: Path, manifest: Manifest) -> str:
    """Let a version serve from now on, in one step, and return its name; needs `one_ingest`.

    Removes what neither it nor the version before it is made of: a server may still be reading the one before. Where
    both say the same, after a merge, the last one that says something else stays too, to be gone back to.
    """
    root = index_folder(data_dir)
    before = salvaged(data_dir)
    kept = [manifest] if before is None else [manifest, before]
    if before is not None and before.content == manifest.content:
        kept += [one for one in versions(data_dir) if one.content != manifest.content][-1:]
    write_small(root / f"{manifest.version}.json", json.dumps(asdict(manifest), ensure_ascii=False, indent=0))
    write_small(root / "CURRENT", manifest.version + "\n")
    _remove_all_but(root, {one.version for one in kept}, {name for one in kept for name in one.segments})
    return manifest.version


def versions(data_dir: Path) -> list[Manifest]:
    """Return the manifests of all versions that are kept whole, the oldest first."""
    folder = index_folder(data_dir)
    found: list[Manifest] = []
    for file in sorted(folder.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name)):
        try:
            manifest = _read(data_dir, file.stem)
        except IndexDamaged:
            continue
        if all(segment_folder(data_dir, name).is_dir() for name in manifest.segments):
            found.append(manifest)
    return found


def use_version(data_dir: Path, version: str, check: Callable[[], None] = lambda: None) -> None:
    """Let a version serve that is kept, unless `check` raises what is wrong with it. Raises UnknownVersion."""
    with one_ingest(data_dir, lambda *_: None, wait_s=60):
        if version not in (kept := [manifest.version for manifest in versions(data_dir)]):
            raise UnknownVersion(f"没有版本 {version}；现有：{'、'.join(kept) or '（还没有索引）'}")
        check()
        write_small(index_folder(data_dir) / "CURRENT", version + "\n")


def _stored(data_dir: Path) -> Manifest:
    version = current_version(data_dir)
    if version is None:
        raise IndexMissing(f"{data_dir} 中还没有索引。请先运行：tiaowen ingest")
    return _read(data_dir, version)


def _read(data_dir: Path, version: str) -> Manifest:
    with reading(f"索引 {version[:40]!r} 的清单"):
        stored: dict[str, Any] = json.loads((index_folder(data_dir) / f"{version}.json").read_text(encoding="utf-8"))
        documents = {document_id: Holding(**holding) for document_id, holding in stored.pop("documents").items()}
        return Manifest(**stored | {"segments": tuple(stored["segments"])}, documents=documents)


def _remove_all_but(root: Path, versions: set[str], segments: set[str]) -> None:
    for path in root.iterdir():
        temporary = path.name.startswith(TEMPORARY) and not path.name.startswith(MERGING)
        if temporary or (path.suffix == ".json" and path.stem not in versions):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
    for folder in (root / SEGMENTS).iterdir() if (root / SEGMENTS).is_dir() else ():
        if folder.name not in segments:
            shutil.rmtree(folder, ignore_errors=True)


def write_small(file: Path, text: str) -> None:
    """Write a small file in one step: whoever reads it sees the old one or the new one."""
    fresh = file.with_name(f"{TEMPORARY}{file.name}")
    fresh.write_text(text, encoding="utf-8")
    _sync(fresh)
    fresh.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
