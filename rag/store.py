"""Vectors of clauses, in a file and in Chroma.

Ingest writes the collection through langchain-chroma, questions read it with chromadb alone (langchain costs another
half second of imports). Chroma answers questions to the whole corpus; a question to some documents is answered
exactly from a file of the same vectors, because Chroma's filters take a hundred milliseconds on a large corpus.

A collection is written once and never again (see `rag.chroma`). So the base of an index has a collection, in its
folder or on a server (`rag.published`); what was added since has the vector file alone and is searched exactly until
a merge makes a new base of both.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from rag.chroma import BATCH, CHROMA_FOLDER, COLLECTION, CONFIGURATION, FolderCollection, Nearest, folder_client
from rag.embed import Embedder, Vectors
from rag.errors import EmbeddingMismatch
from rag.rows import Rows, Stretch, best
from rag.storage import writing

if TYPE_CHECKING:
    from langchain_chroma import Chroma

log = logging.getLogger(__name__)
_VECTORS_FILE = "vectors.npy"


class VectorPart:
    """The vectors of one segment: a file of them all and, for the base of an index, a collection in Chroma."""

    def __init__(self, *, vectors: Vectors, chroma: Nearest | None = None) -> None:
        self.vectors = vectors  # unit length, one a row
        self.chroma = chroma

    @classmethod
    def open(cls, folder: Path, *, embedder: Embedder, with_chroma: bool = True) -> "VectorPart":
        """Open what `write_vectors` wrote, to be asked with vectors of this model.

        Without Chroma, whose import and index take more than a second, the vector file answers all questions.
        So it does where Chroma cannot open its own: in a folder that cannot be written, or when its files are damaged.
        Raises EmbeddingMismatch when the collection was written with another model or dimension.
        """
        if not (with_chroma and (folder / CHROMA_FOLDER).is_dir()):
            return cls(vectors=read_vectors(folder))
        try:
            with writing(folder):
                chroma = FolderCollection(folder)
        except Exception as error:  # Chroma's are many; it writes where it only reads, too
            log.warning("%s; the vector file answers instead of Chroma", error)
            return cls(vectors=read_vectors(folder))
        try:
            check_embedding(chroma.metadata, embedder)
        except EmbeddingMismatch:
            chroma.close()
            raise
        return cls(vectors=read_vectors(folder), chroma=chroma)

    def close(self) -> None:
        """Close Chroma's files; the part is of no use afterwards."""
        if self.chroma is not None:
            self.chroma.close()


class VectorStore:
    """Nearest clauses by cosine similarity, over one or several segments as if they were one."""

    def __init__(self, parts: Sequence[VectorPart], rows: Rows) -> None:
        self._parts = tuple(parts)
        self._rows = rows

    @classmethod
    def open(cls, folder: Path, *, rows: Rows, embedder: Embedder) -> "VectorStore":
        """Open one segment; raises as `VectorPart.open`."""
        return cls([VectorPart.open(folder, embedder=embedder)], rows)

    @property
    def state(self) -> str:
        """Where the whole corpus is searched: "file", or as `rag.chroma.Nearest.state` says."""
        return next((part.chroma.state for part in self._parts if part.chroma is not None), "file")

    def close(self) -> None:
        """Close Chroma's files; the store is of no use afterwards."""
        for part in self._parts:
            part.close()

    def search(
        self, vector: Vectors, top_k: int, document_ids: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return (clause id, similarity) of the nearest clauses, best first.

        Similarity is 1 - cosine distance, from -1 to 1. A vector without direction (a question of unknown words)
        is near to nothing. Raises UnknownDocument for a document id that the index does not hold.
        """
        allowed = self._rows.allowed(document_ids)
        if top_k <= 0 or not self._rows.ids or not _has_direction(vector):
            return []
        if document_ids is not None:
            return self._exactly(vector, top_k, allowed)
        found: list[tuple[str, float]] = []
        for part, stretch in zip(self._parts, self._rows.stretches, strict=True):
            asked = None if part.chroma is None else self._from_chroma(part.chroma, stretch, vector, top_k)
            found += asked or self._exactly(vector, top_k, allowed[stretch.start : stretch.stop])
        return sorted(found, key=lambda hit: -hit[1])[:top_k]

    def similarities(self, vector: Vectors, rows: NDArray[np.intp]) -> Vectors:
        """Return the cosine similarity of these rows' clauses to a vector; 0 for a vector without direction."""
        similarities = np.zeros(len(rows), dtype=np.float32)
        if not _has_direction(vector):
            return similarities
        direction = (vector / np.linalg.norm(vector)).astype(np.float32)
        for part, stretch in zip(self._parts, self._rows.stretches, strict=True):
            inside = (rows >= stretch.start) & (rows < stretch.stop)
            local = stretch.local(rows[inside])
            chosen = part.vectors if len(local) == stretch.size else part.vectors[local]
            similarities[inside] = chosen @ direction
        return similarities

    def _exactly(self, vector: Vectors, top_k: int, rows: NDArray[np.intp]) -> list[tuple[str, float]]:
        similarities = self.similarities(vector, rows)
        return [(self._rows.ids[rows[at]], float(similarities[at])) for at in best(similarities, top_k)]

    def _from_chroma(
        self, chroma: Nearest, stretch: Stretch, vector: Vectors, top_k: int
    ) -> list[tuple[str, float]] | None:
        """Ask Chroma for a segment's nearest clauses.

        None when it does not answer, or removed documents push too many of them out.
        """
        removed = stretch.size - (stretch.stop - stretch.start)
        near = chroma.nearest(vector, top_k + min(removed, top_k))
        if not removed or near is None:
            return near
        number = self._rows.number
        kept = [(i, score) for i, score in near if stretch.start <= number.get(i, -1) < stretch.stop]
        return kept[:top_k] if len(kept) >= min(top_k, stretch.stop - stretch.start) else None


def check_embedding(recorded: Mapping[str, Any], embedder: Embedder) -> None:
    """Raise EmbeddingMismatch unless this model is the recorded one ("embedding", "dimension").

    The dimension, for which a foreign model must be loaded, is only asked for when the name is right.
    """
    name, dimension = recorded.get("embedding"), recorded.get("dimension")
    mend = "请用当前模型重建索引：tiaowen ingest；或把 TIAOWEN_EMBEDDING_MODEL 改回原来的模型。"
    if name != embedder.name:
        raise EmbeddingMismatch(f"索引由嵌入模型 {name} 建立，而当前模型是 {embedder.name}。{mend}")
    if dimension != embedder.dimension:
        raise EmbeddingMismatch(f"嵌入模型 {name} 建立索引时为 {dimension} 维，现在为 {embedder.dimension} 维。{mend}")


def write_vectors(
    folder: Path,
    *,
    rows: Rows,
    texts: Sequence[str],
    metadata: Sequence[Mapping[str, str]],
    embedder: Embedder,
    in_chroma: bool = True,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Encode the texts and write the vector file, and with `in_chroma` the collection, into an existing folder.

    `texts` and `metadata` go by row; `progress` is told how many rows are done.
    """
    embeddings = LangchainEmbeddings(embedder)
    client = folder_client(folder) if in_chroma else None
    try:
        store = None if client is None else _langchain(client, embeddings)
        for start in range(0, len(texts), BATCH):
            batch = slice(start, min(start + BATCH, len(texts)))
            if store is None:
                embeddings.given.append(embedder.encode_passages(texts[batch]))
            else:
                store.add_texts(texts[batch], [dict(each) for each in metadata[batch]], ids=list(rows.ids[batch]))
            progress(batch.stop)
    finally:
        if client is not None:
            client.close()
    np.save(folder / _VECTORS_FILE, np.concatenate(embeddings.given or [np.empty((0, embedder.dimension), np.float32)]))


def read_vectors(folder: Path) -> Vectors:
    """Map the vectors that `write_vectors` wrote, one a row."""
    vectors: Vectors = np.load(folder / _VECTORS_FILE, mmap_mode="r")
    return vectors


def langchain_store(folder: Path, embedder: Embedder) -> "Chroma":
    """Open a base's collection as a LangChain vector store, for retrievers and chains of LangChain users."""
    return _langchain(folder_client(folder), LangchainEmbeddings(embedder))


class LangchainEmbeddings:
    """Our embedding model under LangChain's method names (its `Embeddings`, by shape)."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.given: list[Vectors] = []  # what embed_documents gave, call by call

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a passage."""
        vectors = self.embedder.encode_passages(texts)
        self.given.append(vectors)
        return cast(list[list[float]], vectors.tolist())

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return cast(list[float], self.embedder.encode_queries([text])[0].tolist())


def _langchain(client: Any, embeddings: LangchainEmbeddings) -> "Chroma":
    from langchain_chroma import Chroma

    return Chroma(
        collection_name=COLLECTION,
        client=client,
        embedding_function=embeddings,
        collection_metadata={"embedding": embeddings.embedder.name, "dimension": embeddings.embedder.dimension},
        collection_configuration=CONFIGURATION,
    )


def _has_direction(vector: Vectors) -> bool:
    return bool(np.isfinite(vector).all() and np.any(vector))
