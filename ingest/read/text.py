"""Plain text and Markdown, in UTF-8 (with or without a byte-order mark), UTF-16 with one, or GB18030."""

import re
from pathlib import Path

from ingest.errors import BinaryFileError, EmptyFileError, EncodingError

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.01
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


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
