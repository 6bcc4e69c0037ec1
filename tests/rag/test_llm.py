"""The server's faults, on real sockets."""

import logging
import socket
import threading
import time

import pytest

from rag.errors import LanguageModelError
from rag.llm import FAILURES, PAUSE_S, Breaker, LanguageModel, LlmSettings
from tests.fakes.server import free_port
from tests.rag.chat_server import chat_server

KEY = "sk-very-secret"
ASKED = [("system", "规则"), ("user", "谁负责停车场？")]


@pytest.fixture
def server():
    with chat_server() as one:
        one.content = "市民政局负责。"
        yield one


def model_of(url, **settings):
    given = {"timeout_s": 60.0, "max_retries": 0, "api_key": KEY, **settings}
    return LanguageModel(LlmSettings(base_url=url, model="scripted", **given))


def said(model):
    return "".join(model.stream(ASKED))


def failure(model):
    """The sentence for the user."""
    with pytest.raises(LanguageModelError) as caught:
        said(model)
    return str(caught.value)


def test_a_reply_comes_piece_by_piece_and_the_request_is_one_that_every_server_knows(server):
    assert list(model_of(server.base_url).stream(ASKED))[1:3] == ["市民政局负", "责。"]
    request = server.requests[0]
    assert request["messages"] == [{"role": "system", "content": "规则"}, {"role": "user", "content": ASKED[1][1]}]
    assert (request["model"], request["stream"], request["max_tokens"]) == ("scripted", True, 2000)
    assert request["response_format"] == {"type": "json_object"}
    assert "max_completion_tokens" not in request and "stream_options" not in request
    assert server.keys == [f"Bearer {KEY}"]


def test_further_fields_go_into_the_request_and_win(server):
    extra = {"enable_thinking": False, "chat_template_kwargs": {"enable_thinking": False}, "max_tokens": 5}
    assert said(model_of(server.base_url, extra=extra)) == server.content
    assert {name: server.requests[0][name] for name in extra} == extra


def test_a_server_that_knows_no_json_mode_is_asked_without(server):
    server.refuses = {"response_format"}
    model = model_of(server.base_url)
    assert said(model) == said(model) == server.content
    assert ["response_format" in request for request in server.requests] == [True, False, False]


def test_nobody_listens():
    assert failure(model_of(f"http://127.0.0.1:{free_port()}/v1")) == "语言模型服务连不上，"


def test_a_host_that_does_not_take_the_connection_is_given_up_in_time():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # the queue is full: a further connection gets no answer
            one.setblocking(False)
            one.connect_ex(address)
        sentence = failure(model_of(f"http://127.0.0.1:{address[1]}/v1", timeout_s=1.0, max_retries=5))
        for one in waiting:
            one.close()
    assert sentence == "语言模型没有在限定时间内答完，"


@pytest.mark.parametrize("fault", [{"delay_s": 4.0}, {"hold_after": 5}])
def test_silence_before_and_in_the_midst_of_a_reply_ends_with_the_time_budget(server, fault):
    for name, value in fault.items():
        setattr(server, name, value)
    sentence = failure(model_of(server.base_url, timeout_s=1.0, max_retries=5))
    assert sentence == "语言模型没有在限定时间内答完，"


def test_a_trickle_without_end_ends_with_the_time_budget(server):
    server.deltas = [{"content": ""}] * 10**6
    sentence = failure(model_of(server.base_url, timeout_s=1.0))
    assert sentence == "语言模型没有在限定时间内答完，"
    assert server.left.wait(60)  # and the server is told to stop


def test_whoever_stops_reading_stops_the_server(server):
    server.deltas = [{"content": "字"}] * 10**6
    pieces = model_of(server.base_url).stream(ASKED)
    assert "字" in (next(pieces), next(pieces))
    pieces.close()
    assert server.left.wait(60)


def test_a_connection_cut_in_the_middle(server):
    server.content, server.cut = "市民政局" * 20, True
    pieces = []
    with pytest.raises(LanguageModelError, match="中断"):
        pieces.extend(model_of(server.base_url, max_retries=3).stream(ASKED))
    assert len(server.requests) == 1  # what was shown is not said again


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_fault_that_passes_is_tried_again(server, status):
    server.statuses = [status]
    assert said(model_of(server.base_url, max_retries=1)) == server.content
    server.statuses = [status] * 2
    sentence = failure(model_of(server.base_url, max_retries=1))
    assert sentence == ("语言模型服务正忙，" if status == 429 else "语言模型服务出错，")
    assert len(server.requests) == 4


def test_a_server_says_how_long_to_wait_and_is_waited_for_only_if_that_is_short(server):
    server.statuses, server.headers = [429], {"Retry-After": "1"}
    started = time.monotonic()
    assert said(model_of(server.base_url, max_retries=1)) == server.content
    assert time.monotonic() - started >= 1.0
    for asked in ("20", "Wed, 25 Nov 2099 20:00:00 GMT"):
        server.statuses, server.headers = [429], {"Retry-After": asked}
        sentence = failure(model_of(server.base_url, max_retries=1, timeout_s=60.0))
        assert sentence == "语言模型服务正忙，"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "TIAOWEN_LLM_API_KEY"), (403, "does not allow"), (404, "TIAOWEN_LLM_MODEL")]
)
def test_a_wrong_setting_is_clear_in_the_log_and_asked_once(server, caplog, status, hint):
    server.status = status
    model = model_of(server.base_url, max_retries=3)
    with caplog.at_level(logging.WARNING):
        assert failure(model) == "语言模型服务拒绝了请求（请管理员查看日志），"
        assert failure(model) == "语言模型服务暂时不可用，"
    assert len(server.requests) == 1
    assert f"HTTP {status}" in caplog.text and hint in caplog.text


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 400}, {"status": 401}, {"cut": True}, {"raw": b"{"}])
def test_neither_key_nor_question_nor_the_servers_words_are_told(server, caplog, fault):
    for name, value in fault.items():
        setattr(server, name, value)
    url = server.base_url.replace("//", "//otto:geheim@")
    with caplog.at_level(logging.INFO):
        sentence = failure(model_of(url, max_retries=1))
    for secret in (KEY, "geheim", "停车场", "规则"):
        assert secret not in caplog.text and secret not in sentence


@pytest.mark.parametrize(
    "raw", [b"<html>busy</html>", b'{"choices": []}', b"data: {\n\n", b'data: {"error": {"message": "x"}}\n\n', b""]
)
def test_what_is_no_completion_is_an_error_or_nothing(server, raw):
    server.raw = raw
    try:
        assert said(model_of(server.base_url)) == ""
    except LanguageModelError as error:
        assert str(error).endswith("，")


CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    "delta", [{"content": None}, {"reasoning_content": "想"}, {"tool_calls": [CALL]}, {"refusal": "不"}]
)
def test_a_delta_without_content_says_nothing(server, delta):
    server.deltas = [delta]
    assert said(model_of(server.base_url)) == ""


def test_a_dead_server_is_left_alone_after_two_failures(server):
    server.status = 500
    model = model_of(server.base_url)
    for _ in range(FAILURES):
        assert failure(model) == "语言模型服务出错，"
    assert failure(model) == "语言模型服务暂时不可用，"
    assert len(server.requests) == FAILURES


def test_a_request_that_was_wrong_itself_says_nothing_of_the_server(server):
    server.status = 400
    model = model_of(server.base_url)
    for _ in range(FAILURES + 1):
        assert "拒绝" in failure(model)


def test_after_the_pause_one_caller_tries_and_its_success_opens_the_way():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = PAUSE_S
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.failed()
    now[0] = 2 * PAUSE_S
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows() and breaker.allows()


def test_many_at_once_each_get_their_own_reply(server):
    server.content = "市民政局负责。" * 40
    model = model_of(server.base_url)
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(said(model))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [server.content] * 12
