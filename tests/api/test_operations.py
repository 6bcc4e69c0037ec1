"""What an operator sees: logs, figures, traces, and the settings without their secrets."""

import json
import logging
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.app import create_app
from api.config import Settings, load_settings
from api.logs import JsonFormatter, TextFormatter, masked
from api.routes import health
from rag.errors import IndexDamaged
from tests.api.conftest import HERE
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import free_port, serving

SECRET_QUESTION = "PPP谁负责？张三问"


def service(tmp_path: Path, **given: Any) -> TestClient:
    app = create_app(Settings(data_dir=tmp_path, **given), FakeAssistant())
    return TestClient(app, base_url=HERE, raise_server_exceptions=False)


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records if "tiaowen" in record.name]


@pytest.mark.parametrize("path", ["/v1/answers", "/v1/search", "/v1/chat/completions"])
@pytest.mark.parametrize("wanted", [False, True])
def test_a_question_is_logged_only_when_switched_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str, wanted: bool
) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "/v1/answers": {"question": SECRET_QUESTION},
        "/v1/search": {"query": SECRET_QUESTION},
        "/v1/chat/completions": {"messages": [{"role": "user", "content": SECRET_QUESTION}]},
    }
    with caplog.at_level(logging.DEBUG, logger="tiaowen"):
        reply = service(tmp_path, log_questions=wanted).post(path, json=bodies[path])
    assert reply.status_code == 200
    logged = lines(caplog)
    request = next(line for line in logged if line.get("path") == path)
    assert request["request_id"] == reply.headers["x-request-id"]
    assert (request["method"], request["status"]) == ("POST", 200) and request["elapsed_ms"] > 0
    assert ("张三" in json.dumps(logged, ensure_ascii=False)) is wanted


def test_a_failure_is_logged_with_its_id_and_its_trace(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reply = service(tmp_path).post("/v1/answers", json={"question": "出错"})
    failed = next(line for line in lines(caplog) if line["level"] == "ERROR")
    assert failed["request_id"] == reply.json()["error"]["request_id"]
    assert "Traceback" in failed["exception"] and failed["exception"].endswith("builtins.RuntimeError")


def failure() -> logging.LogRecord:
    """A record of an exception that came of another one, both with words."""
    try:
        try:
            raise KeyError(SECRET_QUESTION)
        except KeyError as exc:
            raise ValueError(f"nothing for {SECRET_QUESTION}") from exc
    except ValueError:
        return logging.LogRecord("tiaowen", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_an_exception_is_logged_without_its_words_unless_switched_on(formatter: type[TextFormatter]) -> None:
    told = formatter().format(failure())
    assert SECRET_QUESTION not in told and told.count("test_operations.py") == 2
    assert told.index("builtins.KeyError") < told.index("builtins.ValueError")
    assert formatter(with_words=True).format(failure()).count(SECRET_QUESTION) == 2


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_a_client_cannot_write_lines_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, formatter: type[TextFormatter]
) -> None:
    with caplog.at_level(logging.INFO, logger="tiaowen"):
        service(tmp_path).get("/v1/documents/x%0a2025-07-01%20INFO%20forged%1b[31m%e2%80%a8%e6%b4%a5")
    (told,) = [formatter().format(record) for record in caplog.records if "forged" in record.getMessage()]
    assert len(told.splitlines()) == 1 and "\x1b" not in told and "津" in told


def test_a_connection_outlives_a_failure(tmp_path: Path) -> None:
    port = free_port()
    app = create_app(Settings(data_dir=tmp_path, port=port), FakeAssistant())
    with serving(app, port), closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        statuses = []
        for question in ("出错", "PPP谁负责？"):
            body = json.dumps({"question": question}).encode()
            connection.request("POST", "/v1/answers", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            reply.read()
            statuses.append((reply.status, reply.will_close))
    assert statuses == [(500, False), (200, False)]


def test_readiness_searches_no_oftener_than_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant, asked = FakeAssistant(), []
    monkeypatch.setattr(assistant, "search", lambda query, **_: asked.append(query))
    here = TestClient(create_app(Settings(data_dir=tmp_path), assistant), base_url=HERE)
    monkeypatch.setattr(health, "PROBE_S", 60.0)
    assert [here.get("/readyz").json()["page"] for _ in range(5)] == ["up"] * 5 and len(asked) == 1
    assistant.version = "v-new"
    assert here.get("/readyz").json()["index_version"] == "v-new" and len(asked) == 2
    monkeypatch.setattr(health, "PROBE_S", 0.0)
    assert here.get("/readyz").status_code == 200 and len(asked) == 3


def test_a_service_that_cannot_search_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = FakeAssistant()
    here = TestClient(create_app(Settings(data_dir=tmp_path), assistant), base_url=HERE, raise_server_exceptions=False)

    def damaged(query: str, **_: Any) -> Any:
        raise IndexDamaged("索引文件不完整")

    with monkeypatch.context() as broken:
        broken.setattr(assistant, "search", damaged)
        for _ in range(2):
            reply = here.get("/readyz")
            assert (reply.status_code, reply.json()["error"]["code"]) == (503, "index_damaged")
    assert here.get("/readyz").status_code == 200
    monkeypatch.setattr(assistant.library, "documents", lambda: [])
    assert here.get("/readyz").json()["error"]["code"] == "index_missing"


def test_requests_are_counted_by_pattern(tmp_path: Path) -> None:
    here = service(tmp_path)
    for path in ("/v1/documents", "/v1/documents/keine", "/v1/documents/auch-keine", "/v1/nowhere", "/nowhere"):
        here.get(path)
    reply = here.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    counted = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
        if sample.name == "tiaowen_requests_total"
    }
    assert counted == {
        ("/v1/documents", "200"): 1, ("/v1/documents/{document_id}", "404"): 2, ("other", "404"): 2,
    }  # fmt: skip
    assert "tiaowen_documents 3.0" in reply.text
    assert "tiaowen_requests_running 1.0" in reply.text


def test_the_settings_are_printed_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIAOWEN_LLM_API_KEY", "sk-geheim")
    monkeypatch.setenv("TIAOWEN_LLM_BASE_URL", "http://otto:geheim@10.0.0.1:8000/v1")
    shown = masked(load_settings(admin_key=SecretStr("geheim-geheim")))
    assert "geheim" not in str(shown)
    assert shown["llm_base_url"] == "http://******@10.0.0.1:8000/v1"
    assert shown["port"] == 7860 and shown["admin_key"] == "******"


def test_traces_go_where_opentelemetry_says(tmp_path: Path) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    here = service(tmp_path, otel=True)
    here.post("/v1/answers", json={"question": SECRET_QUESTION})
    here.post("/v1/answers", json={"question": f"出错{SECRET_QUESTION}"})
    here.get("/v1/units/tasks", params={"q": SECRET_QUESTION})
    here.get(f"/v1/units/{SECRET_QUESTION}/tasks?q={SECRET_QUESTION}")
    here.get(f"/v1/{SECRET_QUESTION}")
    here.get(f"/{SECRET_QUESTION}?q={SECRET_QUESTION}")
    spans = kept.get_finished_spans()
    names = {span.name for span in spans}
    assert {"POST /v1/answers", "GET /v1/units/{name}/tasks", "GET /v1/{path:path}"} <= names
    told = "".join(span.to_json(None) + str(dict(span.attributes or {})) for span in spans)
    assert "http.target" in told
    assert not any(word in told for word in (SECRET_QUESTION, "张三", quote(SECRET_QUESTION), quote("张三")))


def test_a_refusal_of_any_route_stands_in_the_log_under_its_id(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = TestClient(service(tmp_path).app, base_url="http://192.168.1.5:7860")
    with caplog.at_level(logging.INFO, logger="tiaowen"):
        refused = [stranger.get("/metrics"), stranger.get("/?q=geheim"), stranger.post("/gradio_api/queue/join")]
        stranger.get("/healthz")
    assert [reply.status_code for reply in refused] == [401, 401, 401]
    logged = {line["request_id"]: line["path"] for line in lines(caplog) if "path" in line}
    assert logged == {
        reply.json()["error"]["request_id"]: reply.request.url.path for reply in refused
    }  # what went well is not worth a line
