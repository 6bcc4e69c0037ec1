"""From a file to a document: its format by name and bytes, its text, what the catalogue and the text say of it."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ingest.catalogue import Catalogue, CatalogueEntry
from ingest.errors import EmptyFileError, MissingFileError, ReadError, TooLargeError
from ingest.read import sniff
from ingest.read.metadata import metadata
from ingest.read.text import decode
from ingest.schema import Document

SUFFIXES = tuple(sniff.FORMATS)
OFFICE_SUFFIXES = sniff.OFFICE
MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Source:
    """The decoded text of a file, and what a person should know about how it was read (Chinese sentences)."""

    text: str
    notes: tuple[str, ...] = ()


def read_document(path: Path, catalogue: Catalogue | None = None, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a file as a document; what the catalogue says of it counts, the rest is read in the text.

    The text of a plain file is the decoded file, unaltered but for a byte-order mark. Raises ReadError when the file
    cannot be taken in and ChecksumError when the catalogue knows the file with other bytes.
    """
    return read_with_notes(path, catalogue, max_bytes=max_bytes)[0]


def read_with_notes(
    path: Path, catalogue: Catalogue | None = None, *, max_bytes: int = MAX_BYTES
) -> tuple[Document, tuple[str, ...]]:
    """As `read_document`, with the notes on how the file was read (characters that OCR doubts, pages without text)."""
    data = file_bytes(path, max_bytes=max_bytes)
    entry = catalogue.entry_for(path) if catalogue is not None else None
    if catalogue is not None and entry is not None:
        catalogue.verify(entry, data)
    return document_of(data, path, entry)


def document_of(
    data: bytes, path: Path, entry: CatalogueEntry | None = None, *, document_id: str | None = None
) -> tuple[Document, tuple[str, ...]]:
    """A document from a file's bytes, with the notes on how they were read; `path` only names the file.

    What the catalogue's entry says counts; without one `document_id` is the id (None: made of the name). Raises
    ReadError.
    """
    source = source_of(data, path)
    about = entry or metadata(source.text)
    document = Document(
        id=entry.id if entry else document_id or slug(path.stem),
        title=about.title or path.stem,
        short_titles=entry.short_titles if entry else (),
        number=about.number,
        issuers=about.issuers,
        issued_on=about.issued_on,
        published_on=about.published_on,
        source_file=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        text=source.text,
    )
    return document, source.notes


def source_of(data: bytes, path: Path) -> Source:
    """The text in a file's bytes; `path` only names the file. Raises ReadError."""
    if not data.strip():
        raise EmptyFileError(f"{path.name} 是空文件")
    match sniff.format_of(data, path):
        case sniff.HTML:
            from ingest.read.html import html_text

            return Source(text=html_text(data, path))
        case sniff.DOCX:
            from ingest.read.docx import docx_text

            return Source(text=docx_text(data, path))
        case sniff.PDF:
            from ingest.read.pdf import pdf_text

            text, notes = pdf_text(data, path)
            return Source(text=text, notes=notes)
        case sniff.IMAGE:
            from ingest.read.ocr import image_text

            text, notes = image_text(data, path)
            return Source(text=text, notes=notes)
    return Source(text=decode(data, path))


def file_bytes(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file that may be taken in. Raises ReadError for a wrong name or size."""
    if not path.is_file():
        raise MissingFileError(f"没有这个文件：{path}")
    try:
        check_name_and_size(path, path.stat().st_size, max_bytes=max_bytes)
        return path.read_bytes()
    except OSError as exc:
        raise ReadError(f"读不了 {path}：{exc.strerror}") from exc


def check_name_and_size(path: Path, size: int, *, max_bytes: int = MAX_BYTES) -> None:
    """Raise ReadError for a format that no reader knows and for a file over the limit."""
    if path.suffix.lower() not in SUFFIXES:
        raise sniff.unknown(path)
    if size > max_bytes:
        raise TooLargeError(f"{path.name} 有 {size} 字节，超过上限 {max_bytes} 字节，请拆成较小的文件")


def slug(name: str) -> str:
    """A document id from a file's name: letters, digits and Chinese characters, everything else a hyphen.

    >>> slug("津教政〔2025〕7号 (终稿)")
    '津教政-2025-7号-终稿'
    """
    return re.sub(r"[\W_]+", "-", name).strip("-").lower() or "document"
