"""Events that no page of ours sends: refused before Gradio sees them, in the one form of an error, never with 5xx."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.config import Settings
from api.keys import KeyRing, Role
from tests.fakes.assistant import FakeAssistant
from tests.fakes.bodies import MALFORMED, short
from tests.fakes.server import free_port, serving
from ui import serve

PATHS = ("queue/join", "run/predict", "cancel", "reset", "reset/")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = serve.create_server_app(Settings(data_dir=tmp_path_factory.mktemp("events")), FakeAssistant())
    with TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as client:
        yield client


def event(number: Any = 0, **more: Any) -> bytes:
    return json.dumps({"fn_index": number, "data": [], "session_hash": "a", "event_id": "b"} | more).encode()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        *MALFORMED,
        event(event_id={"a": 1}, session_hash={"a": 1}),
        event(session_hash="a" * 10_000),
        event("0", event_id=7),
        event(event_data="\ud800"),
    ],
    ids=short,
)
def test_what_is_no_event_is_refused(page: TestClient, path: str, body: bytes) -> None:
    reply = page.post(f"/gradio_api/{path}", content=body, headers={"Content-Type": "application/json"})
    error = reply.json()["error"]
    assert reply.status_code in (400, 422) and error["code"] in ("bad_request", "invalid_request"), reply.text
    assert error["message_en"].isascii() and error["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize("number", [-1, 999, 1.5, True, "0", None])
@pytest.mark.parametrize("path", PATHS[:2])
def test_only_functions_of_the_page_run(page: TestClient, path: str, number: Any) -> None:
    reply = page.post(f"/gradio_api/{path}", content=event(number))
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("number", range(45))
def test_no_function_fails_whatever_it_is_given(page: TestClient, number: int) -> None:
    words: tuple[str | None, ...] = ("", "\x00\u202e", "{", None)
    for count in range(5):
        for word in words:
            for data in (
                None,
                [],
                {"clause": [], "document": 1},
                {"question": "\x00" * 3000, "text": "", "saved": "{"},
            ):
                body = event(number, data=[word] * count, event_data=data)
                reply = page.post("/gradio_api/run/predict", content=body)
                assert reply.status_code < 500, (number, count, word, data, reply.text)


def test_what_gradio_refuses_is_told_in_our_form(page: TestClient) -> None:
    for reply, code in (
        (page.get("/gradio_api/queue/data"), "invalid_request"),
        (page.get("/assets/nothing.js"), "not_found"),
        (page.get("/gradio_api/queue/join"), "method_not_allowed"),
    ):
        assert reply.json()["error"]["code"] == code and reply.json()["error"]["request_id"]
    assert page.get("/gradio_api/queue/join").headers["allow"] == "POST"
    assert page.get("/readyz").json()["page"] == "up"


def test_events_are_counted_by_key_and_address(tmp_path: Path, one_minute: None) -> None:
    _, key = KeyRing(tmp_path).add("甲", Role.READER)
    settings = Settings(data_dir=tmp_path, port=free_port(), rate_limit_per_minute=2, local_rate_limit_per_minute=3)
    with (
        serving(serve.create_server_app(settings, FakeAssistant()), settings.port) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as http,
    ):

        def told(path: str, **headers: str) -> tuple[int, str, str]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            reply = http.post(f"/gradio_api/{path}", content=event(-1), headers=named)
            if reply.status_code == 429:
                assert reply.json()["error"]["code"] == "rate_limited"
                assert 1 <= int(reply.headers["retry-after"]) <= 60 and reply.headers["ratelimit-reset"]
            return reply.status_code, reply.headers["ratelimit-limit"], reply.headers["ratelimit-remaining"]

        here = [told(path) for path in ("queue/join", "run/predict", "cancel", "queue/join")]
        assert here == [(422, "3", "2"), (422, "3", "1"), (422, "3", "0"), (429, "3", "0")]
        abroad = {"Authorization": f"Bearer {key}", "X_Forwarded_For": "10.0.0.1"}
        seen = [told("queue/join", **abroad) for _ in range(3)]
        assert seen == [(422, "2", "1"), (422, "2", "0"), (429, "2", "0")]
        assert told("queue/join", **{**abroad, "X_Forwarded_For": "10.0.0.2"}) == (422, "2", "1")
        assert http.get("/").status_code == 200  # opening the page is not counted


def test_tabs_that_are_gone_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "TABS", 3)
    app: Any = serve.create_server_app(Settings(data_dir=tmp_path), FakeAssistant())
    page = next(r.app.get_blocks() for r in app.app.routes if hasattr(getattr(r, "app", None), "get_blocks"))
    number, function = next((number, one) for number, one in page.fns.items() if one.fn is not None)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        for tab in range(5):
            body = {"fn_index": number, "data": [""] * len(function.inputs), "session_hash": f"tab{tab}"}
            reply = client.post("/gradio_api/queue/join", json=body)
            assert reply.status_code == 200, reply.text
    for kept in (page._queue.pending_messages_per_session, page._queue.pending_event_ids_session):
        assert list(kept) == ["tab2", "tab3", "tab4"]
