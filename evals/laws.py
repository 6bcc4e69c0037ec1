"""Retrieval at the size of a law library, on questions that people judged.

    python -m evals.laws --corpus FOLDER --queries FILE [--system ours --system bm25 …] [--without KIND] [--out FILE]

A corpus is a folder (or file) of articles, JSON lines, perhaps packed with xz: law, article, text, and perhaps section
and kind. Queries are JSON lines: question, articles (each with its text). Gold is matched by text: an article that the
corpus does not hold is no gold, a question left without gold is left out, and the report says how many were.
Systems: ours (as the search of the product), retrieval (without understanding), dense, bm25 (jieba's words).
"""

import argparse
import json
import logging
import lzma
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from evals.metrics.statistics import Estimate, bootstrap
from evals.wording import folded
from ingest.schema import Clause, Document, Kind, Reading, SplitDocument, SplitReport

DEPTH = 100
CUTS = (1, 5, 10, 100)
Search = Callable[[str], Sequence[str]]  # a question -> names of articles, best first


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article of a law."""

    name: str  # unique
    law: str
    article: str
    section: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question with its gold: any of a group's articles (equal texts) is right."""

    question: str
    groups: tuple[frozenset[str], ...]


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def read_corpus(path: Path, without: Sequence[str] = ()) -> list[Article]:
    """The articles of a folder or file; files whose rows are no articles are passed over."""
    files = [path] if path.is_file() else sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.xz")])
    found: list[Article] = []
    for file in files:
        first = next(rows_of(file), {})
        if not {"law", "article", "text"} <= first.keys():
            continue
        for row in rows_of(file):
            if row.get("kind") not in without and str(row["text"]).strip():
                name = f"a{len(found)}"
                section = str(row.get("section") or "")
                found.append(
                    Article(name=name, law=row["law"], article=row["article"], section=section, text=row["text"])
                )
    return found


def read_queries(path: Path, articles: Sequence[Article]) -> tuple[list[Query], int]:
    """The questions whose gold the corpus holds, and how many were left out."""
    places: dict[str, set[str]] = {}
    for article in articles:
        places.setdefault(folded(article.text), set()).add(article.name)
    queries, left_out = [], 0
    for row in rows_of(path):
        groups = [frozenset(places.get(folded(str(gold["text"])), ())) for gold in row["articles"]]
        kept = tuple(group for group in groups if group)
        if kept:
            queries.append(Query(question=row["question"], groups=kept))
        else:
            left_out += 1
    return queries, left_out


def measure(queries: Sequence[Query], search: Search) -> dict[str, Estimate | None]:
    """Figures with intervals; the definitions are those of `evals.metrics.retrieval`."""
    from evals.metrics.retrieval import judgements, rank_figures

    values: dict[str, list[float]] = {}
    for query in queries:
        found = search(query.question)[:DEPTH]
        held = [frozenset(at for at, group in enumerate(query.groups) if name in group) for name in found]
        for k in CUTS:
            share = len(frozenset[int]().union(*held[:k])) / len(query.groups)
            values.setdefault(f"R@{k}", []).append(share)
        reciprocal, ndcg = rank_figures(judgements(held, len(query.groups)), len(found))
        values.setdefault("MRR@10", []).append(reciprocal)
        values.setdefault("nDCG@10", []).append(ndcg)
    return {name: bootstrap(numbers) for name, numbers in values.items()}


def as_documents(articles: Sequence[Article]) -> list[SplitDocument]:
    """Laws as documents whose clauses are their articles."""
    ordered = sorted(articles, key=lambda article: article.law)
    return [
        _document(number, law, list(members))
        for number, (law, members) in enumerate(groupby(ordered, key=lambda article: article.law))
    ]


def _document(number: int, law: str, articles: Sequence[Article]) -> SplitDocument:
    document_id, text, clauses = f"law{number}", "", []
    for article in articles:
        own = f"{article.article}　{article.text}"
        start = len(text)
        text += own + "\n"
        clauses.append(
            Clause(
                id=f"{document_id}.{article.name}",
                document_id=document_id,
                parent_id=None,
                kind=Kind.ARTICLE,
                path=tuple(part for part in (article.section, article.article) if part),
                label=article.article,
                heading=article.article,
                start=start,
                end=start + len(own),
                own=Reading(text=own, runs=((0, start, len(own)),)),
            )
        )
    report = SplitReport(text_type="laws", evidence=(), counts={}, left_out=(), joins=(), oddities=())
    document = Document(id=document_id, title=law, source_file=f"{document_id}.txt", sha256=str(len(text)), text=text)
    return SplitDocument(document=document, clauses=tuple(clauses), report=report)


def open_search(name: str, articles: Sequence[Article], folder: Path) -> Search:
    """A system opened over the articles: ours, retrieval, dense or bm25."""
    if name == "bm25":
        return _bm25(articles)
    return _dense(articles) if name == "dense" else _ours(articles, folder)[name]


def _ours(articles: Sequence[Article], folder: Path) -> dict[str, Search]:
    from rag.answer import Assistant
    from rag.embed import open_embedder
    from rag.index import build_index, open_index
    from rag.retrieve import retrieve

    if not (folder / "index" / "CURRENT").is_file():
        build_index(as_documents(articles), folder, open_embedder(for_questions=True))
    index = open_index(folder)
    assistant = Assistant(index=index)

    def ours(question: str) -> list[str]:
        return [hit.clause.id.rpartition(".")[2] for hit in assistant.search(question, top_k=DEPTH).hits]

    def plain(question: str) -> list[str]:
        return [hit.clause.id.rpartition(".")[2] for hit in retrieve(index, question, top_k=DEPTH)]

    return {"ours": ours, "retrieval": plain}


def _dense(articles: Sequence[Article]) -> Search:
    import numpy as np

    from rag.embed import open_embedder

    embedder = open_embedder(for_questions=True)
    passages = embedder.encode_passages([f"{article.law}\n{article.text}" for article in articles])

    def search(question: str) -> list[str]:
        best = np.argsort(-(passages @ embedder.encode_queries([question])[0]), kind="stable")[:DEPTH]
        return [articles[int(at)].name for at in best]

    return search


def _bm25(articles: Sequence[Article]) -> Search:
    from evals.systems.chunks import bm25_ranker

    rank = bm25_ranker([f"{article.law}\n{article.text}" for article in articles])
    return lambda question: [articles[at].name for at, _ in rank(question, DEPTH)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; a table on standard output, JSON into --out."""
    parser = argparse.ArgumentParser(prog="python -m evals.laws", description="Retrieval over a library of laws.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder or file of articles, JSON lines (.xz)")
    parser.add_argument("--queries", type=Path, required=True, help="questions with their articles, JSON lines")
    parser.add_argument("--system", action="append", choices=["ours", "retrieval", "dense", "bm25"])
    parser.add_argument("--without", action="append", default=[], metavar="KIND", help="leave out this kind of law")
    parser.add_argument("--work", type=Path, help="folder that keeps our index (default: a temporary one)")
    parser.add_argument("--out", type=Path, help="write the figures here, too")
    options = parser.parse_args(arguments)
    logging.getLogger("bm25s").addFilter(lambda record: record.levelno >= logging.WARNING)
    articles = read_corpus(options.corpus, options.without)
    queries, left_out = read_queries(options.queries, articles)
    if not queries:
        sys.stderr.write("no question whose articles the corpus holds: check --corpus and --queries\n")
        return 1
    laws = len({article.law for article in articles})
    sys.stdout.write(f"{len(articles)} articles of {laws} laws; {len(queries)} questions, {left_out} left out\n")
    figures: dict[str, object] = {"articles": len(articles), "laws": laws, "queries": len(queries)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.work or Path(temporary)
        for name in options.system or ["ours", "bm25"]:
            search = open_search(name, articles, folder)
            began = time.perf_counter()
            found = measure(queries, search)
            speed = (time.perf_counter() - began) / len(queries) * 1000
            cells = [f"{key} {e.mean:.3f} [{e.low:.3f}, {e.high:.3f}]" for key, e in found.items() if e]
            sys.stdout.write(f"{name:<10}{'  '.join(cells)}  {speed:.0f} ms\n")
            sys.stdout.flush()
            figures[name] = {key: asdict(estimate) for key, estimate in found.items() if estimate}
    if options.out:
        options.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
