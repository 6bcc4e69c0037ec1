"""What one caller may ask: how often, how much, how slowly, from which web page."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from api import limits
from api.app import create_app
from api.config import Settings
from api.english import MESSAGES
from api.errors import _BY_STATUS, RULES
from api.keys import KeyRing, Role
from tests.api.conftest import HERE, KEY
from tests.conftest import apart
from tests.fakes.assistant import FakeAssistant

LAN = "http://192.168.1.5:7860"


def service(tmp_path: Path, address: str = "127.0.0.1", base_url: str = HERE, **given: Any) -> TestClient:
    settings = Settings(data_dir=tmp_path, admin_key=SecretStr(KEY), **given)
    app = create_app(settings, FakeAssistant(), page_key="the-page")
    return TestClient(app, base_url=base_url, client=(address, 50000), raise_server_exceptions=False)


def test_every_code_has_an_english_message() -> None:
    codes = {rule.code for rule in (*RULES.values(), *_BY_STATUS.values())} | {"invalid_request"}
    assert sorted(codes - set(MESSAGES)) == []


def test_the_third_request_of_two_a_minute_waits(tmp_path: Path, one_minute: None) -> None:
    here = service(tmp_path, local_rate_limit_per_minute=2)
    first, second, third = (here.get("/v1/documents") for _ in range(3))
    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("2", "1")
    assert 1 <= int(third.headers["retry-after"]) <= 60
    error = third.json()["error"]
    assert error["code"] == "rate_limited" and error["message_en"] == MESSAGES["rate_limited"]
    assert here.get("/healthz").status_code == 200


def test_keys_and_addresses_are_counted_apart_and_the_page_not_at_all(tmp_path: Path, one_minute: None) -> None:
    _, one = KeyRing(tmp_path).add("甲", Role.READER)
    _, other = KeyRing(tmp_path).add("乙", Role.READER)
    app = service(tmp_path, host="0.0.0.0", rate_limit_per_minute=1).app

    def status(key: str, address: str) -> int:
        caller = TestClient(app, base_url=LAN, client=(address, 50000), raise_server_exceptions=False)
        return caller.get("/v1/documents", headers={"Authorization": f"Bearer {key}"}).status_code

    assert [status(one, "10.0.0.1"), status(one, "10.0.0.1")] == [200, 429]
    assert [status(other, "10.0.0.1"), status(one, "10.0.0.2")] == [200, 200]
    assert [status("the-page", "127.0.0.1") for _ in range(3)] == [200, 200, 200]


def test_guessing_keys_ends_soon(tmp_path: Path, one_minute: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRONG_KEYS_PER_MINUTE", 3)
    stranger = service(tmp_path, "10.0.0.1", LAN, host="0.0.0.0")
    wrong = [stranger.get("/v1/documents", headers={"Authorization": f"Bearer falsch{n}"}) for n in range(2)]
    wrong.append(stranger.post("/v1/session", json={"key": "falsch"}))
    assert [reply.status_code for reply in wrong] == [401, 401, 401]
    assert stranger.post("/v1/session", json={"key": KEY}).status_code == 429
    assert stranger.get("/v1/documents", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


def test_long_bodies_are_refused_announced_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BODY_BYTES", 1000)
    here = service(tmp_path)

    def in_pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    for content in (b" " * 1001, in_pieces()):
        reply = here.post("/v1/answers", content=content, headers={"Content-Type": "application/json"})
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")
    assert here.post("/v1/answers", headers={"Content-Length": "-5"}).status_code == 413


def test_a_body_that_stops_coming_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    monkeypatch.setattr(limits, "BODY_PAUSE_S", 0.05)

    async def stalls() -> AsyncIterator[bytes]:
        yield b'{"question": "a'
        await asyncio.sleep(5)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(service(tmp_path).app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.post("/v1/answers", content=stalls(), headers={"Content-Type": "application/json"})

    reply = apart(ask())
    assert (reply.status_code, reply.json()["error"]["code"]) == (408, "request_timeout")


def test_more_at_once_than_allowed_are_sent_away(tmp_path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    class Slow(FakeAssistant):
        def search(self, query: str, **given: Any) -> Any:
            entered.set()
            leave.wait(60)
            return super().search(query, **given)

    app = create_app(Settings(data_dir=tmp_path, max_concurrency=1), Slow())
    with TestClient(app, base_url=HERE) as here:
        first = threading.Thread(target=here.post, args=("/v1/search",), kwargs={"json": {"query": "PPP"}})
        first.start()
        assert entered.wait(60)
        second = here.get("/v1/documents")
        assert here.get("/healthz").status_code == 200
        leave.set()
        first.join()
        assert (second.status_code, second.json()["error"]["code"]) == (503, "overloaded")
        assert second.headers["retry-after"] == "5"
        assert here.get("/v1/documents").status_code == 200


def test_replies_carry_the_security_headers(tmp_path: Path) -> None:
    for path in ("/v1/documents", "/v1/nowhere"):
        headers = service(tmp_path).get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"


def test_only_the_named_web_sites_may_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def allowed(client: TestClient, origin: str) -> str | None:
        ask = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        asked = client.options("/v1/answers", headers=ask)
        if asked.status_code != 200:
            error = asked.json()["error"]
            assert (asked.status_code, error["code"]) == (403, "cross_origin_refused")
            assert error["request_id"] == asked.headers["x-request-id"]
            assert "access-control-allow-origin" not in asked.headers
        assert asked.headers.get("access-control-allow-origin") == (origin if asked.status_code == 200 else None)
        return client.get("/v1/documents", headers={"Origin": origin}).headers.get("access-control-allow-origin")

    monkeypatch.setenv("TIAOWEN_CORS_ORIGINS", "https://oa.example.cn/, http://10.0.0.7:8080")
    named = service(tmp_path)
    assert allowed(named, "https://oa.example.cn") == "https://oa.example.cn"
    assert allowed(named, "https://evil.example") is None
    monkeypatch.setenv("TIAOWEN_CORS_ORIGINS", "*")
    with pytest.raises(ValidationError, match="网站地址"):
        Settings()
    monkeypatch.delenv("TIAOWEN_CORS_ORIGINS")
    assert allowed(service(tmp_path), "https://oa.example.cn") is None


def test_a_clock_set_back_locks_nobody_out(tmp_path: Path, one_minute: None, monkeypatch: pytest.MonkeyPatch) -> None:
    here = service(tmp_path, local_rate_limit_per_minute=2)
    assert [here.get("/v1/documents").status_code for _ in range(3)] == [200, 200, 429]
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 86_400)
    back = here.get("/v1/documents")
    assert back.status_code == 200 or 1 <= int(back.headers["retry-after"]) <= 60
    monkeypatch.setattr(time, "time", lambda: real() - 86_400 + 121)
    assert here.get("/v1/documents").status_code == 200
    session = here.post("/v1/session", json={"key": KEY})
    monkeypatch.setattr(time, "time", lambda: real() - 2 * 86_400)
    assert session.status_code == 204
    assert here.get("/v1/documents").status_code == 200
