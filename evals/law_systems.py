"""The systems of the law benchmark, all over the same passages: an article with its law's title before it.

ours              the search of the product
ours-no-words, ours-no-pairs, ours-no-dense, ours-no-document
                  the same without one part of the fusion, as in `evals.systems.ours`
retrieval         the same without understanding the question
dense             our embedding alone, exact
bm25              BM25 over jieba's words
bm25-chars        BM25 over characters and pairs of them
tutorial          LangChain's splitter (500/50), Chroma, the same embedding as ours: what a tutorial builds
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from evals.laws import DEPTH, Article, Search, as_documents

ABLATIONS = ("ours-no-words", "ours-no-pairs", "ours-no-dense", "ours-no-document")
SYSTEMS = ("ours", *ABLATIONS, "retrieval", "dense", "bm25", "bm25-chars", "tutorial")
SPARE = 2  # chunks fetched for an article wanted, since several may be of one


def open_search(name: str, articles: Sequence[Article], folder: Path) -> Search:
    """A system opened over the articles; `folder` keeps our index."""
    if name in ("ours", *ABLATIONS, "retrieval"):
        return _ours(name, articles, folder)
    makers: dict[str, Callable[[Sequence[Article]], Search]] = {
        "dense": _dense, "bm25": _bm25, "bm25-chars": _bm25_chars, "tutorial": _tutorial,
    }  # fmt: skip
    return makers[name](articles)


def _ours(name: str, articles: Sequence[Article], folder: Path) -> Search:
    from evals.systems.ours import VARIANTS, AblatedAssistant
    from rag.answer import Assistant
    from rag.embed import open_embedder
    from rag.index import build_index, current_version, open_index
    from rag.retrieve import retrieve

    if current_version(folder) is None:
        build_index(as_documents(articles), folder, open_embedder(for_questions=True))
    index = open_index(folder)
    assistant = AblatedAssistant(index=index, variant=VARIANTS[name]) if name in ABLATIONS else Assistant(index=index)

    def ours(question: str) -> list[str]:
        return [hit.clause.id.rpartition(".")[2] for hit in assistant.search(question, top_k=DEPTH).hits]

    def plain(question: str) -> list[str]:
        return [hit.clause.id.rpartition(".")[2] for hit in retrieve(index, question, top_k=DEPTH)]

    return plain if name == "retrieval" else ours


def _passages(articles: Sequence[Article]) -> list[str]:
    return [f"{article.law}\n{article.text}" for article in articles]


def _dense(articles: Sequence[Article]) -> Search:
    import numpy as np

    from rag.embed import open_embedder

    embedder = open_embedder(for_questions=True)
    passages = embedder.encode_passages(_passages(articles))

    def search(question: str) -> list[str]:
        best = np.argsort(-(passages @ embedder.encode_queries([question])[0]), kind="stable")[:DEPTH]
        return [articles[int(at)].name for at in best]

    return search


def _bm25(articles: Sequence[Article]) -> Search:
    from evals.systems.chunks import bm25_ranker

    rank = bm25_ranker(_passages(articles))
    return lambda question: [articles[at].name for at, _ in rank(question, DEPTH)]


def _bm25_chars(articles: Sequence[Article]) -> Search:
    from evals.systems.chunks import bm25_ranker, characters

    rank = bm25_ranker(_passages(articles), characters)
    return lambda question: [articles[at].name for at, _ in rank(question, DEPTH)]


def _tutorial(articles: Sequence[Article]) -> Search:
    from evals.systems.chunking import chunks_of
    from evals.systems.chunks import chroma_ranker
    from rag.embed import open_embedder

    texts = zip(articles, _passages(articles), strict=True)
    chunks = [chunk for article, text in texts for chunk in chunks_of(article.name, text)]
    rank = chroma_ranker([chunk.text for chunk in chunks], open_embedder(for_questions=True))

    def search(question: str) -> list[str]:
        found = (chunks[at].source_file for at, _ in rank(question, DEPTH * SPARE))
        return list(dict.fromkeys(found))[:DEPTH]

    return search
