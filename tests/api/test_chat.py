"""The assistant through OpenAI's own client."""

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from api.app import create_app
from api.config import Settings
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import free_port, serving


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    port = free_port()
    data: Path = tmp_path_factory.mktemp("data")
    with (
        serving(create_app(Settings(data_dir=data, port=port), FakeAssistant()), port) as url,
        openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0) as made,
    ):
        yield made


def ask(client: openai.OpenAI, question: str, model: str = "tiaowen") -> openai.types.chat.ChatCompletion:
    return client.chat.completions.create(
        model=model,
        temperature=0.2,
        messages=[{"role": "system", "content": "x"}, {"role": "user", "content": question}],
    )


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["tiaowen", "tiaowen-extractive", "tiaowen-llm"]


def test_an_answer_carries_its_sources_in_the_text_and_as_annotations(client: openai.OpenAI) -> None:
    message = ask(client, "PPP谁负责？").choices[0].message
    assert message.content and message.annotations
    body, sources = message.content.split("\n\n依据：\n")
    assert len(sources.splitlines()) == 2 and sources.startswith("[^1]: 《")
    for annotation in message.annotations:
        place = annotation.url_citation
        assert body[place.start_index : place.end_index].startswith("[^")
        assert place.title.startswith("《") and "/v1/clauses/" in place.url


def test_a_stream_is_the_same_answer(client: openai.OpenAI) -> None:
    whole = ask(client, "PPP谁负责？").choices[0].message.content
    asked: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "PPP谁负责？"}]
    chunks = list(client.chat.completions.create(model="tiaowen", stream=True, messages=asked))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len(chunks) > 3


def test_no_answer_has_no_sources(client: openai.OpenAI) -> None:
    message = ask(client, "食堂几点开门？").choices[0].message
    assert message.annotations == [] and "依据：" not in (message.content or "")


def test_parts_and_earlier_turns_are_understood(client: openai.OpenAI) -> None:
    given = client.chat.completions.create(
        model="tiaowen",
        messages=[
            {"role": "user", "content": "PPP谁负责？"},
            {"role": "assistant", "content": "甲[^1]\n\n依据：\n[^1]: 《乙》：“丙”"},
            {"role": "user", "content": [{"type": "text", "text": "PPP谁负责？"}]},
        ],
    )
    assert given.choices[0].message.annotations


def test_errors_reach_the_client_as_its_own(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        ask(client, "a", model="gpt-4")
    assert caught.value.code == "unknown_model"
    with pytest.raises(openai.UnprocessableEntityError):
        ask(client, "a", model="m" * 201)
    with pytest.raises(openai.UnprocessableEntityError) as caught_too:
        client.chat.completions.create(model="tiaowen", messages=[{"role": "assistant", "content": "a"}])
    assert caught_too.value.code == "no_question"
    with pytest.raises(openai.InternalServerError):
        ask(client, "出错")
    with pytest.raises(openai.APIError) as broken:
        for _ in client.chat.completions.create(
            model="tiaowen", stream=True, messages=[{"role": "user", "content": "出错"}]
        ):
            pass
    assert "secret" not in str(broken.value)
    assert (broken.value.type, broken.value.code, broken.value.param) == ("server_error", "internal_error", None)


def test_an_error_has_the_fields_that_openai_gives(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4")
    assert (caught.value.type, caught.value.code, caught.value.param) == (
        "invalid_request_error",
        "unknown_model",
        None,
    )
    with pytest.raises(openai.InternalServerError) as failed:
        ask(client, "出错")
    assert failed.value.type == "server_error"
    with pytest.raises(openai.UnprocessableEntityError) as picture:
        client.chat.completions.create(
            model="tiaowen",
            messages=[
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}]}
            ],
        )
    assert picture.value.code == "invalid_request"


def test_one_model_is_shown(client: openai.OpenAI) -> None:
    assert client.models.retrieve("tiaowen-extractive").id == "tiaowen-extractive"


def test_settings_of_a_language_model_change_nothing(client: openai.OpenAI) -> None:
    asked: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "PPP谁负责？"}]
    plain = client.chat.completions.create(model="tiaowen", messages=asked)
    other = client.chat.completions.create(
        model="tiaowen", messages=asked, temperature=2, top_p=0.1, stop=["市"], max_tokens=1, n=1, seed=3, user="u",
        presence_penalty=1, response_format={"type": "json_object"},
        tools=[{"type": "function", "function": {"name": "f"}}],
        extra_body={"no_such_parameter": True, "chat_id": "x"},
    )  # fmt: skip
    assert other.choices == plain.choices and other.usage == plain.usage


def test_usage_counts_characters(client: openai.OpenAI) -> None:
    answered = ask(client, "PPP谁负责？")
    usage, content = answered.usage, answered.choices[0].message.content
    assert usage and content
    assert usage.prompt_tokens == len("x") + len("PPP谁负责？")
    assert usage.completion_tokens == len(content) == usage.total_tokens - usage.prompt_tokens


def test_a_stream_says_its_usage_only_when_asked(client: openai.OpenAI) -> None:
    asked: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "PPP谁负责？"}]
    whole = client.chat.completions.create(model="tiaowen", messages=asked)
    chunks = list(
        client.chat.completions.create(
            model="tiaowen", stream=True, messages=asked, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    assert {chunk.usage for chunk in chunks[:-1]} == {None}
    plain = list(client.chat.completions.create(model="tiaowen", stream=True, messages=asked))
    assert all(chunk.choices for chunk in plain)


def test_a_streamed_answer_brings_its_annotations(client: openai.OpenAI) -> None:
    asked: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "PPP谁负责？"}]
    whole = client.chat.completions.create(model="tiaowen", messages=asked).choices[0].message
    chunks = list(client.chat.completions.create(model="tiaowen", stream=True, messages=asked))
    told = [chunk.choices[0].delta.model_extra or {} for chunk in chunks]
    annotations = [one for extra in told for one in extra.get("annotations") or []]
    assert annotations and annotations == [one.model_dump() for one in whole.annotations or []]


def test_langchain_asks_in_this_form_too(client: openai.OpenAI) -> None:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    model = ChatOpenAI(model="tiaowen", base_url=str(client.base_url), api_key=SecretStr("none"), max_retries=0)
    asked = [("system", "只说好话"), ("human", "PPP谁负责？")]
    whole = str(model.invoke(asked).content)
    assert "依据：" in whole and "".join(str(chunk.content) for chunk in model.stream(asked)) == whole
