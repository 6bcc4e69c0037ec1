"""The text of a draft's file: txt and md as they are, docx paragraph by paragraph, tables row by row."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from ingest.errors import BinaryFileError, EmptyFileError, UnknownFormatError
from ingest.read.text import decode

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

PLAIN = (".txt", ".md", ".markdown", "")
WORD = ".docx"


def read_draft(content: bytes, name: str) -> str:
    """Return a draft's text.

    Raises UnknownFormatError for a format that is not read, BinaryFileError for a file that is not what its name
    says, EmptyFileError when it holds no words.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix == WORD:
        text = "\n".join(paragraph.text for paragraph in paragraphs(open_docx(content, name)))
    elif suffix in PLAIN:
        text = decode(content, Path(name or "草稿.txt")).replace("\r\n", "\n").replace("\r", "\n")
    else:
        raise UnknownFormatError(f"不能核对 {suffix} 文件（{name}），请换成 txt、md 或 docx")
    if not text.strip():
        raise EmptyFileError(f"{name} 里没有文字")
    return text


def open_docx(content: bytes, name: str) -> "Document":
    """Return a Word document. Raises BinaryFileError when the bytes are none."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(BytesIO(content))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise BinaryFileError(f"{name} 不是能打开的 docx 文件，请用 Word 另存为 docx 再试") from error


def paragraphs(document: "Document") -> Iterator["Paragraph"]:
    """Yield the paragraphs in reading order, those of tables among them, as `read_draft` joins them."""
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                seen: set[int] = set()
                for cell in row.cells:
                    if id(cell._tc) not in seen:  # a merged cell comes once for each column
                        seen.add(id(cell._tc))
                        yield from cell.paragraphs
        else:
            yield block
