"""Pdf files: the text layer put back into paragraphs and tables, pages that are pictures through OCR."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import DamagedFileError, EmptyFileError, EncryptedFileError, OcrMissingError, TooComplexError
from ingest.read.layout import Glyph, Page, Rule, lines_of_glyphs
from ingest.read.layout_text import text_of_pages

if TYPE_CHECKING:
    import pypdfium2

MAX_PAGES = 3000
MAX_SCANNED_PAGES = 500
SCAN_DPI = 200
_MAX_SCAN_PIXELS = 6000
_TAIL_BYTES = 64 * 1024
_MIN_PAGE_CHARS = 8
_MAX_UNKNOWN_SHARE = 0.3
_THIN = 2.5  # points: a box that is thinner is a rule
_MAX_SEGMENTS = 5000
_MAX_OBJECTS = 60_000
_NO_LETTERS = (0, 2, 0xFFFE, 0xFFFF, 0xAD)
_PDFIUM = threading.Lock()  # the library keeps global state: one call at a time


def pdf_text(data: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a pdf and notes on what OCR doubts.

    Raises EncryptedFileError, DamagedFileError, TooComplexError, EmptyFileError or OcrMissingError.
    """
    tail = data[-_TAIL_BYTES:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise DamagedFileError(_damaged(path))
    with _opened(data, path) as document:
        with _PDFIUM:
            if len(document) > MAX_PAGES:
                raise TooComplexError(f"{path.name} 有 {len(document)} 页，超过上限 {MAX_PAGES} 页，请拆成几个文件")
            pages, scanned = _pages(document)
        notes: tuple[str, ...] = ()
        if scanned:
            notes = _recognised(document, pages, scanned, path)
    fuzzy = len(scanned) * 2 > len(pages)
    text = text_of_pages(pages, fuzzy=fuzzy)
    if fuzzy:
        from ingest.read.ocr_mend import mended

        text, changes = mended(text)
        notes = (*notes, *changes)
    if not text.strip():
        raise EmptyFileError(f"{path.name} 里没有文字")
    return text, notes


def _damaged(path: Path) -> str:
    return f"{path.name} 不完整或已损坏，打不开；请重新下载，或用阅读器打开后另存为 PDF 再送一次"


@contextmanager
def _opened(data: bytes, path: Path) -> "Iterator[pypdfium2.PdfDocument]":
    """The open document; the library's errors become ours."""
    import pypdfium2

    try:
        with _PDFIUM:
            document = pypdfium2.PdfDocument(data)
            empty = len(document) == 0
    except pypdfium2.PdfiumError as exc:
        if "password" in str(exc).lower() or "security" in str(exc).lower():
            raise EncryptedFileError(f"{path.name} 设了密码，读不了；请去掉密码另存后再送一次") from exc
        raise DamagedFileError(_damaged(path)) from exc
    try:
        if empty:
            raise DamagedFileError(_damaged(path))
        yield document
    except pypdfium2.PdfiumError as exc:
        raise DamagedFileError(_damaged(path)) from exc
    finally:
        with _PDFIUM:
            document.close()


def _pages(document: "pypdfium2.PdfDocument") -> tuple[list[Page], list[int]]:
    """All pages with their text, and the indices of those that are pictures."""
    pages: list[Page] = []
    scanned: list[int] = []
    for index in range(len(document)):
        page = document[index]
        try:
            width, height = page.get_size()
            glyphs = _glyphs(page, height)
            number = index + 1
            found = Page(number=number, width=width, height=height, lines=lines_of_glyphs(glyphs, number))
            visible = [glyph for glyph in glyphs if not glyph.text.isspace()]
            unknown = sum(1 for glyph in visible if glyph.text == "\ufffd" or "\ue000" <= glyph.text <= "\uf8ff")
            few = len(visible) < _MIN_PAGE_CHARS and _has_picture(page)
            if few or unknown > _MAX_UNKNOWN_SHARE * max(len(visible), 1):
                scanned.append(index)
                found.lines = []
            else:
                found.rules = _rules(page, height)
            pages.append(found)
        finally:
            page.close()
    return pages, scanned


def _recognised(
    document: "pypdfium2.PdfDocument", pages: list[Page], scanned: list[int], path: Path
) -> tuple[str, ...]:
    """Read the pages that are pictures through OCR; without it a document with other pages gets a note."""
    from ingest.read import ocr

    if not ocr.available():
        if len(scanned) < len(pages) and any(page.lines for page in pages):
            shown = "、".join(str(index + 1) for index in scanned[:20])
            return (f"第 {shown} 页是图片，没有装文字识别（OCR），没有读取；{ocr.HOW_TO_INSTALL}",)
        raise OcrMissingError(f"{path.name} 是扫描件，页面里没有文字；{ocr.HOW_TO_INSTALL}，或送带文字的版本")
    if len(scanned) > MAX_SCANNED_PAGES:
        raise TooComplexError(f"{path.name} 有 {len(scanned)} 页扫描图，上限 {MAX_SCANNED_PAGES} 页，请拆成几个文件")

    def pictures() -> Iterator[ocr.Picture]:
        for index in scanned:
            with _PDFIUM:
                page = document[index]
                width, height = page.get_size()
                scale = min(SCAN_DPI / 72, _MAX_SCAN_PIXELS / max(width, height, 1))
                image = page.render(scale=scale, grayscale=True).to_pil().copy()
                page.close()
            yield ocr.Picture(number=index + 1, image=image, dpi=scale * 72)

    notes: list[str] = []
    for read, doubts in ocr.read_pages(pictures()):
        pages[read.number - 1] = read
        notes += doubts
    return tuple(notes)


def _glyphs(page: "pypdfium2.PdfPage", height: float) -> list[Glyph]:
    """The characters of a page that are really printed."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    glyphs: list[Glyph] = []
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    try:
        for index in range(text.count_chars()):
            code = pdfium.FPDFText_GetUnicode(text, index)
            if pdfium.FPDFText_IsHyphen(text, index) == 1:
                code = ord("-")  # the library hides a hyphen at the end of a line
            elif pdfium.FPDFText_IsGenerated(text, index) == 1 or code in _NO_LETTERS:
                continue
            pdfium.FPDFText_GetLooseCharBox(text, index, box)
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            pdfium.FPDFText_GetMatrix(text, index, matrix)
            points = pdfium.FPDFText_GetFontSize(text, index)
            size = points * (matrix.c**2 + matrix.d**2) ** 0.5 or points
            left, right = box.left, max(box.right, box.left)
            if 0x2E80 <= code <= 0x9FFF:  # a Chinese letter takes its whole square, whatever the font's table says
                left = min(left, x.value)
                right = max(right, x.value + points * (matrix.a**2 + matrix.b**2) ** 0.5)
            glyphs.append(Glyph(_char(code), left, right, height - y.value, max(size, 1.0)))
    finally:
        text.close()
    return glyphs


def _char(code: int) -> str:
    """A character; forms that fonts use for the same letter (Kangxi radicals) become the letter."""
    char = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF or 0xFB00 <= code <= 0xFB06:
        import unicodedata

        return unicodedata.normalize("NFKC", char)
    return " " if char in "\xa0\t\r\n" else char


def _has_picture(page: "pypdfium2.PdfPage") -> bool:
    import pypdfium2.raw as pdfium

    return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM]))


def _rules(page: "pypdfium2.PdfPage", height: float) -> list[Rule]:
    """The straight lines of a page: thin boxes, and the strokes of paths."""
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    for count, item in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if count > _MAX_OBJECTS or len(rules) > _MAX_OBJECTS:
            return []
        x0, y0, x1, y1 = item.get_bounds()
        if x1 - x0 <= _THIN or y1 - y0 <= _THIN:
            if max(x1 - x0, y1 - y0) > _THIN:
                rules.append(_rule(x0, height - y1, x1, height - y0))
        else:
            rules += _strokes(item, height)
    return rules


def _rule(x0: float, y0: float, x1: float, y1: float) -> Rule:
    """A thin box as a line through its middle."""
    if x1 - x0 >= y1 - y0:
        return Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
    return Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)


def _strokes(item: Any, height: float) -> Iterator[Rule]:
    """The level and upright strokes of a path that is drawn with a pen."""
    import pypdfium2.raw as pdfium

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, fill, stroke)
    count = pdfium.FPDFPath_CountSegments(item.raw)
    if not stroke.value or not 0 < count <= _MAX_SEGMENTS:
        return
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        ends = [(last, point)] if kind == pdfium.FPDF_SEGMENT_LINETO else []
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        if pdfium.FPDFPathSegment_GetClose(segment):
            ends.append((point, start))
        for (ax, ay), (bx, by) in ends:
            if min(abs(ax - bx), abs(ay - by)) <= 1.0 < max(abs(ax - bx), abs(ay - by)):
                yield _rule(min(ax, bx), height - max(ay, by), max(ax, bx), height - min(ay, by))
        last = point
