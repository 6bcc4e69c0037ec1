"""Several processes behind one port: `tiaowen serve --workers N`.

    supervisor  starts the others, starts again whichever dies or hangs, stops them all; counts for the rate limits
    worker × N  the API on the public port, the vector file or a Chroma server behind it; hands the rest on to
    page        Gradio, whose sessions live in one process, on a socket file; calls the API on the public port

On Linux each worker has a listening socket of its own on the same port (SO_REUSEPORT), between which the system deals
out connections by chance: of one common socket, the worker that happens to be awake takes most. A worker listens once
it can answer. No process opens Chroma's folder.
"""

import logging
import multiprocessing
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any, NoReturn, cast

import uvicorn

from api.config import Settings
from api.family import Counting, Family, Roll
from api.limits import Limits
from ui.memory import keep_heaps_small
from ui.progress import say
from ui.serve import GRACE_S, Server, server_config, where

AGAIN_S = 2.0  # before a process is started again that did not last
# Each process tells every second that its event loop turns. One that has not for so long is ended and started again;
# a worker's loop competes with the threads that check drafts.
PAGE_HANGS_S = 15.0
WORKER_HANGS_S = 120.0
START_S = 600.0  # until it first tells so, for which a large index is read whole
SILENT_S = 10.0  # from which on a worker is not counted among those that answer
_SPAWN = multiprocessing.get_context("spawn")
log = logging.getLogger("tiaowen.workers")


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every process of a service is started with."""

    settings: Settings
    page_key: str  # what the page shows with its calls
    folder: Path  # for sockets and figures; nobody else's
    listener: socket.socket | None  # the one listening socket, where workers cannot have their own

    @property
    def page_socket(self) -> Path:
        """Where the page's process listens."""
        return self.folder / "page"

    @property
    def family_socket(self) -> Path:
        """Where the supervisor counts for all."""
        return self.folder / "family"

    @property
    def figures(self) -> Path:
        """Where Prometheus' library keeps what the workers count."""
        return self.folder / "figures"


def run(settings: Settings) -> int:
    """Serve until a signal ends it; returns the exit status. Raises KeyboardInterrupt after Ctrl+C."""
    with tempfile.TemporaryDirectory(prefix="tiaowen-") as folder:
        listener = _bound(settings)
        common = Common(
            settings=settings,
            page_key=secrets.token_urlsafe(32),
            folder=Path(folder),
            listener=None if _reuse_port() else listener,
        )
        common.figures.mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(common.figures)  # read when its library is imported
        try:
            return 0 if _prepared(settings) and Supervisor(common).run() == 0 else 1
        finally:
            listener.close()  # held until now: bound, though not listening, it keeps others off the port


def _prepared(settings: Settings) -> bool:
    """Bring the index up to date, in a process of its own: what it takes in memory goes with it."""
    process = _SPAWN.Process(target=run_prepare, args=(settings,), name="prepare")
    process.start()
    try:
        process.join()
    finally:
        process.kill()
        process.join()
    return process.exitcode == 0


def run_prepare(settings: Settings) -> None:
    """The process that brings the index up to date."""
    _begin(settings)
    from ingest.errors import IngestError
    from rag.errors import RagError
    from ui.cli import prepare

    try:
        prepare(settings)
    except (RagError, IngestError) as error:
        _say_why(error)


class Supervisor:
    """The processes of a service, kept up."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._page = _Member("page", run_page, common, PAGE_HANGS_S)
        names = [f"worker {n + 1}" for n in range(common.settings.workers)]
        self._workers = [_Member(name, run_worker, common, WORKER_HANGS_S) for name in names]
        self._members = [self._page, *self._workers]
        self._signal = 0
        self._was_up = False

    def workers(self) -> tuple[int, int]:
        """How many processes answer the API, and how many are to."""
        return sum(member.answers for member in self._workers), len(self._workers)

    def run(self) -> int:
        """Keep everything up until a signal comes; see `run`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)
        counting = _host(self._common, self)
        failed = False
        try:
            while not self._signal and not failed:
                failed = not self._tended()
                waiting: list[Any] = [m.ready for m in self._members if m.ready is not None and not m.is_up]
                wait([*waiting, *(m.process.sentinel for m in self._members if m.process is not None)], timeout=0.3)
        finally:
            self._stop()
            counting.close()  # it removes its socket file
        if self._signal == signal.SIGINT:
            raise KeyboardInterrupt
        return 1 if failed else 0

    def _asked_to_stop(self, number: int, _frame: object) -> None:
        self._signal = self._signal or number

    def _tended(self) -> bool:
        """See after every process; False when the service cannot start."""
        for member in self._members:
            status = member.looked_after()
            if status is not None:
                _forget_figures(member.pid, self._common.figures)
                if not self._was_up:
                    return False
                log.warning("%s (%d) ended with status %d and is started again", member.name, member.pid, status)
        first = self._workers[0]
        for member in self._members:
            # the others wait for the first: it finds the last good version, and says what is wrong once
            if member.process is None and (self._was_up or first.is_up or member in (self._page, first)):
                member.start()
        if not self._was_up and all(member.is_up for member in self._members):
            self._was_up = True
            say(where(self._common.settings.host, self._common.settings.port))
        return True

    def _stop(self) -> None:
        """Ask everybody to finish what they are at, and wait no longer than that takes."""
        running = [member.process for member in self._members if member.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + GRACE_S + 3
        for process in running:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


class _Member:
    """One process that is started again when it dies or hangs."""

    def __init__(
        self, name: str, target: "Callable[[Common, Connection], None]", common: Common, hangs_s: float
    ) -> None:
        self.name, self._target, self._common, self._hangs_s = name, target, common, hangs_s
        self.process: SpawnProcess | None = None
        self.ready: Connection | None = None
        self.is_up = False
        self.pid = 0
        self._not_before = 0.0
        self._looked_at = self._silent_s = 0.0

    @property
    def answers(self) -> bool:
        """Whether it has told lately that it turns."""
        return self.is_up and self._silent_s < SILENT_S

    def start(self) -> None:
        """Start it, unless it has just died."""
        if time.monotonic() < self._not_before:
            return
        self.ready, told = _SPAWN.Pipe(duplex=False)
        self.process = _SPAWN.Process(target=self._target, args=(self._common, told), name=self.name)
        self.process.start()
        self._looked_at, self._silent_s = time.monotonic(), 0.0
        self.pid = self.process.pid or 0
        told.close()

    def looked_after(self) -> int | None:
        """Note whether it is up; the exit status of one that has ended."""
        if self.process is None or self.ready is None:
            return None
        status = self.process.exitcode
        if status is None:
            self._listen(self.ready, self.process)
            return None
        self._not_before = 0.0 if self.is_up else time.monotonic() + AGAIN_S
        self.ready.close()
        self.process, self.ready, self.is_up = None, None, False
        return status

    def _listen(self, ready: Connection, process: SpawnProcess) -> None:
        """Hear whether it is at work; end it when it has hung too long."""
        now = time.monotonic()
        self._silent_s += min(now - self._looked_at, 1.0)  # the time in which nobody listened does not count
        self._looked_at = now
        with suppress(EOFError):  # it is just ending
            while ready.poll():
                ready.recv_bytes()
                self.is_up, self._silent_s = True, 0.0
        if self._silent_s > (self._hangs_s if self.is_up else START_S):
            log.warning("%s (%d) hangs and is ended", self.name, self.pid)
            process.kill()
            self._silent_s = 0.0


def run_worker(common: Common, told: Connection) -> None:
    """A worker's process."""
    settings = _begin(common.settings)
    from api.app import create_app
    from rag.errors import RagError
    from ui.gate import Gate
    from ui.opening import last_good
    from ui.proxy import PageProxy

    try:
        assistant = last_good(settings, with_chroma=False)
        assistant.search("由哪个单位负责", top_k=1)  # dictionaries and the model are read at the first question
    except RagError as error:
        _say_why(error)
    share = settings.model_copy(update={"max_concurrency": ceil(settings.max_concurrency / settings.workers)})
    page = PageProxy(common.page_socket)
    app = create_app(share, assistant, page_key=common.page_key, family=_joined(common, page.answers))
    app.mount("/", page)
    _serve(server_config(Gate(app), settings), common.listener or _bound(settings), told)


def run_page(common: Common, told: Connection) -> None:
    """The page's process; who may use it was settled by the worker that hands requests on."""
    settings = _begin(common.settings)
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware

    from ui.serve import mount_page

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(CORSMiddleware, allow_origins=[])  # so that Gradio adds no permissive one of its own
    mount_page(app, settings, common.page_key)
    common.page_socket.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(common.page_socket))
    config = server_config(app, settings)
    config.date_header = False  # the worker sends one
    _serve(config, listener, told)


def _begin(settings: Settings) -> Settings:
    """What is the same for every process at its start."""
    keep_heaps_small()
    from api.logs import configure

    configure(settings.log_level, settings.log_format, with_words=settings.log_questions)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the supervisor, which asks us to end
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="orphan", daemon=True).start()
    return settings


def _say_why(error: Exception) -> NoReturn:
    say(" ".join(str(error).split()))
    sys.exit(1)


def _end_with(sentinel: int) -> None:
    """End this process when the supervisor is gone, however it went."""
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


class _Server(Server):
    """Tells the supervisor that it listens, and every second that it still turns."""

    def __init__(self, config: uvicorn.Config, told: Connection) -> None:
        super().__init__(config)
        self._told = told
        os.set_blocking(told.fileno(), False)

    async def on_tick(self, counter: int) -> bool:
        """Called when it listens, and then ten times a second."""
        if counter % 10 == 0:
            with suppress(BlockingIOError, BrokenPipeError):  # a supervisor that sleeps, or is gone
                self._told.send_bytes(b"up")
        return await super().on_tick(counter)


def _serve(config: uvicorn.Config, listener: socket.socket, told: Connection) -> None:
    server = _Server(config, told)
    signal.signal(signal.SIGTERM, server.handle_exit)  # as in `ui.serve.run`
    server.run([listener])


def _reuse_port() -> bool:
    """Whether the system deals out connections between sockets on one port; others give all to one of them."""
    return sys.platform == "linux"


def _bound(settings: Settings) -> socket.socket:
    """A socket bound to the service's address, not listening yet."""
    family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if _reuse_port():
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.bind(address)
    return bound


def _forget_figures(pid: int, figures: Path) -> None:
    """What a dead worker was still answering, it answers no longer."""
    for file in figures.glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)


class _Manager(BaseManager):
    """Calls from the workers to the supervisor, over a socket file, with a key that only its children know."""


_COUNTING = ("take", "strike", "struck_out")
_ROLL = ("workers",)
_Manager.register("limits", exposed=_COUNTING)
_Manager.register("roll", exposed=_ROLL)


def _host(common: Common, roll: Roll) -> Any:
    """Count for all workers until what this returns is closed."""

    class Hosting(BaseManager):
        """The supervisor's end."""

    limits = Limits()
    Hosting.register("limits", callable=lambda: limits, exposed=_COUNTING)
    Hosting.register("roll", callable=lambda: roll, exposed=_ROLL)
    server = Hosting(address=str(common.family_socket)).get_server()
    threading.Thread(target=server.serve_forever, name="family", daemon=True).start()
    return server.listener  # type: ignore[attr-defined]


def _joined(common: Common, page_answers: Callable[[], bool]) -> Family:
    """The worker's end."""
    manager: Any = _Manager(address=str(common.family_socket))
    manager.connect()
    return Family(
        limits=cast(Counting, manager.limits()),
        roll=cast(Roll, manager.roll()),
        page_answers=page_answers,
        figures=common.figures,
    )
