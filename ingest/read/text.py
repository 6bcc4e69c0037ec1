"""Plain text and Markdown, in UTF-8 (with or without a byte-order mark), UTF-16 with one, or GB18030."""

import hashlib
import re
from pathlib import Path

from ingest.catalogue import Catalogue
from ingest.errors import (
    BinaryFileError,
    EmptyFileError,
    EncodingError,
    MissingFileError,
    ReadError,
    TooLargeError,
    UnknownFormatError,
)
from ingest.read.metadata import metadata
from ingest.schema import Document

SUFFIXES = (".txt", ".md")
MAX_BYTES = 20 * 1024 * 1024

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.01
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_document(path: Path, catalogue: Catalogue | None = None, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a file as a document; what the catalogue says of it counts, the rest is read in the text.

    The text is the decoded file, unaltered but for a byte-order mark. Raises ReadError when the file cannot be taken
    in and ChecksumError when the catalogue knows the file with other bytes.
    """
    data = _bytes(path, max_bytes)
    entry = catalogue.entry_for(path) if catalogue is not None else None
    if catalogue is not None and entry is not None:
        catalogue.verify(entry, data)
    text = decode(data, path)
    digest = hashlib.sha256(data).hexdigest()
    if entry is not None:
        return Document(
            id=entry.id,
            title=entry.title,
            short_titles=entry.short_titles,
            number=entry.number,
            issuers=entry.issuers,
            issued_on=entry.issued_on,
            published_on=entry.published_on,
            source_file=path.name,
            sha256=digest,
            text=text,
        )
    found = metadata(text)
    return Document(
        id=slug(path.stem),
        title=found.title or path.stem,
        number=found.number,
        issuers=found.issuers,
        issued_on=found.issued_on,
        published_on=found.published_on,
        source_file=path.name,
        sha256=digest,
        text=text,
    )


def _bytes(path: Path, max_bytes: int) -> bytes:
    if not path.is_file():
        raise MissingFileError(f"没有这个文件：{path}")
    if path.suffix.lower() not in SUFFIXES:
        raise UnknownFormatError(f"不支持 {path.name} 的格式，请用 {'、'.join(SUFFIXES)} 文件")
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise TooLargeError(f"{path.name} 有 {size} 字节，超过上限 {max_bytes} 字节，请拆成较小的文件")
        return path.read_bytes()
    except OSError as exc:
        raise ReadError(f"读不了 {path}：{exc.strerror}") from exc


def decode(data: bytes, path: Path) -> str:
    """The text of a file's bytes, line breaks and all; EmptyFileError, BinaryFileError or EncodingError."""
    if not data.strip():
        raise EmptyFileError(f"{path.name} 是空文件")
    try:
        text = _decoded(data, path)
    except UnicodeDecodeError as exc:
        raise EncodingError(f"{path.name} 既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8") from exc
    if not text.strip():
        raise EmptyFileError(f"{path.name} 里没有文字")
    if "\x00" in text or len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        raise BinaryFileError(f"{path.name} 不是文本文件")
    return text


def _decoded(data: bytes, path: Path) -> str:
    if data.startswith(_UTF16):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise BinaryFileError(f"{path.name} 不是文本文件") from None
        return data.decode("gb18030")


def slug(name: str) -> str:
    """A document id from a file's name: letters, digits and Chinese characters, everything else a hyphen.

    >>> slug("津教政〔2025〕7号 (终稿)")
    '津教政-2025-7号-终稿'
    """
    return re.sub(r"[\W_]+", "-", name).strip("-").lower() or "document"
