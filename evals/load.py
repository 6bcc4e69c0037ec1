"""What answers cost on this machine: latency alone and under load, cold start, index build, peak memory.

    python -m evals.load QUESTIONS.jsonl [--requests 500] [--corpus FOLDER]

Everything is measured in processes of its own, so that nothing is warm that is not said to be.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evals.cases import load_cases
from evals.metrics.cost import latency
from evals.systems.base import ROOT

_BUILD = """
import json, resource, sys, time
from pathlib import Path
from rag.build import ingest_paths
began = time.perf_counter()
ingest_paths([Path(sys.argv[2])], data_dir=Path(sys.argv[1]), catalogue_dir=Path(sys.argv[2]), embedding_model=None)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
sys.stdout.write(json.dumps({"index_build_s": time.perf_counter() - began, "peak_mib": peak}))
"""
_ANSWER = """
import json, resource, sys, time
began = time.perf_counter()
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from rag.answer import open_assistant
questions = json.loads(sys.stdin.read())
assistant = open_assistant(data_dir=Path(sys.argv[1]), embedding_model=None, llm=None)
assistant.answer(questions[0])
cold = time.perf_counter() - began
def ask(question):
    start = time.perf_counter()
    assistant.answer(question)
    return time.perf_counter() - start
for question in questions[:20]:
    ask(question)
with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    seconds = list(pool.map(ask, questions))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
sys.stdout.write(json.dumps({"cold_start_s": cold, "seconds": seconds, "peak_mib": peak}))
"""


def measure(questions: Sequence[str], corpus: Path) -> dict[str, object]:
    """All figures; seconds, milliseconds and MiB as their names say."""
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, object] = {"cores": os.cpu_count(), "requests": len(questions)}
        found["build"] = _child(_BUILD, [folder, str(corpus)], "")
        for jobs in (1, 4):
            measured = _child(_ANSWER, [folder, str(jobs)], json.dumps(list(questions)))
            speed = latency(measured.pop("seconds"))
            found[f"at_{jobs}"] = {**measured, **(asdict(speed) if speed else {})}
    return found


def _child(code: str, arguments: list[str], given: str) -> dict[str, list[float]]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], input=given, capture_output=True, text=True, cwd=ROOT, check=True
    )
    measured: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; JSON on standard output."""
    parser = argparse.ArgumentParser(prog="python -m evals.load", description="What answers cost on this machine.")
    parser.add_argument("questions", type=Path, help="question file, JSON lines")
    parser.add_argument("--requests", type=int, default=500, help="questions asked at each load")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="texts to ingest")
    options = parser.parse_args(arguments)
    alone = [case.question for case in load_cases(options.questions) if not case.history]
    asked = [alone[at % len(alone)] for at in range(options.requests)]
    sys.stdout.write(json.dumps(measure(asked, options.corpus), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
