"""The client against a real server on a real port."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from starlette.routing import compile_path

from api.app import create_app
from api.client import AsyncClient, Client, RefusedError, SseDecoder, UnreachableError
from api.config import Settings
from api.schema import AnswerResponse, CitationEvent, StreamEvent, TokenEvent, TurnRequest
from api.schema_citations import CorrectionRequest
from api.schema_exports import ConversationExportRequest, ExportedAnswer, ExportedTurn
from api.schema_feedback import FeedbackRequest
from api.schema_tasks import TaskPageQuery, TaskQuery
from rag.schema import Status
from tests.conftest import apart
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import free_port, serving
from tests.rag.checking import checker  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory, checker: Any) -> Iterator[str]:  # noqa: F811
    settings = Settings(data_dir=Path(tmp_path_factory.mktemp("data")), port=free_port())
    assistant: Any = FakeAssistant()
    assistant.checker = checker
    with serving(create_app(settings, assistant), settings.port) as url:
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


FILE = ("《条文》".encode(), "a.txt")
NO_ANSWER = ExportedAnswer(status=Status.NOT_FOUND, answer="没有", citations=[])
# Every method but `stream`, with arguments.
CALLS: dict[str, tuple[Any, ...]] = {
    "answer": ("PPP",),
    "search": ("PPP",),
    "check": ("PPP",),
    "check_file": FILE,
    "report": FILE,
    "corrected": (*FILE, [CorrectionRequest(start=0, end=1, words="〈")]),
    "latest_evaluation": (),
    "documents": (),
    "document": ("xiangqi",),
    "clauses": ("xiangqi",),
    "text": ("xiangqi",),
    "clause": ("xiangqi.2",),
    "add_document": FILE,
    "replace_document": ("xiangqi", *FILE),
    "renew_document": ("xiangqi",),
    "remove_document": ("xiangqi",),
    "units": (),
    "tasks": ("市财政局",),
    "all_tasks": (TaskPageQuery(),),
    "tasks_xlsx": (TaskQuery(),),
    "matrix": (),
    "give_feedback": (FeedbackRequest(answer_id="a", helpful=True),),
    "feedback": (5,),
    "export_conversation": (ConversationExportRequest(turns=[ExportedTurn(question="问", answer=NO_ANSWER)]),),
}
REFUSED = {
    "latest_evaluation": "no_evaluation",
    "corrected": "binary_file",  # only Word files are
    **dict.fromkeys(("add_document", "replace_document", "renew_document", "remove_document"), "admin_key_unset"),
    "feedback": "admin_key_unset",
}
ELSEWHERE = {
    ("POST", "/v1/session"),  # of browsers
    ("DELETE", "/v1/session"),
    ("POST", "/v1/chat/completions"),  # of OpenAI's own client
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name}"),
}


def test_the_methods_are_the_operations(base_url: str) -> None:
    paths: dict[str, dict[str, Any]] = httpx.get(base_url + "/openapi.json", trust_env=False).json()["paths"]
    named = {(method.upper(), path) for path, item in paths.items() for method in item if path.startswith("/v1/")}
    calls = [getattr(Client, name)(None, *given) for name, given in CALLS.items()]
    reached = {
        min(
            ((method, path) for method, path in named if method == call.method and _leads_to(call.path, path)),
            key=lambda operation: operation[1].count("{"),
        )
        for call in calls
    }
    assert reached == named - ELSEWHERE and len(reached) == len(calls)


def _leads_to(address: str, path: str) -> bool:
    return compile_path(path)[0].match(unquote(urlsplit(address).path)) is not None


@pytest.mark.parametrize("name", CALLS)
def test_both_clients_do_the_same(base_url: str, name: str) -> None:
    async def asked() -> Any:
        async with AsyncClient(base_url) as service:
            return await getattr(service, name)(*CALLS[name])

    outcomes: list[Any] = []
    with Client(base_url) as client:
        for run in (lambda: getattr(client, name)(*CALLS[name]), lambda: apart(asked())):
            try:
                outcomes.append(type(run()))
            except RefusedError as refused:
                outcomes.append(refused.code)
    kind = get_type_hints(getattr(Client, name))["return"].__args__[0]
    assert outcomes == [REFUSED.get(name, kind)] * 2


def test_stream_of_the_asynchronous_client(base_url: str) -> None:
    async def run() -> list[StreamEvent]:
        async with AsyncClient(base_url) as service:
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
