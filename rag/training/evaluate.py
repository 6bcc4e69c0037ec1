"""Measures a model on judged lay questions over national laws, with BM25 over jieba's words in the same run.

    python -m rag.training.evaluate --data FOLDER [--model FOLDER]

Unit: a question; its gold: the articles judged relevant, matched by text. Candidates: all articles of national laws,
the law's name before the text. A question whose gold is not among them is left out and counted in the report.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embed import open_embedder
from rag.training.corpus import bare, read_law_questions, read_laws

log = logging.getLogger(__name__)

Scores = NDArray[np.float32]  # (questions, candidates)
_DEPTH = 100
_DENSE_WEIGHTS = (0.0, 0.5, 1.0, 2.0, 4.0)  # weights of the dense score that are tried beside a BM25 score of at most 1


@dataclass(frozen=True, kw_only=True)
class TestSet:
    """Candidates and questions; `gold` holds the relevant candidates' indexes, at least one a question."""

    candidates: Sequence[str]
    questions: Sequence[str]
    gold: Sequence[frozenset[int]]
    left_out: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """MRR@10 = mean of 1/rank of the first relevant candidate (0 beyond 10); R@100 = mean share found among 100."""

    mrr_at_10: float
    recall_at_100: float


def read_test_set(folder: Path) -> TestSet:
    """The judged questions with the articles of national laws, each text once."""
    articles = read_laws(folder, local=False)
    places = {bare(article.text): index for index, article in enumerate(articles)}
    questions = read_law_questions(folder)
    gold = [frozenset(places[key] for text in item.relevant if (key := bare(text)) in places) for item in questions]
    return TestSet(
        candidates=[f"{article.law}\n{article.text}" for article in articles],
        questions=[item.question for item, found in zip(questions, gold, strict=True) if found],
        gold=[found for found in gold if found],
        left_out=sum(not found for found in gold),
    )


def measure(scores: Scores, gold: Sequence[frozenset[int]]) -> Figures:
    """Figures of a ranking by descending score; ties in the order of the candidates."""
    depth = min(_DEPTH, scores.shape[1])
    reciprocal = found = 0.0
    for row, relevant in zip(scores, gold, strict=True):
        best = np.argsort(-row, kind="stable")[:depth]
        ranks = [rank for rank, index in enumerate(best, start=1) if int(index) in relevant]
        found += len(ranks) / len(relevant)
        if ranks and ranks[0] <= 10:
            reciprocal += 1 / ranks[0]
    return Figures(mrr_at_10=reciprocal / len(gold), recall_at_100=found / len(gold))


def dense_scores(tests: TestSet, model: str | None) -> Scores:
    """Cosine of questions and candidates under a model (None: the shipped one)."""
    embedder = open_embedder(model, for_questions=False)
    passages = embedder.encode_passages(tests.candidates, progress=True)
    return embedder.encode_queries(tests.questions) @ passages.T


def bm25_scores(tests: TestSet) -> Scores:
    """BM25 over jieba's words in search mode, with jieba's own dictionary: a baseline that owes nothing to ours."""
    import bm25s
    import jieba

    jieba.setLogLevel(logging.WARNING)

    def words(text: str) -> list[str]:
        return [word for word in jieba.cut_for_search(text.lower()) if any(char.isalnum() for char in word)]

    index = bm25s.BM25()
    index.index([words(text) for text in tests.candidates], show_progress=False)
    return np.stack([index.get_scores(words(question)) for question in tests.questions]).astype(np.float32)


def report(tests: TestSet, model: str | None) -> dict[str, object]:
    """Figures of the model, of BM25 and of the best weighted sum of both (each question's BM25 scaled to 1)."""
    dense, lexical = dense_scores(tests, model), bm25_scores(tests)
    scaled = lexical / np.maximum(lexical.max(axis=1, keepdims=True), 1e-9)
    fused = {weight: measure(scaled + np.float32(weight) * dense, tests.gold) for weight in _DENSE_WEIGHTS}
    best = max(fused, key=lambda weight: (fused[weight].mrr_at_10, weight))
    return {
        "questions": len(tests.questions),
        "left_out": tests.left_out,
        "candidates": len(tests.candidates),
        "dense": asdict(measure(dense, tests.gold)),
        "bm25_jieba": asdict(measure(lexical, tests.gold)),
        "sum": {"dense_weight": best, **asdict(fused[best])},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; writes the report as JSON to standard output."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="laws and judged questions")
    parser.add_argument("--model", metavar="FOLDER", help="model to measure (default: the shipped one)")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    result = report(read_test_set(options.data), options.model)
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
