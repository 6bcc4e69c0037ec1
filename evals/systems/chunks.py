"""Baselines over chunks of 500 characters.

    tutorial  LangChain's splitter, Chroma, the same embedding as ours: what a tutorial builds
    bm25      BM25 over jieba's words of the same chunks

Without a language model the answer is the best chunk as it stands and nothing is ever abstained from; the confidence
is the score. That is what such a pipeline can say on its own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from evals.records import Passage, Reply
from evals.systems.base import Talk, World, code_digest, fingerprint_of
from evals.systems.chunking import Chunk, chunks_of
from rag.index import open_library

if TYPE_CHECKING:
    from rag.embed import Embedder


CHROMA_BATCH = 5000  # Chroma takes no more than 5,461 at once


class Ranker(Protocol):
    """Ranks chunks: (position of the chunk, score), best first."""

    def __call__(self, query: str, top_k: int) -> list[tuple[int, float]]:
        """Return the best chunks."""
        ...


class ChunkSystem:
    """Chunks with a ranking."""

    def __init__(
        self,
        name: str,
        *,
        texts: Mapping[str, str],
        chunks: Sequence[Chunk],
        rank: Ranker,
        settings: Mapping[str, str],
    ) -> None:
        self.name = name
        self.settings = settings
        self.fingerprint: str | None = fingerprint_of(
            name, code_digest("evals/systems"), sorted(texts.items()), sorted(settings.items())
        )
        self._texts = texts
        self._chunks = chunks
        self._rank = rank

    def texts(self) -> Mapping[str, str]:
        """Its documents' texts by source file."""
        return self._texts

    def answer(self, question: str, history: Sequence[Talk]) -> Reply:
        """The best chunk; the history is not read, as in the tutorial's retriever."""
        del history
        found = self._rank(question, 1)
        if not found:
            return Reply(status="not_found", answer="没有找到相关内容。", confidence=0.0, understood=question)
        at, score = found[0]
        best = self._passage(self._chunks[at])
        confidence = max(0.0, min(1.0, score))
        return Reply(status="answered", answer=best.text, confidence=confidence, citations=(best,), understood=question)

    def search(self, query: str, top_k: int) -> tuple[Passage, ...]:
        """The best chunks."""
        return tuple(self._passage(self._chunks[at]) for at, _ in self._rank(query, top_k))

    def close(self) -> None:
        """Nothing is open."""

    def _passage(self, chunk: Chunk) -> Passage:
        return Passage(
            clause_id=chunk.id,
            source_file=chunk.source_file,
            label=f"第{chunk.number}块",
            quote=chunk.text,
            start=chunk.start,
            end=chunk.end,
            text=chunk.text,
            literal=self._texts[chunk.source_file][chunk.start : chunk.end] == chunk.text,
        )


def read_texts(world: World) -> dict[str, str]:
    """The ingested documents' texts by source file."""
    library = open_library(world.data_dir)
    try:
        return {document.source_file: document.text for document in library.documents()}
    finally:
        library.close()


def all_chunks(texts: Mapping[str, str]) -> list[Chunk]:
    """The chunks of all texts."""
    return [chunk for name, text in sorted(texts.items()) for chunk in chunks_of(name, text)]


def tutorial(world: World) -> ChunkSystem:
    """LangChain, Chroma and our embedding, as a tutorial puts them together."""
    from rag.embed import open_embedder

    texts = read_texts(world)
    chunks = all_chunks(texts)
    embedder = open_embedder(world.embedding_model, for_questions=True)
    rank = chroma_ranker([chunk.text for chunk in chunks], embedder)
    return ChunkSystem(
        "tutorial", texts=texts, chunks=chunks, rank=rank, settings={"名称": "教程流水线", "向量模型": embedder.name}
    )


def chroma_ranker(passages: Sequence[str], embedder: "Embedder") -> Ranker:
    """Nearest passages in a Chroma collection in memory, through langchain-chroma."""
    import chromadb
    from chromadb.config import Settings
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

    class Adapter(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, row)) for row in embedder.encode_passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return [float(number) for number in embedder.encode_queries([text])[0]]

    client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
    store = Chroma(
        client=client,
        collection_name=f"tutorial-{fingerprint_of(*passages)}",
        embedding_function=Adapter(),
        collection_metadata={"hnsw:space": "cosine"},
    )
    store.reset_collection()
    for first in range(0, len(passages), CHROMA_BATCH):
        batch = list(passages[first : first + CHROMA_BATCH])
        store.add_texts(batch, metadatas=[{"at": first + at} for at in range(len(batch))])

    def rank(query: str, top_k: int) -> list[tuple[int, float]]:
        found = store.similarity_search_with_score(query, k=top_k)  # a distance, in spite of its name
        return [(int(piece.metadata["at"]), 1 - float(distance)) for piece, distance in found]

    return rank


def bm25(world: World) -> ChunkSystem:
    """BM25 over the same chunks."""
    texts = read_texts(world)
    chunks = all_chunks(texts)
    rank = bm25_ranker([chunk.text for chunk in chunks])
    return ChunkSystem("bm25", texts=texts, chunks=chunks, rank=rank, settings={"名称": "BM25", "切词": "jieba"})


def words(text: str) -> list[str]:
    """The words of jieba's own dictionary: a baseline that owes nothing to ours."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return [word for word in jieba.cut_for_search(text.lower()) if any(char.isalnum() for char in word)]


def characters(text: str) -> list[str]:
    """Characters and pairs of neighbours, punctuation and white space left out."""
    chars = [char for char in text.lower() if char.isalnum()]
    return [*chars, *(one + other for one, other in pairwise(chars))]


def bm25_ranker(passages: Sequence[str], tokens: Callable[[str], list[str]] = words) -> Ranker:
    """BM25 over the tokens of the passages."""
    import bm25s
    import numpy as np
    from bm25s.tokenization import Tokenized

    vocabulary: dict[str, int] = {}
    ids = [[vocabulary.setdefault(token, len(vocabulary)) for token in tokens(text)] for text in passages]
    index = bm25s.BM25()
    index.index(Tokenized(ids=ids, vocab=vocabulary), show_progress=False)

    def rank(query: str, top_k: int) -> list[tuple[int, float]]:
        known = [token for token in tokens(query) if token in vocabulary]
        if not known:
            return []
        scores = index.get_scores(known)
        best = np.argsort(-scores, kind="stable")[:top_k]
        top = float(scores[best[0]]) if len(best) else 0.0
        return [(int(at), float(scores[at]) / (top + 10)) for at in best if scores[at] > 0]

    return rank
