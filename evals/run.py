"""Runs systems over questions: every result is kept as it comes, so a stopped run can be continued.

Results are stored under what they depend on (a system's fingerprint, the question and what came before it): the same
question to an unchanged system is not asked again. A server's fingerprint is unknown; its results are kept in the
output folder until the run is finished, and no longer.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from evals.cases import Case
from evals.metrics.clauses import MAX_CLAUSE_CHARS
from evals.records import Passage, Result
from evals.systems import System
from evals.systems.base import Talk
from evals.wording import folded

DEPTH = 10  # hits that are kept
KEPT_CHARS = 2000  # of a hit that is longer than any clause may be


@dataclass(frozen=True, kw_only=True)
class Store:
    """Results of one system, a line each; a torn last line of a stopped run is passed over."""

    file: Path
    lock: Lock

    @classmethod
    def open(cls, system: System, cache_dir: Path, out_dir: Path) -> "Store":
        """The store of a system's results."""
        name = hashlib.sha256(system.name.encode()).hexdigest()[:8]
        if system.fingerprint is None:
            return cls(file=out_dir / f"unfinished-{name}.jsonl", lock=Lock())
        return cls(file=cache_dir / f"{system.name}-{system.fingerprint}.jsonl", lock=Lock())

    def read(self) -> dict[str, Result]:
        """Stored results by key."""
        found: dict[str, Result] = {}
        if self.file.is_file():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                try:
                    stored = json.loads(line)
                    found[stored["key"]] = Result.model_validate(stored["result"])
                except (ValueError, KeyError, TypeError):
                    continue
        return found

    def add(self, key: str, result: Result) -> None:
        """Append a result; what the caller has not seen written is not lost then."""
        line = json.dumps({"key": key, "result": result.model_dump()}, ensure_ascii=False)
        with self.lock:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write("\n" + line)

    def finish(self, system: System) -> None:
        """Forget what must not be used again."""
        if system.fingerprint is None:
            self.file.unlink(missing_ok=True)


def run_system(
    system: System, cases: Sequence[Case], store: Store, *, jobs: int = 1, fresh: bool = False
) -> Iterator[Result]:
    """The result of each question, in their order; an exception of the system is a result with its error."""
    known = {} if fresh else store.read()

    def one(case: Case) -> Result:
        key = key_of(case)
        if key in known:
            return known[key].model_copy(update={"case_id": case.id})
        result = ask(system, case)
        if not result.error:
            store.add(key, result)
        return result

    if jobs == 1:
        yield from map(one, cases)
    else:
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, cases)
    store.finish(system)


def ask(system: System, case: Case) -> Result:
    """Ask one question after the earlier ones of its conversation; only the last one's time counts."""
    try:
        history: list[Talk] = []
        for earlier in case.history:
            said = system.answer(earlier, history)
            history += [Talk(role="user", content=earlier), Talk(role="assistant", content=said.answer)]
        began = time.perf_counter()
        reply = system.answer(case.question, history)
        answered = time.perf_counter()
        query = reply.understood if case.history and reply.understood else case.question
        hits = tuple(shortened(hit) for hit in system.search(query, DEPTH))
        found = time.perf_counter()
    except Exception as exc:  # whatever a system throws is its failure, not ours
        return Result(case_id=case.id, error=f"{type(exc).__name__}: {exc}"[:500])
    return Result(case_id=case.id, reply=reply, hits=hits, answer_s=answered - began, search_s=found - answered)


def shortened(hit: Passage) -> Passage:
    """A hit without the end of what no metric counts: a text that is longer than a clause may be stays too long."""
    if len(hit.text) <= KEPT_CHARS or len(folded(hit.text[:KEPT_CHARS])) <= MAX_CLAUSE_CHARS:
        return hit
    return hit.model_copy(update={"text": hit.text[:KEPT_CHARS], "quote": hit.quote[:KEPT_CHARS]})


def key_of(case: Case) -> str:
    """What a result depends on besides the system."""
    return hashlib.sha256(json.dumps([case.question, case.history]).encode()).hexdigest()[:32]
