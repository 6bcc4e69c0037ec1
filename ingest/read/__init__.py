"""From the bytes of a file to a document: txt, md, html, docx, pdf, and scanned pages through OCR."""

from ingest.read.document import (
    MAX_BYTES,
    OFFICE_SUFFIXES,
    SUFFIXES,
    Source,
    check_name_and_size,
    document_of,
    file_bytes,
    read_document,
    read_with_notes,
    slug,
    source_of,
)

__all__ = [
    "MAX_BYTES",
    "OFFICE_SUFFIXES",
    "SUFFIXES",
    "Source",
    "check_name_and_size",
    "document_of",
    "file_bytes",
    "read_document",
    "read_with_notes",
    "slug",
    "source_of",
]
