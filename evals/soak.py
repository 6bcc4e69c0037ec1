"""A service under mixed traffic for a long time, then under more than it takes: times, errors, memory.

    python -m evals.soak [--minutes 30] [--at-once 4] [--store embedded|chroma] [--out FOLDER]

The service runs in a process of its own over corpus/ and a data folder of its own; requests come over HTTP from
threads of this process, each sending its next one when it has its answer. Three stretches:

steady     the traffic of `evals.traffic`, --at-once at a time, for --minutes; memory every --sample-s seconds, judged
           after --warm-up-minutes
overload   64 at a time against a service that takes 8 at once and 3,000 requests a minute: whatever is not answered
           must be refused with 429 or 503 and Retry-After, and /healthz must answer throughout
after      the same service, once the time that it named is over: the steady traffic again for a while

With --out the figures of the first stretch are written when it is over: whatever happens later, they are there, in a
report that says how far it came.

Exit status 1 when something failed: a wrong or missing answer, an answer that differs from the one that the same
question got before, a complaint in the service's log, memory that grows (`evals.metrics.growth`).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from evals.cases import load_cases
from evals.citations import load_citations
from evals.metrics.cost import Latency, latency
from evals.metrics.growth import Growth, growth
from evals.serving import Service, ServingError, noted, serving
from evals.soak_report import as_markdown
from evals.systems.base import ROOT
from evals.systems.ours import commit
from evals.traffic import BUSY, Kind, Reply, kinds, read_matter

DATA = ROOT / "evals" / "data"
CROWD = 64
LIMITED = {"max_concurrency": "8", "local_rate_limit_per_minute": "3000"}
UNLIMITED = {"local_rate_limit_per_minute": "0"}
PAUSE_S = 61.0  # after an overload: longer than any Retry-After of the rate limit
TIMEOUT_S = 120.0
MIB = 1024 * 1024


@dataclass(kw_only=True)
class Tally:
    """What came back of one kind of requests."""

    seconds: list[float] = field(default_factory=list)  # of those answered
    refused_s: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: int = 0  # not what this kind of request must be answered with
    untold: int = 0  # refusals without Retry-After


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One kind of requests in one stretch."""

    share: int
    answered: Latency | None
    refused: Latency | None
    statuses: Mapping[str, int]
    wrong: int
    untold: int


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """What one stretch of traffic gave."""

    seconds: float
    at_once: int
    requests: int
    per_second: float
    kinds: Mapping[str, Figures]
    changed: int  # answers that differ from an earlier answer to the same question
    complaints: int  # lines of the service's log
    load: Mapping[str, float]  # of the machine: median and most of the one-minute load; processors of the service
    memory: Mapping[str, Growth | None]  # by process; see `own_mib`
    samples: Mapping[str, Sequence[float]]  # the same in MiB, by process, and `seconds`
    resident: Mapping[str, float]  # by process: most resident memory (RSS) in MiB
    handles: Mapping[str, Sequence[int]]  # by process: open files and threads, first and last

    @property
    def failed(self) -> list[str]:
        """What is not as it must be, where nothing may be refused."""
        found = [f"{name}: {one.wrong} wrong {dict(one.statuses)}" for name, one in self.kinds.items() if one.wrong]
        found += [f"{self.changed} answers changed"] if self.changed else []
        found += [f"{self.complaints} complaints in the log"] if self.complaints else []
        return found + [f"{name} grows" for name, one in self.memory.items() if one is not None and one.growing]


def own_mib(process: Any) -> float:
    """What a process has written into memory, swapped out or not; Linux only.

    Not USS, in which pages of a library count from the moment when no other process uses it any more.
    """
    return float(sum(one.anonymous + one.swap for one in process.memory_maps(grouped=True)) / MIB)


class Watch:
    """Samples of processes and of the machine, taken by a thread of its own."""

    def __init__(self, pids: Mapping[str, int], every_s: float) -> None:
        import psutil

        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._every_s = every_s
        self._stop = threading.Event()
        self.at: list[float] = []
        self.own: dict[str, list[float]] = {name: [] for name in pids}
        self.rss: dict[str, list[float]] = {name: [] for name in pids}
        self.handles: dict[str, list[int]] = {name: [] for name in pids}
        self.load: list[float] = []
        self._busy_s = self._processor_s()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _processor_s(self) -> float:
        times = [process.cpu_times() for process in self._processes.values()]
        return float(sum(one.user + one.system for one in times))

    def _run(self) -> None:
        while True:
            self.at.append(time.monotonic() - self._began)
            self.load.append(os.getloadavg()[0])
            for name, process in self._processes.items():
                self.own[name].append(own_mib(process))
                self.rss[name].append(process.memory_info().rss / MIB)
                self.handles[name] += [process.num_fds(), process.num_threads()]
            if self._stop.wait(self._every_s):
                return

    def end(self) -> Mapping[str, float]:
        """Stop sampling; the machine's load."""
        processors = (self._processor_s() - self._busy_s) / (time.monotonic() - self._began)
        self._stop.set()
        self._thread.join()
        return {"median": statistics.median(self.load), "most": max(self.load), "processors": processors}


class Crowd:
    """Threads that send requests of all kinds, each when it has its last answer, until the time is over."""

    def __init__(self, url: str, sent: Sequence[Kind], seed: int) -> None:
        self._url = url
        self._kinds = sent
        self._seed = seed
        self._lock = threading.Lock()
        self._tallies = {kind.name: Tally() for kind in sent}
        self._said: dict[str, str] = {}
        self._changed = 0

    def run(self, at_once: int, seconds: float) -> None:
        """Send, and wait until the last answer is here."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=at_once)
        with httpx.Client(base_url=self._url, timeout=TIMEOUT_S, limits=limits, trust_env=False) as http:
            ends = time.monotonic() + seconds
            given = [(http, Random(self._seed + at), ends) for at in range(at_once)]
            threads = [threading.Thread(target=self._send, args=one) for one in given]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _send(self, http: httpx.Client, chance: Random, ends: float) -> None:
        shares = [kind.share for kind in self._kinds]
        while time.monotonic() < ends:
            kind = chance.choices(self._kinds, shares)[0]
            began = time.perf_counter()
            try:
                reply: Reply | str = kind.send(http, chance)
            except (httpx.HTTPError, ValueError, KeyError) as exc:  # no connection, or an answer that is none
                reply = type(exc).__name__
            self._count(kind.name, time.perf_counter() - began, reply)

    def _count(self, name: str, seconds: float, reply: Reply | str) -> None:
        with self._lock:
            tally = self._tallies[name]
            if isinstance(reply, str):
                tally.statuses[reply] += 1
                tally.wrong += 1
                return
            tally.statuses[str(reply.status)] += 1
            if reply.status in BUSY:
                tally.refused_s.append(seconds)
                tally.untold += not reply.told_when
            else:
                tally.seconds.append(seconds)
            tally.wrong += not reply.right
            if reply.right and reply.asked:
                self._changed += self._said.setdefault(reply.asked, reply.said) != reply.said

    def figures(self) -> Mapping[str, Figures]:
        """What came back, by kind."""
        return {
            kind.name: Figures(
                share=kind.share,
                answered=latency(tally.seconds),
                refused=latency(tally.refused_s),
                statuses=dict(tally.statuses),
                wrong=tally.wrong,
                untold=tally.untold,
            )
            for kind in self._kinds
            for tally in [self._tallies[kind.name]]
        }

    @property
    def changed(self) -> int:
        """Answers that differ from an earlier answer to the same question."""
        return self._changed


def stretch(
    service: Service,
    sent: Sequence[Kind],
    *,
    at_once: int,
    seconds: float,
    every_s: float,
    seed: int,
    warm_up_s: float = 0.0,
) -> Stretch:
    """Send traffic to a running service and watch it."""
    before = len(service.complaints())
    watch, crowd = Watch(service.pids, every_s), Crowd(service.url, sent, seed)
    began = time.monotonic()
    crowd.run(at_once, seconds)
    took = time.monotonic() - began
    load, found = watch.end(), crowd.figures()
    requests = sum(sum(one.statuses.values()) for one in found.values())
    return Stretch(
        seconds=took,
        at_once=at_once,
        requests=requests,
        per_second=requests / took,
        kinds=found,
        changed=crowd.changed,
        complaints=len(service.complaints()) - before,
        load=load,
        memory={name: growth(watch.at, own, warm_up_s=warm_up_s) for name, own in watch.own.items()},
        samples={"seconds": rounded(watch.at)} | {name: rounded(own) for name, own in watch.own.items()},
        resident={name: max(rss) for name, rss in watch.rss.items()},
        handles={name: [*seen[:2], *seen[-2:]] for name, seen in watch.handles.items()},
    )


def rounded(values: Sequence[float]) -> list[float]:
    """As they go into the report."""
    return [round(value, 2) for value in values]


class Pulse:
    """Asks /healthz twice a second, as whoever watches over a service does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self._seconds: list[float] = []
        self._failed = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.5):
            began = time.perf_counter()
            try:
                self._failed += httpx.get(f"{self._url}/healthz", trust_env=False, timeout=10).status_code != 200
                self._seconds.append(time.perf_counter() - began)
            except httpx.HTTPError:
                self._failed += 1

    def end(self) -> Mapping[str, float]:
        """How often it was not well, and how long an answer took at most."""
        self._stop.set()
        self._thread.join()
        asked = len(self._seconds) + self._failed
        return {"asked": asked, "failed": self._failed, "slowest_s": max(self._seconds, default=0.0)}


def not_as_refused(found: Stretch, pulse: Mapping[str, float]) -> list[str]:
    """What is not as it must be in an overload: each request is answered rightly, or refused and told when."""
    wrong = {
        name: one.wrong - sum(one.statuses.get(str(code), 0) for code in BUSY) for name, one in found.kinds.items()
    }
    failed = [f"{name}: {count} neither answered nor refused" for name, count in wrong.items() if count > 0]
    failed += [f"{name}: {one.untold} refusals without Retry-After" for name, one in found.kinds.items() if one.untold]
    failed += [f"no refusal with {code}" for code in BUSY if not _with(found, str(code))]
    failed += [f"{found.complaints} complaints in the log"] if found.complaints else []
    return failed + ([f"/healthz failed {pulse['failed']:.0f} times"] if pulse["failed"] else [])


def _with(found: Stretch, status: str) -> int:
    return sum(one.statuses.get(status, 0) for one in found.kinds.values())


def measure(
    options: argparse.Namespace, data_dir: Path, keep: Callable[[Mapping[str, object]], None]
) -> Mapping[str, object]:
    """All figures, as they go into the report; those of the steady stretch are kept as soon as they are there."""
    cases = [(case.history, case.question) for case in load_cases(options.questions)]
    drafts = [case.text for case in load_citations(options.citations)]
    chroma = options.store == "chroma"
    every_s, seed = options.sample_s, options.seed
    begun = {"store": options.store, "commit": commit(), "cores": os.cpu_count(), "at": time.strftime("%F %T %z")}
    late: list[str] = []
    with noted(late), serving(data_dir, chroma=chroma, **UNLIMITED) as service:
        with httpx.Client(base_url=service.url, timeout=TIMEOUT_S, trust_env=False) as http:
            sent = kinds(read_matter(http, cases, drafts))
        _say(f"steady: {options.minutes} minutes, {options.at_once} at once")
        steady = stretch(
            service,
            sent,
            at_once=options.at_once,
            seconds=options.minutes * 60,
            every_s=every_s,
            seed=seed,
            warm_up_s=options.warm_up_minutes * 60,
        )
    failed = {"steady": [*steady.failed, *late]}
    found = begun | {"warm_up_minutes": options.warm_up_minutes, "steady": asdict(steady), "failed": failed}
    keep(found)
    late = []
    with noted(late), serving(data_dir, chroma=chroma, **LIMITED) as service:
        _say(f"overload: {options.overload_s} seconds, {CROWD} at once")
        pulse = Pulse(service.url)
        overload = stretch(service, sent, at_once=CROWD, seconds=options.overload_s, every_s=every_s, seed=seed)
        health = pulse.end()
        time.sleep(PAUSE_S)
        calm = min(options.overload_s, 15)  # so short that 3,000 requests a minute are enough
        _say(f"after: {calm} seconds, {options.at_once} at once")
        after = stretch(service, sent, at_once=options.at_once, seconds=calm, every_s=every_s, seed=seed + 1)
    return found | {
        "limits": LIMITED,
        "overload": asdict(overload) | {"health": health},
        "after": asdict(after),
        "failed": failed | {"overload": not_as_refused(overload, health), "after": [*after.failed, *late]},
    }


def _say(words: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the report on standard output, and with --out in a file together with the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.soak", description="A service under load for a long time.")
    parser.add_argument("--minutes", type=float, default=30, help="of steady traffic")
    parser.add_argument("--warm-up-minutes", type=float, default=10, help="of these, in which memory may grow")
    parser.add_argument("--at-once", type=int, default=4, help="requests at a time")
    parser.add_argument("--overload-s", type=float, default=60, help="seconds of overload")
    parser.add_argument("--store", choices=["embedded", "chroma"], default="embedded", help="where vectors are kept")
    parser.add_argument("--questions", type=Path, default=DATA / "questions.jsonl", help="question file, JSON lines")
    parser.add_argument("--citations", type=Path, default=DATA / "citations.jsonl", help="citation cases, JSON lines")
    parser.add_argument("--sample-s", type=float, default=10, help="seconds between two looks at the memory")
    parser.add_argument("--seed", type=int, default=0, help="of the order of the requests")
    parser.add_argument("--work", type=Path, help="data folder; one that is there is used again")
    parser.add_argument("--out", type=Path, help="folder for STORE.md and STORE.json")
    options = parser.parse_args(arguments)

    def keep(found: Mapping[str, object]) -> None:
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / f"{options.store}.md").write_text(as_markdown(found), encoding="utf-8")
            figures = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
            (options.out / f"{options.store}.json").write_text(figures, encoding="utf-8")

    with tempfile.TemporaryDirectory() as temporary:
        try:
            found = measure(options, options.work or Path(temporary) / "data", keep)
        except ServingError as exc:
            sys.stderr.write(f"{exc}\n")
            return 1
    keep(found)
    sys.stdout.write(as_markdown(found))
    failed = found["failed"]
    return 1 if isinstance(failed, dict) and any(failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
