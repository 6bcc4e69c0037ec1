"""One segment of an index: clauses of some documents with everything that is needed to find them.

    segment.json  library.sqlite  rows.json  vectors.npy  lexical/words/  lexical/pairs/  and, in a base, chroma/

Written once, then only read.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from ingest.schema import Clause, Document, SplitDocument, SplitReport
from ingest.segment import Segmenter
from rag.chroma import CHROMA_FOLDER
from rag.embed import Embedder
from rag.errors import IndexDamaged
from rag.lexical import FieldWeights, LexicalIndex, pairs, tokens, weighted
from rag.library import Library, write_library
from rag.manifest import Progress
from rag.rows import Rows
from rag.storage import reading
from rag.store import write_vectors

INVENTORY, LIBRARY, ROWS, WORDS, PAIRS = "segment.json", "library.sqlite", "rows.json", "lexical/words", "lexical/pairs"
WORD_WEIGHTS = FieldWeights()
PAIR_WEIGHTS = FieldWeights()
APART = 20_000  # rows from which words are indexed in a process of their own, while Chroma takes the vectors


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What a segment holds."""

    documents: Mapping[str, int]  # id -> rows, which are the clauses with text of their own
    chroma: bool
    files: Mapping[str, tuple[int, str]]  # path in the folder -> size in bytes, sha256; not Chroma's own


def write_segment(
    folder: Path,
    splits: Sequence[SplitDocument],
    *,
    embedder: Embedder,
    cutter: Segmenter,
    terms: Sequence[str] = (),
    base: bool,
    in_chroma: bool,
    progress: Progress,
) -> None:
    """Write a segment into an empty folder; a base has the dictionary's terms.

    `in_chroma`: with a Chroma collection in the folder, which a base has unless it has one on a server.

    `splits` is gone through several times, document by document: it need not hold them all at once.
    """
    progress("写入条款", 0, len(splits))
    write_library(folder / LIBRARY, splits, terms)
    rows = Rows.of([(split.document.id, [clause.id for clause in _searchable(split)]) for split in splits])
    rows.save(folder / ROWS)
    progress("建立词语索引", 0, len(rows.ids))
    with _lexical_written(folder, splits, cutter, apart=base and len(rows.ids) >= APART):
        _write_vectors(folder, splits, rows, embedder=embedder, in_chroma=in_chroma, progress=progress)
    counts = {document_id: stop - start for document_id, (start, stop) in rows.ranges.items()}
    inventory = Inventory(documents=counts, chroma=in_chroma, files=_checksums(folder))
    (folder / INVENTORY).write_text(json.dumps(asdict(inventory), ensure_ascii=False, indent=0), "utf-8")


@contextmanager
def _lexical_written(
    folder: Path, splits: Sequence[SplitDocument], cutter: Segmenter, *, apart: bool
) -> Iterator[None]:
    """Write the lexical indexes before what is done inside, or with `apart` beside it, from the library's file.

    Chroma works outside Python but holds its lock, so that a thread would only wait.
    """
    if not apart:
        _write_words(folder, splits, cutter)
        yield
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        written = beside.submit(_write_words_of_library, folder, cutter)
        yield
        written.result()


def _write_words_of_library(folder: Path, cutter: Segmenter) -> None:
    library = Library.open(folder / LIBRARY)
    try:
        documents = ((document, library.clauses(document.id)) for document in library.documents())
        empty = SplitReport(text_type="", evidence=(), counts={}, left_out=(), joins=(), oddities=())
        _write_words(folder, [SplitDocument(document=d, clauses=tuple(c), report=empty) for d, c in documents], cutter)
    finally:
        library.close()


def _write_vectors(
    folder: Path,
    splits: Sequence[SplitDocument],
    rows: Rows,
    *,
    embedder: Embedder,
    in_chroma: bool,
    progress: Progress,
) -> None:
    passages, about = [], []
    for split in splits:
        for clause in _searchable(split):
            passages.append(passage(split.document, clause))
            about.append(metadata(clause))
    write_vectors(
        folder,
        rows=rows,
        texts=passages,
        metadata=about,
        embedder=embedder,
        in_chroma=in_chroma,
        progress=lambda done: progress("计算向量", done, len(rows.ids)),
    )


def read_inventory(folder: Path) -> Inventory:
    """Read what a segment holds. Raises IndexDamaged when a file is missing or has another size than was written."""
    with reading(f"索引段 {folder} 的清单"):
        stored = json.loads((folder / INVENTORY).read_text(encoding="utf-8"))
        files = {path: (size, digest) for path, (size, digest) in stored.pop("files").items()}
        inventory = Inventory(**stored, files=files)
    for path, (size, _) in inventory.files.items():
        file = folder / path
        if not file.is_file() or file.stat().st_size != size:
            raise IndexDamaged(f"索引文件 {file} 缺失或不完整。请重建：tiaowen ingest")
    if inventory.chroma and not (folder / CHROMA_FOLDER / "chroma.sqlite3").is_file():
        raise IndexDamaged(f"索引段 {folder} 缺少 Chroma 向量库。请重建：tiaowen ingest")
    return inventory


def verify(folder: Path) -> None:
    """Read every file of a segment again and compare its checksum. Raises IndexDamaged as read_inventory does."""
    written = read_inventory(folder).files
    with reading(f"索引段 {folder}"):
        found = _checksums(folder)
    for path, (_, digest) in written.items():
        if found[path][1] != digest:
            raise IndexDamaged(f"索引文件 {folder / path} 的内容变了，与写入时的校验和不符")


def passage(document: Document, clause: Clause) -> str:
    """What the embedding model reads of a clause: its document's title, what stands above it, then its own text."""
    return "\n".join([document.title, *_above(clause), clause.own.text])


def _searchable(split: SplitDocument) -> list[Clause]:
    return [clause for clause in split.clauses if clause.own.text.strip()]


def _above(clause: Clause) -> list[str]:
    """Return the headings above a clause, outermost first, and the header names over a table row's cells."""
    return [*clause.path[:-1], *dict.fromkeys(cell.header for cell in clause.cells if cell.header)]


def metadata(clause: Clause) -> dict[str, str]:
    """What Chroma keeps beside a vector; Chroma takes no lists, so the path is one string."""
    return {
        "document_id": clause.document_id,
        "kind": clause.kind.value,
        "label": clause.label,
        "path": " > ".join(clause.path),
    }


def _write_words(folder: Path, splits: Sequence[SplitDocument], cutter: Segmenter) -> None:
    _write_lexical(folder / WORDS, splits, lambda text: tokens(text, cutter), WORD_WEIGHTS)
    _write_lexical(folder / PAIRS, splits, pairs, PAIR_WEIGHTS)


def _write_lexical(
    folder: Path, splits: Sequence[SplitDocument], cut: Callable[[str], list[str]], weights: FieldWeights
) -> None:
    """Write one lexical index over own text, what stands above it and document title, one passage a row."""
    cut_once = cache(cut)  # titles and headings come again with every clause below them

    def passages() -> Iterator[list[str]]:
        for split in splits:
            for clause in _searchable(split):
                above = [token for heading in _above(clause) for token in cut_once(heading)]
                yield weighted(cut(clause.own.text), above, cut_once(split.document.title), weights)

    LexicalIndex.build(passages(), folder)


def _checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """Return size and sha256 of a segment's files; not of Chroma's, which writes into its own when it opens them."""
    found: dict[str, tuple[int, str]] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and path.parts[0] != CHROMA_FOLDER:
            with file.open("rb") as stream:
                found[path.as_posix()] = (file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())
    return found
