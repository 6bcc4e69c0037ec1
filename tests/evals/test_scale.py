"""The benchmark of a large library, on a small one."""

import json
from pathlib import Path

import pytest

from evals.scale import main

LAW = "停车管理条例"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "laws"
    folder.mkdir()
    articles = [f"停车场第{number}层的收费标准由区人民政府制定。" for number in range(12)]
    rows = [{"law": LAW, "article": f"第{at}条", "text": text} for at, text in enumerate(articles, start=1)]
    (folder / "laws.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return folder


def test_every_stage_measures_what_is_there(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries, out = tmp_path / "queries.jsonl", tmp_path / "figures.json"
    queries.write_text('{"question": "停车场怎么收费？"}\n{"question": "收费标准谁定？"}\n', "utf-8")
    given = ["--corpus", str(corpus), "--queries", str(queries), "--work", str(tmp_path / "data"), "--out", str(out)]
    assert main([*given, "--skip", "command", "--skip", "tutorial"]) == 0
    figures = json.loads(out.read_text("utf-8"))
    assert set(figures) == {"build", "serve", "recall"}
    assert figures["build"]["clauses"] == 12
    assert figures["recall"] == {"recall_at_10": 1.0, "questions": 2.0}
    assert figures["serve"]["all_n"] == figures["serve"]["few_n"] == 2
    assert main([*given, "--skip", "command", "--skip", "tutorial", "--skip", "recall"]) == 0
    assert set(json.loads(out.read_text("utf-8"))) == {"serve"}  # the index is there already
    assert capsys.readouterr().out.count("serve ") == 2


def test_no_question_is_said(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.jsonl").write_text("")
    assert main(["--corpus", str(corpus), "--queries", str(tmp_path / "none.jsonl")]) == 1
    assert "no question" in capsys.readouterr().err
