"""The index as questions see it: one version, open, whatever number of segments it is made of.

How versions are kept and switched: rag.manifest. How small segments become large ones: rag.merge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.departments import Departments
from ingest.schema import SplitDocument
from ingest.segment import Segmenter
from rag.chroma import ServerCollection
from rag.embed import Embedder, open_embedder
from rag.errors import IndexDamaged, IndexMissing
from rag.lexical import LexicalIndex, LexicalPart
from rag.library import Library
from rag.manifest import (
    FORMAT,
    Holding,
    Manifest,
    Progress,
    current_version,
    fresh_name,
    one_ingest,
    place_segment,
    salvaged,
    segment_folder,
    serving,
    switch,
    temporary_folder,
    use_version,
)
from rag.published import collection_of, publish
from rag.rows import Rows
from rag.segments import LIBRARY, PAIRS, ROWS, WORDS, read_inventory, verify, write_segment
from rag.storage import reading
from rag.store import VectorPart, VectorStore, check_embedding

__all__ = ["Index", "add_to_index", "build_index", "current_version", "open_index", "open_library", "salvage_library"]

CACHE = "cache"  # in the data folder: what can be made again at any time
DEPARTMENTS = "departments"  # in the data folder: whose departments the texts name, where not those of the shipped file


@dataclass(frozen=True, kw_only=True)
class OpenSegment:
    """What is open of one segment; several versions may share it."""

    rows: Rows
    vectors: VectorPart
    words: LexicalPart
    pairs: LexicalPart

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, *, with_chroma: bool, on_server: ServerCollection | None
    ) -> "OpenSegment":
        """Open a segment's folder; a collection on a server goes before the folder's own.

        Raises EmbeddingMismatch and IndexDamaged.
        """
        with reading(f"索引段 {folder}"):
            vectors = VectorPart.open(folder, embedder=embedder, with_chroma=with_chroma and on_server is None)
            return cls(
                rows=Rows.open(folder / ROWS),
                vectors=vectors if on_server is None else VectorPart(vectors=vectors.vectors, chroma=on_server),
                words=LexicalPart.open(folder / WORDS),
                pairs=LexicalPart.open(folder / PAIRS),
            )


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
    segments: Mapping[str, OpenSegment]

    def close(self) -> None:
        """Close the version's files, those that another open version shares with it too."""
        self.library.close()
        self.vectors.close()


def open_index(
    data_dir: Path,
    embedding: str | None = None,
    *,
    embedder: Embedder | None = None,
    with_chroma: bool = True,
    chroma_url: str | None = None,
    before: Index | None = None,
    version: str | None = None,
) -> Index:
    """Open the serving version, or `version`, with the named embedding model (None: the shipped one), or an embedder.

    A process that asks little opens it without Chroma: ready a second earlier, each question some milliseconds slower.
    So does one beside whose folder is open elsewhere. With `chroma_url` a server has the vectors, see `rag.published`.
    What it has in common with `before`, an open version of the same folder and model, is not opened again: so a
    large index with a small addition is taken up in a moment. Raises IndexMissing before the first ingest,
    EmbeddingMismatch when the version was built with another model, IndexDamaged when its files are incomplete or of
    another format.
    """
    manifest = _checked(data_dir, version)
    embedder = embedder or (before.embedder if before else open_embedder(embedding, for_questions=True))
    check_embedding({"embedding": manifest.embedding, "dimension": manifest.dimension}, embedder)
    known = before.segments if before else {}
    base = manifest.segments[0]
    on_server = collection_of(data_dir, base, chroma_url) if chroma_url and base not in known else None
    segments = {
        name: known.get(name)
        or OpenSegment.open(
            segment_folder(data_dir, name),
            embedder,
            with_chroma=with_chroma and chroma_url is None,
            on_server=on_server if name == base else None,
        )
        for name in manifest.segments
    }
    opened = list(segments.values())
    rows = Rows.joined([(segment.rows, frozenset(manifest.held_in(name))) for name, segment in segments.items()])
    library = _library(data_dir, manifest)
    same_base = before is not None and manifest.segments[0] in before.segments
    return Index(
        version=manifest.version,
        embedder=embedder,
        library=library,
        rows=rows,
        vectors=VectorStore([segment.vectors for segment in opened], rows),
        words=LexicalIndex([segment.words for segment in opened], rows),
        pairs=LexicalIndex([segment.pairs for segment in opened], rows),
        segmenter=before.segmenter if before and same_base else segmenter(data_dir, library.terms()),
        departments=known_departments(data_dir),
        segments=segments,
    )


def go_to(data_dir: Path, version: str, embedding: str | None) -> None:
    """Let a kept version serve, once its files were found to be as they were written, and it opens.

    Raises UnknownVersion, IndexDamaged and EmbeddingMismatch; then the one before goes on serving.
    """

    def check() -> None:
        for name in serving(data_dir, version).segments:
            verify(segment_folder(data_dir, name))
        open_index(data_dir, embedding, with_chroma=False, version=version).close()

    use_version(data_dir, version, check)


def open_library(data_dir: Path) -> Library:
    """Open the serving version's documents and clauses alone. Raises IndexMissing and IndexDamaged like open_index."""
    return _library(data_dir, _checked(data_dir))


def salvage_library(data_dir: Path) -> Library | None:
    """Open what can still be read of the serving version's documents, also of another format; None if nothing can."""
    manifest = salvaged(data_dir)
    if manifest is None:
        return None
    for name in manifest.segments:
        try:
            Library.open(segment_folder(data_dir, name) / LIBRARY).close()
        except IndexDamaged:
            readable = tuple(other for other in manifest.segments if other != name)
            kept = {i: holding for i, holding in manifest.documents.items() if holding.segment != name}
            manifest = replace(manifest, segments=readable, documents=kept)
    return _library(data_dir, manifest) if manifest.segments else None


def usable(data_dir: Path, embedding: str) -> Manifest | None:
    """Return the serving version's manifest; None when it cannot be read, or was made with another model."""
    try:
        manifest = _checked(data_dir)
    except (IndexMissing, IndexDamaged):
        return None
    return manifest if manifest.embedding == embedding else None


def build_index(
    split_documents: Sequence[SplitDocument],
    data_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _stage, _done, _total: None,
    *,
    terms: Sequence[str] = (),
    holdings: Mapping[str, Holding] | None = None,
    chroma_url: str | None = None,
) -> str:
    """Build a version of these documents alone, let it serve, and return its name.

    `terms` are the corpus's words for the segmenter's dictionary; `holdings` says what each document was made from
    (None: its own sha256). Waits while another ingest is at work, and says so to `progress`. With `chroma_url` its
    vectors go to that server first; raises ChromaUnreachable, and the version before goes on serving.
    """
    with one_ingest(data_dir, progress):
        with temporary_folder(data_dir) as folder:
            cutter = segmenter(data_dir, terms)
            write_segment(
                folder,
                split_documents,
                embedder=embedder,
                cutter=cutter,
                terms=terms,
                base=True,
                in_chroma=chroma_url is None,
                progress=progress,
            )
            if chroma_url is not None:
                publish(data_dir, folder, chroma_url, progress)
            name = place_segment(data_dir, folder)
        return switch(
            data_dir,
            Manifest(
                format=FORMAT,
                version=fresh_name(data_dir),
                embedding=embedder.name,
                dimension=embedder.dimension,
                segments=(name,),
                documents={split.document.id: _holding(split, name, holdings) for split in split_documents},
            ),
        )


def add_to_index(
    split_documents: Sequence[SplitDocument],
    data_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _stage, _done, _total: None,
    *,
    removed: Sequence[str] = (),
    holdings: Mapping[str, Holding] | None = None,
) -> str:
    """Let a version serve that holds these documents beside, or in place of, what is indexed; return its name.

    Only these documents are indexed, in a segment of their own; `removed` are gone. `holdings` gives what is to be
    said of documents, of unchanged ones too. The dictionary stays that of the base until a merge renews it.
    Raises IndexMissing and IndexDamaged.
    """
    with one_ingest(data_dir, progress):
        manifest = _checked(data_dir)
        documents = {i: holding for i, holding in manifest.documents.items() if i not in removed}
        for document_id, holding in (holdings or {}).items():
            if document_id in documents:
                documents[document_id] = replace(holding, segment=documents[document_id].segment)
        segments = manifest.segments
        if split_documents:
            with temporary_folder(data_dir) as folder:
                cutter = segmenter(data_dir, base_terms(data_dir, manifest))
                write_segment(
                    folder,
                    split_documents,
                    embedder=embedder,
                    cutter=cutter,
                    base=False,
                    in_chroma=False,
                    progress=progress,
                )
                name = place_segment(data_dir, folder)
            documents |= {split.document.id: _holding(split, name, holdings) for split in split_documents}
            segments = (*segments, name)
        held = {holding.segment for holding in documents.values()}
        segments = (*segments[:1], *(segment for segment in segments[1:] if segment in held))
        version = fresh_name(data_dir)
        return switch(data_dir, replace(manifest, version=version, segments=segments, documents=documents))


def segmenter(data_dir: Path, terms: Sequence[str]) -> Segmenter:
    """Return what cuts passages and questions; jieba's dictionary is kept ready in the data folder, which is ours."""
    return Segmenter(terms, cache_dir=data_dir / CACHE)


def known_departments(data_dir: Path) -> Departments:
    """The departments of the data folder's own files (departments/*.toml), where there are none the shipped ones.

    Raises DepartmentsError for a file that is not as it should be.
    """
    own = sorted((data_dir / DEPARTMENTS).glob("*.toml"))
    return Departments.load(own) if own else Departments.load()


def base_terms(data_dir: Path, manifest: Manifest) -> list[str]:
    """The dictionary of a version, which is that of its base."""
    library = Library.open(segment_folder(data_dir, manifest.segments[0]) / LIBRARY)
    try:
        return library.terms()
    finally:
        library.close()


def _holding(split: SplitDocument, segment: str, holdings: Mapping[str, Holding] | None) -> Holding:
    known = (holdings or {}).get(split.document.id)
    if known is None:
        return Holding(segment=segment, source=split.document.sha256)
    return Holding(segment=segment, source=known.source, origin=known.origin)


def _checked(data_dir: Path, version: str | None = None) -> Manifest:
    """Return the serving, or the named, version's manifest, all its files there. Raises IndexMissing and IndexDamaged.

    A version that was switched away from, and removed, while we looked is no damage: the new one is taken.
    """
    while True:
        manifest = serving(data_dir, version)
        try:
            for name in manifest.segments:
                read_inventory(segment_folder(data_dir, name))
        except IndexDamaged:
            if version is not None or current_version(data_dir) == manifest.version:
                raise
        else:
            return manifest


def _library(data_dir: Path, manifest: Manifest) -> Library:
    number = {name: at for at, name in enumerate(manifest.segments)}
    homes = {document_id: number[holding.segment] for document_id, holding in manifest.documents.items()}
    return Library.open(*(segment_folder(data_dir, name) / LIBRARY for name in manifest.segments), homes=homes)
