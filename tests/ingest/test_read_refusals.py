"""Files that are refused, each with a sentence that says what to do; none may hang, crash or fill the memory."""

import io
import zipfile
from pathlib import Path

import pytest

from ingest import errors
from ingest.read import ocr, read_document, source_of
from ingest.read import pdf as pdf_module

FILES = Path(__file__).parent / "files"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def sample(name: str) -> bytes:
    return (FILES / name).read_bytes()


def docx(body: str, **parts: str) -> bytes:
    """A small docx: the body's XML and further parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def read(name: str, data: bytes) -> str:
    return source_of(data, Path(name)).text


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


NESTED_TABLES = "<w:tbl><w:tr><w:tc>" * 40 + paragraph("甲") + "</w:tc></w:tr></w:tbl>" * 40
ENTITIES = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><w:document {W}><w:body/></w:document>'


def with_document(xml: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", xml)
    return out.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(docx(paragraph("甲")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + offset] |= 1
    return bytes(data)


REFUSED = {
    "empty docx": ("a.docx", b"", errors.EmptyFileError),
    "docx without text": ("a.docx", docx("<w:p/>"), errors.EmptyFileError),
    "html without text": ("a.html", b"<html><body><script>x</script></body></html>", errors.EmptyFileError),
    "truncated docx": ("a.docx", sample("sample.docx")[:4000], errors.DamagedFileError),
    "truncated pdf": ("a.pdf", sample("sample.pdf")[:30000], errors.DamagedFileError),
    "truncated html": ("a.html", sample("sample.html")[:-200] + b"<p cla", errors.DamagedFileError),
    "truncated png": ("a.png", sample("sample.png")[:50000], errors.ReadError),
    "no pdf": ("a.pdf", b"%PDF-1.7\n%%EOF", errors.DamagedFileError),
    "pdf named docx": ("a.docx", sample("sample.pdf"), errors.WrongExtensionError),
    "docx named pdf": ("a.pdf", sample("sample.docx"), errors.WrongExtensionError),
    "docx named txt": ("a.txt", sample("sample.docx"), errors.WrongExtensionError),
    "html named txt": ("a.txt", sample("sample.html"), errors.WrongExtensionError),
    "text named pdf": ("a.pdf", "第一条".encode(), errors.WrongExtensionError),
    "text named html": ("a.html", "第一条".encode(), errors.WrongExtensionError),
    "png named jpg and pdf": ("a.pdf", sample("sample.png"), errors.WrongExtensionError),
    "old word": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), errors.WrongExtensionError),
    "rtf": ("a.docx", b"{\\rtf1 x}", errors.WrongExtensionError),
    "a spreadsheet": ("a.docx", docx("").replace(b"word/document", b"xl/worksheets"), errors.WrongExtensionError),
    "encrypted office file": (
        "a.docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90) + "EncryptedPackage".encode("utf-16-le"),
        errors.EncryptedFileError,
    ),
    "encrypted zip": ("a.docx", encrypted_zip(), errors.EncryptedFileError),
    "zip bomb": ("a.docx", docx(paragraph("0" * 30_000_000)), errors.TooComplexError),
    "entities": ("a.docx", with_document(ENTITIES), errors.TooComplexError),
    "nested tables": ("a.docx", docx(NESTED_TABLES), errors.TooComplexError),
    "deep xml": ("a.docx", docx("<w:ins>" * 5000 + "</w:ins>" * 5000), errors.TooComplexError),
    "broken xml": ("a.docx", docx("<w:p>"), errors.DamagedFileError),
    "deep html": ("a.html", b"<html>" + b"<div>" * 500_000 + "甲".encode(), errors.TooComplexError),
    "unknown": ("a.odt", b"PK", errors.UnknownFormatError),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_refused(case):
    name, data, error = case
    if name.endswith(".png") and not ocr.available():
        error = errors.OcrMissingError
    with pytest.raises(error, match=rf"{name}|{name[:1]}") as caught:
        read(name, data)
    assert type(caught.value) is error or error is errors.ReadError
    assert any("\u4e00" <= char <= "\u9fff" for char in str(caught.value))


def test_a_file_over_the_limit(tmp_path):
    (tmp_path / "a.pdf").write_bytes(sample("sample.pdf"))
    with pytest.raises(errors.TooLargeError, match="超过上限"):
        read_document(tmp_path / "a.pdf", max_bytes=1000)


def test_an_encrypted_pdf():
    with pytest.raises(errors.EncryptedFileError, match="密码"):
        read("a.pdf", sample("locked.pdf"))


def test_a_scan_without_ocr(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(errors.OcrMissingError, match="apt-get install"):
        read("scan.pdf", sample("scan.pdf"))
    with pytest.raises(errors.OcrMissingError, match="apt-get install"):
        read("sample.png", sample("sample.png"))


def test_a_scan_that_takes_too_long(monkeypatch):
    begun = []
    monkeypatch.setattr(ocr, "FILE_TIMEOUT_S", -1)
    monkeypatch.setattr(ocr, "_read", begun.append)
    pictures = (ocr.Picture(number=number, image=None, dpi=200) for number in range(1, 501))
    with pytest.raises(errors.TooComplexError, match="停在第 1 页，没有入库；请拆成几个文件"):
        list(ocr.read_pages(pictures))
    assert begun == []


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr(pdf_module, "MAX_PAGES", 1)
    with pytest.raises(errors.TooComplexError, match="超过上限"):
        read("a.pdf", sample("sample.pdf"))


# ---- what is no reason to refuse ---------------------------------------------------------------------------------


def test_numbers_footnotes_and_changes_of_a_docx():
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:pStyle w:val="A"/>'
        '<w:lvlText w:val="第%1条"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/><w:isLgl/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num></w:numbering>"
    )
    styles = (
        f'<w:styles {W}><w:style w:styleId="A"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="B"><w:basedOn w:val="A"/><w:pPr><w:ind w:firstLineChars="200"/></w:pPr></w:style>'
        "</w:styles>"
    )
    footnotes = f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("脚注的话。")}</w:footnote></w:footnotes>'
    in_list = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'
    body = (
        paragraph("甲。", '<w:pStyle w:val="A"/>')
        + paragraph("乙。", in_list.format(1, 1))
        + paragraph("丙。", '<w:pStyle w:val="B"/>')
        + paragraph("丁。", in_list.format(0, 2))
        + "<w:p><w:r><w:t>戊</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增。</w:t>"
        '<w:footnoteReference w:id="2"/></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r></w:p>'
        + paragraph("己。")
    )
    text = read("a.docx", docx(body, numbering=numbering, styles=styles, footnotes=footnotes))
    assert text == "第一条 甲。\n1.1 乙。\n　　第二条 丙。\n第五条 丁。\n戊增。\n　　注：脚注的话。\n己。\n"


def test_pages_of_old_sites():
    page = (
        '<html><head><meta charset="gb2312"><title>站</title></head><body><nav>首页</nav><form><table><tr><td>'
        "<table><tr><td><h1>办法</h1><p>第一条 甲。</p><p style='display:none'>藏</p><p>第二条<br>乙&nbsp;丙</p>"
        "<ol start=3><li>丁<li><p>戊</p></ol></td></tr></table></td></tr></table></form></body></html>"
    )
    assert read("a.htm", page.encode("gb18030")) == "办法\n\n第一条 甲。\n第二条\n乙\xa0丙\n3. 丁\n4. 戊\n"
