"""What an attacker sends, to a real service: 4xx in the one form, nothing internal told, memory bounded."""

import http.client
import io
import json
import re
import socket
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.limits import MAX_BODY_BYTES
from rag.build import add_document
from tests.api.conftest import KEY
from tests.fakes.bodies import DEEP, MALFORMED, short
from tests.fakes.service import Service, serve
from tests.rag.test_live import FIRST

# What only our own code says: paths, modules, tracebacks, libraries.
INTERNAL = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|/tmp/|/home/|/root/|\b(?:rag|api|ingest|ui)\.\w|pydantic|sqlite|starlette|"
    r"docx\.|lxml|Errno|Exception"
)
JSON_PATHS = (
    "/v1/answers", "/v1/search", "/v1/citations/check", "/v1/exports/conversation", "/v1/feedback",
    "/v1/chat/completions", "/v1/session",
)  # fmt: skip
REPLACED = "/v1/documents/bei"
FILE_PATHS = (
    "/v1/citations/check/file", "/v1/citations/report", "/v1/citations/corrected", "/v1/documents", REPLACED,
)  # fmt: skip
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ADMIN = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("hostile")
    texts = folder / "texts"
    texts.mkdir()
    add_document(FIRST.encode(), "lvhua.txt", data_dir=folder / "data", embedding_model=None)
    add_document(
        "关于备份的通知\n\n一、备份\n\n每日备份。\n".encode(), "bei.txt", data_dir=folder / "data", embedding_model=None
    )
    with serve(folder / "data", folder / "log", admin_key=KEY, corpus_dir=str(texts)) as service:
        yield service


def peak_mib(service: Service) -> int:
    """The most memory that the service ever had."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024


def send(
    service: Service, path: str, body: bytes | Iterator[bytes], headers: dict[str, str], method: str = ""
) -> tuple[int, str]:
    """One request, byte by byte as given; an iterator goes in chunks, its length untold."""
    method = method or ("PUT" if path == REPLACED else "POST")
    place = urlsplit(service.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=120)
    try:
        chunked = not isinstance(body, bytes)
        connection.request(method, path, body, {**ADMIN, **headers}, encode_chunked=chunked)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def refused(reply: tuple[int, str], *codes: str) -> None:
    status, text = reply
    assert 400 <= status < 500, reply
    assert not INTERNAL.search(text), text
    error = json.loads(text)["error"]
    assert {"code", "message", "message_en", "details", "request_id"} <= set(error) and error["request_id"]
    assert error["message_en"].isascii() and re.search("[\u4e00-\u9fff]", error["message"])
    assert not codes or error["code"] in codes, text


JSON = {"Content-Type": "application/json"}
QUESTION = "哪些部门负责？"


@pytest.mark.parametrize("path", JSON_PATHS)
@pytest.mark.parametrize("body", [*MALFORMED, b" " * (MAX_BODY_BYTES + 1)], ids=short)
def test_json_that_is_none_or_another(hostile: Service, path: str, body: bytes) -> None:
    refused(send(hostile, path, body, JSON))


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/json; charset=gbk;", ""]
)
@pytest.mark.parametrize("path", [*JSON_PATHS, *FILE_PATHS])
def test_other_content_types(hostile: Service, path: str, kind: str) -> None:
    refused(send(hostile, path, b"<a>&b;</a>", {"Content-Type": kind} if kind else {}))


@pytest.mark.parametrize("path", JSON_PATHS[:3])
def test_signs_that_are_no_text_do_no_harm(hostile: Service, path: str) -> None:
    for sign in ("\x00", "\x0b", "\ufffe", "\u202e", "\U0010ffff", "\u2028"):
        words = f"谁{sign}负责绿化？"
        body = json.dumps(
            {"question": words} if "answers" in path else {"query": words} if "search" in path else {"text": words}
        )
        status, text = send(hostile, path, body.encode(), JSON)
        assert status == 200, text


def test_a_body_in_chunks_is_counted(hostile: Service) -> None:
    pieces = (b" " * 100_000 for _ in range(MAX_BODY_BYTES // 100_000 + 2))
    with suppress(BrokenPipeError, ConnectionResetError):  # closed while we were still sending
        refused(send(hostile, "/v1/answers", pieces, JSON), "too_large")
    assert hostile.call("/healthz").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents/..%2f..%2f..%2fetc%2fpasswd", "/v1/documents/../../../etc/passwd", "/v1/documents/%2e%2e/text",
        "/v1/documents/..%5c..%5ckeys.json/text", "/v1/documents/%00/clauses", "/v1/documents/lvhua%00.txt",
        "/v1/clauses/" + "a" * 8000, "/v1/units/%ff%fe/tasks", "/v1/units/..%2f..%2fkeys.json/tasks",
        "/assets/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc/passwd", "/static/..%2f..%2fpyproject.toml",
        "/gradio_api/file=/etc/passwd", "/gradio_api/file%3d/etc/passwd", "/GRADIO_API/file=/etc/passwd",
        "//etc/passwd",
        "/v1/documents?x=" + "a" * 9000, "/v1/units/tasks?limit=1e9&offset=-1&unit=" + "%E4%B8%80" * 900,
    ],
)  # fmt: skip
def test_paths_lead_nowhere(hostile: Service, path: str) -> None:
    status, text = send(hostile, path, b"", {}, "GET")
    assert status < 500 and "root:" not in text and "[project]" not in text
    assert not INTERNAL.search(text) or text.startswith("<!doctype html>")


def multipart(name: str, content: bytes, **fields: str) -> tuple[bytes, dict[str, str]]:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return "".join(parts).encode() + head.encode() + content + b"\r\n--b--\r\n", {
        "Content-Type": "multipart/form-data; boundary=b"
    }


def package(body: bytes, **more: bytes) -> bytes:
    """A docx with this document.xml."""
    out = io.BytesIO()
    formats = "http://schemas.openxmlformats.org"
    kind = "application/vnd.openxmlformats-"
    types = (
        f'<Types xmlns="{formats}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="{kind}package.relationships+xml"/><Override '
        f'PartName="/word/document.xml" ContentType="{kind}officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        f'<Relationships xmlns="{formats}/package/2006/relationships"><Relationship Id="r" Target="word/document.xml" '
        f'Type="{formats}/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", types)
        made.writestr("_rels/.rels", relations)
        made.writestr("word/document.xml", body)
        for name, content in more.items():
            made.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def word(inside: str) -> bytes:
    return f"<w:document {W}><w:body>{inside}</w:body></w:document>".encode()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def row(properties: str, text: str) -> str:
    return f"<w:tr><w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc></w:tr>"


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(12))
    + b"]>"
    + word(paragraph("&a11;"))
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + word(paragraph("&a;"))
MILLION_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1000000/Kids["
    + b"3 0 R " * 1_000_000
    + b"]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)
BOMBS = {
    "zip bomb": ("a.docx", package(word(paragraph("0" * 300_000_000)))),
    "many small bombs": ("a.docx", package(word(paragraph("甲")), **{f"p{n}": b"0" * 3_900_000 for n in range(40)})),
    "empty paragraphs": ("a.docx", package(word("<w:p/>" * 9_000_000))),
    "deep xml": ("a.docx", package(word("<w:ins>" * DEEP + "</w:ins>" * DEEP))),
    "entities": ("a.docx", package(ENTITIES)),
    "a file of the machine": ("a.docx", package(OUTSIDE)),
    "no package": ("a.docx", package(b"<a/>")),
    "broken xml": ("a.docx", package(b"<w:p>")),
    "a million pages": ("a.pdf", MILLION_PAGES),
    "a spreadsheet": ("a.xlsx", b"PK\x03\x04" + bytes(100)),
    "a name of dots": ("../../../../etc/cron.d/x", b"\x00" * 100),
    "not of this kind": ("a.exe", b"MZ"),
}  # fmt: skip


@pytest.mark.parametrize("path", FILE_PATHS)
@pytest.mark.parametrize("name", BOMBS)
def test_files_that_blow_up_are_refused_within_bounds(hostile: Service, path: str, name: str) -> None:
    before = peak_mib(hostile)
    body, headers = multipart(*BOMBS[name], corrections='{"corrections": []}')
    reply = send(hostile, path, body, headers)
    if path.startswith("/v1/documents") and name == "many small bombs":  # parts that ingest does not need stay packed
        assert reply[0] in (200, 201, 409)
    else:
        refused(reply)
    assert peak_mib(hostile) - before < 400


def test_wide_and_tall_cells_come_once(hostile: Service) -> None:
    table = (
        row('<w:gridSpan w:val="1000000000"/><w:vMerge w:val="restart"/>', "每校植树30棵。")
        + row("<w:vMerge/>", "") * 3000
    )
    body, headers = multipart("a.docx", package(word(f"<w:tbl>{table}</w:tbl>" + paragraph("完"))))
    status, text = send(hostile, "/v1/citations/check/file", body, headers)
    assert (status, json.loads(text)["text"]) == (200, "每校植树30棵。\n完")


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_a_draft_of_signs_that_xml_does_not_know_is_reported(hostile: Service, kind: str) -> None:
    draft = "《绿化通知》规定，“每校\x0b植树30棵\x01”。\ufffe\n".encode()
    body, headers = multipart("a.txt", draft, format=kind)
    status, text = send_bytes(hostile, "/v1/citations/report", body, headers)
    assert status in (200, 415), text


def send_bytes(service: Service, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    reply = service.call(path, body, **{name.replace("-", "_"): value for name, value in headers.items()})
    return reply.status, reply.body


def test_many_fields_and_files_are_refused(hostile: Service) -> None:
    one = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na\r\n'
    for path in FILE_PATHS:
        refused(send(hostile, path, one * 20_000 + b"--b--\r\n", {"Content-Type": "multipart/form-data; boundary=b"}))


SMUGGLED = (
    b"POST /v1/answers HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET / HTTP/1.1\r\n"
)


def test_nothing_that_is_no_http_stops_the_service(hostile: Service) -> None:
    place = urlsplit(hostile.url)
    for words in (
        b"\x16\x03\x01\x02\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        SMUGGLED,
    ):
        with socket.create_connection((str(place.hostname), place.port or 80), timeout=20) as raw:
            raw.sendall(words)
            raw.shutdown(socket.SHUT_WR)
            reply = b""
            while piece := raw.recv(65536):
                reply += piece
            assert b" 500 " not in reply[:20] and not INTERNAL.search(reply.decode("utf-8", "replace"))
    assert hostile.call("/healthz").status == 200
    assert "Traceback" not in hostile.log.read_text()
