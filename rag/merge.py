"""Small segments become large ones: `python -m rag.merge DATA_DIR [CHROMA_URL]`, or `start_merge` from a server.

An index serves, and takes in documents, while a merge is at work: only the last step, naming the merged segment in a
new version, takes the ingest's lock. Vectors are copied, clauses are read back; words are cut anew when the base is
rewritten, with the dictionary of all texts. A merge that is killed leaves the index as it was.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np

from ingest.schema import SplitDocument
from ingest.segment import corpus_words
from rag.embed import Vectors
from rag.errors import IndexDamaged, IndexMissing
from rag.index import base_terms, known_departments, segmenter
from rag.library import Library
from rag.manifest import (
    MERGING,
    Manifest,
    Progress,
    fresh_name,
    one_ingest,
    one_merge,
    place_segment,
    segment_folder,
    serving,
    switch,
    temporary_folder,
)
from rag.published import publish, remove_unneeded
from rag.rows import Rows
from rag.segments import LIBRARY, ROWS, read_inventory, write_segment
from rag.store import read_vectors

# A segment is rewritten when what came after it, and what is gone from it, makes up this share of its rows: so each
# is at least four times as large as all after it, there are few of them, and a clause is rewritten a few times only.
DUE_SHARE = 0.25

log = logging.getLogger(__name__)


def due(data_dir: Path, manifest: Manifest) -> tuple[str, ...]:
    """The last segments of a version that should become one, () when it is well as it is."""
    sizes: list[tuple[int, int]] = []  # rows of documents that are still held, rows of those that are not
    for name in manifest.segments:
        counts = read_inventory(segment_folder(data_dir, name)).documents
        live = sum(counts[document_id] for document_id in manifest.held_in(name))
        sizes.append((live, sum(counts.values()) - live))
    for at, (live, gone) in enumerate(sizes):
        after = sum(rows for rows, _ in sizes[at + 1 :])
        if (gone or at + 1 < len(sizes)) and gone + after >= DUE_SHARE * (live + gone):
            return manifest.segments[at:]
    return ()


def merge(
    data_dir: Path, progress: Progress = lambda _stage, _done, _total: None, *, chroma_url: str | None = None
) -> str | None:
    """Merge what is due and let it serve; return the new version's name, None when nothing was to be done.

    Returns None as well when another process is merging already. With `chroma_url` the collection of a new base goes
    to that server. Raises IndexMissing, IndexDamaged, IndexBusy and ChromaUnreachable.
    """
    version: str | None = None
    with one_merge(data_dir) as alone:
        while alone and (names := due(data_dir, manifest := serving(data_dir))):
            version = _merge(data_dir, manifest, names, progress, chroma_url) or version
    return version


def start_merge(data_dir: Path, chroma_url: str | None = None) -> "subprocess.Popen[bytes] | None":
    """Merge in a process of its own, of low priority, if anything is due: a server's own time is for its users."""
    try:
        if not due(data_dir, serving(data_dir)):
            return None
    except (IndexMissing, IndexDamaged):
        return None
    command = [sys.executable, "-m", "rag.merge", str(data_dir.resolve()), *([chroma_url] if chroma_url else [])]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, cwd=Path(__file__).parents[1])


def _merge(
    data_dir: Path, manifest: Manifest, names: Sequence[str], progress: Progress, chroma_url: str | None
) -> str | None:
    """Write these segments as one and switch to it; None when an ingest has rewritten them meanwhile."""
    whole = tuple(names) == manifest.segments
    number = {name: at for at, name in enumerate(names)}
    homes = {i: number[holding.segment] for i, holding in manifest.documents.items() if holding.segment in number}
    folders = [segment_folder(data_dir, name) for name in names]
    library = Library.open(*(folder / LIBRARY for folder in folders), homes=homes)
    try:
        splits = _Held(library)
        texts = (document.text for document in library.documents())
        terms = corpus_words(texts, known_departments(data_dir)) if whole else base_terms(data_dir, manifest)
        with temporary_folder(data_dir, MERGING) as folder:
            write_segment(
                folder,
                splits,
                embedder=_Known(manifest, _vectors(folders, homes)),
                cutter=segmenter(data_dir, terms),
                terms=terms if whole else (),
                base=whole,
                in_chroma=whole and chroma_url is None,
                progress=lambda stage, done, total: progress(f"合并索引：{stage}", done, total),
            )
            if whole and chroma_url is not None:
                publish(data_dir, folder, chroma_url, progress)
            with one_ingest(data_dir, progress):
                now = serving(data_dir)
                if not set(names) <= set(now.segments):
                    return None
                merged = _switched(now, names, place_segment(data_dir, folder), fresh_name(data_dir))
                version = switch(data_dir, merged)
                if chroma_url is not None:
                    remove_unneeded(data_dir, chroma_url)
                return version
    finally:
        library.close()


def _switched(now: Manifest, names: Sequence[str], merged: str, version: str) -> Manifest:
    """Return a version that has `merged` for these segments; what was replaced or removed meanwhile stays so."""
    at = now.segments.index(names[0])
    segments = [name for name in now.segments if name not in names]
    segments.insert(at, merged)
    documents = {
        i: replace(holding, segment=merged) if holding.segment in names else holding
        for i, holding in now.documents.items()
    }
    return replace(now, version=version, segments=tuple(segments), documents=documents)


@dataclass(frozen=True)
class _Held(Sequence[SplitDocument]):
    """A library's documents with their clauses, each read when it is asked for."""

    library: Library

    def __len__(self) -> int:
        return len(self.library.documents())

    @overload
    def __getitem__(self, at: int) -> SplitDocument: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[SplitDocument]: ...
    def __getitem__(self, at: int | slice) -> SplitDocument | Sequence[SplitDocument]:
        if isinstance(at, slice):
            return [self._read(document.id) for document in self.library.documents()[at]]
        return self._read(self.library.documents()[at].id)

    def __iter__(self) -> Iterator[SplitDocument]:
        return (self._read(document.id) for document in self.library.documents())

    def _read(self, document_id: str) -> SplitDocument:
        return SplitDocument(
            document=self.library.document(document_id),
            clauses=tuple(self.library.clauses(document_id)),
            report=self.library.report(document_id),
        )


class _Known:
    """Stands for the embedding model where all vectors are known: gives them in their order."""

    def __init__(self, manifest: Manifest, vectors: Vectors) -> None:
        self.name, self.dimension = manifest.embedding, manifest.dimension
        self._vectors, self._given = vectors, 0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """No question is asked here."""
        raise NotImplementedError

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """The next vectors."""
        del progress
        self._given += len(texts)
        return self._vectors[self._given - len(texts) : self._given]


def _vectors(folders: Sequence[Path], homes: dict[str, int]) -> Vectors:
    """Return the vectors of these documents in their order, one a row."""
    rows = [Rows.open(folder / ROWS) for folder in folders]
    stored = [read_vectors(folder) for folder in folders]
    found = [stored[at][slice(*rows[at].ranges[document_id])] for document_id, at in homes.items()]
    return np.concatenate([*found, stored[0][:0]])


if __name__ == "__main__":
    merge(Path(sys.argv[1]), chroma_url=sys.argv[2] if len(sys.argv) > 2 else None)
