"""The systems over real texts, small; a server over HTTP; laws."""

import json
import lzma
from pathlib import Path

import pytest

from api.app import create_app
from api.config import Settings
from evals import laws
from evals.cases import Case
from evals.judge import judge_all, prompt_of, verdict_of
from evals.law_systems import SYSTEMS
from evals.run import ask
from evals.samples import sample
from evals.scoring import Scorer
from evals.systems import UnusableSystemError, World, open_system
from evals.systems.chunking import CHUNK_CHARS, chunks_of
from evals.systems.chunks import bm25_ranker, characters
from evals.systems.ours import VARIANTS
from rag.build import ingest_paths
from rag.llm import LanguageModel, LlmSettings
from tests.evals.examples import FILE, QUOTE, TEXT, FakeSystem, case
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import free_port, serving

ROOT = Path(__file__).resolve().parents[2]
QUERIES = ("税费优惠 用地", "企业参与办学有什么好处", "谁来管考试招生", "老师去工厂锻炼")
QUESTION = "产教融合实施方案中市国资委负责哪项任务？"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    text = ROOT / "corpus" / "chanjiao-ronghe-shishi-fangan.txt"
    ingest_paths([text], data_dir=folder, catalogue_dir=ROOT / "corpus", embedding_model=None)
    return World(data_dir=folder, work_dir=folder / "work")


@pytest.mark.parametrize("name", [*VARIANTS, "tutorial", "bm25"])
def test_every_system_answers_and_searches_with_literal_passages(name: str, world: World) -> None:
    system = open_system(name, world)
    result = ask(system, Case.model_validate(case().model_dump() | {"question": QUESTION, "history": ["你好"]}))
    system.close()
    assert result.error == "" and result.reply is not None
    assert result.hits and all(hit.known and hit.literal for hit in result.hits)
    texts = system.texts()
    for cite in result.reply.citations:
        assert texts[cite.source_file][cite.start : cite.end] == cite.quote


def test_a_part_taken_out_changes_the_order_and_the_fingerprint(world: World) -> None:
    orders, prints = {}, set()
    for name in VARIANTS:
        system = open_system(name, world)
        orders[name] = tuple(hit.clause_id for words in QUERIES for hit in system.search(words, 10))
        prints.add(system.fingerprint)
        again = open_system(name, world)
        assert again.fingerprint == system.fingerprint
        again.close()
        system.close()
    assert len(prints) == len(VARIANTS)
    same = ("ours", "ours-no-interpretation", "ours-no-document")  # one document: every clause gains alike
    assert all(orders[name] != orders["ours"] for name in VARIANTS if name not in same)


def test_chunks_are_literal_and_overlap() -> None:
    text = "".join(f"第{number}句话说的是一件事。\n" for number in range(200))
    chunks = chunks_of("a.txt", text)
    assert len(chunks) > 3
    assert all(text[chunk.start : chunk.end] == chunk.text and len(chunk.text) <= CHUNK_CHARS for chunk in chunks)
    assert chunks[1].start < chunks[0].end


def test_a_server_of_our_contract(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path), FakeAssistant())
    with serving(app, free_port()) as url:
        system = open_system(url, World(data_dir=tmp_path, work_dir=tmp_path))
        result = ask(system, case(question="哪些部门负责PPP相关任务？"))
        refused = ask(system, case(question="食堂怎么办"))
        scored = Scorer(texts=system.texts(), docs={}).score(case(), result)
        system.close()
    assert result.reply is not None and result.reply.status == "answered"
    assert all(cite.known and cite.literal for cite in result.reply.citations)
    assert scored.numbers["invented"] == 0.0
    assert refused.reply is not None and refused.reply.abstained


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnusableSystemError, match="tiaowen serve"):
        open_system(f"http://127.0.0.1:{free_port()}", World(data_dir=tmp_path, work_dir=tmp_path))


def test_laws_find_what_people_judged_and_say_what_was_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = [
        {"law": "停车条例", "article": "第一条", "text": "停车场收费应当公示。", "kind": "地方"},
        {"law": "停车条例", "article": "第二条", "text": "违法停车的，处五十元罚款。", "kind": "地方"},
        {"law": "养老条例", "article": "第一条", "text": "支持建设养老机构。", "kind": "法律"},
    ]
    with lzma.open(tmp_path / "laws.jsonl.xz", "wt", encoding="utf-8") as stream:
        stream.write("\n".join(json.dumps(row, ensure_ascii=False) for row in articles))
    queries = [
        {"question": "违法停车罚款多少", "articles": [{"text": "违法停车的，处五十元罚款。"}]},
        {"question": "别的", "articles": [{"text": "没有这一条。"}]},
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    arguments = ["--corpus", str(tmp_path), "--queries", str(tmp_path / "queries.jsonl"), "--out", str(tmp_path / "o")]
    assert laws.main(arguments) == 0
    out = capsys.readouterr().out
    assert "3 articles of 2 laws; 1 questions, 1 left out" in out
    figures = json.loads((tmp_path / "o").read_text(encoding="utf-8"))
    assert list(figures["systems"]) == list(SYSTEMS)
    for name in SYSTEMS:
        assert figures["systems"][name]["values"]["R@1"] == [1.0], name
    assert "ours - tutorial    MRR@10   +0.0" in out
    assert figures["ahead_of"]["bm25 R@1"]["holm_p"] == 1.0
    assert len(laws.read_corpus(tmp_path, without=["地方"])) == 1


def test_figures_of_two_law_systems_are_paired_by_question() -> None:
    queries = [laws.Query(question=str(number), groups=(frozenset({f"a{number}"}),)) for number in range(4)]
    right = laws.measure(queries, lambda question: [f"a{question}", "x"])
    late = laws.measure(queries, lambda question: ["x", f"a{question}"] if question != "3" else ["x"])
    assert right.values["R@1"] == [1.0] * 4
    assert late.values["MRR@10"] == [0.5, 0.5, 0.5, 0.0]
    result, p = laws.against(right, {"late": late})["late", "MRR@10"]
    assert result.difference.mean == pytest.approx((0.5 + 0.5 + 0.5 + 1.0) / 4)
    assert result.p == 2 / 16  # all four moved the same way: ++++ and ---- of sixteen
    assert p == pytest.approx(min(1.0, 6 * 2 / 16))  # the least of the six figures' p, all moved alike or less


def test_tokens_of_the_baselines() -> None:
    assert characters("甲乙，C") == ["甲", "乙", "c", "甲乙", "乙c"]
    assert characters("") == []
    rank = bm25_ranker(["停车收费", "养老机构"], characters)
    assert [at for at, _ in rank("养老", 5)] == [1]
    assert rank("xyz", 5) == []


def test_the_judge_is_asked_once_for_an_answer_and_again_where_it_had_no_opinion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinions = iter(["正确", "没有评判", "错误"])
    monkeypatch.setattr("evals.judge._ask", lambda prompt, model: next(opinions))
    scorer = Scorer(texts={FILE: TEXT}, docs={})
    scored = [scorer.score(one, ask(FakeSystem(), one)) for one in (case(), case(id="t3", question="要多少家？"))]
    model = LanguageModel(LlmSettings(base_url="http://127.0.0.1:1/v1", model="m"))
    assert judge_all(scored, model, tmp_path / "j.jsonl") == {"正确": 1, "没有评判": 1}
    assert judge_all(scored, model, tmp_path / "j.jsonl") == {"正确": 1, "错误": 1}
    assert judge_all(scored, model, tmp_path / "j.jsonl") == {"正确": 1, "错误": 1}  # nobody was asked


def test_a_sample_has_the_fields_of_ragas_single_turn_samples() -> None:
    one = Scorer(texts={FILE: TEXT}, docs={}).score(case(), ask(FakeSystem(), case()))
    found = sample("ours", one)
    assert (found.pop("system"), found.pop("id")) == ("ours", "t1")
    assert found == {
        "user_input": "认证多少家？",
        "response": "认证100家以上。",
        "retrieved_contexts": ["由市教委负责", QUOTE],
        "reference": "100家",
        "reference_contexts": ["认证100家以上产教融合型企业"],
    }


def test_the_judge_sees_the_gold_and_only_a_verdict_counts() -> None:
    scored = Scorer(texts={FILE: TEXT}, docs={}).score(case(), ask(FakeSystem(), case()))
    assert "认证100家以上产教融合型企业" in prompt_of(scored) and "[^1]" not in prompt_of(scored)
    assert verdict_of('好的 {"verdict": "正确", "reason": "x"}') == "正确"
    assert verdict_of('{"verdict": "满分"}') == verdict_of("不知道") == "没有评判"
