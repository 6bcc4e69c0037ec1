"""How long until a new document can be found beside many: `python -m evals.adding --corpus FOLDER [--work DIR]`.

The corpus is that of `evals.laws`; its articles are indexed as clauses (once, in --work). A server is open on that
index and has answered a question. Then a short notice is added, replaced and removed, each time as an upload is, and
the clock stops when a search of the same server finds, or no longer finds, what only the notice says: `…_s` is the
change itself, `…_found_s` the first search after it, in which the server takes the new version up.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.laws import as_documents, read_corpus
from ingest.departments import Departments
from rag.build import add_document, remove_document, source_digest
from rag.embed import open_embedder
from rag.index import build_index, current_version
from rag.live import LiveAssistant
from rag.manifest import Holding

NOTICE = """关于开展星舰模型竞赛的通知

各学校：

一、工作任务

（一）组织选拔。每校选拔星舰模型选手{number}名。（责任单位：市教委）
"""
NAME = "星舰模型竞赛通知"
QUESTION = "每校选拔多少名星舰模型选手？"


def build(corpus: Path, data_dir: Path) -> None:
    """Index the articles, as documents that need not be split again."""
    splits, departments = as_documents(read_corpus(corpus)), Departments.load()
    held = {
        split.document.id: Holding(segment="", source=source_digest(split.document.sha256, departments))
        for split in splits
    }
    build_index(splits, data_dir, open_embedder(for_questions=True), holdings=held)


def measure(data_dir: Path) -> tuple[bool, dict[str, float]]:
    """Whether every change was seen at the first search, and the figures."""
    assistant = LiveAssistant(data_dir=data_dir, embedding_model=None, llm=None)
    assistant.search(QUESTION, top_k=1)
    figures: dict[str, float] = {"clauses_beside": len(assistant.index.rows.ids)}
    right = True

    def step(name: str, change: Callable[[], object], found: str) -> None:
        nonlocal right
        began = time.perf_counter()
        change()
        changed = time.perf_counter()
        hits = assistant.search(QUESTION, top_k=1).hits
        figures[f"{name}_s"], figures[f"{name}_found_s"] = changed - began, time.perf_counter() - changed
        right = right and ("星舰" in hits[0].text) == bool(found) and found in hits[0].text

    def add(number: int) -> None:
        data = NOTICE.format(number=number).encode()
        add_document(data, f"{NAME}.txt", data_dir=data_dir, embedding_model=None)

    step("added", lambda: add(3), "3名")
    step("replaced", lambda: add(5), "5名")
    step("removed", lambda: remove_document(NAME, data_dir=data_dir, embedding_model=None), "")
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return right, figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: figures as JSON on standard output; exit 1 when something was not found."""
    parser = argparse.ArgumentParser(prog="python -m evals.adding", description="A new document beside many.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder or file of articles, JSON lines (.xz)")
    parser.add_argument("--work", type=Path, help="folder that keeps the index (default: a temporary one)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        data_dir = options.work or Path(temporary)
        if current_version(data_dir) is None:
            began = time.perf_counter()
            build(options.corpus, data_dir)
            sys.stderr.write(f"built in {time.perf_counter() - began:.1f} s\n")
        right, figures = measure(data_dir)
    sys.stdout.write(json.dumps({"found": right, **{name: round(value, 3) for name, value in figures.items()}}) + "\n")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
