"""Running, continuing, scoring, writing and reading back."""

from pathlib import Path

import pytest

from evals.cases import CaseError, load_cases, source_file_of
from evals.files import RunError, read_run, write_results
from evals.records import Result
from evals.run import Store, ask, run_system
from evals.scoring import Scorer
from evals.summary import summarise
from tests.evals.examples import FILE, TEXT, FakeSystem, case, passage, unanswerable


def store(system: FakeSystem, folder: Path) -> Store:
    return Store.open(system, folder / "cache", folder)


def scorer() -> Scorer:
    return Scorer(texts={FILE: TEXT}, docs={})


def test_a_stopped_run_is_continued_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    cases = [case(), unanswerable(), case(id="t3", question="要认证多少家？")]
    system = FakeSystem()
    system.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        list(run_system(system, cases, store(system, tmp_path)))
    with store(system, tmp_path).file.open("a", encoding="utf-8") as stream:
        stream.write('\n{"key": "torn')
    again = FakeSystem()
    results = list(run_system(again, cases, store(again, tmp_path)))
    assert [question for question, _ in again.asked] == ["要认证多少家？"]
    assert [result.case_id for result in results] == ["t1", "t2", "t3"]


def test_another_fingerprint_or_fresh_asks_anew(tmp_path: Path) -> None:
    for system in (FakeSystem(), FakeSystem(fingerprint="f2")):
        list(run_system(system, [case()], store(system, tmp_path)))
        assert len(system.asked) == 1
    system = FakeSystem()
    list(run_system(system, [case()], store(system, tmp_path), fresh=True))
    assert len(system.asked) == 1


def test_a_server_is_asked_anew_once_the_run_is_finished(tmp_path: Path) -> None:
    for _ in range(2):
        system = FakeSystem(name="http://127.0.0.1:1", fingerprint=None)
        list(run_system(system, [case()], store(system, tmp_path)))
        assert len(system.asked) == 1


def test_a_failure_is_a_result_of_its_own_and_is_tried_again(tmp_path: Path) -> None:
    system = FakeSystem()
    failing = case(question="出错多少家？")
    for _ in range(2):
        result = next(run_system(system, [failing], store(system, tmp_path)))
    assert len(system.asked) == 2
    assert result.error == "RuntimeError: 坏了"
    numbers = scorer().score(failing, result).numbers
    assert (numbers["correct"], numbers["fact_recall"], numbers["cite_f1"], numbers["recall_10"]) == (0, 0, 0, 0)
    failed = scorer().score(unanswerable(), Result(case_id="t2", error="x"))
    assert (failed.correct, failed.abstained) == (False, False)


def test_the_conversation_is_asked_in_turn_with_the_systems_own_answers() -> None:
    system = FakeSystem()
    ask(system, case(history=["多少家？", "哪天？"], type="followup"))
    assert system.asked[2] == ("认证多少家？", ("多少家？", "认证100家以上[^1]。", "哪天？", "没有写明。"))


def test_jobs_keep_the_order(tmp_path: Path) -> None:
    cases = [case(id=f"t{number}", question=f"第{number}次多少家？") for number in range(20)]
    system = FakeSystem()
    results = list(run_system(system, cases, store(system, tmp_path), jobs=4))
    assert [result.case_id for result in results] == [one.id for one in cases]


def test_scores_of_a_right_answer_and_a_right_refusal() -> None:
    right = scorer().score(case(), ask(FakeSystem(), case()))
    assert right.correct
    assert right.numbers["correct_cited"] == right.numbers["span_recall"] == right.numbers["cite_f1"] == 1.0
    assert (right.numbers["recall_1"], right.numbers["recall_3"]) == (0.0, 1.0)
    assert right.numbers["reciprocal_rank"] == 0.5
    refused = scorer().score(unanswerable(), ask(FakeSystem(), unanswerable()))
    assert refused.correct and refused.numbers["abstain_right"] == 1.0
    assert refused.numbers["fact_recall"] is None


def test_every_question_stays_in_the_mean() -> None:
    several = [case(), case(id="t3", question="出错多少家？"), case(id="t4", question="哪天多少？")]
    scored = [scorer().score(one, ask(FakeSystem(), one)) for one in several]
    found = summarise("fake", scored)
    assert found.failed == 1
    for name in ("correct", "fact_recall", "cite_f1"):
        estimate = found.means[name]
        assert estimate is not None
        assert (estimate.n, estimate.mean) == (3, pytest.approx(1 / 3))
    assert found.statuses == {"answerable answered": 1, "answerable error": 1, "answerable not_found": 1}


def test_what_is_written_gives_the_same_numbers_again(tmp_path: Path) -> None:
    cases = [case(), unanswerable(), case(id="t3", question="出错多少家？")]
    scored = [scorer().score(one, ask(FakeSystem(), one)) for one in cases]
    write_results(tmp_path, {"fake": scored}, {FILE: TEXT})
    assert list(read_run(tmp_path).scored["fake"]) == scored
    with pytest.raises(RunError, match="没有可用的评测结果"):
        read_run(tmp_path / "none")


def test_question_files_with_faults_are_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    for content, words in [
        ("{", "第 1 行"),
        (case().model_dump_json() + "\n" + case().model_dump_json(), "不止一次"),
        ('{"id": "a"}', "type"),
        ("", "没有"),
    ]:
        file.write_text(content, encoding="utf-8")
        with pytest.raises(CaseError, match=words):
            load_cases(file)
    file.write_text(case().model_dump_json(), encoding="utf-8")
    assert load_cases(file, "dev") == [case()]
    with pytest.raises(CaseError, match="split 为 test"):
        load_cases(file, "test")


def test_the_file_that_a_quote_means() -> None:
    assert source_file_of("900", [FILE], {}) == FILE
    assert source_file_of("900", [FILE, "b.txt"], {"900": "b.txt"}) == "b.txt"
    assert source_file_of("901", [FILE], {}) is None


def test_a_hit_too_long_for_a_clause_stays_too_long_when_it_is_cut() -> None:
    from evals.metrics.clauses import shown
    from evals.run import KEPT_CHARS, shortened

    long = passage().model_copy(update={"text": "字" * 9000})
    assert len(shortened(long).text) == KEPT_CHARS
    assert shown(shortened(long)) == shown(long) == ""
    assert shortened(passage()) == passage()
