"""A real Chroma server, as `chroma run` starts it, in a process of its own; it can be stopped and started again."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.fakes.server import AT_MOST_S, free_port


class RunningChroma:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--path", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + AT_MOST_S
        while True:
            assert self.process.poll() is None and time.monotonic() < deadline, "chroma run did not start"
            with suppress(OSError), urllib.request.urlopen(self.url + "/api/v2/heartbeat", timeout=5):
                return
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def chroma(folder: Path) -> Iterator[RunningChroma]:
    server = RunningChroma(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
