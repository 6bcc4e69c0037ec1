"""The client against a real server on a real port."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.client import AsyncClient, Client, RefusedError, SseDecoder, UnreachableError
from api.config import Settings
from api.schema import AnswerResponse, CitationEvent, StreamEvent, TokenEvent, TurnRequest
from tests.conftest import apart
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import free_port, serving


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(data_dir=Path(tmp_path_factory.mktemp("data")), port=free_port())
    with serving(create_app(settings, FakeAssistant()), settings.port) as url:
        yield url


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    with Client(base_url) as opened:
        yield opened


def check_stream(events: list[StreamEvent]) -> None:
    last = events[-1]
    assert isinstance(last, AnswerResponse)
    assert "".join(event.text for event in events if isinstance(event, TokenEvent)) == last.answer
    assert [event.citation for event in events if isinstance(event, CitationEvent)] == last.citations


def test_every_call_gives_its_record(client: Client) -> None:
    history = [TurnRequest(role="user", content="前一问")]
    assert client.answer("PPP", history=history, document_ids=["chanjiaocheng"]).status == "answered"
    assert client.search("PPP", top_k=1).hits[0].rank == 1
    assert len(client.documents().documents) == 3
    assert client.document("xiangqi").report.text_type
    assert len(client.clauses("xiangqi").clauses) == 3
    assert client.text("xiangqi").text.startswith("天津市")
    assert client.clause("chanjiaocheng.7").label == "附件2第6项"
    assert client.units().units
    assert client.tasks("市财政局").tasks


def test_stream(client: Client) -> None:
    check_stream(list(client.stream("PPP")))


def test_stream_of_the_asynchronous_client(base_url: str) -> None:
    async def run() -> list[StreamEvent]:
        async with AsyncClient(base_url) as service:
            assert (await service.answer("PPP")).citations
            assert (await service.search("PPP")).hits
            assert (await service.documents()).documents
            assert (await service.document("xiangqi")).id == "xiangqi"
            assert (await service.clauses("xiangqi")).clauses
            assert (await service.clause("xiangqi.2")).label == "一、1"
            return [event async for event in service.stream("PPP")]

    check_stream(apart(run()))


def test_refusals_carry_the_words_of_the_service(client: Client) -> None:
    with pytest.raises(RefusedError, match=r"没有编号为 a\?b# 的文件") as caught:
        client.document("a?b#")
    assert (caught.value.status, caught.value.code) == (404, "unknown_document")
    with pytest.raises(RefusedError) as failed:
        list(client.stream("出错"))
    assert (failed.value.code, bool(failed.value.request_id)) == ("internal_error", True)
    with pytest.raises(RefusedError):
        list(client.stream(" "))


def test_no_server_is_unreachable() -> None:
    with Client(f"http://127.0.0.1:{free_port()}", timeout_s=2) as client:
        with pytest.raises(UnreachableError):
            client.documents()
        with pytest.raises(UnreachableError):
            list(client.stream("PPP"))


def test_events_are_read_from_chunks_that_end_anywhere() -> None:
    stream = 'event: token\ndata: {"text": "条文\u2028"}\n\nevent: done\ndata: {}\n\n'.encode()
    for size in range(1, len(stream) + 1):
        decoder = SseDecoder()
        found = [event for at in range(0, len(stream), size) for event in decoder.feed(stream[at : at + size])]
        assert [(name, json.loads(data)) for name, data in found] == [("token", {"text": "条文\u2028"}), ("done", {})]
