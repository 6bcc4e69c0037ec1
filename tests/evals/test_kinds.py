"""The kinds of questions are learned from question files and written so that `rag.kind` reads them."""

import json
from pathlib import Path

import numpy as np
import pytest

from evals import kinds
from evals.cases import Case
from rag.kind import KindModel
from tests.evals.examples import case

SUBJECTS = ("校服", "午餐", "校车", "操场", "图书", "食堂", "宿舍", "实验", "体育", "社团")


def questions() -> list[Case]:
    asked = [(f"{one}由哪些部门负责？", "responsible_units") for one in SUBJECTS]
    asked += [(f"{one}一共要花多少钱？", "figure") for one in SUBJECTS]
    asked += [(f"{one}是什么意思？", "definition") for one in SUBJECTS]
    return [case(id=f"k{at}", question=text, type=kind) for at, (text, kind) in enumerate(asked)]


def test_kinds_are_told_by_the_wording_whatever_the_subject() -> None:
    model = kinds.fit(questions())
    assert model.likeliest("花坛由哪些部门负责")[0] == "responsible_units"
    assert model.likeliest("花坛一共要花多少钱")[0] == "figure"
    assert kinds.unseen(questions())[0] == 1.0


def test_questions_without_a_kind_of_their_own_teach_nothing() -> None:
    followup = case(id="f", type="followup", history=("校服由谁负责？",))
    unanswerable = case(id="u", type="unanswerable", answerable=False, gold_quotes=(), must_include=())
    assert kinds.usable([*questions(), followup, unanswerable]) == questions()


def test_the_command_writes_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "questions.jsonl", tmp_path / "kinds.json"
    file.write_text("\n".join(one.model_dump_json() for one in questions()), encoding="utf-8")
    assert kinds.main([str(file), "--out", str(out)]) == 0
    assert "30 题" in capsys.readouterr().out
    data = json.loads(out.read_text(encoding="utf-8"))
    model = KindModel(
        kinds=tuple(data["kinds"]),
        features={feature: row for row, feature in enumerate(data["features"])},
        weights=np.array(list(data["features"].values())) / 1000,
        bias=np.array(data["bias"]) / 1000,
    )
    assert model.likeliest("花坛由哪些部门负责？")[0] == "responsible_units"


def test_a_broken_file_is_told_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("{", encoding="utf-8")
    assert kinds.main([str(file)]) == 1
    assert capsys.readouterr().err.strip()
