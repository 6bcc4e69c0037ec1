import json
from pathlib import Path
from typing import Any

import pytest

from evals.citations import load_citations
from evals.validate import DOCUMENTS, VERDICTS, load_texts, main, validate

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
QUESTIONS = ROOT / "evals" / "data" / "questions.jsonl"
HELD_OUT = QUESTIONS.with_name("heldout.jsonl")
CITATIONS = QUESTIONS.with_name("citations.jsonl")
PROSE = QUESTIONS.with_name("citations_prose.jsonl")

SOUND: dict[str, Any] = {
    "id": "t001",
    "type": "figure",
    "style": "lexical",
    "question": "认证多少家产教融合型企业？",
    "history": [],
    "answerable": True,
    "gold_quotes": [{"doc": "900", "quote": "认证100家以上 产教融合型企业"}],
    "must_include": [["100家"]],
    "must_not_include": [],
    "group": None,
    "split": "dev",
}


def errors_of(folder: Path, *changes: dict[str, Any]) -> list[str]:
    """The errors of a file of sound questions, each with its changes."""
    texts = folder / "texts"
    texts.mkdir()
    (texts / "900_text.txt").write_text("二、认证１００家\n以上产教融合型企业。", encoding="utf-8")
    file = folder / "questions.jsonl"
    lines = [json.dumps(SOUND | change, ensure_ascii=False) for change in changes]
    file.write_text("\n".join(lines), encoding="utf-8")
    return validate(file, load_texts(texts, folder / "none.json"))[1].errors


@pytest.mark.parametrize("file", [QUESTIONS, HELD_OUT, CITATIONS, PROSE], ids=lambda file: file.stem)
def test_our_questions_are_sound_against_the_corpus(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file), "--texts", str(CORPUS)]) == 0, capsys.readouterr().out


def test_our_questions_are_many_and_of_all_kinds() -> None:
    questions, _ = validate(QUESTIONS, load_texts(CORPUS, DOCUMENTS))
    assert len(questions) >= 300
    assert len({question["type"] for question in questions}) == 14
    assert sum(not question["answerable"] for question in questions) >= 60
    assert sum(question["type"] == "followup" for question in questions) >= 40
    assert len({question["group"] for question in questions if question["group"]}) >= 25
    for kind in ("type", "style"):
        for value in {question[kind] for question in questions}:
            assert sum(question[kind] == value for question in questions) >= 10
    assert {question["split"] for question in questions} == {"dev"}  # what nobody may tune on is a file of its own


def test_our_citation_cases_are_many_and_of_every_verdict() -> None:
    quoted, prose = load_citations(CITATIONS), load_citations(PROSE)
    assert len(quoted) >= 120 and len(prose) >= 80
    assert {case.verdict for case in quoted} == VERDICTS
    assert not {case.id for case in quoted} & {case.id for case in prose}
    assert not {case.text for case in quoted} & {case.text for case in prose}


def test_no_question_is_held_out_and_developed_on() -> None:
    texts = load_texts(CORPUS, DOCUMENTS)
    (dev, _), (held_out, _) = validate(QUESTIONS, texts), validate(HELD_OUT, texts)
    assert len(held_out) >= 100 and {question["split"] for question in held_out} == {"test"}
    assert {question["type"] for question in held_out} == {question["type"] for question in dev}
    assert {question["style"] for question in held_out} == {question["style"] for question in dev}
    for name in ("id", "group"):
        assert not {question[name] for question in held_out} & {question[name] for question in dev} - {None}
    asked = {(*question["history"], question["question"]) for question in dev}
    assert not [one["id"] for one in held_out if (*one["history"], one["question"]) in asked]


def test_line_breaks_and_full_width_do_not_hide_a_quote(tmp_path: Path) -> None:
    assert errors_of(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([{"gold_quotes": [{"doc": "900", "quote": "认证200家以上"}]}], "does not hold"),
        ([{"gold_quotes": [{"doc": "901", "quote": "认证100家以上"}]}], "no text for document 901"),
        ([{"gold_quotes": []}], "without gold quote"),
        ([{"answerable": False}], "unanswerable, but with"),
        ([{"type": "riddle"}], "unknown type"),
        ([{"must_include": ["100家"]}], "lists of accepted spellings"),
        ([{"must_not_include": ["100家"]}], "both asked for and forbidden"),
        ([{"history": ["向企而行是什么？"]}], "a follow-up has a history"),
        ([{"style": None}], "field style is not of type str"),
        ([{}, {"question": "要认证几家？"}], "id used 2 times"),
        ([{}, {"id": "t002"}], "asked again in t002"),
        (
            [{"group": "g"}, {"id": "t002", "question": "几家？", "group": "g", "split": "test"}],
            "split over dev and test",
        ),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, changes: list[dict[str, Any]], message: str) -> None:
    assert any(message in error for error in errors_of(tmp_path, *changes))


def test_a_missing_file_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.jsonl"), "--texts", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
