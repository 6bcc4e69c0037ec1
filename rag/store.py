"""Vectors of clauses in Chroma: the only module that knows chromadb.

Ingest writes the collection through langchain-chroma, questions read it with chromadb alone (langchain costs another
half second of imports). Chroma answers questions to the whole corpus; a question to some documents is answered
exactly from a file of the same vectors, because Chroma's filters take a hundred milliseconds on a large corpus.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from rag.embed import Embedder, Vectors
from rag.errors import EmbeddingMismatch
from rag.rows import Rows, best

if TYPE_CHECKING:
    from langchain_chroma import Chroma

COLLECTION = "clauses"
BATCH = 1_000  # as fast as larger ones; Chroma refuses more than 5,461 in one call
# 800 candidates for recall@10 of 0.99 against exact search at 147,285 clauses (Chroma's default of 100 gives 0.86).
_CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 800}}
_CHROMA_FOLDER = "chroma"
_VECTORS_FILE = "vectors.npy"


class VectorStore:
    """Nearest clauses by cosine similarity."""

    def __init__(self, *, client: Any, vectors: Vectors, rows: Rows) -> None:
        self._client = client  # of chromadb, which is imported late and not named here
        self._collection = client.get_collection(COLLECTION, embedding_function=None)
        self._vectors = vectors  # unit length, one a row
        self._rows = rows

    @classmethod
    def open(cls, folder: Path, *, rows: Rows, embedder: Embedder) -> "VectorStore":
        """Open what `write_vectors` wrote, to be asked with vectors of this model.

        Raises EmbeddingMismatch when the collection was written with another model or dimension.
        """
        vectors: Vectors = np.load(folder / _VECTORS_FILE, mmap_mode="r")
        store = cls(client=_client(folder), vectors=vectors, rows=rows)
        try:
            check_embedding(store._collection.metadata or {}, embedder)
        except EmbeddingMismatch:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close Chroma's files; the store is of no use afterwards."""
        self._client.close()

    def search(
        self, vector: Vectors, top_k: int, document_ids: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return (clause id, similarity) of the nearest clauses, best first.

        Similarity is 1 - cosine distance, from -1 to 1. A vector without direction (a question of unknown words)
        is near to nothing. Raises UnknownDocument for a document id that the index does not hold.
        """
        if document_ids is not None:
            return self._search_exactly(vector, top_k, document_ids)
        if top_k <= 0 or not self._rows.ids or not _has_direction(vector):
            return []
        found = self._collection.query(query_embeddings=[vector.tolist()], n_results=top_k, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(clause_id, 1.0 - distance) for clause_id, distance in pairs]

    def similarities(self, vector: Vectors, rows: NDArray[np.intp]) -> Vectors:
        """Return the cosine similarity of these rows' clauses to a vector; 0 for a vector without direction."""
        if not _has_direction(vector):
            return np.zeros(len(rows), dtype=np.float32)
        whole = len(rows) == len(self._rows.ids)
        chosen = self._vectors if whole else self._vectors[rows]
        similarities: Vectors = chosen @ (vector / np.linalg.norm(vector)).astype(np.float32)
        return similarities

    def _search_exactly(self, vector: Vectors, top_k: int, document_ids: Collection[str]) -> list[tuple[str, float]]:
        allowed = self._rows.allowed(document_ids)
        if not _has_direction(vector):
            return []
        similarities = self.similarities(vector, allowed)
        return [(self._rows.ids[allowed[at]], float(similarities[at])) for at in best(similarities, top_k)]


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
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Encode the texts and write collection and vector file into an existing folder.

    `texts` and `metadata` go by row; `progress` is told how many rows are done.
    """
    client = _client(folder)
    try:
        embeddings = LangchainEmbeddings(embedder)
        store = _langchain(client, embeddings)
        for start in range(0, len(texts), BATCH):
            batch = slice(start, min(start + BATCH, len(texts)))
            store.add_texts(texts[batch], [dict(each) for each in metadata[batch]], ids=list(rows.ids[batch]))
            progress(batch.stop)
    finally:
        client.close()
    np.save(folder / _VECTORS_FILE, np.concatenate(embeddings.given or [np.empty((0, embedder.dimension), np.float32)]))


def langchain_store(folder: Path, embedder: Embedder) -> "Chroma":
    """Open a version's collection as a LangChain vector store, for retrievers and chains of LangChain users."""
    return _langchain(_client(folder), LangchainEmbeddings(embedder))


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
        collection_configuration=_CONFIGURATION,
    )


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder / _CHROMA_FOLDER), settings=Settings(anonymized_telemetry=False))


def _has_direction(vector: Vectors) -> bool:
    return bool(np.isfinite(vector).all() and np.any(vector))
