"""A service in a process of its own, as an office would run it, for measurements from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from evals.systems.base import ROOT

START_S = 300.0  # the first start ingests
STOP_S = 30.0
CHROMA = Path(sys.executable).with_name("chroma")  # the command that the chromadb package brings


class ServingError(Exception):
    """The service did not start; the message is one line."""


class NotEndedError(ServingError):
    """The service did not end in time after it was told to."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A running service."""

    url: str
    pids: Mapping[str, int]  # by the name of what runs there
    log: Path  # JSON lines

    def complaints(self) -> list[str]:
        """What it logged at level ERROR or above, and what is no line of a log (a trace on standard error)."""
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if _complains(line)]


def _complains(line: str) -> bool:
    try:
        return json.loads(line)["level"] in ("ERROR", "CRITICAL")
    except (ValueError, KeyError, TypeError):
        return "Traceback" in line or "Error" in line


@contextmanager
def serving(data_dir: Path, *, chroma: bool = False, **settings: str) -> Iterator[Service]:
    """`tiaowen serve` over a data folder, beside a Chroma server if asked for; `settings` by their names in lower case.

    Raises ServingError when it does not come up, NotEndedError when it does not end by itself within STOP_S of being
    told to.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), data_dir.parent / f"{data_dir.name}.serve.{time.monotonic_ns()}.log"
    given = {name: value for name, value in os.environ.items() if not name.startswith("TIAOWEN_")}
    given |= {f"TIAOWEN_{name.upper()}": value for name, value in settings.items()}
    given |= {"TIAOWEN_DATA_DIR": str(data_dir), "TIAOWEN_PORT": str(port), "TIAOWEN_LOG_FORMAT": "json"}
    pids: dict[str, int] = {}
    running: list[subprocess.Popen[bytes]] = []
    with log.open("wb") as out:
        try:
            if chroma:
                beside, folder = free_port(), data_dir.parent / f"{data_dir.name}.chroma"
                command = [str(CHROMA), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(beside)]
                running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                pids["Chroma"] = running[0].pid
                given["TIAOWEN_CHROMA_URL"] = f"http://127.0.0.1:{beside}"
                _wait(given["TIAOWEN_CHROMA_URL"] + "/api/v2/heartbeat", running[0], log)
            command = [sys.executable, "-m", "ui.cli", "serve"]
            running.append(subprocess.Popen(command, cwd=ROOT, env=given, stdout=out, stderr=out))
            pids["条文"] = running[-1].pid
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/readyz", running[-1], log)
            yield Service(url=url, pids=pids, log=log)
        finally:
            late = [process.args for process in reversed(running) if not _stopped(process)]
            if late:
                raise NotEndedError(f"{late} did not end within {STOP_S:.0f} s of SIGTERM")


@contextmanager
def noted(failed: list[str]) -> Iterator[None]:
    """Around `serving`: a service that does not end in time is one of the failures, and loses no figures."""
    try:
        yield
    except NotEndedError as exc:
        failed.append(str(exc))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise ServingError(f"{process.args!r} ended with {process.returncode}: {log.read_text('utf-8')[-400:]}")
        try:
            if httpx.get(url, trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise ServingError(f"{url} did not answer within {START_S:.0f} s")


def _stopped(process: subprocess.Popen[bytes]) -> bool:
    """End a process; whether it ended by itself."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True
