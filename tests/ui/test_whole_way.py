"""The whole way on the real corpus: files → index → command line and HTTP API; the page's tests are beside it."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.client import Client
from tests.conftest import environment, run_tiaowen
from tests.fakes.server import free_port
from tests.ui.conftest import is_ready
from tests.ui.test_page import NEIGHBOURS, PPP, PPP_UNITS


def says_who_is_responsible_for_ppp(answer: str, labels: list[str]) -> None:
    assert [unit for unit in PPP_UNITS if unit not in answer] == []
    assert [unit for unit in NEIGHBOURS if unit in answer] == []
    assert "附件2第6项" in labels


def test_ask_names_the_departments_and_the_clause(data_dir: Path) -> None:
    done = run_tiaowen(data_dir, "ask", PPP)
    assert done.returncode == 0, done.stderr
    says_who_is_responsible_for_ppp(done.stdout, ["附件2第6项"] if "附件2第6项" in done.stdout else [])
    assert done.stderr == f"（理解成：{PPP}；想知道：查责任单位）\n"


def test_quotes_are_verbatim(data_dir: Path, real_url: str) -> None:
    found = json.loads(run_tiaowen(data_dir, "ask", "--json", PPP).stdout)
    says_who_is_responsible_for_ppp(found["answer"], [citation["label"] for citation in found["citations"]])
    with Client(real_url) as service:
        for citation in found["citations"]:
            text = service.text(citation["document"]["id"]).text
            assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_the_same_over_http(real_url: str) -> None:
    with Client(real_url) as service:
        answer = service.answer(PPP)
        says_who_is_responsible_for_ppp(answer.answer, [citation.label for citation in answer.citations])
        assert answer.status == "answered"
        assert list(service.stream(PPP))[-1].answer == answer.answer  # type: ignore[union-attr]


@pytest.mark.parametrize("heading", ["Python", "OpenAI 客户端、Open WebUI", "LangChain"])
def test_programs_in_the_documents_run(heading: str, real_url: str, data_dir: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
    section = page.split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    program = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert program is not None
    code = program[1].replace("http://127.0.0.1:7860", real_url).replace('Path("data")', f"Path({str(data_dir)!r})")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(data_dir),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 100


def test_every_document_is_there_with_its_text_and_clauses(real_url: str) -> None:
    with Client(real_url) as service:
        documents = service.documents().documents
        assert len(documents) == 5
        for document in documents:
            text = service.text(document.id).text
            clauses = service.clauses(document.id).clauses
            assert len(clauses) == document.clause_count > 10
            for clause in clauses:
                assert 0 <= clause.start <= clause.end <= len(text)
            detail = service.clause(clauses[-1].clause_id)
            for at, start, length in detail.own_runs:
                assert detail.own_text[at : at + length] == text[start : start + length]


def test_units_and_their_tasks(real_url: str) -> None:
    with Client(real_url) as service:
        assert {"市财政局", "市教委"} <= {unit.name for unit in service.units().units}
        labels = [task.citation.label for task in service.tasks("市发改委").tasks]
        assert "附件2第6项" in labels


def test_search_finds_the_clause(data_dir: Path) -> None:
    done = run_tiaowen(data_dir, "search", "政府与社会资本合作 PPP 模式")
    assert "附件2第6项" in done.stdout


def test_clauses_shows_tree_and_report(data_dir: Path) -> None:
    done = run_tiaowen(data_dir, "clauses", "标杆的意见")
    assert done.returncode == 0, done.stderr
    assert "附件2第6项｜" in done.stdout
    assert "责任单位" in done.stdout or "〔市发展改革委、市教委" in done.stdout


def test_a_second_question_is_understood_after_the_first(data_dir: Path) -> None:
    done = run_tiaowen(data_dir, "chat", standard_input=f"{PPP}\n1\n")
    assert done.returncode == 0, done.stderr
    assert "鼓励政府与社会资本合作（PPP）模式" in done.stdout


def test_ingesting_again_changes_nothing(data_dir: Path) -> None:
    done = run_tiaowen(data_dir, "ingest", "--json")
    assert {row["status"] for row in json.loads(done.stdout)["files"]} == {"未变"}


def test_without_an_index_the_command_says_what_to_do(tmp_path: Path) -> None:
    done = run_tiaowen(tmp_path, "ask", PPP)
    assert done.returncode == 1
    assert "tiaowen ingest" in done.stderr and done.stderr.count("\n") == 1


def test_a_second_start_does_not_ingest_again(data_dir: Path, tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    with log.open("w") as stderr:
        command = [sys.executable, "-m", "ui.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment(data_dir), stderr=stderr)
        try:
            while not is_ready(f"http://127.0.0.1:{port}"):
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
        finally:
            process.terminate()
            process.wait(timeout=60)
    assert "索引" not in log.read_text()
    assert f"http://127.0.0.1:{port}/" in log.read_text()
