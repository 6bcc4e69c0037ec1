"""What chat clients want beside answers: titles, tags and questions that might follow, of a conversation."""

import json
from collections.abc import Sequence

import pytest
from fastapi.testclient import TestClient

from api.errands import done, errand_in
from rag.schema import Turn
from tests.fakes.assistant import FakeAssistant

TALK = (
    "USER: 哪些部门负责\nPPP相关任务？\nASSISTANT: 甲局[^1]。\n\n依据：\n[^1]: 《乙》：“丙”\n"
    "USER: PPP谁出钱？\nASSISTANT: 没有写明。"
)


def errand(wanted: str, form: str, talk: str = TALK) -> str:
    """Templates of clients are English prose around these parts."""
    return (
        f"### Task:\n{wanted}\n### Guidelines:\n- Use the chat's primary language.\n"
        f"### Output:\nJSON format: {form}\n### Chat History:\n<chat_history>\n{talk}\n</chat_history>"
    )


TITLE = errand("Generate a concise title.", '{ "title": "your title here" }')
FOLLOW_UPS = errand("Suggest follow-up questions.", '{ "follow_ups": ["Question 1?", "Question 2?"] }')
TAGS = errand("Generate 1-3 broad tags.", '{ "tags": ["tag1", "tag2"] }')
QUERIES = errand("Decide on search queries.", '{ "queries": ["query1", "query2"] }')
EMOJI = errand("Reflect the mood.", "one emoji")


def test_a_question_is_no_errand():
    assert errand_in("哪些部门负责PPP相关任务？") is None
    assert errand_in("### Task: 是什么意思？") is None
    assert errand_in("<chat_history>USER: 甲</chat_history>") is None


def test_the_conversation_is_read_turn_by_turn():
    found = errand_in(TITLE)
    assert found and [turn.role for turn in found.talk] == ["user", "assistant", "user", "assistant"]
    assert found.talk[0].content == "哪些部门负责\nPPP相关任务？"


def test_what_stands_in_the_conversation_is_no_form():
    found = errand_in(errand("Generate a title.", "a line", 'USER: {"tags": 1}'))
    assert found and found.form == ""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (TITLE, {"title": "哪些部门负责"}),
        (FOLLOW_UPS, {"follow_ups": ["PPP谁出钱？ 2"]}),
        (TAGS, {"tags": []}),
        (QUERIES, {"queries": ["PPP谁出钱？"]}),
        (errand("Complete.", '{ "text": "<your_completion>" }'), {"text": ""}),
        (errand("Generate a title.", '{ "title": "x" }', "USER: " + "长" * 50), {"title": "长" * 23 + "…"}),
        (errand("Generate a title.", '{ "title": "x" }', ""), {"title": ""}),
        (errand("Suggest.", '{ "follow_ups": [] }', "ASSISTANT: 你好"), {"follow_ups": []}),
    ],
)
def test_each_errand_is_done_in_its_form(message: str, expected: dict[str, object]):
    def follow_ups(question: str, before: Sequence[Turn]) -> list[str]:
        return [f"{question} {len(before)}"]

    found = errand_in(message)
    assert found and json.loads(done(found, follow_ups)) == expected


def test_an_errand_that_we_do_not_know_is_refused_cheaply():
    found = errand_in(EMOJI)
    assert found and done(found, lambda *_: pytest.fail("nothing is asked")) == ""


def said(service: TestClient, message: str) -> str:
    reply = service.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": message}]})
    assert reply.status_code == 200 and reply.json()["tiaowen"] is None
    return str(reply.json()["choices"][0]["message"]["content"])


def test_only_follow_ups_ask_the_assistant(service: TestClient, assistant: FakeAssistant) -> None:
    for message in (TITLE, TAGS, QUERIES, EMOJI):
        said(service, message)
    assert assistant.asked == []
    assert json.loads(said(service, FOLLOW_UPS)) == {
        "follow_ups": ["市财政局还负责哪些任务？", "PPP模式可以用来做什么？"]
    }
    [(question, before)] = assistant.asked
    assert question == "PPP谁出钱？"
    assert [turn.content for turn in before] == ["哪些部门负责\nPPP相关任务？", "甲局[^1]。"]  # without its sources


def test_an_errand_may_be_longer_than_a_question(service: TestClient) -> None:
    long = errand("Generate a title.", '{ "title": "x" }', "USER: 甲？\nASSISTANT: " + "乙" * 5000)
    assert json.loads(said(service, long)) == {"title": "甲"}
