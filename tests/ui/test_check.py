import argparse
import io
import json
import sys
from types import SimpleNamespace

import pytest

from api.exports import checked
from api.schema_citations import CheckResponse
from rag.schema import Verdict
from tests.rag.checking import checker  # noqa: F401 - a fixture
from ui import check

TEXT = (
    "通知\n《养老意见》第（二）条提出“每年培训护理员2000名左右”，我院已落实。\n"
    "《养老意见》第（二）条提出“每年培训护理员1000名左右”。"
)
HOSTILE = '<script>alert(1)</script>《养老意见》第（二）条提出“每年<b>培训"护理员2000名左右”。'


@pytest.fixture
def run(checker, monkeypatch, capsys):  # noqa: F811
    monkeypatch.setattr("rag.index.open_index", lambda *_, **__: checker.index)

    def command(*arguments):
        parser = argparse.ArgumentParser()
        check.add_arguments(parser)
        settings = SimpleNamespace(data_dir=None, embedding_model=None)
        status = check.run(parser.parse_args([str(one) for one in arguments]), settings)
        out, err = capsys.readouterr()
        return status, out, err

    return command


@pytest.fixture
def response(checker):  # noqa: F811
    return lambda text: CheckResponse.from_report(checker.check(text))


def test_a_report_for_the_terminal(run, tmp_path):
    draft = tmp_path / "通知.txt"
    draft.write_text(TEXT, encoding="utf-8")
    status, out, _ = run(draft)
    assert status == 0
    assert "引文有出入 1" in out
    assert "“2000名”原文是“1000名”" in out
    assert "建议：" in out


def test_standard_input_and_json(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    _, out, _ = run("-", "--json")
    assert [claim["verdict"] for claim in json.loads(out)["claims"]] == ["misquoted", "supported"]


def test_a_draft_without_citations_is_no_pass(run, tmp_path):
    draft = tmp_path / "a.txt"
    draft.write_text("食堂周一恢复营业。", encoding="utf-8")
    assert "未发现引用" in run(draft)[1]
    run(draft, "--out", tmp_path / "a.html")
    assert "未发现引用" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_many_drafts_give_a_line_each_and_progress(run, tmp_path):
    (tmp_path / "甲.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "乙.txt").write_text("无。", encoding="utf-8")
    (tmp_path / "丙.docx").write_bytes(b"nothing")
    status, out, err = run(tmp_path, tmp_path / "gone.txt")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert len(rows) == 4
    assert sum("error" in row for row in rows) == 2
    assert "[4/4]" in err


@pytest.mark.parametrize("name", ["report.pdf", "report"])
def test_another_kind_of_report_is_refused(run, tmp_path, name):
    draft = tmp_path / "a.txt"
    draft.write_text(TEXT, encoding="utf-8")
    with pytest.raises(check.CheckUserError, match="html"):
        run(draft, "--out", tmp_path / name)


def test_the_page_is_escaped_and_marks_every_claim(response):
    page = checked.html("<x>", HOSTILE, response(HOSTILE))
    assert "<script>" not in page
    assert "<b>" not in page
    assert page.count("<mark") == len(response(HOSTILE).claims) == 1
    assert "http" not in page


def test_a_word_draft_gets_comments_at_the_places(run, tmp_path):
    from docx import Document

    document = Document()
    paragraph = document.add_paragraph("根据安排，")
    paragraph.add_run("《养老意见》第（二）条提出“每年").bold = True
    paragraph.add_run("培训护理员2000名左右”。其他。")
    document.save(tmp_path / "通知.docx")
    run(tmp_path / "通知.docx", "--out", tmp_path / "核查.docx")
    report = Document(tmp_path / "核查.docx")
    assert report.paragraphs[0].text == document.paragraphs[0].text
    (comment,) = report.comments
    assert "1000名" in comment.text
    marked = "".join(run.text for run in report.paragraphs[0].runs if run.font.highlight_color is not None)
    assert marked.endswith("培训护理员2000名左右”。")
    assert "其他" not in marked


def test_a_plain_draft_becomes_a_word_report(run, tmp_path):
    from docx import Document

    draft = tmp_path / "a.txt"
    draft.write_text(TEXT, encoding="utf-8")
    run(draft, "--out", tmp_path / "a.docx")
    report = Document(tmp_path / "a.docx")
    assert [paragraph.text for paragraph in report.paragraphs] == TEXT.split("\n")
    assert len(list(report.comments)) == 2


def test_every_verdict_and_kind_has_a_name():
    from rag.check.schema import DifferenceKind

    assert set(checked.VERDICTS) == set(Verdict)
    assert set(checked.KINDS) == set(DifferenceKind)
