"""`tiaowen eval` over a fake system: report, comparison, gate; and its words for mistakes."""

import json
import re
from pathlib import Path

import pytest

from evals import command, gate
from evals.systems import UnusableSystemError, expand, open_system
from evals.systems.base import World
from tests.evals.examples import FakeSystem, case, unanswerable
from ui.cli import main

Capture = pytest.CaptureFixture[str]
GATE = Path(gate.__file__).with_name("data") / "gate.toml"


@pytest.fixture
def questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("ui.cli.ingest_files", lambda *_: None)
    monkeypatch.setattr(command, "open_system", lambda name, world: FakeSystem(name))
    cases = [
        case(),
        unanswerable(),
        case(id="t3", question="哪天多少家<script>？", group="g"),
        case(id="t4", group="g"),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(one.model_dump_json() for one in cases), encoding="utf-8")
    return file


def test_a_run_leaves_results_a_report_and_a_table(questions: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    assert main(["eval", str(questions), "--out", str(out), "--system", "ours", "--system", "bm25"]) == 0
    assert re.search(r"^ours +75\.0", capsys.readouterr().out, re.MULTILINE)
    assert (out / "table.md").read_text(encoding="utf-8").splitlines()[2].startswith("| 条文 | 75.0 [")
    assert len((out / "results.jsonl").read_text(encoding="utf-8").splitlines()) == 8
    assert json.loads((out / "ragas.jsonl").read_text(encoding="utf-8").splitlines()[0])["reference"] == "100家"
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in html and "<script" not in html
    assert not re.search(r"(?:src|href)=[\"'](?!#)", html)  # nothing from anywhere else
    assert html.count("<svg") > 5
    assert "没有引到的依据" in html
    latest = json.loads((tmp_path / "data" / "evaluations" / "latest.json").read_text(encoding="utf-8"))
    assert latest["systems"]["ours"]["questions"] == 4


def test_two_runs_give_the_same_figures(questions: Path, tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        main(["eval", str(questions), "--out", str(tmp_path / name), "--fresh"])
        systems = json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8"))["systems"]
        found.append({key: value for key, value in systems["ours"].items() if "latency" not in key})
    assert found[0] == found[1]


def test_compare_lists_the_questions_that_flipped(questions: Path, tmp_path: Path, capsys: Capture) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    main(["eval", str(questions), "--out", str(a)])
    main(["eval", str(questions), "--out", str(b)])
    stored = (b / "results.jsonl").read_text(encoding="utf-8")
    (b / "results.jsonl").write_text(stored.replace('"answer": "没有写明。"', '"answer": "没有写。"'), encoding="utf-8")
    lines = [json.loads(line) for line in stored.splitlines()]
    lines[0]["result"]["reply"]["answer"] = "认证200家"
    (b / "results.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    capsys.readouterr()
    assert main(["eval", "--compare", str(a), f"{b}:ours"]) == 0
    out = capsys.readouterr().out
    assert "变好的题：0\n变差的题：1\n  t1　认证多少家？" in out
    assert re.search(r"答对率 +-25\.0 点", out)
    assert "每道题都相同：" in out
    assert main(["eval", "--compare", str(a), f"{b}:none"]) == 1


def test_questions_that_share_only_their_id_are_not_compared(questions: Path, tmp_path: Path, capsys: Capture) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    main(["eval", str(questions), "--out", str(a)])
    asked = questions.read_text(encoding="utf-8").splitlines()
    changed = [asked[0].replace("认证多少家？", "要认证多少家？"), asked[1].replace('"split":"dev"', '"split":"test"')]
    questions.write_text("\n".join([*changed, asked[2].replace('"t3"', '"t5"')]), encoding="utf-8")
    main(["eval", str(questions), "--out", str(b)])
    capsys.readouterr()
    assert main(["eval", "--compare", str(a), str(b)]) == 0
    out = capsys.readouterr().out
    assert "1 道相同的题" in out  # t2, whose split is no part of the question
    assert "1 道题编号相同而内容不同，没有比较：t1" in out
    assert "有 3 道题只在一边有" in out  # t3, t4 and t5


def test_the_gate_fails_with_the_questions_that_flipped(questions: Path, tmp_path: Path, capsys: Capture) -> None:
    limits = tmp_path / "gate.toml"
    limits.write_text("[at_least]\ncorrect = 0.7\n[at_most]\ninvented = 0.0\n", encoding="utf-8")
    arguments = ["eval", str(questions), "--out", str(tmp_path / "o"), "--gate", str(limits)]
    assert main([*arguments, "--accept"]) == 0
    assert (tmp_path / "gate_passing.txt").read_text(encoding="utf-8").split() == ["t1", "t2", "t4"]
    limits.write_text("[at_least]\ncorrect = 0.8\n", encoding="utf-8")
    (tmp_path / "gate_passing.txt").write_text("t1 t2 t3", encoding="utf-8")
    assert main(arguments) == 1
    out = capsys.readouterr().out
    assert "答对率 0.750，低于门槛 0.800" in out
    assert "由对变错的题 1 道：\n  t3　哪天多少家<script>？　说没有答案" in out
    assert "由错变对的题 1 道：\n  t4" in out


def test_our_gate_names_metrics_that_there_are_and_questions_that_there_are() -> None:
    from evals.cases import load_cases
    from evals.citations import load_citations

    limits = gate.load_gate(GATE)
    ids = {one.id for one in gate.chosen(limits, load_cases(GATE.with_name("questions.jsonl")))}
    assert len(ids) > 150
    ids |= {one.id for one in load_citations(GATE.with_name("citations.jsonl"))}
    assert set(gate.passing_file(GATE).read_text(encoding="utf-8").split()) <= ids


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["eval"], "请写问题文件"),
        (["eval", "none.jsonl"], "读不了问题文件"),
        (["eval", "{questions}", "--judge"], "TIAOWEN_LLM_BASE_URL"),
        (["eval", "{questions}", "--gate", "none.toml"], "门槛文件"),
        (["eval", "--compare", "none-a", "none-b"], "没有可用的评测结果"),
    ],
)
def test_mistakes_end_with_one_line(questions: Path, arguments: list[str], words: str, capsys: Capture) -> None:
    assert main([one.replace("{questions}", str(questions)) for one in arguments]) == 1
    assert words in capsys.readouterr().err


def test_names_of_systems(tmp_path: Path) -> None:
    assert expand(["baselines", "bm25"]) == ["ours", "tutorial", "bm25"]
    with pytest.raises(UnusableSystemError, match="可选：ours"):
        open_system("keins", World(data_dir=tmp_path, work_dir=tmp_path))
