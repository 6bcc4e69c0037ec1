"""From the bytes of a file to a document."""

from ingest.read.text import MAX_BYTES, SUFFIXES, read_document

__all__ = ["MAX_BYTES", "SUFFIXES", "read_document"]
