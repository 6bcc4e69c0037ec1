"""The service when its language model's server is well, down, slow or breaks off: over HTTP, on real sockets."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import openai
import pytest

from api.app import create_app
from api.config import Settings
from rag.answer import Assistant
from rag.check.checker import Checker
from rag.llm import LanguageModel, LlmSettings
from tests.fakes.server import free_port, serving
from tests.rag.chat_server import ChatServer, chat_server
from tests.rag.checking import checker

__all__ = ["checker"]  # the fixture: a library of two documents

QUESTION = "停车场能不能提高价格？"
GOOD = "停车场应当公示收费标准。"
WHERE = "第三条第一款"
KEY = "sk-very-secret"


@pytest.fixture
def model() -> Iterator[ChatServer]:
    with chat_server() as server:
        server.content = "{}"
        yield server


@pytest.fixture
def service(checker: Checker, model: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(checker, model.base_url, tmp_path_factory) as client:
        yield client


@pytest.fixture
def hasty(checker: Checker, model: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service that soon gives its language model up."""
    with served(checker, model.base_url, tmp_path_factory, timeout_s=3.0) as client:
        yield client


@contextmanager
def served(
    checker: Checker, url: str, folders: pytest.TempPathFactory, timeout_s: float = 60.0
) -> Iterator[httpx.Client]:
    llm = LanguageModel(LlmSettings(base_url=url, model="scripted", api_key=KEY, timeout_s=timeout_s))
    llm.load()
    port = free_port()
    app = create_app(Settings(data_dir=folders.mktemp("data"), port=port), Assistant(index=checker.index, llm=llm))
    with serving(app, port) as address, httpx.Client(base_url=address, timeout=60.0) as client:
        yield client


def ask(service: httpx.Client, **more: object) -> dict[str, Any]:
    reply = service.post("/v1/answers", json={"question": QUESTION, **more})
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a stream as they arrive."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def says(service: httpx.Client, model: ChatServer, *texts: str) -> None:
    """Let the model say these sentences of the clause."""
    ask(service)
    found = re.search(rf"代号=(c\d+) .*位置={WHERE}>", model.requests[-1]["messages"][-1]["content"])
    assert found is not None
    sentences = [{"text": text, "handles": [found[1]]} for text in texts]
    model.content = json.dumps({"status": "answered", "sentences": sentences}, ensure_ascii=False)


def assert_ours(answer: dict[str, Any], why: str) -> None:
    """It is the whole extractive answer, with its citation, and says so."""
    assert answer["status"] == "answered" and "不得擅自提高价格" in answer["answer"]
    assert [one["label"] for one in answer["citations"]] == [WHERE]
    assert answer["engine"]["mode"] == "extractive"
    assert answer["engine"]["fallback"].startswith(why) and answer["engine"]["fallback"].endswith("已改用原文回答。")
    assert KEY not in json.dumps(answer)


def test_the_first_verified_sentence_reaches_the_client_before_the_model_has_ended(
    service: httpx.Client, model: ChatServer
) -> None:
    says(service, model, GOOD, "停车场可以随意涨价。", "停车场不得提高价格一百次。")
    model.hold_after = model.content.index("可以随意")
    with service.stream("POST", "/v1/answers", json={"question": QUESTION, "stream": True}) as response:
        arriving = events(response)
        before = []
        for name, data in arriving:
            before.append(name)
            if name == "token":
                assert data["text"] == f"{GOOD}[^1]"
                break
        assert before == ["status", "status", "status", "citation", "token"]
        assert not model.release.is_set()  # the model still waits to say its second sentence
        model.release.set()
        ((name, answer),) = arriving
    assert name == "done" and answer["answer"] == f"{GOOD}[^1]"
    assert (answer["engine"]["mode"], answer["engine"]["fallback"]) == ("llm", None)


def test_a_server_that_is_down(checker: Checker, tmp_path_factory: pytest.TempPathFactory) -> None:
    with served(checker, f"http://127.0.0.1:{free_port()}/v1", tmp_path_factory) as service:
        assert_ours(ask(service), "语言模型服务连不上")
        assert_ours(ask(service), "语言模型服务连不上")
        assert_ours(ask(service), "语言模型服务暂时不可用")  # not even tried
        assert_ours(ask(service, mode="llm"), "语言模型服务暂时不可用")


def test_a_server_that_comes_back_is_used_again(service: httpx.Client, model: ChatServer) -> None:
    says(service, model, GOOD)
    model.statuses = [503]  # once: the second try answers
    assert ask(service)["answer"] == f"{GOOD}[^1]"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"delay_s": 4.0}, "语言模型没有在限定时间内答完"),
        ({"content": "想" * 50, "hold_after": 20}, "语言模型没有在限定时间内答完"),
        ({"status": 500}, "语言模型服务出错"),
        ({"status": 429, "headers": {"Retry-After": "60"}}, "语言模型服务正忙"),
        ({"status": 401}, "语言模型服务拒绝了请求"),
        ({"content": "抱歉，我无法回答。"}, "语言模型没有按要求的格式答复"),
        ({"content": "", "deltas": [{"content": None}]}, "语言模型没有按要求的格式答复"),
    ],
)
def test_a_server_that_is_slow_or_refuses_or_says_nothing(
    hasty: httpx.Client, model: ChatServer, fault: dict[str, Any], why: str
) -> None:
    for name, value in fault.items():
        setattr(model, name, value)
    assert_ours(ask(hasty), why)
    with hasty.stream("POST", "/v1/answers", json={"question": QUESTION, "stream": True}) as response:
        got = list(events(response))
    assert got[-1][0] == "done" and {name for name, _ in got} == {"status", "citation", "token", "done"}
    assert got[-1][1]["answer"] == "".join(data["text"] for name, data in got if name == "token")
    assert got[-1][1]["engine"]["fallback"]


@pytest.mark.parametrize("fault", [{"cut": True}, {"ended": True}, {"hold_after": 160}])
def test_a_stream_cut_in_the_middle_loses_nothing_and_says_so(
    hasty: httpx.Client, model: ChatServer, fault: dict[str, Any]
) -> None:
    says(hasty, model, GOOD, *["甲" * 40] * 5)
    for name, value in fault.items():
        setattr(model, name, value)
    with hasty.stream("POST", "/v1/answers", json={"question": QUESTION, "stream": True}) as response:
        got = list(events(response))
    answer = got[-1][1]
    assert got[-1][0] == "done" and answer["status"] == "partial"
    assert answer["sentences"][0] == {"text": GOOD, "citations": [1]}
    assert answer["answer"] == "".join(data["text"] for name, data in got if name == "token")
    assert answer["answer"].endswith(answer["engine"]["fallback"])
    assert [one["label"] for one in answer["citations"]] == [WHERE]


def test_openai_clients_are_told_too(service: httpx.Client, model: ChatServer) -> None:
    model.status = 500
    with openai.OpenAI(base_url=f"{service.base_url}/v1", api_key="none", max_retries=0) as client:
        asked: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": QUESTION}]
        whole = client.chat.completions.create(model="tiaowen", messages=asked).choices[0].message.content or ""
        chunks = client.chat.completions.create(model="tiaowen-llm", messages=asked, stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    for text in (whole, streamed):
        assert text.endswith("（语言模型服务出错，已改用原文回答。）") and "不得擅自提高价格" in text


def test_the_prompt_and_the_key_are_no_part_of_any_answer(service: httpx.Client, model: ChatServer) -> None:
    ask(service)
    messages = model.requests[-1]["messages"]
    model.content = "\n".join(one["content"] for one in messages)
    answer = json.dumps(ask(service), ensure_ascii=False)
    rules = [line for line in messages[0]["content"].splitlines() if len(line) > 10]
    assert len(rules) > 4 and not [line for line in rules if line in answer]
    assert KEY not in answer and model.keys == [f"Bearer {KEY}"] * len(model.keys)
