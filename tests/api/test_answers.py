import json

from fastapi.testclient import TestClient

from rag.schema import Turn
from tests.fakes.assistant import FakeAssistant


def frames(body: str) -> list[tuple[str, dict[str, object]]]:
    found = []
    for block in body.split("\n\n"):
        if block:
            event, data = block.split("\n")
            found.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_answer_has_exactly_the_fields_of_the_contract(service: TestClient) -> None:
    answer = service.post("/v1/answers", json={"question": "哪些部门负责PPP相关任务？"}).json()
    assert set(answer) == {
        "id", "status", "answer", "sentences", "citations", "interpretation", "nearest", "suggestions", "confidence",
        "engine", "elapsed_ms",
    }  # fmt: skip
    assert set(answer["citations"][0]) == {
        "index", "clause_id", "label", "path", "kind", "document", "quote", "start", "end", "text", "verdict", "score",
        "twins",
    }  # fmt: skip
    assert set(answer["citations"][0]["document"]) == {"id", "title", "number", "issued_on"}
    assert set(answer["interpretation"]) == {"question", "intent", "units", "document_ids"}
    assert set(answer["engine"]) == {"mode", "llm", "fallback", "embedding", "index_version"}
    assert answer["sentences"][0]["citations"] == [1]


def test_a_quote_is_the_text_at_its_offsets(service: TestClient) -> None:
    citation = service.post("/v1/answers", json={"question": "PPP"}).json()["citations"][0]
    text = service.get(f"/v1/documents/{citation['document']['id']}/text").json()["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_the_nearest_clauses_say_why_they_do_not_answer(service: TestClient) -> None:
    answer = service.post("/v1/answers", json={"question": "食堂怎么办？"}).json()
    assert (answer["status"], answer["citations"]) == ("not_found", [])
    assert answer["nearest"][0]["reason"] == "讲的是实训基地，没有讲食堂"
    assert answer["nearest"][0]["verdict"] is None


def test_history_mode_and_documents_reach_the_assistant(service: TestClient, assistant: FakeAssistant) -> None:
    history = [{"role": "user", "content": "PPP？"}, {"role": "assistant", "content": "有。"}]
    reply = service.post("/v1/answers", json={"question": "PPP呢", "history": history, "mode": "extractive"})
    assert reply.status_code == 200
    assert assistant.asked == [("PPP呢", (Turn(role="user", content="PPP？"), Turn(role="assistant", content="有。")))]


def test_a_streamed_answer_is_the_answer_in_pieces(service: TestClient) -> None:
    reply = service.post("/v1/answers", json={"question": "PPP", "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = frames(reply.text)
    done = events[-1]
    assert done[0] == "done"
    assert "".join(str(data["text"]) for name, data in events if name == "token") == done[1]["answer"]
    assert [data["citation"]["index"] for name, data in events if name == "citation"] == [1, 2]  # type: ignore[index]
    assert {name for name, _ in events} == {"status", "token", "citation", "done"}


def test_an_exception_in_mid_stream_is_a_last_event_that_says_nothing_internal(service: TestClient) -> None:
    reply = service.post("/v1/answers", json={"question": "出错", "stream": True})
    name, data = frames(reply.text)[-1]
    assert name == "error"
    assert data["error"]["code"] == "internal_error"  # type: ignore[index]
    assert data["error"]["request_id"] == reply.headers["x-request-id"]  # type: ignore[index]
    assert "secret" not in reply.text


def test_line_separators_of_unicode_do_not_break_the_stream(service: TestClient) -> None:
    reply = service.post("/v1/answers", json={"question": "PPP\u2028a\x85b", "stream": True})
    assert not {"\u2028", "\x85"} & set(reply.text)
    assert frames(reply.text)[-1][1]["interpretation"]["question"] == "PPP\u2028a\x85b"  # type: ignore[index]


def test_search_ranks_from_one_and_has_no_verdict(service: TestClient) -> None:
    found = service.post("/v1/search", json={"query": "PPP", "top_k": 1}).json()
    assert [(hit["rank"], hit["verdict"]) for hit in found["hits"]] == [(1, None)]
    assert found["interpretation"]["question"] == "PPP"
