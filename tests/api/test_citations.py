import json
from io import BytesIO
from types import SimpleNamespace

import docx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.config import Settings
from api.schema_citations import MAX_DRAFT_CHARS
from tests.api.conftest import HERE
from tests.rag.checking import checker  # noqa: F401 - a fixture

TEXT = "《养老意见》第（二）条提出“每年培训护理员2000名左右”。"


@pytest.fixture
def service(checker, tmp_path):  # noqa: F811
    assistant = SimpleNamespace(index=checker.index, library=checker.index.library, checker=checker)
    app = create_app(Settings(data_dir=tmp_path), assistant)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


def test_a_draft_is_checked_in_the_contracts_form(service):
    body = service.post("/v1/citations/check", json={"text": TEXT}).json()
    assert set(body) == {"summary", "claims"}
    assert body["summary"]["misquoted"] == 1
    assert sum(body["summary"].values()) == 1
    (claim,) = body["claims"]
    assert {"text", "start", "end", "verdict", "confidence", "reference", "evidence", "differences", "suggestion",
            "replaces", "explanation"} == set(claim)  # fmt: skip
    assert claim["text"] == TEXT[claim["start"] : claim["end"]]
    assert claim["reference"] == {"written": "《养老意见》第（二）条", "document_id": "opinion", "label": "二、（二）"}
    (difference,) = claim["differences"]
    assert (difference["kind"], difference["draft"], difference["source"]) == ("number", "2000名", "1000名")
    (citation,) = claim["evidence"]
    whole = service.get("/v1/documents/opinion/text").json()["text"]
    assert whole[citation["start"] : citation["end"]] == citation["quote"]


def test_a_draft_without_citations_has_no_claims(service):
    body = service.post("/v1/citations/check", json={"text": "食堂周一恢复营业。"}).json()
    assert body["claims"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": " \n"}, 422, "empty_draft"),
        ({"text": "长" * (MAX_DRAFT_CHARS + 1)}, 422, "draft_too_long"),
        ({"text": TEXT, "document_ids": ["nobody"]}, 404, "unknown_document"),
        ({"text": 1}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
        ({"text": TEXT, "mode": "x"}, 422, "invalid_request"),
    ],
)
def test_errors(service, body, status, code):
    reply = service.post("/v1/citations/check", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_a_word_file_is_checked_and_its_text_given_back(service):
    from docx import Document

    document = Document()
    document.add_paragraph("通知")
    document.add_table(rows=1, cols=1).cell(0, 0).text = TEXT
    buffer = BytesIO()
    document.save(buffer)
    body = service.post("/v1/citations/check/file", files={"file": ("通知.docx", buffer.getvalue())}).json()
    assert body["text"] == f"通知\n{TEXT}"
    (claim,) = body["claims"]
    assert body["text"][claim["start"] : claim["end"]] == TEXT


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.pdf", b"%PDF-1.4", 415, "unknown_format"),
        ("a.docx", b"no zip", 415, "binary_file"),
        ("a.txt", b"", 422, "empty_file"),
    ],
)
def test_files_that_cannot_be_read(service, name, content, status, code):
    reply = service.post("/v1/citations/check/file", files={"file": (name, content)})
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def word(*paragraphs):
    document = docx.Document()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for words, is_bold in runs:
            paragraph.add_run(words).bold = is_bold
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def put_right(service, content, *corrections, name="通知.docx"):
    keys = ("start", "end", "words")
    rows = {"corrections": [dict(zip(keys, one, strict=True)) for one in corrections]}
    return service.post(
        "/v1/citations/corrected", files={"file": (name, content)}, data={"corrections": json.dumps(rows)}
    )


def test_corrections_go_into_word_and_leave_its_form(service):
    content = word([("每年培训", False), ("护理员2000名", True), ("左右，", False)], [("第二段。", False)])
    reply = put_right(service, content, (0, 15, "每年培训护理员1000名上下，"), (16, 20, "第三段。"))
    assert reply.status_code == 200 and reply.headers["x-not-corrected"] == "0"
    first, second = docx.Document(BytesIO(reply.content)).paragraphs
    assert first.text == "每年培训护理员1000名上下，" and second.text == "第三段。"
    assert [(run.text, run.bold) for run in first.runs] == [
        ("每年培训", False), ("护理员1000名", True), ("上下，", False)
    ]  # fmt: skip


def test_corrections_that_do_not_fit_stay_out(service):
    content = word([("第一段。", False)], [("第二段。", False)])
    reply = put_right(service, content, (0, 7, "跨段"), (5, 9, "甲"), (6, 8, "重叠"), (90, 95, "远"), (2, 1, "反"))
    assert reply.headers["x-not-corrected"] == "4"
    assert [one.text for one in docx.Document(BytesIO(reply.content)).paragraphs] == ["第一段。", "第重叠。"]


def test_what_is_no_word_file_or_no_correction_is_refused(service):
    assert put_right(service, b"x", name="a.docx").status_code == 415
    reply = service.post("/v1/citations/corrected", files={"file": ("a.docx", word())}, data={"corrections": "[]"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_corrections")


def test_the_report_is_a_page_or_a_word_file_with_comments(service):
    page = service.post("/v1/citations/report", files={"file": ("通知<b>.txt", TEXT.encode())})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "引文有出入 1" in page.text and "通知&lt;b&gt;" in page.text and "<b>" not in page.text
    assert page.headers["content-disposition"].startswith("attachment")
    draft = docx.Document()
    draft.add_paragraph().add_run(TEXT).bold = True
    draft.save(buffer := BytesIO())
    for name, content in (("通知.docx", buffer.getvalue()), ("通知.txt", TEXT.encode())):
        reply = service.post("/v1/citations/report", files={"file": (name, content)}, data={"format": "docx"})
        report = docx.Document(BytesIO(reply.content))
        (comment,) = report.comments
        assert report.paragraphs[0].text == TEXT and "【引文有出入】" in comment.text
        assert bool(report.paragraphs[0].runs[0].bold) is (name == "通知.docx")


@pytest.mark.parametrize(
    ("name", "content", "format_", "code"),
    [
        ("a.txt", TEXT.encode(), "pdf", "invalid_request"),
        ("a.txt", b" ", "html", "empty_file"),
        ("a.exe", b"MZ", "html", "unknown_format"),
        ("a.docx", b"nothing", "docx", "binary_file"),
    ],
)
def test_a_report_that_cannot_be_made(service, name, content, format_, code):
    reply = service.post("/v1/citations/report", files={"file": (name, content)}, data={"format": format_})
    assert reply.json()["error"]["code"] == code


def test_a_suggestion_says_whether_it_replaces_the_words(service):
    def claim(text):
        return service.post("/v1/citations/check", json={"text": text}).json()["claims"][0]

    wrong = claim(TEXT)
    assert wrong["replaces"] and "1000名" in wrong["suggestion"]
    right = claim(TEXT.replace("2000", "1000"))
    assert right["suggestion"] is None and right["replaces"] is False


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("《停车管理办法》规定，“每年培训护理员1000名左右”。", "二、（二）"),
        ("《滨江市关于发展社区养老的通知》规定“停车场应当公示收费标准，不得擅自提高价格”。", "第三条"),
    ],
)
def test_advice_where_to_look_does_not_replace_the_words(service, text, advice):
    (claim,) = service.post("/v1/citations/check", json={"text": text}).json()["claims"]
    assert advice in claim["suggestion"] and "请改正出处" in claim["suggestion"]
    assert claim["replaces"] is False


def test_a_file_is_checked_against_the_named_documents_alone(service):
    sent = {"files": {"file": ("通知.txt", TEXT.encode())}}
    for path in ("check/file", "report"):
        everywhere = service.post(f"/v1/citations/{path}", **sent)
        there = service.post(f"/v1/citations/{path}", **sent, data={"document_ids": ["opinion", "rules"]})
        elsewhere = service.post(f"/v1/citations/{path}", **sent, data={"document_ids": ["rules"]})
        assert there.content == everywhere.content != elsewhere.content
        unknown = service.post(f"/v1/citations/{path}", **sent, data={"document_ids": ["nobody"]})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_document")
