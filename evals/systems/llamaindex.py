"""A ready-made pipeline as its users would build it: LlamaIndex's VectorStoreIndex with its own sentence splitter.

Everything is left as it comes (chunk size, overlap, similarity search); only the embedding is ours, so that the
pipelines differ and not the models. Needs its own environment: pip install -r requirements/rivals.txt.
"""

from importlib import import_module
from typing import Any

from evals.systems.base import UnusableSystemError, World
from evals.systems.chunking import Chunk
from evals.systems.chunks import ChunkSystem, Ranker, read_texts


def llamaindex(world: World) -> ChunkSystem:
    """Open the pipeline over the ingested texts. Raises UnusableSystemError when LlamaIndex is not installed."""
    try:
        core: Any = import_module("llama_index.core")
        embeddings: Any = import_module("llama_index.core.base.embeddings.base")
    except ImportError as exc:
        raise UnusableSystemError("没有安装 LlamaIndex，请先运行：pip install -r requirements/rivals.txt") from exc
    from rag.embed import open_embedder

    embedder = open_embedder(world.embedding_model, for_questions=True)

    class Adapter(embeddings.BaseEmbedding):  # type: ignore[misc]
        def _get_query_embedding(self, query: str) -> list[float]:
            return [float(number) for number in embedder.encode_queries([query])[0]]

        def _get_text_embedding(self, text: str) -> list[float]:
            return [float(number) for number in embedder.encode_passages([text])[0]]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    texts = read_texts(world)
    documents = [core.Document(text=text, metadata={"file_name": name}) for name, text in sorted(texts.items())]
    nodes = core.node_parser.SentenceSplitter().get_nodes_from_documents(documents)
    index = core.VectorStoreIndex(nodes, embed_model=Adapter(model_name=embedder.name))
    chunks = [_chunk(number, node) for number, node in enumerate(nodes, 1)]
    return ChunkSystem(
        "llamaindex",
        texts=texts,
        chunks=chunks,
        rank=_ranker(index, {node.node_id: at for at, node in enumerate(nodes)}),
        settings={"名称": "LlamaIndex", "向量模型": embedder.name},
    )


def _ranker(index: Any, places: dict[str, int]) -> Ranker:
    def rank(query: str, top_k: int) -> list[tuple[int, float]]:
        found = index.as_retriever(similarity_top_k=top_k).retrieve(query)
        return [(places[item.node.node_id], float(item.score or 0.0)) for item in found]

    return rank


def _chunk(number: int, node: Any) -> Chunk:
    return Chunk(
        source_file=str(node.metadata["file_name"]),
        number=number,
        start=int(node.start_char_idx or 0),
        end=int(node.end_char_idx or 0),
        text=str(node.text),
    )
