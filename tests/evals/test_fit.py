"""Weights are fitted to pairs of sentences, one that answers and one that does not."""

import json
from pathlib import Path

import numpy as np
import pytest

from evals import fit
from rag.build import ingest_paths
from rag.compose.choice import Signs
from tests.evals.examples import FILE, TEXT, case

WIDTH = len(Signs._fields)


def example(cluster: str, *, tells: int) -> fit.Example:
    """Three sentences; the sign `tells` alone is higher for the one that answers."""
    rows = np.random.default_rng(int(cluster)).random((3, WIDTH)) / 10
    rows[1, tells] += 1
    return fit.Example(cluster=cluster, signs=rows, right=np.array([False, True, False]))


def test_the_sign_that_tells_gets_the_weight() -> None:
    chosen = [example(str(number), tells=2) for number in range(20)]
    weights = fit.fit(chosen)
    assert int(np.argmax(weights)) == 2
    assert fit.share_right(weights, chosen) == fit.unseen(chosen) == 1.0


def test_weights_that_prefer_the_others_are_never_right() -> None:
    chosen = [example(str(number), tells=2) for number in range(4)]
    against = np.zeros(WIDTH)
    against[2] = -1.0
    assert fit.share_right(against, chosen) == 0.0


def test_the_command_fits_to_a_file_and_says_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / FILE
    text.write_text(TEXT, encoding="utf-8")
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(tmp_path / "data"))
    ingest_paths([text], data_dir=tmp_path / "data", catalogue_dir=tmp_path, embedding_model=None)
    questions = tmp_path / "questions.jsonl"
    cases = [case(id=f"t{number}").model_dump() for number in range(6)]
    questions.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in cases), encoding="utf-8")
    assert fit.main([str(questions)]) == 0
    assert all(f"{name}=" in capsys.readouterr().out for name in Signs._fields[:1])


def test_without_an_index_there_is_a_plain_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(tmp_path / "none"))
    questions = tmp_path / "questions.jsonl"
    questions.write_text(case().model_dump_json(), encoding="utf-8")
    assert fit.main([str(questions)]) == 1
    assert capsys.readouterr().err.strip()
