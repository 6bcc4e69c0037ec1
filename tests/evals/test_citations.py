"""Citation cases: a verdict a draft, figures by hand, the report's part, the gate."""

import json
import re
from pathlib import Path

import pytest

from evals import command, gate
from evals.cases import CaseError
from evals.citations import load_citations, run_checks, summarise_checks
from evals.metrics.checker import verdict_of
from evals.metrics.statistics import wilson
from evals.systems import World, open_system
from evals.validate import main as main_of_validator
from rag.build import ingest_paths
from tests.evals.examples import FakeChecker, FakeSystem, case, draft
from ui.cli import main

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]
CITATIONS = ROOT / "evals" / "data" / "citations.jsonl"
FAULT = draft(id="c2", text="《计划》一规定认证200家以上。", verdict="contradicted")
MISSED = draft(id="c3", text="《计划》一规定100家以内。", verdict="contradicted")
FAILING = draft(id="c4", text="出错", verdict="not_found", gold_quotes=[])
SILENT = draft(id="c5", text="食堂很好。", verdict="none", gold_quotes=[])


@pytest.mark.parametrize(
    ("verdicts", "due"),
    [
        (["supported", "misquoted", "uncited"], "misquoted"),
        (["not_found", "contradicted", "wrong_clause"], "contradicted"),
        (["supported", "uncited"], "supported"),
        (["uncited", "uncited"], "uncited"),
        ([], "none"),
    ],
)
def test_a_draft_is_as_bad_as_its_worst_claim(verdicts: list[str], due: str) -> None:
    assert verdict_of(verdicts) == due


def test_figures_of_five_drafts_by_hand() -> None:
    judged = list(run_checks(FakeChecker().check, [draft(), FAULT, MISSED, FAILING, SILENT]))
    assert [one.given for one in judged] == ["supported", "contradicted", "supported", "error", "none"]
    assert [one.evidence for one in judged] == [True, True, True, None, None]
    found = summarise_checks(judged)
    assert found.failed == 1
    assert found.checker.confusion["contradicted", "supported"] == 1
    # supported: 2·1 ÷ (2·1 + 1); contradicted: 2·1 ÷ (2·1 + 1); none: 1; not_found and error: 0
    assert found.figures == {
        "accuracy": 3 / 5, "evidence": 1.0, "passed": 1 / 3, "false_alarms": 0.0,
        "macro_f1": pytest.approx((2 / 3 + 2 / 3 + 1 + 0 + 0) / 5),
    }  # fmt: skip
    assert found.false_alarms is not None and found.false_alarms.high == wilson(0, 1)[1]


def test_evidence_that_lacks_a_gold_quote_is_wrong_and_an_alternative_will_do() -> None:
    other = {"doc": "900", "quote": "由市教委负责", "alternatives": []}
    either = {**other, "alternatives": [{"doc": "900", "quote": "100家以上产教"}]}
    wanting, enough = draft(gold_quotes=[other]), draft(gold_quotes=[either])
    assert [one.evidence for one in run_checks(FakeChecker().check, [wanting, enough])] == [False, True]


def test_no_case_and_none_that_is_clean() -> None:
    nothing = summarise_checks([])
    assert (nothing.cases, nothing.accuracy, nothing.figures["macro_f1"]) == (0, None, 0.0)
    assert summarise_checks(list(run_checks(FakeChecker().check, [FAULT]))).false_alarms is None


def test_our_cases_hold_every_verdict_and_stand_in_the_texts() -> None:
    cases = load_citations(CITATIONS)
    assert len(cases) >= 120
    assert {"supported", "misquoted", "contradicted", "wrong_clause", "not_found", "needs_review", "uncited"} <= {
        one.verdict for one in cases
    }
    assert main_of_validator([str(CITATIONS), "--texts", str(ROOT / "corpus")]) == 0


def test_the_validator_finds_a_quote_that_is_nowhere_and_a_verdict_that_there_is_not(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "900_plan.txt").write_text("认证１００家以上\n产教融合型企业。", encoding="utf-8")
    lost = draft(id="c2", gold_quotes=[{"doc": "900", "quote": "认证200家"}])
    file = tmp_path / "c.jsonl"
    cases = [draft(), lost, draft(id="c3", verdict="perhaps")]
    file.write_text("\n".join(one.model_dump_json() for one in cases), encoding="utf-8")
    assert main_of_validator([str(file), "--texts", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "error c2: document 900 does not hold '认证200家'" in out
    assert "error c3: unknown verdict 'perhaps'" in out and "errors: 2" in out


def test_files_with_faults_are_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "c.jsonl"
    sound = draft().model_dump_json()
    for content, words in [("{", "第 1 行"), (f"{sound}\n{sound}", "不止一次"), ("", "没有引文用例")]:
        file.write_text(content, encoding="utf-8")
        with pytest.raises(CaseError, match=words):
            load_citations(file)
    with pytest.raises(CaseError, match="读不了"):
        load_citations(tmp_path / "none.jsonl")


def test_our_check_is_a_system_and_an_ablation_is_none(tmp_path: Path) -> None:
    text = ROOT / "corpus" / "jinjiaozheng-2025-7.txt"
    ingest_paths([text], data_dir=tmp_path, catalogue_dir=ROOT / "corpus", embedding_model=None)
    world = World(data_dir=tmp_path, work_dir=tmp_path / "work")
    system = open_system("ours", world)
    first = load_citations(CITATIONS)[0]
    judged = next(run_checks(system.check, [first]))  # type: ignore[attr-defined]
    system.close()
    assert judged.given == first.verdict == "supported" and judged.evidence
    ablated = open_system("ours-no-dense", world)
    assert not hasattr(ablated, "check")
    ablated.close()


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("ui.cli.ingest_files", lambda *_: None)
    monkeypatch.setattr(
        command, "open_system", lambda name, world: (FakeChecker if name == "ours" else FakeSystem)(name)
    )
    file = tmp_path / "citations.jsonl"
    lines = [one.model_dump_json() for one in (draft(), FAULT, MISSED.model_copy(update={"note": "<script>"}))]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_citation_cases_alone_give_a_table_a_matrix_and_the_wrong_ones(
    cases: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out"
    assert main(["eval", "--citations", str(cases), "--out", str(out)]) == 0
    assert "引文核查 ours，3 例：结论正确 66.7" in capsys.readouterr().out
    rows = [json.loads(line) for line in (out / "checks.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["given"] for row in rows] == ["supported", "contradicted", "supported"]
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "混淆矩阵" in html and "应为与原文冲突，判为已核实" in html
    assert "&lt;script&gt;" in html and "<script" not in html and "<b>。" not in html
    for anchor in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["checks"]["ours"]["confusion"] == {
        "supported supported": 1, "contradicted contradicted": 1, "contradicted supported": 1,
    }  # fmt: skip


def test_with_questions_only_systems_that_check_are_given_drafts(cases: Path, tmp_path: Path, capsys: Capture) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(case().model_dump_json(), encoding="utf-8")
    both = ["eval", str(questions), "--citations", str(cases), "--out", str(tmp_path / "o")]
    assert main([*both, "--system", "bm25", "--system", "ours"]) == 0
    out = capsys.readouterr().out
    assert "引文核查 ours" in out and "引文核查 bm25" not in out
    assert main([*both, "--system", "bm25"]) == 1
    assert "都不核查引文" in capsys.readouterr().err


def test_the_gate_holds_the_check_too(cases: Path, tmp_path: Path, capsys: Capture) -> None:
    limits = tmp_path / "gate.toml"
    limits.write_text("[checks.at_most]\npassed = 0.2\n", encoding="utf-8")
    (tmp_path / "gate_passing.txt").write_text("c1 c3", encoding="utf-8")
    assert main(["eval", "--citations", str(cases), "--out", str(tmp_path / "o"), "--gate", str(limits)]) == 1
    out = capsys.readouterr().out
    assert "引文核查放过率 0.500，高于门槛 0.200" in out
    assert "c3　《计划》一规定100家以内。　应为 contradicted，判为 supported" in out
    assert "由错变对的题 1 道：\n  c2" in out
    limits.write_text("[checks.at_most]\nwronged = 0.2\n", encoding="utf-8")
    with pytest.raises(gate.GateError, match="wronged 不是引文核查的指标"):
        gate.load_gate(limits)


def test_checks_of_two_runs_are_compared_case_by_case(cases: Path, tmp_path: Path, capsys: Capture) -> None:
    for name in ("a", "b"):
        main(["eval", "--citations", str(cases), "--out", str(tmp_path / name)])
    stored = (tmp_path / "b" / "checks.jsonl").read_text(encoding="utf-8").splitlines()
    stored[1] = stored[1].replace('"verdict": "contradicted", "confidence"', '"verdict": "supported", "confidence"')
    stored[0] = stored[0].replace("100家以上产教融合型企业。", "100家以上企业。")  # another draft under the same id
    (tmp_path / "b" / "checks.jsonl").write_text("\n".join(stored), encoding="utf-8")
    capsys.readouterr()
    assert main(["eval", "--compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    out = capsys.readouterr().out
    assert "引文核查，2 例相同：结论正确 -50.0 点" in out
    assert "变差的用例：1\n  c2　《计划》一规定认证200家以上。　contradicted → supported" in out
