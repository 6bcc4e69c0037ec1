"""What goes wrong around a service: it is killed, its files rot. Nothing is lost, and the words say what to do."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rag.manifest import current_version, segment_folder, serving
from tests.conftest import environment, run_tiaowen
from tests.fakes.server import free_port
from tests.ui.conftest import is_ready


@pytest.fixture
def own(data_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir, tmp_path / "own"))


@contextmanager
def serve(data_dir: Path, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "serve", "--port", str(port)], env=environment(data_dir), stderr=stderr
        )
    try:
        deadline = time.monotonic() + 120
        while not is_ready(f"http://127.0.0.1:{port}"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def answer(url: str) -> str:
    body = json.dumps({"question": "哪些部门负责PPP相关任务？"}).encode()
    request = urllib.request.Request(url + "/v1/answers", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return str(json.load(reply)["citations"][0]["label"])


def rot(file: Path) -> None:
    """One byte of a file becomes another; its size stays."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def test_a_server_killed_in_the_middle_of_questions_comes_back_with_everything(own: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serve(own, log) as (url, process), ThreadPoolExecutor(4) as crowd:
        feedback = json.dumps({"answer_id": "a", "helpful": True}).encode()
        request = urllib.request.Request(url + "/v1/feedback", feedback, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            assert reply.status == 201
        asked = [crowd.submit(answer, url) for _ in range(12)]
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        for one in asked:
            with suppress(OSError):
                one.result()
    with serve(own, log) as (url, _):
        assert answer(url) == "附件2第6项"
    with sqlite3.connect(own / "feedback.sqlite") as kept:
        assert kept.execute("SELECT answer_id FROM feedback").fetchall() == [("a",)]


def test_a_rotten_file_is_found_and_the_last_good_version_serves(own: Path, tmp_path: Path) -> None:
    good = current_version(own)
    new = tmp_path / "新通知.txt"
    new.write_text("关于值班的通知\n\n一、值班时间\n\n每日八时至十八时，由办公室负责。\n", encoding="utf-8")
    assert run_tiaowen(own, "ingest", str(new)).returncode == 0
    rot(segment_folder(own, serving(own).segments[-1]) / "vectors.npy")
    log = tmp_path / "log"
    with serve(own, log) as (url, _):
        assert answer(url) == "附件2第6项"
    assert current_version(own) == good
    assert "校验和不符" in log.read_text() and f"改用上一版 {good}" in log.read_text()


def test_without_a_good_version_the_words_say_what_to_do(own: Path) -> None:
    rot(segment_folder(own, serving(own).segments[0]) / "vectors.npy")
    done = run_tiaowen(own, "serve", "--port", str(free_port()))
    assert done.returncode == 1
    assert "校验和不符" in done.stderr and "从备份恢复" in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 400 and "Traceback" not in done.stderr
