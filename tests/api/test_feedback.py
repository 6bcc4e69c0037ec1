"""Feedback: stored, bounded, safe under concurrent writes, readable by the administrator alone."""

import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.config import Settings
from api.feedback import FeedbackStore
from api.schema_feedback import FeedbackRequest
from tests.api.conftest import ADMIN, HERE, KEY
from tests.fakes.assistant import FakeAssistant


def given(number: int, **fields: object) -> FeedbackRequest:
    return FeedbackRequest.model_validate({"answer_id": f"a-{number}", "helpful": True, **fields})


def test_what_was_given_is_what_the_administrator_reads(service: TestClient) -> None:
    body = {
        "answer_id": "a-1",
        "helpful": False,
        "reason": "incomplete",
        "note": "少了 <b>市教委</b>\x00",
        "question": "谁？",
    }
    reply = service.post("/v1/feedback", json=body)
    assert reply.status_code == 201
    found = service.get("/v1/feedback", headers=ADMIN).json()
    assert (found["helpful"], found["unhelpful"]) == (0, 1)
    assert {name: found["feedback"][0][name] for name in body} == body


def test_a_second_opinion_on_an_answer_replaces_the_first(service: TestClient) -> None:
    for helpful in (True, False):
        service.post("/v1/feedback", json={"answer_id": "a-1", "helpful": helpful})
    found = service.get("/v1/feedback", headers=ADMIN).json()
    assert [one["helpful"] for one in found["feedback"]] == [False]


@pytest.mark.parametrize(
    "body",
    [
        {"helpful": True}, {"answer_id": "", "helpful": True}, {"answer_id": "a", "helpful": "yes"},
        {"answer_id": "a", "helpful": False, "reason": "boring"},
        {"answer_id": "a", "helpful": True, "note": "长" * 1001},
        {"answer_id": "a", "helpful": True, "user": "x"},
    ],
)  # fmt: skip
def test_what_is_no_feedback_is_refused(service: TestClient, body: dict[str, object]) -> None:
    assert service.post("/v1/feedback", json=body).status_code == 422


def test_only_the_latest_are_kept_and_come_newest_first(tmp_path: Path) -> None:
    store = FeedbackStore(data_dir=tmp_path, max_kept=3)
    for number in range(5):
        store.add(given(number))
    assert [one.answer_id for one in store.latest(10).feedback] == ["a-4", "a-3", "a-2"]
    assert [one.answer_id for one in store.latest(1).feedback] == ["a-4"]


def test_nothing_is_lost_when_many_write_at_once(tmp_path: Path) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 5):
            FeedbackStore(data_dir=tmp_path).add(given(number))

    threads = [threading.Thread(target=write, args=(at * 5,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert FeedbackStore(data_dir=tmp_path).latest(100).helpful == 40


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "key_required"),
        ({"Authorization": "Bearer falsch"}, "wrong_key"),
        ({"Authorization": f"Basic {KEY}"}, "key_required"),
    ],
)
def test_nobody_else_reads_it(service: TestClient, headers: dict[str, str], code: str) -> None:
    reply = service.get("/v1/feedback", headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, code)


def test_without_a_key_in_the_settings_nobody_reads_it(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path), FakeAssistant()), base_url=HERE) as service:
        reply = service.get("/v1/feedback", headers=ADMIN)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "admin_key_unset")
    assert "TIAOWEN_ADMIN_KEY" in reply.json()["error"]["message"]
