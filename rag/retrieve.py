"""Hybrid retrieval: words, characters and vectors, fused into one list of clauses."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.schema import Clause, Kind
from rag.fuse import relative_score, with_groups
from rag.index import Index
from rag.lexical import pairs, tokens
from rag.rows import best
from rag.schema import Hit
from rag.terms import wording

POOL = 200  # clauses that each of the three proposes
MANY_DOCUMENTS = 200  # of so many, a document's other clauses count half; of a handful, they say next to nothing
BARE_SHARE = 0.8  # of its score that a clause keeps which states nothing: a heading, a caption, a table's header row


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much each ranking counts in the fusion; only their proportion matters.

    The defaults were chosen on development questions and on lay questions to national laws together; neighbouring
    ones (dense 0.5 to 1.5, words as much as pairs) differ by less than two questions in a hundred on either.
    `document` raises recall@100 on the laws from .69 to .70 or .71 anywhere between 0.2 and 0.8.
    """

    words: float = 1.0
    pairs: float = 2.0
    dense: float = 1.0
    document: float = 0.4  # for the rest of the clause's document, beside 1 for the three together


DEFAULT_WEIGHTS = Weights()


def retrieve(
    index: Index,
    query: str,
    *,
    top_k: int,
    document_ids: Collection[str] | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
) -> list[Hit]:
    """Return the `top_k` clauses that a query is likeliest after, best first; only clauses with text of their own.

    Each of the three proposes its best `POOL`; every proposed clause is then scored by all three, and the scores are
    fused by `rag.fuse.relative_score`: from 0 to 1, 1 for a clause that is best everywhere. In a large library a
    clause also gains from good clauses of the same document. A clause that states nothing keeps `BARE_SHARE` of its
    score. A query without any known word gives [].

    Raises UnknownDocument for a document id that the index does not hold.
    """
    rankings = _rankings(index, query, document_ids, max(POOL, top_k), weights)
    fused = relative_score(rankings)
    numbers = index.rows.documents_of(np.array([index.rows.number[clause_id] for clause_id, _ in fused], dtype=np.intp))
    group_of = dict(zip((clause_id for clause_id, _ in fused), numbers.tolist(), strict=True))
    searched = len(index.rows.ranges if document_ids is None else set(document_ids))
    fused = with_groups(fused, group_of, weights.document * searched / (searched + MANY_DOCUMENTS))
    fused = fused[: 2 * top_k]  # what states nothing falls behind, so look further than asked
    clauses = index.library.clauses_by_id([clause_id for clause_id, _ in fused])
    hits = [
        Hit(clause=clause, score=score * (BARE_SHARE if _is_bare(clause) else 1.0))
        for clause, (_, score) in zip(clauses, fused, strict=True)
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:top_k]


def _rankings(
    index: Index, query: str, document_ids: Collection[str] | None, pool: int, weights: Weights
) -> list[tuple[dict[str, float], float]]:
    """Return the three rankings of all clauses that one of them proposes, with their weights."""
    word_scores = index.words.scores(_content_words(query, index))
    pair_scores = index.pairs.scores(list(dict.fromkeys(pairs(query))))  # a character said twice counts once
    vector = index.embedder.encode_queries([query])[0]
    near = index.vectors.search(vector, pool, document_ids)
    allowed = index.rows.allowed(document_ids)
    proposed = [
        _matching(word_scores, allowed, pool),
        _matching(pair_scores, allowed, pool),
        np.array([index.rows.number[clause_id] for clause_id, _ in near], dtype=np.intp),
    ]
    rows = np.unique(np.concatenate(proposed))
    ids = [index.rows.ids[row] for row in rows]
    scored = (
        (word_scores[rows], weights.words),
        (pair_scores[rows], weights.pairs),
        (index.vectors.similarities(vector, rows), weights.dense),
    )
    return [(dict(zip(ids, scores.tolist(), strict=True)), weight) for scores, weight in scored]


def _content_words(query: str, index: Index) -> list[str]:
    """Return the query's words without those that say how it is asked; all of them when nothing else is left."""
    words = tokens(query, index.segmenter)
    return [word for word in words if word not in wording().stop] or words


def _matching(scores: NDArray[np.float32], allowed: NDArray[np.intp], top_k: int) -> NDArray[np.intp]:
    """Return the allowed rows with the highest scores above 0."""
    rows = allowed[best(scores[allowed], top_k)]
    return rows[scores[rows] > 0]


def _is_bare(clause: Clause) -> bool:
    """Whether a clause states nothing by itself."""
    return clause.kind in (Kind.CAPTION, Kind.TABLE) or clause.own.text == clause.heading
