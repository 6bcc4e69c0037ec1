"""What a file really is, by its bytes: the name's extension alone proves nothing."""

import re
from pathlib import Path

from ingest.errors import EncryptedFileError, UnknownFormatError, WrongExtensionError

TEXT, HTML, DOCX, PDF, IMAGE = "text", "html", "docx", "pdf", "image"

FORMATS = {
    ".txt": TEXT,
    ".md": TEXT,
    ".html": HTML,
    ".htm": HTML,
    ".docx": DOCX,
    ".pdf": PDF,
    ".png": IMAGE,
    ".jpg": IMAGE,
    ".jpeg": IMAGE,
    ".tif": IMAGE,
    ".tiff": IMAGE,
    ".bmp": IMAGE,
}
# what offices send and no reader takes: in a folder such a file is refused by name, others are passed over
OFFICE = (".doc", ".dot", ".wps", ".rtf", ".odt", ".ofd", ".xls", ".xlsx", ".et", ".ppt", ".pptx")
_NAMES = {TEXT: "纯文本", HTML: "网页（HTML）", DOCX: "Word 文档（docx）", PDF: "PDF", IMAGE: "图片"}
_EXTENSIONS = {TEXT: ".txt", HTML: ".html", DOCX: ".docx", PDF: ".pdf", IMAGE: ".png 或 .jpg 等"}
_HEAD = 4096
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PAGE = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_TAG = re.compile(
    rb"</?(?:html|head|body|title|meta|p|div|span|br|table|tr|td|h[1-6]|ul|ol|li|a|section|article)\b[^<>]*>", re.I
)
_OTHER_OFFICE = {
    b"xl/": "Excel 表格",
    b"ppt/": "PowerPoint 演示文稿",
    b"mimetypeapplication/vnd.oasis": "OpenDocument 文档",
}


def format_of(data: bytes, path: Path) -> str:
    """The format of a file whose name and bytes agree, one of those above.

    Raises UnknownFormatError, WrongExtensionError, or EncryptedFileError for an encrypted Office file.
    """
    named = FORMATS.get(path.suffix.lower())
    if named is None:
        raise unknown(path)
    found = _sniffed(data, path)
    if found is None or found == named or (named == TEXT and found == TEXT):
        return named
    raise WrongExtensionError(
        f"{path.name} 的内容其实是{_NAMES[found]}，扩展名不对；请把扩展名改成 {_EXTENSIONS[found]} 再送一次"
    )


def unknown(path: Path) -> UnknownFormatError:
    """The refusal of a file whose extension no reader takes, with what to do about it."""
    if path.suffix.lower() in OFFICE:
        return UnknownFormatError(f"不支持 {path.name} 的格式；请用 Word 或 WPS 打开，另存为 .docx 或 .pdf 再送一次")
    return UnknownFormatError(f"不支持 {path.name} 的格式，请用 {'、'.join(FORMATS)} 文件")


def _sniffed(data: bytes, path: Path) -> str | None:
    """The format that the bytes show; None when they show none (the format's own reader says what is wrong then)."""
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(_IMAGES) or (head.startswith(b"BM") and path.suffix.lower() == ".bmp"):
        return IMAGE
    if head.startswith(_OLE):
        _refuse_ole(data, path)
    if head.startswith(b"{\\rtf"):
        raise WrongExtensionError(f"{path.name} 的内容其实是 RTF 文档；请用 Word 或 WPS 打开，另存为 .docx 再送一次")
    if head.startswith(b"PK\x03\x04"):
        return _zipped(data, path)
    if _PAGE.match(head):
        return HTML
    if path.suffix.lower() in (".html", ".htm"):
        return HTML if _TAG.search(data) or b"\x00" in head[:4] else TEXT
    if path.suffix.lower() not in (".txt", ".md") and b"\x00" not in head and _is_text(head):
        return TEXT if head.strip() else None
    return None


def _is_text(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return sum(byte < 9 or 13 < byte < 32 for byte in head) * 100 <= len(head)
    return False


def _refuse_ole(data: bytes, path: Path) -> None:
    if _ENCRYPTED_PACKAGE in data:
        raise EncryptedFileError(f"{path.name} 设了密码，读不了；请用 Word 或 WPS 打开，去掉密码另存后再送一次")
    raise WrongExtensionError(
        f"{path.name} 是旧版 Office 文档（.doc、.wps 等）；请用 Word 或 WPS 打开，另存为 .docx 再送一次"
    )


def _zipped(data: bytes, path: Path) -> str | None:
    if b"word/document" in data:
        return DOCX
    if path.suffix.lower() in (".txt", ".md"):
        return None
    for mark, name in _OTHER_OFFICE.items():
        if mark in data:
            raise WrongExtensionError(f"{path.name} 的内容其实是{name}，不支持；请另存为 .docx 或 .pdf 再送一次")
    if path.suffix.lower() == ".docx":
        return None
    raise WrongExtensionError(f"{path.name} 的内容其实是压缩包；请解压后把里面的文件送来")
