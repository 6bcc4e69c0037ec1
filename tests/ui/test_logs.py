"""What a running service writes down: everything that went wrong, and nothing of what was asked."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import environment
from tests.fakes.server import AT_MOST_S, free_port
from tests.ui.conftest import is_ready

ADMIN_KEY, LLM_KEY, WRONG_KEY = "geheim-admin-1", "geheim-llm-22", "geheim-falsch-3"
MARK = "暗号"  # stands in everything that is sent
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=["text", "json"], scope="module")
def log_of_a_day(request: pytest.FixtureRequest, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Standard error of `tiaowen serve` after all kinds of requests; its language model cannot be reached."""
    port, log = free_port(), tmp_path_factory.mktemp("day") / "log"
    given = environment(data_dir) | {
        "TIAOWEN_PORT": str(port), "TIAOWEN_LOG_FORMAT": request.param, "TIAOWEN_ADMIN_KEY": ADMIN_KEY,
        "TIAOWEN_LLM_BASE_URL": f"http://127.0.0.1:{free_port()}/v1", "TIAOWEN_LLM_MODEL": "m",
        "TIAOWEN_LLM_API_KEY": LLM_KEY, "TIAOWEN_LLM_MAX_RETRIES": "0",
    }  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "ui.cli", "serve"], env=given, stdout=out, stderr=out)
        try:
            while not is_ready(f"http://127.0.0.1:{port}"):
                assert process.poll() is None, log.read_text("utf-8")
                time.sleep(0.1)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=AT_MOST_S, trust_env=False) as http:
                send_everything(http)
        finally:
            process.terminate()
            process.wait(timeout=60)
    return log.read_text("utf-8")


def send_everything(http: httpx.Client) -> None:
    question, admin = f"哪些部门负责{MARK}PPP相关任务？", {"Authorization": f"Bearer {ADMIN_KEY}"}
    for mode in ("auto", "llm", "extractive"):
        for stream in (False, True):
            http.post("/v1/answers", json={"question": question, "mode": mode, "stream": stream})
    http.post("/v1/answers", json={"question": "它呢？", "history": [{"role": "user", "content": question}]})
    http.post("/v1/search", json={"query": question})
    http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]})
    http.post("/v1/citations/check", json={"text": f"第一条规定，“{MARK}”。"})
    http.post("/v1/citations/check/file", files={"file": (f"{MARK}.txt", f"第一条规定，“{MARK}”。".encode())})
    http.post("/v1/citations/check/file", files={"file": (f"{MARK}.docx", f"PK{MARK}".encode())})
    http.post("/v1/answers", json={"question": question * 500})
    http.post("/v1/answers", json={"question": question, MARK: 1})
    http.post("/v1/answers", content=f'{{"question": "{MARK}'.encode(), headers=JSON)
    http.post("/v1/answers", content=MARK.encode("gbk"), headers=JSON)
    http.post("/v1/documents", files={"file": (f"{MARK}.exe", b"MZ")}, headers=admin)
    http.post(
        "/v1/documents", files={"file": ("a.txt", MARK.encode())}, headers={"Authorization": f"Bearer {WRONG_KEY}"}
    )
    http.post("/v1/session", json={"key": WRONG_KEY})
    http.get("/v1/feedback", headers=admin)
    http.get("/v1/units/tasks", params={"q": MARK})
    assert http.get("/v1/clauses/none").status_code == 404


def test_neither_questions_nor_drafts_nor_keys_are_written_down(log_of_a_day: str) -> None:
    assert log_of_a_day.count("/v1/answers") >= 10 and "settings" in log_of_a_day
    assert MARK not in log_of_a_day and "\\u6697" not in log_of_a_day
    assert "geheim" not in log_of_a_day
    assert "/v1/clauses/none" in log_of_a_day and "q=" not in log_of_a_day


@pytest.mark.parametrize("log_of_a_day", ["json"], indirect=True)
def test_every_line_is_an_object_with_its_request(log_of_a_day: str) -> None:
    lines = [json.loads(line) for line in log_of_a_day.splitlines() if line.startswith("{")]
    other = [line for line in log_of_a_day.splitlines() if not line.startswith("{")]
    assert len(other) == 1 and "聊天页" in other[0]  # for whoever started it by hand
    requests = [line for line in lines if "path" in line]
    assert len(requests) >= 20
    assert len({line["request_id"] for line in requests}) == len(requests)
    assert {line["key"] for line in requests} == {None, "settings"}  # which key, by its id
