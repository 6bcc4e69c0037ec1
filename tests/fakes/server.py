"""A real server on a real port, in a thread."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from api.wire import Wire

AT_MOST_S = 300.0  # in which even a slow and busy machine does what is waited for; what takes longer has failed


def free_port() -> int:
    """A port that nobody else is given as long as this process runs, and on which nobody listens yet.

    On Linux a bound socket that does not listen keeps it: other processes get no such port from the system, neither to
    listen on nor to call from, but whoever asks for this one by its number may (SO_REUSEADDR, as servers do).
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        if sys.platform == "linux":
            probe.detach()  # stays open
        return port


@contextlib.contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[str]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http=Wire, log_level="warning", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + AT_MOST_S
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=AT_MOST_S)
