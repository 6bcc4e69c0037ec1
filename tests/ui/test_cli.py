"""The command line over the fake assistant."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.schema import AnswerResponse
from rag.errors import IndexMissing
from tests.fakes.assistant import FakeAssistant, FakeLibrary
from ui.cli import UserError, find_document, main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeAssistant:
    assistant = FakeAssistant()
    monkeypatch.setattr("ui.opening.open_assistant", lambda settings: assistant)
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(tmp_path / "data"))
    return assistant


def test_ask_prints_the_answer_with_numbered_sources(capsys: Capture) -> None:
    assert main(["ask", "哪些部门负责PPP相关任务？"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("PPP相关任务由市发展改革委、市教委、市人社局、市财政局和各区人民政府负责。①正文")
    assert "① 附件2第6项　《关于深化产教城融合" in out
    assert "“市发展改革委、市教委、市人社局、市财政局，各区人民政府”" in out


def test_how_a_question_was_understood_stands_beside_the_answer(capsys: Capture, fake: FakeAssistant) -> None:
    main(["ask", "哪些部门负责PPP相关任务？"])
    out, beside = capsys.readouterr()
    found = fake.answer("哪些部门负责PPP相关任务？").interpretation
    assert beside.startswith(f"（理解成：{found.question}；想知道：查责任单位")
    assert "理解成" not in out
    for named in found.document_ids:
        assert fake.library.document(named).title in beside
    main(["ask", "PPP", "--json"])
    assert capsys.readouterr().err == ""


def test_ask_json_is_the_response_of_the_api(capsys: Capture) -> None:
    assert main(["ask", "PPP", "--json"]) == 0
    assert AnswerResponse.model_validate_json(capsys.readouterr().out).citations[0].label == "附件2第6项"


def test_a_refusal_shows_the_nearest_clauses(capsys: Capture) -> None:
    main(["ask", "食堂怎么办"])
    assert "最接近的条款：\n· 附件2第8项" in capsys.readouterr().out


def test_search(capsys: Capture) -> None:
    assert main(["search", "PPP", "--top-k", "1"]) == 0
    assert capsys.readouterr().out.startswith("1. 第（二）条　《关于深化")
    assert main(["search", "PPP", "--json"]) == 0
    assert [hit["rank"] for hit in json.loads(capsys.readouterr().out)["hits"]] == [1, 2]


def test_a_conversation_remembers_and_opens_sources(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, fake: FakeAssistant
) -> None:
    lines = iter(["PPP？", "1", "那工作站呢", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    assert main(["chat"]) == 0
    out = capsys.readouterr().out
    assert "负责。①" in out and "6\t鼓励政府与社会资本合作" in out and "推动建设 200 个工作站。①" in out
    assert [turn.content for turn in fake.asked[1][1]][:1] == ["PPP？"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", " "], "问题是空的"),
        (["ask", "长" * 2001], "问题太长：2001 字"),
        (["search", "x", "--top-k", "0"], "--top-k 要在 1 到 100 之间"),
        (["ingest", "/nirgends/x.txt"], "找不到 /nirgends/x.txt"),
        (["serve", "--port", "70000"], "TIAOWEN_PORT"),
    ],
)
def test_a_mistake_is_one_line_and_status_1(capsys: Capture, arguments: list[str], words: str) -> None:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize("arguments", [[], ["frobnicate"], ["ask"], ["ask", "x", "--moed", "llm"]])
def test_a_wrong_command_line_is_status_1(capsys: Capture, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_errors_of_the_rooms_are_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(settings: object) -> None:
        raise IndexMissing("还没有索引，\n请先运行 tiaowen ingest")

    monkeypatch.setattr("ui.opening.open_assistant", missing)
    assert main(["ask", "PPP"]) == 1
    assert capsys.readouterr().err == "还没有索引， 请先运行 tiaowen ingest\n"


def test_tracing_without_its_libraries_is_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIAOWEN_OTEL", "true")
    monkeypatch.setitem(sys.modules, "opentelemetry.instrumentation.fastapi", None)
    assert main(["serve"]) == 1
    told = capsys.readouterr().err
    assert "pip install 'tiaowen[otel]'" in told and told.count("\n") == 1


def test_a_misspelt_variable_is_mentioned(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIAOWEN_LLM_MODLE", "x")
    assert main(["ask", "PPP"]) == 0
    assert "TIAOWEN_LLM_MODLE" in capsys.readouterr().err


@pytest.mark.parametrize("wanted", ["xiangqi", "津教政〔2025〕7号", "xiangqi.txt", "向企而行"])
def test_a_document_is_named_in_many_ways(wanted: str) -> None:
    assert find_document(FakeLibrary().documents(), wanted).id == "xiangqi"


def test_an_unknown_document_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"没有文件叫“预算”.*xiangqi《天津市"):
        find_document(FakeLibrary().documents(), "预算")
    with pytest.raises(UserError, match="不止一份"):
        find_document(FakeLibrary().documents(), "意")


HEAVY = {"gradio", "fastapi", "uvicorn", "torch", "sentence_transformers", "langchain_core", "transformers"}


@pytest.mark.parametrize("module", ["ui.cli", "api.schema", "api.config", "ui.render.plain"])
def test_what_the_command_line_imports_first_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
