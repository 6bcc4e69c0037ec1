"""The composed application: the API, the page and what the gate lets through."""

import pytest
from fastapi.testclient import TestClient

from api.config import Settings
from ui.gate import in_chinese
from ui.serve import PortTakenError, check_port, load_examples, loopback_url


@pytest.fixture(scope="module")
def server() -> TestClient:
    from tests.fakes.assistant import FakeAssistant
    from ui.serve import create_server_app

    return TestClient(create_server_app(Settings(), FakeAssistant()), base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize(
    "path",
    [
        "/config", "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/call/ask", "/gradio_api/upload",
        "/gradio_api/file=https://example.com/", "/gradio_api/file=/etc/passwd", "/file=/etc/passwd",
        "/gradio_api/component_server", "/monitoring/summary", "/login", "/docs", "/redoc", "/v1x",
        "/gradio_api/upload/", "/gradio_api", "/gradio_api/queue/join/x", "/deep_link", "/svelte/x.js",
        "/manifest.json", "/nowhere",
    ],
)  # fmt: skip
def test_side_doors_are_shut(server: TestClient, path: str) -> None:
    for reply in (server.get(path), server.post(path, json={})):
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")
        assert reply.json()["error"]["request_id"] == reply.headers["x-request-id"]
        assert "default-src 'self'" in reply.headers["content-security-policy"]


def test_the_page_is_chinese_light_and_under_a_policy(server: TestClient) -> None:
    reply = server.get("/")
    assert reply.status_code == 200
    assert 'lang="zh-CN"' in reply.text[:200] and 'lang="en"' not in reply.text
    assert "__theme=light" in reply.text
    policy = reply.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_api_and_page_share_the_port_and_errors_keep_their_form(server: TestClient) -> None:
    assert server.get("/v1/documents").status_code == 200
    assert server.get("/healthz").json()["status"] == "ok"
    assert server.get("/v1/answers").json()["error"]["code"] == "method_not_allowed"
    assert server.get("/v1/nowhere").json()["error"]["code"] == "not_found"


def test_foreign_origins_get_no_cors(server: TestClient) -> None:
    for host in ("127.0.0.1", "192.168.1.5:7860"):
        reply = server.get("/v1/documents", headers={"Origin": "http://evil.example", "Host": host})
        assert "access-control-allow-origin" not in reply.headers


def test_only_the_head_is_rewritten() -> None:
    html = in_chinese(b'<!doctype html><html lang="en" class="x"><head><title>a</title></head>lang="en"</html>')
    assert html.startswith(b'<!doctype html><html lang="zh-CN" class="x"><head><script>')
    assert html.endswith(b'lang="en"</html>')


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:7860"),
        ("0.0.0.0", "http://127.0.0.1:7860"),
        ("::", "http://[::1]:7860"),
        ("192.168.1.5", "http://192.168.1.5:7860"),
        ("localhost", "http://localhost:7860"),
    ],
)
def test_where_the_page_reaches_the_service(host: str, url: str) -> None:
    assert loopback_url(Settings(host=host)) == url


def test_a_taken_port_is_said_before_the_work_begins() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"{port}.*--port"):
            check_port(Settings(port=port))
    check_port(Settings(port=port))


def test_there_are_three_examples() -> None:
    assert len(load_examples()) == 3


def test_a_visitor_without_a_key_gets_the_login_instead_of_the_page(server: TestClient) -> None:
    visitor = TestClient(server.app, base_url="http://192.168.1.5:7860")
    reply = visitor.get("/")
    assert reply.status_code == 401
    assert reply.headers["content-type"].startswith("text/html")
    assert 'id="login"' in reply.text and "gradio" not in reply.text
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    refused = visitor.post("/gradio_api/queue/join", json={"fn_index": 0, "data": [], "session_hash": "a"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key_required")
