"""SIGTERM while a service is at work: it finishes what it is at, takes nothing new, and ends with status 0."""

import json
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest
from filelock import FileLock

from rag.manifest import serving
from tests.fakes.server import AT_MOST_S
from tests.fakes.service import Reply, Service, serve
from tests.rag.chat_server import ChatServer, chat_server

ADMIN = "administrator-key"
TEXT = "关于值班的通知\n\n一、值班时间\n\n每日八时至十八时，由办公室负责。\n"


@pytest.fixture
def own(data_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir, tmp_path / "own"))


@contextmanager
def with_model(own: Path, log: Path, workers: int) -> Iterator[tuple[Service, ChatServer]]:
    """A service whose language model takes its time."""
    settings = {"admin_key": ADMIN, "llm_model": "m", "llm_timeout_s": "120"}
    with (
        chat_server() as model,
        serve(own, log, workers=workers, llm_base_url=model.base_url, **settings) as service,
    ):
        model.content = "暂无。"
        yield service, model


def asked(service: Service, *, stream: bool) -> Reply:
    return service.call("/v1/answers", {"question": "哪些部门负责PPP相关任务？", "mode": "llm", "stream": stream})


def streamed(service: Service) -> list[str]:
    """The names of the events of an answer, and the last one's status."""
    reply = asked(service, stream=True)
    events = [line.removeprefix("event: ") for line in reply.body.decode().splitlines() if line.startswith("event: ")]
    last = json.loads(reply.body.decode().strip().splitlines()[-1].removeprefix("data: "))
    return [*events, last["status"]]


def wait_for(what: object, condition: object) -> None:
    deadline = time.monotonic() + AT_MOST_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def refuses(service: Service) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(service.url.rpartition(":")[2]))) != 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_being_answered_and_ingested_is_finished(own: Path, tmp_path: Path, workers: int) -> None:
    log = tmp_path / "log"
    with with_model(own, log, workers) as (service, model), ThreadPoolExecutor(2) as crowd:
        model.hold_after = 0
        with FileLock(own / "index" / ".lock"):
            answer = crowd.submit(streamed, service)
            upload = crowd.submit(service.upload, "值班.txt", TEXT, ADMIN)
            wait_for("the model is asked", lambda: model.requests)
            running = "\ntiaowen_requests_running 3.0\n"  # the one that asks is one of them
            wait_for("the upload is there", lambda: running in service.call("/metrics").body.decode())
            service.process.send_signal(signal.SIGTERM)
            wait_for("new connections are refused", lambda: refuses(service))
            assert not answer.done() and not upload.done() and service.process.poll() is None
            model.release.set()
        assert upload.result().status == 201
        events = answer.result()
        assert events[0] == "status" and events[-2:] == ["done", "answered"]
        assert service.process.wait(timeout=60) == 0
    assert "值班" in serving(own).documents
    assert "Traceback" not in log.read_text()


def test_what_does_not_end_is_cut_off(own: Path, tmp_path: Path) -> None:
    """A stream, and a thread at work, which cannot be cancelled: its client is told to come again."""
    other = Path(shutil.copytree(own, tmp_path / "other"))
    log = tmp_path / "log"
    with ThreadPoolExecutor(2) as crowd, with_model(own, log, 1) as begun, with_model(other, log, 1) as whole:
        asking = []
        for (service, model), stream in ((begun, True), (whole, False)):
            model.delay_s = 120.0
            asking.append(crowd.submit(asked, service, stream=stream))
            wait_for("the model is asked", lambda model=model: model.requests)
        for service, _ in (begun, whole):
            service.process.send_signal(signal.SIGTERM)
        for service, _ in (begun, whole):
            assert service.process.wait(timeout=60) == 0  # 10 s of grace, and the way there; the model is left alone
        with pytest.raises(IncompleteRead):
            asking[0].result()
        refused = asking[1].result()
    assert (refused.status, refused.json()["error"]["code"]) == (503, "overloaded")
    assert refused.headers["Retry-After"] and "Traceback" not in log.read_text()


def test_an_idle_connection_is_kept_and_holds_up_nobody(own, tmp_path):
    with serve(own, tmp_path / "log", workers=1) as service:
        idle = HTTPConnection(service.url.removeprefix("http://"), timeout=30)
        for pause in (6, 0):  # longer than uvicorn keeps one by itself; then a closed one raises RemoteDisconnected
            idle.request("GET", "/healthz")
            assert idle.getresponse().read()
            time.sleep(pause)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=60) == 0
        idle.close()
