"""What a library of laws costs on this machine, ours beside the tutorial's pipeline with the same embedding.

    python -m evals.scale --corpus FOLDER --queries FILE [--work DIR] [--out FILE] [--skip tutorial]

Corpus and queries as for `evals.laws`; an article is a clause. Every stage runs in a process of its own, so that
nothing is warm that is not said to be, and its peak memory is its own:

build      all indexes of all articles, none there before
serve      a server over them: its first answer, then /v1/search one after the other, over all documents and over few
recall     Chroma's nearest ten against exact search over the vector file
command    `tiaowen search` as a fresh process, from start to exit
tutorial   LangChain's splitter (500/50), Chroma as it comes, the same embedding: building and asking

Seconds and milliseconds are of the wall clock: on a busy machine they say little.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from evals.laws import as_documents, read_corpus, rows_of
from evals.metrics.cost import latency, percentile
from evals.systems.base import ROOT

FEW = 20  # documents that a filtered search is limited to
WARM_UP = 20  # questions asked before the clock runs
COMMANDS = 5  # times that the command is started
NEAREST = 10
PORT = 0  # any free one

Figures = dict[str, float]
T = TypeVar("T")


def build(corpus: Path, data_dir: Path) -> Figures:
    """Build all indexes."""
    from rag.embed import open_embedder
    from rag.index import build_index

    splits = as_documents(read_corpus(corpus))
    began = time.perf_counter()
    build_index(splits, data_dir, open_embedder(for_questions=True))
    figures = {"clauses": float(sum(len(split.clauses) for split in splits)), "seconds": time.perf_counter() - began}
    disk = sum(file.stat().st_size for file in data_dir.rglob("*") if file.is_file())
    return figures | {"peak_mb": _peak_mb(), "disk_mb": disk / 1e6}


def serve(data_dir: Path, questions: Sequence[str]) -> Figures:
    """Ask a server that runs in this process, over HTTP."""
    from api.client import Client
    from rag.live import LiveAssistant

    began = time.perf_counter()
    assistant = LiveAssistant(data_dir=data_dir, embedding_model=None, llm=None)
    few = [document.id for document in assistant.library.documents()][:FEW]
    with _served(assistant, data_dir) as address:
        client = Client(address)
        client.search(questions[0], top_k=NEAREST)
        figures = {"first_answer_s": time.perf_counter() - began}
        for name, within in (("all", None), ("few", few)):
            for question in questions[:WARM_UP]:
                client.search(question, top_k=NEAREST, document_ids=within)
            speed = _timed(partial(client.search, top_k=NEAREST, document_ids=within), questions)
            figures |= {f"{name}_{key}": value for key, value in speed.items()}
    return figures | {"peak_mb": _peak_mb()}


@contextmanager
def _served(assistant: object, data_dir: Path) -> Iterator[str]:
    """An HTTP server over the assistant in a thread; gives its address."""
    import uvicorn

    from api.app import create_app
    from api.config import Settings

    app = create_app(Settings(data_dir=data_dir), assistant)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=PORT, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def recall(data_dir: Path, questions: Sequence[str]) -> Figures:
    """Share of the exact ten that Chroma finds."""
    from rag.index import open_index

    index = open_index(data_dir)
    everything = list(index.rows.ranges)
    found = []
    for vector in index.embedder.encode_queries(questions):
        exact = {clause_id for clause_id, _ in index.vectors.search(vector, NEAREST, everything)}
        near = {clause_id for clause_id, _ in index.vectors.search(vector, NEAREST)}
        if exact:
            found.append(len(exact & near) / len(exact))
    return {"recall_at_10": sum(found) / len(found), "questions": float(len(found))}


def command(data_dir: Path, questions: Sequence[str]) -> Figures:
    """Start the command some times."""
    seconds = []
    for question in questions[:COMMANDS]:
        call = [sys.executable, "-m", "ui.cli", "search", question]
        began = time.perf_counter()
        environment = os.environ | {"TIAOWEN_DATA_DIR": str(data_dir)}
        subprocess.run(call, cwd=ROOT, check=True, capture_output=True, env=environment)
        seconds.append(time.perf_counter() - began)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = (used.ru_utime + used.ru_stime) / len(seconds)
    return {"median_s": percentile(sorted(seconds), 50), "processor_s": processor, "peak_mb": used.ru_maxrss / 1024}


def tutorial(corpus: Path, questions: Sequence[str]) -> Figures:
    """Build and ask the tutorial's pipeline."""
    from evals.systems.chunking import chunks_of
    from evals.systems.chunks import chroma_ranker
    from rag.embed import open_embedder

    articles = read_corpus(corpus)
    began = time.perf_counter()
    chunks = [chunk for a in articles for chunk in chunks_of(a.name, f"{a.law}\n{a.text}")]
    rank = chroma_ranker([chunk.text for chunk in chunks], open_embedder(for_questions=True))
    figures = {"chunks": float(len(chunks)), "seconds": time.perf_counter() - began}
    for question in questions[:WARM_UP]:
        rank(question, NEAREST)
    return figures | _timed(lambda question: rank(question, NEAREST), questions) | {"peak_mb": _peak_mb()}


def _timed(ask: Callable[[str], object], questions: Sequence[str]) -> Figures:
    seconds = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        seconds.append(time.perf_counter() - began)
    speed = latency(seconds)
    return {} if speed is None else {key: float(value) for key, value in asdict(speed).items()}


def _peak_mb() -> float:
    """The most memory that this process has held, mapped files among it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(stage: Callable[..., T], *arguments: object) -> T:
    """Run a stage in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(stage, *arguments).result()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; a line a stage on standard output, JSON into --out."""
    parser = argparse.ArgumentParser(prog="python -m evals.scale", description="What a library of laws costs.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder or file of articles, JSON lines (.xz)")
    parser.add_argument("--queries", type=Path, required=True, help="questions, JSON lines")
    parser.add_argument("--work", type=Path, help="folder that keeps our index; one that is there is not built again")
    parser.add_argument("--skip", action="append", default=[], choices=["recall", "command", "tutorial"])
    parser.add_argument("--out", type=Path, help="write the figures here, too")
    options = parser.parse_args(arguments)
    questions = [str(row["question"]) for row in rows_of(options.queries)]
    if not questions:
        sys.stderr.write("no question in --queries\n")
        return 1
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as temporary:
        data_dir = options.work or Path(temporary)
        stages: dict[str, tuple[Callable[..., Figures], tuple[object, ...]]] = {
            "build": (build, (options.corpus, data_dir)),
            "serve": (serve, (data_dir, questions)),
            "recall": (recall, (data_dir, questions)),
            "command": (command, (data_dir, questions)),
            "tutorial": (tutorial, (options.corpus, questions)),
        }
        if (data_dir / "index" / "CURRENT").is_file():
            del stages["build"]
        for name in options.skip:
            del stages[name]
        for name, (stage, given) in stages.items():
            figures[name] = _alone(stage, *given)
            cells = "  ".join(f"{key} {value:,.3f}".rstrip("0").rstrip(".") for key, value in figures[name].items())
            sys.stdout.write(f"{name:<9}{cells}\n")
            sys.stdout.flush()
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
