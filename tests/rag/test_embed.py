"""The shipped model, its small reader, and any other model by folder."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embed import SHIPPED_MODEL, Embedder, StaticReader, open_embedder, shipped_folder, unit_rows
from rag.errors import EmbeddingError
from rag.training import train
from rag.training.corpus import is_simplified, sentences
from rag.training.evaluate import Figures, measure
from rag.training.pairs import Recipe, cut, draw
from rag.training.vocabulary import build_tokenizer, prune

TEXTS = [
    "哪些部门负责PPP相关任务？",
    "深化产教融合，推动现代职业教育高质量发展。",
    "ＰＰＰ（Public-Private Partnership）2025年第③号",
    "㐂龘 traditional 納瓦拉自治區",
    "",
    "　\n！？…",
    "😀🎓",
    "".join(
        f"第{number}条　各区人民政府应当加强对学校的监督检查，并将第{number * 7}项工作情况报市教委。"
        for number in range(300)
    ),
]


@pytest.fixture(scope="module")
def reader() -> Embedder:
    return open_embedder(for_questions=True)


@pytest.fixture(scope="module")
def stock() -> Embedder:
    return open_embedder(for_questions=False)


def test_the_reader_equals_stock_sentence_transformers(reader: Embedder, stock: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(shipped_folder())).encode(TEXTS)
    assert expected.dtype == np.float32
    assert reader.name == stock.name
    assert reader.dimension == stock.dimension == expected.shape[1]
    for given in (reader.encode_queries(TEXTS), reader.encode_passages(TEXTS), stock.encode_passages(TEXTS)):
        np.testing.assert_allclose(given, expected, rtol=0, atol=1e-6)


def test_rows_have_unit_length_and_texts_without_words_are_zero(reader: Embedder) -> None:
    vectors = reader.encode_queries(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 1, 0, 0, 0, 1], atol=1e-6)


def test_no_text_gives_no_row(reader: Embedder, stock: Embedder) -> None:
    assert reader.encode_queries([]).shape == (0, reader.dimension)
    assert stock.encode_passages([]).shape == (0, reader.dimension)


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("公司拖欠工资怎么办", "用人单位应当按月以货币形式支付劳动报酬，不得克扣。", "船舶进出港口应当办理签证手续。"),
        ("孩子几岁上小学", "凡年满六周岁的儿童，应当送其入学接受义务教育。", "发行证券应当符合法律规定的条件。"),
        (
            "高校与企业共建实验室",
            "鼓励高等院校联合企业开展产学研合作和技术攻关。",
            "养殖水域的使用权人应当保护渔业资源。",
        ),
    ],
)
def test_what_is_related_is_nearer(reader: Embedder, question: str, near: str, far: str) -> None:
    query, close, distant = reader.encode_queries([question, near, far])
    assert query @ close > query @ distant


def test_the_shipped_folder_is_small_and_complete() -> None:
    files = [path for path in shipped_folder().rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 25_000_000
    assert {"README.md", "model.safetensors", "modules.json", "tokenizer.json"} <= {path.name for path in files}
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in files)
    card = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert all(word in card for word in ("LawRefBook", "CRUD-RAG", "CMRC", "DRCD", "MRR@10", "licence"))


def test_a_question_needs_no_torch() -> None:
    code = (
        "import sys; from rag.embed import open_embedder; open_embedder(for_questions=True).encode_queries(['工资']);"
        "sys.stdout.write(', '.join({'torch', 'sentence_transformers', 'transformers', 'jieba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_the_shipped_model_has_a_name_too(reader: Embedder) -> None:
    assert reader.name.startswith(f"{SHIPPED_MODEL}@")
    assert open_embedder(SHIPPED_MODEL, for_questions=True).name == reader.name
    assert open_embedder("", for_questions=True).name == reader.name


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in half precision, not normalised, whose queries carry the prompt 问 and whose passages 文."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokenizer = build_tokenizer({"问": 1, "文": 1, "教": 1})
    rows = {"问": [0.0, 3.0, 0.0], "文": [0.0, 0.0, 3.0], "教": [3.0, 0.0, 0.0]}
    weights = torch.tensor(
        [rows.get(word, [0.0] * 3) for word, _ in sorted(tokenizer.get_vocab().items(), key=_second)]
    )
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=weights.half())],
        prompts={"query": "问", "document": "文"},
        device="cpu",
    )
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def test_another_model_by_folder_with_its_prompts(tiny: Path) -> None:
    embedder = open_embedder(str(tiny), for_questions=True)
    half = np.sqrt(0.5)
    assert (embedder.name, embedder.dimension) == ("tiny", 3)
    np.testing.assert_allclose(embedder.encode_queries(["教"]), [[half, half, 0]], atol=1e-3)
    np.testing.assert_allclose(embedder.encode_passages(["教", "教"]), [[half, 0, half]] * 2, atol=1e-3)
    assert embedder.encode_passages(["教"]).dtype == np.float32


def test_the_bar_goes_to_standard_error(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_embedder(str(tiny), for_questions=False).encode_passages(["教"] * 3, progress=True)
    written = capsys.readouterr()
    assert "Batches" in written.err
    assert written.out == ""


def test_an_unknown_folder_is_refused_with_a_way_out(tmp_path: Path) -> None:
    for wrong in (str(tmp_path / "no-such-model"), "./no-such-model", str(tmp_path)):
        with pytest.raises(EmbeddingError, match="TIAOWEN_EMBEDDING_MODEL") as error:
            open_embedder(wrong, for_questions=True)
        assert wrong in str(error.value)


def test_an_unknown_name_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EmbeddingError, match=r"no-such-owner/no-such-model.*TIAOWEN_EMBEDDING_MODEL"):
        _ = open_embedder("no-such-owner/no-such-model", for_questions=True).dimension


def test_a_hub_out_of_reach_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def unreachable(*given: object, **named: object) -> None:
        raise ConnectionError("Name or service not known")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)
    with pytest.raises(EmbeddingError, match="Name or service not known"):
        open_embedder("no-such-owner/no-such-model", for_questions=True).encode_queries(["教"])


def test_a_broken_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "no.such.Module"}]))
    with pytest.raises(EmbeddingError, match="打不开"):
        open_embedder(str(tmp_path), for_questions=False).encode_queries(["教"])


def test_unit_rows_never_holds_nan() -> None:
    rows = unit_rows(np.array([[np.nan, np.nan], [0, 0], [3, 4]], dtype=np.float16))
    np.testing.assert_allclose(rows, np.array([[0, 0], [0, 0], [0.6, 0.8]]), atol=1e-6)


def test_recipe_vocabulary_keeps_what_is_used() -> None:
    kept = prune({"教育": 50, "教": 9, "罕": 4}, {"教育": 7, "教": 2, "罕": 5, "部门": 3}, {"ppp": 4}, words=2)
    assert {word for word in kept if len(word) > 1} == {"教育", "ppp"}
    assert {"教", "育", "罕", "p", "7"} <= set(kept)
    assert build_tokenizer(kept).encode("PPP、教育2025").tokens == ["ppp", "教育", "2", "0", "2", "5"]


def test_recipe_pairs_are_pieces_of_their_text() -> None:
    tokenizer = build_tokenizer(dict.fromkeys("甲乙丙丁戊己庚辛", 1))
    texts = cut(tokenizer, ["甲乙丙。丁戊己。", "庚辛。庚辛庚。"])
    random = np.random.default_rng(0)
    for _ in range(20):
        queries, bodies = draw(texts, np.array([0, 1]), Recipe(), random)
        for bags in (queries, bodies):
            first, second = np.split(bags.ids, bags.offsets[1:])
            assert set(tokenizer.decode(first.tolist())) - {" "} <= set("甲乙丙丁戊己")
            assert set(tokenizer.decode(second.tolist())) - {" "} <= set("庚辛")


def test_recipe_from_texts_to_a_model_that_opens(tmp_path: Path) -> None:
    subjects = ["学校应当保障学生安全", "企业应当按月支付工资", "船舶进港应当办理手续", "医院应当公开收费标准"]
    articles = [
        {"law": f"规定{number % 4}", "article": f"第{number}条", "section": "", "kind": kind, "text": text}
        for kind in ("行政法规", "DLC")
        for number in range(40)
        if (text := f"{subjects[number % 4]}。{number}日内{subjects[number % 4][:2]}报告{kind}。")
    ]
    questions = [{"question": subject[:4], "articles": [articles[place]]} for place, subject in enumerate(subjects)]
    passages = [{"passage": subject, "questions": [{"question": subject[:3]}]} for subject in subjects]
    data = tmp_path / "data"
    data.mkdir()
    for name, rows in (("laws.jsonl.xz", articles), ("passage_questions.jsonl.xz", passages)):
        (data / name).write_bytes(lzma.compress("\n".join(map(json.dumps, rows)).encode()))
    (data / "news.txt.xz").write_bytes(lzma.compress("\n".join(subjects).encode()))
    (data / "law_questions.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")

    figures = train.run(data, tmp_path / "model", train.Training(words=50, dimension=8, steps=10, batch=16, threads=1))

    model = StaticReader(tmp_path / "model")
    assert model.dimension == 8
    assert np.linalg.norm(model.encode_queries(["学校安全"])) == pytest.approx(1)
    assert {"dense", "bm25_jieba", "sum"} <= set(figures)
    assert "| this model |" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")


def test_recipe_texts() -> None:
    assert sentences("处罚款。 逾期\n加处") == ["处罚款。", "逾期", "加处"]
    assert is_simplified("关于职业教育的规定")
    assert not is_simplified("關於職業教育的規定")


def test_measure_counts_by_hand() -> None:
    scores = np.array([[3, 2, 1], [1, 2, 3]], dtype=np.float32)
    # first: relevant at rank 2; second: at ranks 1 and 3; all found among three
    figures = measure(scores, [frozenset({1}), frozenset({2, 0})])
    assert figures == Figures(mrr_at_10=(1 / 2 + 1) / 2, recall_at_100=1.0)


def _second(item: tuple[str, int]) -> int:
    return item[1]
