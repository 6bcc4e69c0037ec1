"""Versions of the index: built beside the serving one, switched to at the end.

    <data_dir>/index/CURRENT              name of the serving version
    <data_dir>/index/<version>/           manifest.json  library.sqlite  rows.json  vectors.npy  chroma/
                                          lexical/words/  lexical/pairs/
    <data_dir>/cache/                     jieba's dictionary as it loads fastest
    <data_dir>/cache/                     what can be made again at any time
    <data_dir>/index/.tmp-…               a version being built; a killed build leaves it to the next one to remove

A version is never changed once it is named by CURRENT, so whoever opened it may go on reading while the next one is
built. A power failure or kill at any moment leaves CURRENT naming a complete version.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain, count
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.departments import Departments
from ingest.schema import Clause, Document, SplitDocument
from ingest.segment import Segmenter
from rag.embed import Embedder, open_embedder
from rag.errors import IndexBusy, IndexDamaged, IndexMissing
from rag.lexical import FieldWeights, LexicalIndex, pairs, tokens, weighted
from rag.library import Library, write_library
from rag.rows import Rows
from rag.store import VectorStore, check_embedding, write_vectors

# Raised whenever files of an older version can no longer be read, or would be built otherwise from the same texts.
FORMAT = 2
CACHE = "cache"  # in the data folder: what can be made again at any time
LOCK_TIMEOUT_S = 1800.0
WORD_WEIGHTS = FieldWeights()
PAIR_WEIGHTS = FieldWeights()

Progress = Callable[[str, int, int], None]  # what is being done (Chinese), steps done, steps in all (0: unknown)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a version was built from and what it holds."""

    format: int
    version: str
    embedding: str
    dimension: int
    sources: Mapping[str, str]  # document id -> digest of whatever the document was made from
    clauses: int
    rows: int  # clauses with text of their own, which are the searchable ones
    files: Mapping[str, tuple[int, str]]  # path in the version's folder -> size in bytes, sha256; not Chroma's own


@dataclass(frozen=True, kw_only=True)
class Index:
    """One version, open for questions; safe to share between threads."""

    version: str
    embedder: Embedder
    library: Library
    rows: Rows
    vectors: VectorStore
    words: LexicalIndex
    pairs: LexicalIndex
    segmenter: Segmenter
    departments: Departments

    def close(self) -> None:
        """Close the version's files."""
        self.library.close()
        self.vectors.close()


def open_index(data_dir: Path, embedding: str | None = None, *, embedder: Embedder | None = None) -> Index:
    """Open the serving version with the named embedding model (None: the shipped one), or with a given embedder.

    Raises IndexMissing before the first ingest, EmbeddingMismatch when the version was built with another model,
    IndexDamaged when its files are incomplete or of another format.
    """
    folder, manifest = _serving(data_dir)
    embedder = embedder or open_embedder(embedding, for_questions=True)
    check_embedding({"embedding": manifest.embedding, "dimension": manifest.dimension}, embedder)
    rows = Rows.open(folder / "rows.json")
    library = Library.open(folder / "library.sqlite")
    return Index(
        version=manifest.version,
        embedder=embedder,
        library=library,
        rows=rows,
        vectors=VectorStore.open(folder, rows=rows, embedder=embedder),
        words=LexicalIndex.open(folder / "lexical" / "words", rows),
        pairs=LexicalIndex.open(folder / "lexical" / "pairs", rows),
        segmenter=_segmenter(data_dir, library.terms()),
        departments=Departments.load(),
    )


def open_library(data_dir: Path) -> Library:
    """Open the serving version's documents and clauses alone. Raises IndexMissing and IndexDamaged like open_index."""
    folder, _ = _serving(data_dir)
    return Library.open(folder / "library.sqlite")


def salvage_library(data_dir: Path) -> Library | None:
    """Open what can still be read of the serving version's documents, also of another format; None if nothing can."""
    version = current_version(data_dir)
    if version is None:
        return None
    try:
        return Library.open(_root(data_dir) / version / "library.sqlite")
    except (sqlite3.Error, ValueError, TypeError, KeyError):
        return None


def sources_of(data_dir: Path) -> Mapping[str, str]:
    """What the serving version was built from, by document id; {} when there is none that can be used."""
    try:
        return _serving(data_dir)[1].sources
    except (IndexMissing, IndexDamaged):
        return {}


def current_version(data_dir: Path) -> str | None:
    """Name of the serving version, None before the first ingest. Reads one small file: cheap enough to ask often."""
    try:
        return (_root(data_dir) / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def index_is_current(data_dir: Path, sources: Mapping[str, str], embedding: str) -> bool:
    """Whether the serving version was built from exactly these sources, by this program, with this model.

    `sources` as given to `build_index`; `embedding` is the embedder's name.
    """
    try:
        _, manifest = _serving(data_dir)
    except (IndexMissing, IndexDamaged):
        return False
    return manifest.sources == dict(sources) and manifest.embedding == embedding


@contextmanager
def one_ingest(data_dir: Path, progress: Progress) -> Iterator[None]:
    """Hold the data folder: one ingest at a time, others wait here. May be held again by the thread that holds it.

    The system lets go of the lock of a killed process. Raises IndexBusy after LOCK_TIMEOUT_S.
    """
    root = _root(data_dir)
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / ".lock", is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress("另一个 tiaowen ingest 正在运行，等待它结束", 0, 0)
        try:
            lock.acquire(timeout=LOCK_TIMEOUT_S)
        except Timeout:
            raise IndexBusy(f"另一个 tiaowen ingest 占用 {root} 已超过 {LOCK_TIMEOUT_S / 60:.0f} 分钟。") from None
    try:
        yield
    finally:
        lock.release()


def build_index(
    split_documents: Sequence[SplitDocument],
    data_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _stage, _done, _total: None,
    *,
    terms: Sequence[str] = (),
    sources: Mapping[str, str] | None = None,
) -> str:
    """Build a version of these documents, let it serve, and return its name.

    `terms` are the corpus's words for the segmenter's dictionary; `sources` is a digest of whatever each document
    was made from, by document id (None: the documents' own sha256). Waits while another ingest is at work, and says
    so to `progress`; whoever merges with what is indexed already holds `one_ingest` around reading and building.
    """
    sources = sources or {split.document.id: split.document.sha256 for split in split_documents}
    root = _root(data_dir)
    with one_ingest(data_dir, progress):
        _remove_temporaries(root)
        before = current_version(data_dir)
        version = _new_version(root, sources, embedder.name)
        with _temporary(root / f".tmp-{version}") as folder:
            rows = _write_parts(folder, split_documents, embedder, _segmenter(data_dir, terms), terms, progress)
            manifest = Manifest(
                format=FORMAT,
                version=version,
                embedding=embedder.name,
                dimension=embedder.dimension,
                sources=dict(sources),
                clauses=sum(len(split.clauses) for split in split_documents),
                rows=len(rows.ids),
                files=_checksums(folder),
            )
            (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
            _sync_tree(folder)
            folder.rename(root / version)
        _sync(root)
        _switch(root, version)
        _remove_old(root, {version, before})  # a server may still be reading the one before
    return version


def passage(document: Document, clause: Clause) -> str:
    """What the embedding model reads of a clause: its document's title, what stands above it, then its own text."""
    return "\n".join([document.title, *_above(clause), clause.own.text])


def _write_parts(
    folder: Path,
    split_documents: Sequence[SplitDocument],
    embedder: Embedder,
    cutter: Segmenter,
    terms: Sequence[str],
    progress: Progress,
) -> Rows:
    """Write everything but the manifest into a version's folder and return the rows."""
    searchable = [(split.document, _searchable(split)) for split in split_documents]
    rows = Rows.of([(document.id, [clause.id for clause in clauses]) for document, clauses in searchable])
    progress("写入条款", 0, len(rows.ids))
    rows.save(folder / "rows.json")
    write_library(folder / "library.sqlite", split_documents, terms)
    progress("建立词语索引", 0, len(rows.ids))
    _write_lexical(folder / "lexical" / "words", searchable, lambda text: tokens(text, cutter), WORD_WEIGHTS)
    _write_lexical(folder / "lexical" / "pairs", searchable, pairs, PAIR_WEIGHTS)
    write_vectors(
        folder,
        rows=rows,
        texts=[passage(document, clause) for document, clauses in searchable for clause in clauses],
        metadata=[_metadata(clause) for _, clauses in searchable for clause in clauses],
        embedder=embedder,
        progress=lambda done: progress("计算向量", done, len(rows.ids)),
    )
    return rows


def _searchable(split: SplitDocument) -> list[Clause]:
    return [clause for clause in split.clauses if clause.own.text.strip()]


def _above(clause: Clause) -> list[str]:
    """Return the headings above a clause, outermost first, and the header names over a table row's cells."""
    return [*clause.path[:-1], *dict.fromkeys(cell.header for cell in clause.cells if cell.header)]


def _metadata(clause: Clause) -> dict[str, str]:
    """What Chroma keeps beside a vector; Chroma takes no lists, so the path is one string."""
    return {
        "document_id": clause.document_id,
        "kind": clause.kind.value,
        "label": clause.label,
        "path": " > ".join(clause.path),
    }


def _write_lexical(
    folder: Path,
    searchable: Sequence[tuple[Document, Sequence[Clause]]],
    cut: Callable[[str], list[str]],
    weights: FieldWeights,
) -> None:
    """Write one lexical index over own text, what stands above it and document title, one passage a row."""
    cut_once = cache(cut)  # titles and headings come again with every clause below them

    def passages() -> Iterator[list[str]]:
        for document, clauses in searchable:
            for clause in clauses:
                above = [token for heading in _above(clause) for token in cut_once(heading)]
                yield weighted(cut(clause.own.text), above, cut_once(document.title), weights)

    LexicalIndex.build(passages(), folder)


def _serving(data_dir: Path) -> tuple[Path, Manifest]:
    """Return folder and manifest of the serving version. Raises IndexMissing and IndexDamaged."""
    version = current_version(data_dir)
    if version is None:
        raise IndexMissing(f"{data_dir} 中还没有索引。请先运行：tiaowen ingest")
    folder = _root(data_dir) / version
    manifest = _manifest(folder)
    _check_files(folder, manifest)
    return folder, manifest


def _segmenter(data_dir: Path, terms: Sequence[str]) -> Segmenter:
    """Return what cuts passages and questions; jieba's dictionary is kept ready in the data folder, which is ours."""
    return Segmenter(terms, cache_dir=data_dir / CACHE)


def _root(data_dir: Path) -> Path:
    return data_dir / "index"


def _new_version(root: Path, sources: Mapping[str, str], embedding: str) -> str:
    """Return a name that no version has yet: time, then a digest of what goes in."""
    content = json.dumps([FORMAT, sorted(sources.items()), embedding], ensure_ascii=False)
    stem = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(name for name in names if not (root / name).exists())


def _manifest(folder: Path) -> Manifest:
    """Read a version's manifest. Raises IndexDamaged when it cannot be read or is of another format."""
    try:
        stored = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if stored["format"] != FORMAT:
            raise IndexDamaged(f"索引 {folder} 由另一版本的程序写成。请重建：tiaowen ingest")
        files = {path: (size, digest) for path, (size, digest) in stored.pop("files").items()}
        return Manifest(**stored, files=files)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"索引 {folder} 的清单读不出来（{error}）。请重建：tiaowen ingest") from error


def _checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """Return size and sha256 of a version's files; not of Chroma's, which writes into its own when it opens them."""
    found: dict[str, tuple[int, str]] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and path.parts[0] != "chroma":
            with file.open("rb") as stream:
                found[path.as_posix()] = (file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())
    return found


def _check_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamaged when a file of the version is missing or has another size than when it was written."""
    for path, (size, _) in manifest.files.items():
        file = folder / path
        if not file.is_file() or file.stat().st_size != size:
            raise IndexDamaged(f"索引文件 {file} 缺失或不完整。请重建：tiaowen ingest")
    if not (folder / "chroma" / "chroma.sqlite3").is_file():
        raise IndexDamaged(f"索引 {folder} 缺少 Chroma 向量库。请重建：tiaowen ingest")


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A new folder that does not stay when filling it fails."""
    folder.mkdir()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _switch(root: Path, version: str) -> None:
    """Let CURRENT name this version, in one step."""
    fresh = root / ".tmp-CURRENT"
    fresh.write_text(version + "\n", encoding="utf-8")
    _sync(fresh)
    fresh.replace(root / "CURRENT")
    _sync(root)


def _remove_temporaries(root: Path) -> None:
    for leftover in root.glob(".tmp-*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _remove_old(root: Path, kept: Collection[str | None]) -> None:
    for folder in root.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        _sync(path)


def _sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
