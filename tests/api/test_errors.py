import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import errors as api_errors
from ingest import errors as ingest_errors
from rag import errors as rag_errors


def below(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]


@pytest.mark.parametrize("root", [rag_errors.RagError, ingest_errors.IngestError, api_errors.ApiError])
def test_every_error_of_ours_has_its_own_line_in_the_table(root: type[Exception]) -> None:
    known = [kind for kind in below(root) if kind.__module__.split(".")[0] in {"rag", "ingest", "api"}]
    unmapped = [kind.__name__ for kind in known if kind not in api_errors.RULES and kind is not api_errors.ApiError]
    assert len(known) > 1
    assert unmapped == []


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in api_errors.RULES.values()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/documents/keine", None, 404, "unknown_document"),
        ("GET", "/v1/documents/keine/clauses", None, 404, "unknown_document"),
        ("GET", "/v1/clauses/keine", None, 404, "unknown_clause"),
        ("GET", "/v1/units/无名局/tasks", None, 404, "unknown_unit"),
        ("GET", "/v1/nowhere", None, 404, "not_found"),
        ("GET", "/v1", None, 404, "not_found"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("GET", "/v1/answers", None, 405, "method_not_allowed"),
        ("DELETE", "/v1/documents", None, 405, "method_not_allowed"),
        ("POST", "/v1/answers", b"{", 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "\xff"}', 400, "bad_request"),
        ("POST", "/v1/answers", b"[" * 50_000, 400, "bad_request"),
        ("POST", "/v1/answers", b'{"question": " "}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": 1}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "a", "stream": "yes"}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "a", "mode": "gpt"}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "a", "histroy": []}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "a", "\\ud800": 1}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "\\ud800"}', 422, "invalid_request"),
        ("POST", "/v1/answers", b'{"question": "a", "document_ids": ["keine"]}', 404, "unknown_document"),
        ("POST", "/v1/search", b'{"query": "a", "top_k": 0}', 422, "invalid_request"),
        ("POST", "/v1/search", b'{"query": "a", "top_k": "3"}', 422, "invalid_request"),
        ("POST", "/v1/search", b'{"query": "a", "top_k": 101}', 422, "invalid_request"),
        ("POST", "/v1/answers", '{"question": "出错"}'.encode(), 500, "internal_error"),
    ],
)
def test_every_error_has_the_one_form(
    service: TestClient, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    reply = service.request(method, path, content=body, headers={"content-type": "application/json"})
    assert reply.status_code == status
    error = reply.json()["error"]
    assert set(error) == {"code", "message", "message_en", "details", "request_id"}
    assert error["message_en"].isascii()
    assert error["code"] == code
    assert error["message"]
    assert error["request_id"] == reply.headers["x-request-id"]
    assert "secret" not in reply.text


def test_a_wrong_method_is_told_the_right_ones(service: TestClient) -> None:
    assert service.get("/v1/answers").headers["allow"] == "POST"


def test_details_name_the_field(service: TestClient) -> None:
    error = service.post("/v1/answers", json={"question": "a", "histroy": []}).json()["error"]
    assert error["details"] == [{"field": "body.histroy", "message": "不认识这一项，请检查拼写"}]


def test_a_question_longer_than_the_setting_is_refused(service: TestClient) -> None:
    error = service.post("/v1/answers", json={"question": "长" * 2001}).json()["error"]
    assert error["code"] == "question_too_long"
    assert "2001" in error["message"]


def test_a_request_id_of_the_client_is_kept_when_it_is_harmless(service: TestClient) -> None:
    assert service.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert service.get("/healthz", headers={"X-Request-ID": "a b\t"}).headers["x-request-id"] != "a b"


def test_openapi_declares_every_operation_and_its_errors(service: TestClient) -> None:
    app = service.app
    assert isinstance(app, FastAPI)
    paths = app.openapi()["paths"]
    assert set(paths) == {
        "/v1/answers", "/v1/search", "/v1/documents", "/v1/documents/{document_id}",
        "/v1/documents/{document_id}/renew", "/v1/documents/{document_id}/clauses",
        "/v1/documents/{document_id}/text", "/v1/clauses/{clause_id}",
        "/v1/units", "/v1/units/{name}/tasks", "/v1/citations/check",
        "/v1/citations/check/file", "/v1/citations/corrected", "/v1/citations/report",
        "/v1/evaluations/latest", "/v1/feedback", "/v1/exports/conversation",
        "/v1/units/tasks", "/v1/units/tasks.xlsx", "/v1/units/matrix", "/v1/session",
        "/v1/models", "/v1/models/{name}", "/v1/chat/completions",
        "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    for path, operations in paths.items():
        for operation in operations.values():
            assert operation["description"], path
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    schema = next(iter(response["content"].values()))["schema"]
                    assert schema["$ref"].endswith("/ErrorResponse"), (path, status)
    assert service.get("/docs").status_code == 404
