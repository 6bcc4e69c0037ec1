"""Retrieval at the size of a law library, on questions that people judged.

    python -m evals.laws --corpus FOLDER --queries FILE [--system ours --system bm25 …] [--without KIND] [--out FILE]

A corpus is a folder (or file) of articles, JSON lines, perhaps packed with xz: law, article, text, and perhaps section
and kind. Queries are JSON lines: question, articles (each with its text). Gold is matched by text: an article that the
corpus does not hold is no gold, a question left without gold is left out, and the report says how many were.
Systems: see `evals.law_systems`. The first is compared with each of the others by a paired permutation test.
"""

import argparse
import json
import logging
import lzma
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from evals.metrics.cost import latency
from evals.metrics.statistics import Estimate, Paired, bootstrap, holm, paired
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


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One system's figures; the lists hold a value a question, in their order."""

    values: dict[str, list[float]]
    seconds: list[float]

    @property
    def means(self) -> dict[str, Estimate]:
        """Means with intervals."""
        found = {name: bootstrap(numbers) for name, numbers in self.values.items()}
        return {name: estimate for name, estimate in found.items() if estimate}


def measure(queries: Sequence[Query], search: Search) -> Measured:
    """Ask every question; the definitions are those of `evals.metrics.retrieval`."""
    from evals.metrics.retrieval import judgements, rank_figures

    values: dict[str, list[float]] = {}
    seconds: list[float] = []
    for query in queries:
        began = time.perf_counter()
        found = search(query.question)[:DEPTH]
        seconds.append(time.perf_counter() - began)
        held = [frozenset(at for at, group in enumerate(query.groups) if name in group) for name in found]
        for k in CUTS:
            share = len(frozenset[int]().union(*held[:k])) / len(query.groups)
            values.setdefault(f"R@{k}", []).append(share)
        reciprocal, ndcg = rank_figures(judgements(held, len(query.groups)), len(found))
        values.setdefault("MRR@10", []).append(reciprocal)
        values.setdefault("nDCG@10", []).append(ndcg)
    return Measured(values=values, seconds=seconds)


def against(base: Measured, others: Mapping[str, Measured]) -> dict[tuple[str, str], tuple[Paired, float]]:
    """(system, figure) -> what the first system is ahead of it, paired by question, and Holm's p over all of them."""
    found = {
        (system, name): result
        for system, other in others.items()
        for name, numbers in other.values.items()
        if (result := paired(numbers, base.values[name])) is not None
    }
    adjusted = holm([result.p for result in found.values()])
    return {key: (result, p) for (key, result), p in zip(found.items(), adjusted, strict=True)}


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; a table on standard output, everything into --out."""
    from evals.law_systems import SYSTEMS, open_search

    parser = argparse.ArgumentParser(prog="python -m evals.laws", description="Retrieval over a library of laws.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder or file of articles, JSON lines (.xz)")
    parser.add_argument("--queries", type=Path, required=True, help="questions with their articles, JSON lines")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="the first one is compared with the others")
    parser.add_argument("--without", action="append", default=[], metavar="KIND", help="leave out this kind of law")
    parser.add_argument("--work", type=Path, help="folder that keeps our index (default: a temporary one)")
    parser.add_argument("--out", type=Path, help="write figures, differences and every question's values here")
    options = parser.parse_args(arguments)
    logging.getLogger("bm25s").addFilter(lambda record: record.levelno >= logging.WARNING)
    articles = read_corpus(options.corpus, options.without)
    queries, left_out = read_queries(options.queries, articles)
    if not queries:
        sys.stderr.write("no question whose articles the corpus holds: check --corpus and --queries\n")
        return 1
    laws = len({article.law for article in articles})
    _say(f"{len(articles)} articles of {laws} laws; {len(queries)} questions, {left_out} left out")
    size = {"articles": len(articles), "laws": laws, "queries": len(queries), "left_out": left_out}
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in dict.fromkeys(options.system or SYSTEMS):
            began = time.perf_counter()
            search = open_search(name, articles, options.work or Path(temporary))
            ready = time.perf_counter() - began
            found[name] = measure(queries, search)
            _say(_row(name, found[name]) + f"  ready in {ready:.0f} s")
            del search
            base, *others = found
            differences = against(found[base], {name: found[name] for name in others})
            if options.out:  # after every system: what a stopped run has measured is not lost
                options.out.write_text(_json(size, found, differences), encoding="utf-8")
    for (system, figure), (result, p) in differences.items():
        mean, low, high = (100 * end for end in (result.difference.mean, result.difference.low, result.difference.high))
        _say(f"{base} - {system:<12}{figure:<8} {mean:+.1f} [{low:+.1f}, {high:+.1f}]  p={p:.4f}")
    return 0


def _row(name: str, measured: Measured) -> str:
    speed = latency(measured.seconds)
    cells = [f"{key} {e.mean:.3f} [{e.low:.3f}, {e.high:.3f}]" for key, e in measured.means.items()]
    return f"{name:<12}{'  '.join(cells)}" + (f"  p50 {speed.p50_ms:.0f} p95 {speed.p95_ms:.0f} ms" if speed else "")


def _json(
    size: Mapping[str, int],
    found: Mapping[str, Measured],
    differences: Mapping[tuple[str, str], tuple[Paired, float]],
) -> str:
    systems = {
        name: {
            **{key: asdict(estimate) for key, estimate in measured.means.items()},
            "latency": asdict(speed) if (speed := latency(measured.seconds)) else None,
            "values": measured.values,
        }
        for name, measured in found.items()
    }
    ahead = {
        f"{system} {figure}": {**asdict(result), "holm_p": p} for (system, figure), (result, p) in differences.items()
    }
    return json.dumps({**size, "systems": systems, "ahead_of": ahead}, ensure_ascii=False, indent=1)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
