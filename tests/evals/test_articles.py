import json
from pathlib import Path

import pytest

from evals import adding, articles
from evals.laws import Article

LAW = [
    ("第一条", "第一章 总则", "为了规范停车，制定本条例。"),
    ("第二条", "第一章 总则", "停车场应当：\n（一）有标志；\n（二）有照明。"),
    ("第二条之一", "第二章 收费", "收费应当公示。"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = [
        {"law": law, "article": article, "section": section, "text": text}
        for law in ("甲市停车条例", "乙市停车条例")
        for article, section, text in LAW
    ]
    file = tmp_path / "laws.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf8")
    return file


def test_laws_are_rebuilt_with_and_without_headings() -> None:
    law = [Article(name=a, law="条例", article=a, section=s, text=t) for a, s, t in LAW[1:]]
    plain = "条例\n\n第二条　停车场应当：\n（一）有标志；\n（二）有照明。\n第二条之一　收费应当公示。\n"
    assert articles.text_of("条例", law, headings=False) == plain
    headed = plain.replace("第二条　", "第一章 总则\n第二条　").replace("第二条之一", "第二章 收费\n第二条之一")
    assert articles.text_of("条例", law, headings=True) == headed


def test_an_article_is_right_when_it_is_whole_and_bears_its_number() -> None:
    law = [Article(name=a, law="条例", article=a, section=s, text=t) for a, s, t in LAW]
    split = articles.split_document(
        articles.Document(
            id="law", title="条例", source_file="", sha256="", text=articles.text_of("条例", law, headings=True)
        ),
        articles.Departments.load(),
    )
    assert articles.right_articles(split, law) == (3, [])
    cut = Article(name="x", law="条例", article="第一条", section="", text="为了规范停车")
    other = Article(name="y", law="条例", article="第三条", section="", text=LAW[2][2])
    assert articles.right_articles(split, [cut, other]) == (0, [cut, other])


def test_the_figures_are_written(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "figures.json"
    assert articles.main(["--corpus", str(corpus), "--out", str(out)]) == 0
    assert "with headings: 6 of 6 articles right (100.0000%)" in capsys.readouterr().out
    assert [(run["headings"], run["laws"], run["right"]) for run in json.loads(out.read_text())] == [
        (True, 2, 6),
        (False, 2, 6),
    ]
    (tmp_path / "empty").mkdir()
    assert articles.main(["--corpus", str(tmp_path / "empty")]) == 1


def test_a_document_is_added_beside_articles(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adding.main(["--corpus", str(corpus)]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["found"]
    assert figures["clauses_beside"] == 6
    assert {"added_s", "added_found_s", "replaced_s", "removed_s", "peak_mb"} <= figures.keys()
