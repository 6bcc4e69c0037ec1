"""The text of a draft's file: txt and md as they are, docx paragraph by paragraph, tables row by row."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from ingest.errors import BinaryFileError, DamagedFileError, EmptyFileError, UnknownFormatError
from ingest.read.docx_package import Package
from ingest.read.text import decode

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

PLAIN = (".txt", ".md", ".markdown", "")
WORD = ".docx"
MAX_UNPACKED_BYTES = 48 * 1024 * 1024  # of all parts of a draft: python-docx needs many times as much memory
_TRIPS = (KeyError, ValueError, AttributeError, TypeError, IndexError, RecursionError)  # python-docx on broken files


def read_draft(content: bytes, name: str) -> str:
    """Return a draft's text.

    Raises UnknownFormatError for a format that is not read, BinaryFileError for a file that is not what its name
    says, EmptyFileError when it holds no words; open_docx says what else of a Word file.
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
    """Return a Word document whose paragraphs can be gone through.

    Raises BinaryFileError for bytes that are none, TooComplexError or EncryptedFileError for what is not unpacked.
    """
    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    no_docx = f"{name} 不是能打开的 docx 文件，请用 Word 另存为 docx 再试"
    try:
        Package(content, PurePath(name)).check(MAX_UNPACKED_BYTES)
        document = docx.Document(BytesIO(content))
        for paragraph in paragraphs(document):
            paragraph.text  # noqa: B018 - what python-docx trips over, it trips over here
    except DamagedFileError as error:
        raise BinaryFileError(no_docx) from error
    except (OpcError, PythonDocxError, XMLSyntaxError, BadZipFile, *_TRIPS) as error:
        raise BinaryFileError(no_docx) from error
    return document


def paragraphs(document: "Document") -> Iterator["Paragraph"]:
    """Yield the paragraphs in reading order, those of tables among them, as `read_draft` joins them.

    Cells are taken as they are written: python-docx's own rows repeat one as often as its gridSpan says.
    """
    from docx.table import Table, _Cell

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row._tr.tc_lst:
                    if cell.vMerge != "continue":  # its words stand in the cell above
                        yield from _Cell(cell, block).paragraphs
        else:
            yield block
