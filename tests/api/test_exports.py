"""The conversation as a Word file: opened again, and its XML looked into."""

import io
import re
import zipfile
from typing import Any

import docx
import pytest
from fastapi.testclient import TestClient
from lxml import etree

from tests.fakes.documents import HOSTILE

LONG = {"status": "answered", "answer": "长" * 150_000, "citations": []}
NEAR = {
    "index": 1, "label": "一", "document": {"id": "a", "title": "甲", "number": "", "issued_on": ""},
    "quote": "长" * 150_000, "start": 0, "end": 1, "reason": "不是所问的",
}  # fmt: skip
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def exported(service: TestClient, *questions: str, **fields: Any) -> zipfile.ZipFile:
    turns = [{"question": q, "answer": service.post("/v1/answers", json={"question": q}).json()} for q in questions]
    reply = service.post("/v1/exports/conversation", json={"turns": turns, **fields})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    return zipfile.ZipFile(io.BytesIO(reply.content))


def part(package: zipfile.ZipFile, name: str) -> Any:
    return etree.fromstring(package.read(name))


def words(element: Any) -> str:
    return "".join(element.itertext(f"{W}t"))


def notes(package: zipfile.ZipFile) -> dict[str, str]:
    found = part(package, "word/footnotes.xml").findall(f"{W}footnote")
    return {note.get(f"{W}id"): words(note).strip() for note in found}


def test_each_mark_is_a_footnote_with_the_quote(service: TestClient) -> None:
    package = exported(service, "PPP", "PPP")
    marks = [mark.get(f"{W}id") for mark in part(package, "word/document.xml").iter(f"{W}footnoteReference")]
    assert marks == ["1", "2", "3", "4"]
    found = notes(package)
    assert list(found) == ["-1", "0", *marks]
    assert found["1"] == (
        "《关于深化产教城融合 打造新时代职业教育创新发展标杆的意见》附件2第6项："
        "“市发展改革委、市教委、市人社局、市财政局，各区人民政府”"
    )
    assert "核对不上" not in "".join(found.values())


def test_the_package_says_where_its_footnotes_are(service: TestClient) -> None:
    package = exported(service, "PPP")
    assert b'PartName="/word/footnotes.xml"' in package.read("[Content_Types].xml")
    assert b'Target="footnotes.xml"' in package.read("word/_rels/document.xml.rels")
    settings = [child.tag.removeprefix(W) for child in part(package, "word/settings.xml")]
    assert settings.count("footnotePr") == 1
    assert settings.index("footnotePr") < settings.index("compat")
    styles = {style.get(f"{W}styleId") for style in part(package, "word/styles.xml").iter(f"{W}style")}
    used = {style.get(f"{W}val") for style in part(package, "word/footnotes.xml").iter(f"{W}pStyle", f"{W}rStyle")}
    assert used == {"FootnoteText", "FootnoteReference"} and used <= styles


def test_it_opens_and_ends_with_the_documents_cited(service: TestClient) -> None:
    package = exported(service, "PPP", "工作站", "食堂", title="核对 记录")
    document = docx.Document(package.fp)  # type: ignore[arg-type]
    text = [paragraph.text for paragraph in document.paragraphs]
    assert text[0] == "核对 记录" and document.core_properties.title == "核对 记录"
    assert "PPP相关任务由市发展改革委、市教委、市人社局、市财政局和各区人民政府负责。" in text[3]
    assert "**" not in "".join(text) and "[^" not in "".join(text)
    at = text.index("依据的文件")
    assert text[at + 1 :] == [
        "1. 《关于深化产教城融合 打造新时代职业教育创新发展标杆的意见》。所引条款：附件2第6项、第（二）条。",
        "2. 《天津市高等院校向企而行行动计划》（津教政〔2025〕7号），成文日期2025-07-09。所引条款：一、1。",
    ]
    assert any("最接近的条款" in line for line in text) and any("讲的是实训基地" in line for line in text)


def test_a_citation_given_twice_refers_to_its_first_note(service: TestClient) -> None:
    answer = service.post("/v1/answers", json={"question": "PPP"}).json()
    answer["answer"] = "甲。[^1]乙。[^1]丙。[^9]"
    reply = service.post("/v1/exports/conversation", json={"turns": [{"question": "问", "answer": answer}]})
    found = notes(zipfile.ZipFile(io.BytesIO(reply.content)))
    assert len(found) == 4
    assert found["2"].endswith("附件2第6项，同注1。")


def test_a_quote_that_does_not_stand_in_the_library_is_said_to(service: TestClient) -> None:
    answer = service.post("/v1/answers", json={"question": "PPP"}).json()
    answer["citations"][0]["quote"] = "市教委不负责"
    answer["citations"][1]["document"]["id"] = "nowhere"
    reply = service.post("/v1/exports/conversation", json={"turns": [{"question": "问", "answer": answer}]})
    found = notes(zipfile.ZipFile(io.BytesIO(reply.content)))
    assert ["核对不上" in found[number] for number in ("1", "2")] == [True, True]


def test_hostile_text_stays_text(service: TestClient) -> None:
    answer = service.post("/v1/answers", json={"question": "敌意"}).json()
    answer["answer"] += "\n| <b> | \x00\x0b= |\n- \ufffe</w:t>\n" + HOSTILE
    turn = {"question": f"{HOSTILE}\x01", "answer": answer}
    reply = service.post("/v1/exports/conversation", json={"turns": [turn], "title": HOSTILE})
    assert reply.status_code == 200
    package = zipfile.ZipFile(io.BytesIO(reply.content))
    text = words(part(package, "word/document.xml"))
    assert "</w:t>" in text and '<img src=x onerror="alert(1)">' in text
    assert "<img src=x" in notes(package)["1"]
    assert not re.search(r"r:id|w:hyperlink|w:instrText", package.read("word/footnotes.xml").decode())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"turns": []}, "invalid_request"),
        ({"turns": [{"question": "a", "answer": {"status": "answered"}}]}, "invalid_request"),
        ({"turns": [{"question": "a", "answer": LONG}] * 20}, "export_too_long"),
        (
            {"turns": [{"question": "a", "answer": {**LONG, "answer": "没有", "nearest": [NEAR] * 20}}]},
            "export_too_long",
        ),
    ],
)
def test_what_is_no_conversation_is_refused(service: TestClient, body: dict[str, Any], code: str) -> None:
    reply = service.post("/v1/exports/conversation", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, code)
