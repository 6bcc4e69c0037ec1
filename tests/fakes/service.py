"""`tiaowen serve` as an operator starts it: a real process on a real port."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.conftest import environment
from tests.fakes.server import AT_MOST_S, free_port


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Service:
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def call(self, path: str, body: object = None, *, method: str | None = None, **headers: str) -> Reply:
        """One request on a connection of its own, so that any worker may get it."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if data is not None:
            headers.setdefault("Content_Type", "application/json")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + quote(path, safe="/?=&"), data, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=AT_MOST_S) as reply:
                return Reply(status=reply.status, body=reply.read(), headers=reply.headers)
        except urllib.error.HTTPError as error:
            return Reply(status=error.code, body=error.read(), headers=error.headers)

    def upload(self, name: str, text: str, key: str) -> Reply:
        """Send a file as a new document."""
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = (head + text + "\r\n--x--\r\n").encode()
        return self.call(
            "/v1/documents", body, Content_Type="multipart/form-data; boundary=x", Authorization=f"Bearer {key}"
        )

    def wait_until(self, wanted: Any) -> None:
        """Ask /readyz until what it says is as wanted."""
        deadline = time.monotonic() + AT_MOST_S
        while True:
            with suppress(OSError, ValueError):
                if wanted(self.call("/readyz")):
                    return
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)


@contextmanager
def serve(
    data_dir: Path, log: Path, *arguments: str, workers: int = 1, first: str = "", **settings: str
) -> Iterator[Service]:
    """Run it until the block ends; `settings` are TIAOWEN_ variables, `first` is done in its (first) process before.

    All its workers are up when this gives it.
    """
    port = free_port()
    program = f"import sys\n{first}\nfrom ui.cli import main\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "serve", "--port", str(port), "--workers", str(workers), *arguments]
    named = {f"TIAOWEN_{name.upper()}": value for name, value in settings.items()}
    with log.open("a") as stderr:
        process = subprocess.Popen(command, env=environment(data_dir) | named, stderr=stderr)
    service = Service(url=f"http://127.0.0.1:{port}", process=process, log=log)
    try:
        service.wait_until(lambda reply: reply.status == 200 and reply.json()["workers_up"] == workers)
        deadline = time.monotonic() + AT_MOST_S
        while "聊天页" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
