"""Keys and who needs one."""

import json
import stat
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr

from api.access import COOKIE
from api.app import create_app
from api.config import Settings
from api.keys import FILE, SESSION_S, KeyRing, KeysError, Role
from api.schema import Request
from tests.api.conftest import ADMIN, HERE, KEY
from tests.fakes.assistant import FakeAssistant

LAN = "http://192.168.1.5:7860"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def client(tmp_path: Path, *, host: str = "0.0.0.0", base_url: str = LAN, address: str = "192.168.1.9") -> TestClient:
    app = create_app(
        Settings(data_dir=tmp_path, host=host, admin_key=SecretStr(KEY)), FakeAssistant(), page_key="the-page"
    )
    return TestClient(app, base_url=base_url, client=(address, 50000), raise_server_exceptions=False)


def code(reply: object) -> str:
    return str(reply.json()["error"]["code"])  # type: ignore[attr-defined]


def test_keys_are_kept_as_hashes_that_only_the_owner_reads(tmp_path: Path) -> None:
    made, key = KeyRing(tmp_path).add("教务处", Role.READER)
    stored = (tmp_path / FILE).read_text(encoding="utf-8")
    assert key not in stored and key.removeprefix("tw_") not in stored and "教务处" in stored
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert KeyRing(tmp_path).find(key) == made
    assert KeyRing(tmp_path).find(key + "x") is None


def test_a_running_service_learns_of_new_and_withdrawn_keys(tmp_path: Path) -> None:
    serving = KeyRing(tmp_path)
    first, key = KeyRing(tmp_path).add("甲", Role.READER)
    _, other = KeyRing(tmp_path).add("乙", Role.ADMINISTRATOR)
    assert serving.find(key) == first
    KeyRing(tmp_path).remove(first.id)
    assert serving.find(key) is None
    assert serving.find(other) is not None
    with pytest.raises(KeysError, match=first.id):
        KeyRing(tmp_path).remove(first.id)


def test_a_session_ends_with_its_time_and_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = KeyRing(tmp_path)
    key, _ = ring.add("甲", Role.READER)
    session = ring.session(key)
    assert ring.find_session(session) == key
    for forged in ("", "x", f"{key.id}.9999999999.{'0' * 64}", session[:-1] + ("0" if session[-1] != "0" else "1")):
        assert ring.find_session(forged) is None
    later = time.time() + SESSION_S + 2
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: later)
        assert ring.find_session(session) is None
    ring.remove(key.id)
    assert ring.find_session(session) is None


def test_this_machine_reads_without_a_key_and_any_key_is_good_there(tmp_path: Path) -> None:
    here = client(tmp_path, host="127.0.0.1", base_url=HERE, address="127.0.0.1")
    assert here.get("/v1/documents").status_code == 200
    assert here.get("/v1/documents", headers=bearer("none")).status_code == 200
    assert code(here.get("/v1/feedback", headers=bearer("none"))) == "wrong_key"


@pytest.mark.parametrize(
    ("host", "base_url", "address"),
    [
        ("0.0.0.0", LAN, "192.168.1.9"),
        ("0.0.0.0", HERE, "127.0.0.1"),  # listens elsewhere: nobody is exempt
        ("127.0.0.1", HERE, "192.168.1.9"),  # forwarded by a proxy
        ("127.0.0.1", "http://evil.example", "127.0.0.1"),  # a foreign name bound to this machine
    ],
)
def test_everyone_else_shows_a_key(tmp_path: Path, host: str, base_url: str, address: str) -> None:
    service = client(tmp_path, host=host, base_url=base_url, address=address)
    for path in ("/v1/documents", "/openapi.json", "/", "/v1/nowhere", "/gradio_api/queue/join"):
        reply = service.get(path)
        assert (reply.status_code, code(reply)) == (401, "key_required"), path
        assert reply.headers["www-authenticate"] == "Bearer"
        assert code(service.get(path, headers=bearer("falsch"))) == "wrong_key"
    assert service.get("/healthz").status_code == service.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:7860", 200),
        ("http://localhost:3000", 200),
        ("https://oa.example.cn", 200),
        ("https://evil.example", 401),
        ("http://127.0.0.1.evil.example", 401),
        ("http://[", 401),
        ("null", 401),
    ],
)
def test_a_foreign_page_that_this_machines_browser_shows_is_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str, status: int
) -> None:
    monkeypatch.setenv("TIAOWEN_CORS_ORIGINS", "https://oa.example.cn")
    here = client(tmp_path, host="127.0.0.1", base_url=HERE, address="127.0.0.1")
    draft = {"file": ("a.txt", "一、草稿".encode())}  # a form, which a browser sends anywhere without asking first
    assert here.get("/v1/documents", headers={"Origin": origin}).status_code == status
    refused = here.post("/v1/citations/corrected", files=draft, headers={"Origin": origin})
    assert (refused.status_code == 401) == (status == 401)


def test_roles(tmp_path: Path) -> None:
    _, reader = KeyRing(tmp_path).add("甲", Role.READER)
    _, administrator = KeyRing(tmp_path).add("乙", Role.ADMINISTRATOR)
    service = client(tmp_path)
    assert service.get("/v1/documents", headers=bearer(reader)).status_code == 200
    refused = service.get("/v1/feedback", headers=bearer(reader))
    assert (refused.status_code, code(refused)) == (403, "administrator_only")
    for headers in (bearer(administrator), ADMIN):
        assert service.get("/v1/feedback", headers=headers).status_code == 200
    assert service.get("/v1/documents", headers=bearer("the-page")).status_code == 200
    assert code(service.get("/v1/feedback", headers=bearer("the-page"))) == "wrong_key"


def test_a_browser_logs_in_once_and_only_reads(tmp_path: Path) -> None:
    _, administrator = KeyRing(tmp_path).add("乙", Role.ADMINISTRATOR)
    browser = client(tmp_path)
    assert code(browser.post("/v1/session", json={"key": "falsch"})) == "wrong_key"
    reply = browser.post("/v1/session", json={"key": administrator})
    assert reply.status_code == 204
    cookie = reply.headers["set-cookie"]
    assert administrator not in cookie and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert browser.get("/v1/documents").status_code == 200
    assert code(browser.get("/v1/feedback")) == "administrator_only"
    assert browser.delete("/v1/session").status_code == 204
    assert COOKIE not in browser.cookies
    assert code(browser.get("/v1/documents")) == "key_required"


@pytest.mark.parametrize("content", ["{", json.dumps({"keys": [{"id": "a"}]}), "[]"])
def test_a_damaged_key_file_shuts_everything(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    reply = client(tmp_path).get("/v1/documents", headers=ADMIN)
    assert (reply.status_code, code(reply)) == (503, "keys_unreadable")
    assert str(tmp_path) not in reply.text


def below(kind: type[BaseModel]) -> list[type[BaseModel]]:
    return [one for child in kind.__subclasses__() for one in (child, *below(child))]


def test_requests_know_their_fields(tmp_path: Path) -> None:
    client(tmp_path)  # every route is there
    assert len(below(Request)) > 8
    assert [kind for kind in below(Request) if kind.model_config["extra"] != "forbid"] == []


def test_only_these_need_the_administrator(tmp_path: Path) -> None:
    app = client(tmp_path).app
    assert isinstance(app, FastAPI)
    operations = {
        f"{method} {path}": operation
        for path, each in app.openapi()["paths"].items()
        for method, operation in each.items()
    }
    assert {name for name, operation in operations.items() if operation.get("security")} == {
        "post /v1/documents", "put /v1/documents/{document_id}", "delete /v1/documents/{document_id}",
        "post /v1/documents/{document_id}/renew", "get /v1/feedback",
    }  # fmt: skip
    others = {name for name in operations if not name.startswith("get ") and not operations[name].get("security")}
    assert others == {  # read only, or of the caller's own
        "post /v1/answers", "post /v1/chat/completions", "post /v1/search", "post /v1/citations/check",
        "post /v1/citations/check/file", "post /v1/citations/report", "post /v1/citations/corrected",
        "post /v1/exports/conversation", "post /v1/feedback", "post /v1/session", "delete /v1/session",
    }  # fmt: skip
