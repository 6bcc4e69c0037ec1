"""Pictures of pages through OCR: Debian's tesseract with simplified Chinese, run as a program; nothing is downloaded.

Rules are found and wiped out first; a ruled table is read cell by cell, so that lines at different heights are not
mixed up. What comes out is a page of glyphs and rules like that of any pdf.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from ingest.errors import DamagedFileError, EmptyFileError, OcrMissingError, ReadError, TooComplexError
from ingest.read.layout import Glyph, Page, lines_of_glyphs
from ingest.read.layout_tables import Grid, outlines
from ingest.read.layout_text import text_of_pages
from ingest.read.ocr_mend import counted, mended
from ingest.read.ocr_rules import find_rules, wiped

if TYPE_CHECKING:
    from PIL.Image import Image

HOW_TO_INSTALL = "请安装 tiaowen[ocr] 和 tesseract（Debian：apt-get install tesseract-ocr tesseract-ocr-chi-sim）"
MAX_PIXELS = 60_000_000
MAX_FRAMES = 500
PAGE_TIMEOUT_S = 180
FILE_TIMEOUT_S = 3600  # nobody else changes the library meanwhile
DOUBT_BELOW = 50  # per cent: tesseract's confidence in a word
_MAX_DOUBTS = 8  # a page
_DEFAULT_DPI = 200
_BLOCK, _LINE, _SCATTERED = "6", "7", "11"  # tesseract's page segmentation modes
_MIN_DPI, _MAX_DPI = 100, 1200
_HAN = re.compile(r"[\u3400-\u9fff]")
_WIDE_FORMS = str.maketrans(",;:?!", "，；：？！")
_NARROW = re.compile(r"(?<=[\u3400-\u9fff”》）〕])[,;:?!]|[,;:?!](?=[\u3400-\u9fff“《（〔])")
_HALF_SQUARE = "，。、；：）》”"


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a grey picture."""

    number: int
    image: "Image"
    dpi: float


@dataclass(slots=True)
class _Word:
    """A word as tesseract gives it, in pixels of the picture it was read from."""

    text: str
    x0: float
    x1: float
    y: float
    height: float
    confidence: float


@cache
def available() -> bool:
    """Whether pictures can be read here."""
    return find_spec("PIL") is not None and "chi_sim" in _languages()


@cache
def _languages() -> frozenset[str]:
    """The languages that tesseract has here; none without tesseract."""
    if shutil.which("tesseract") is None:
        return frozenset()
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    return frozenset(listed.stdout.split())


def _has_english() -> bool:
    return "eng" in _languages()


def image_text(data: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a picture (or a tiff of several) and notes on what is doubtful.

    Raises OcrMissingError, DamagedFileError, TooComplexError or EmptyFileError.
    """
    if not available():
        raise OcrMissingError(f"{path.name} 是图片；{HOW_TO_INSTALL}，或送带文字的版本")
    pages: list[Page] = []
    notes: list[str] = []
    for page, doubts in read_pages(_frames(data, path)):
        pages.append(page)
        notes += doubts
    text, changes = mended(text_of_pages(pages, fuzzy=True))
    if not text.strip():
        raise EmptyFileError(f"{path.name} 里没有认出文字")
    return text, (*notes, *changes)


def _frames(data: bytes, path: Path) -> Iterator[Picture]:
    """The pictures in an image file."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > MAX_FRAMES or image.width * image.height > MAX_PIXELS:
                raise TooComplexError(
                    f"{path.name} 有 {frames} 帧、{image.width}×{image.height} 像素，太大，没有读取；请缩小或拆开再送"
                )
            for index in range(frames):
                image.seek(index)
                yield Picture(number=index + 1, image=_grey(image), dpi=_dpi(image))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as exc:
        raise DamagedFileError(f"{path.name} 不完整或已损坏，打不开；请重新导出图片再送一次") from exc


def _grey(image: "Image") -> "Image":
    """The picture in grey, on white where it is transparent."""
    from PIL import Image

    if "A" in image.getbands() or "transparency" in image.info:
        shown = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
    return image.convert("L")


def _dpi(image: "Image") -> float:
    written = image.info.get("dpi", (0, 0))[0]
    return float(written) if _MIN_DPI <= float(written) <= _MAX_DPI else float(_DEFAULT_DPI)


def read_pages(pictures: Iterable[Picture]) -> Iterator[tuple[Page, list[str]]]:
    """Pages read from pictures, in order, with a note for each doubtful word; a few at a time.

    Raises TooComplexError where one file takes too long.
    """
    ends = time.monotonic() + FILE_TIMEOUT_S
    workers = max(1, min(4, os.cpu_count() or 1))
    waiting = iter(pictures)
    with ThreadPoolExecutor(workers) as pool:
        while batch := list(islice(waiting, workers * 2)):
            if time.monotonic() > ends:
                raise TooComplexError(
                    f"文字识别用了 {FILE_TIMEOUT_S // 60} 分钟还没有做完，停在第 {batch[0].number} 页，没有入库；"
                    "请拆成几个文件再送"
                )
            yield from pool.map(_read, batch)


def _read(picture: Picture) -> tuple[Page, list[str]]:
    """One page: rules, then tables cell by cell, then the rest."""
    to_points = 72 / picture.dpi
    rules = find_rules(picture.image, picture.dpi)
    page = Page(picture.number, picture.image.width * to_points, picture.image.height * to_points)
    page.rules = [rule.scaled(to_points) for rule in rules]
    clean = wiped(picture.image, rules)
    words: list[_Word] = []
    notes: list[str] = []
    for grid in outlines(page):
        found, doubts = _table(clean, grid, picture)
        words += found
        notes += doubts
        clean.paste(255, _pixels((grid.xs[0], grid.top, grid.xs[-1], grid.bottom), to_points))
    words += _words(clean, picture.dpi)
    page.lines = lines_of_glyphs(_glyphs(words, to_points), picture.number)
    return page, _doubts(words, picture.number) + notes


def _table(clean: "Image", grid: Grid, picture: Picture) -> tuple[list[_Word], list[str]]:
    """The words of a table, cell by cell, and notes on numbers that were inferred."""
    to_points = 72 / picture.dpi
    first: list[_Word] = []  # of the first column
    words: list[_Word] = []
    for cell in grid.cells:
        after, below = cell.column + cell.columns, cell.row + cell.rows
        box = _pixels((grid.xs[cell.column], grid.ys[cell.row], grid.xs[after], grid.ys[below]), to_points)
        found = [_moved(word, box[0], box[1]) for word in _best(clean.crop(box), picture.dpi)]
        (first if after == 1 else words).extend(found)
    notes: list[str] = []
    if _is_numbers(first):
        first, notes = _numbers(clean, grid, first, picture)
    return first + words, notes


def _pixels(box: tuple[float, float, float, float], to_points: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(value / to_points) for value in box)
    return left, top, right, bottom


def _is_numbers(words: list[_Word]) -> bool:
    """Whether a column holds running numbers: hardly any Chinese in it but its header 序号."""
    letters = "".join(word.text for word in words)
    han = len(_HAN.findall(re.sub("[序编项号次]", "", letters)))
    return bool(words) and han * 3 <= len(letters) and max(len(word.text) for word in words) <= 4


def _numbers(clean: "Image", grid: Grid, words: list[_Word], picture: Picture) -> tuple[list[_Word], list[str]]:
    """A column of running numbers, read cell by cell as digits; what breaks the count is put right and noted."""
    to_points = 72 / picture.dpi
    cells = [_pixels((grid.xs[0], y0, grid.xs[1], y1), to_points) for y0, y1 in pairwise(grid.ys)]
    header = [word for word in words if word.y <= cells[0][3] and _HAN.search(word.text)]
    cells = cells[1:] if header else cells
    read = ["".join(word.text for word in _words(clean.crop(cell), picture.dpi, digits=True)) for cell in cells]
    due = counted(read)
    if due is None:
        return words, []
    notes = [
        f"第 {picture.number} 页表格的序号“{was}”按顺序读作“{now}”，请对照原件"
        for was, now in zip(read, due, strict=True)
        if was and was != now
    ]
    out = list(header)
    for (left, top, right, bottom), number in zip(cells, due, strict=True):
        middle = (top + bottom) / 2
        height = min(float(bottom - top), 0.2 * picture.dpi)
        inset = 0.3 * (right - left)
        out.append(_Word(number, left + inset, right - inset, middle + height / 2, height, 99))
    return out, notes


def _moved(word: _Word, x: float, y: float) -> _Word:
    return _Word(word.text, word.x0 + x, word.x1 + x, word.y + y, word.height, word.confidence)


def _best(image: "Image", dpi: float) -> list[_Word]:
    """What tesseract reads in a small picture as a block or, when it doubts that, as scattered lines."""
    block = _words(image, dpi)
    if not block or min(word.confidence for word in block) >= DOUBT_BELOW:
        return block
    lines = _words(image, dpi, mode=_SCATTERED)
    return max(block, lines, key=lambda words: sum(w.confidence * len(w.text) for w in words))


def _words(image: "Image", dpi: float, *, digits: bool = False, mode: str = _BLOCK) -> list[_Word]:
    """What tesseract reads in a picture; with `digits` a single number."""
    if min(image.size) < 8 or image.getextrema()[0] > 200:  # type: ignore[operator]  # grey: a pair of numbers
        return []
    framed = _framed(image)
    stream = BytesIO()
    framed.save(stream, "PNG", compress_level=1)
    language = "eng" if digits and _has_english() else "chi_sim"
    command = ["tesseract", "-", "-", "-l", language, "--psm", _LINE if digits else mode, "--dpi", str(round(dpi))]
    command += ["-c", "tessedit_char_whitelist=0123456789"] if digits else []
    command.append("tsv")
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            command, input=stream.getvalue(), capture_output=True, timeout=PAGE_TIMEOUT_S, env=environment, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise ReadError("文字识别（OCR）超时，请换清楚一些的扫描件，或拆成几个文件") from exc
    if done.returncode:
        raise ReadError(f"文字识别（OCR）没有成功：{done.stderr.decode(errors='replace').strip()[:200]}")
    return _parsed(done.stdout.decode("utf-8", errors="replace"))


_FRAME = 12  # pixels of white around a picture: letters at the very edge are misread


def _framed(image: "Image") -> "Image":
    from PIL import Image

    framed = Image.new("L", (image.width + 2 * _FRAME, image.height + 2 * _FRAME), 255)
    framed.paste(image, (_FRAME, _FRAME))
    return framed


def _parsed(table: str) -> list[_Word]:
    """The words of tesseract's table (level 4 is a line, level 5 a word), their lines' foot as baseline."""
    words: list[_Word] = []
    foot = height = 0.0
    for row in table.splitlines()[1:]:
        cells: list[Any] = row.split("\t")
        if len(cells) < 12:
            continue
        left, top, width, tall = (float(value) for value in cells[6:10])
        if cells[0] == "4":
            foot, height = top + tall, tall
        elif cells[0] == "5" and cells[11].strip():
            words.append(
                _Word(cells[11].strip(), left - _FRAME, left - _FRAME + width, foot - _FRAME, height, float(cells[10]))
            )
    return words


def _glyphs(words: list[_Word], to_points: float) -> list[Glyph]:
    """The words as glyphs of one size, where their lines' heights differ no more than letters do."""
    if not words:
        return []
    usual = median(word.height for word in words)
    rows: dict[float, list[Glyph]] = {}
    for word in words:
        height = usual if 0.55 * usual <= word.height <= 1.45 * usual else word.height
        glyph = Glyph(word.text, word.x0 * to_points, word.x1 * to_points, word.y * to_points, height * to_points)
        rows.setdefault(glyph.y, []).append(glyph)
    for row in rows.values():
        row.sort(key=lambda glyph: glyph.x0)
        for index, glyph in enumerate(row):
            _close(glyph, row[index + 1] if index + 1 < len(row) else None)
    return [glyph for row in rows.values() for glyph in row]


def _close(glyph: Glyph, following: Glyph | None) -> None:
    """Give a word the room that its letters take: OCR measures ink, and a comma has little of it."""
    if following is None:
        if glyph.text[-1] in _HALF_SQUARE:
            glyph.x1 += 0.5 * glyph.size
        return
    words = glyph.text[-1].isascii() and following.text[0].isascii()
    if following.x0 - glyph.x1 < 0.9 * glyph.size and not words:
        glyph.x1 = max(glyph.x1, following.x0)
    glyph.text = _wide(glyph.text + following.text[0])[:-1]


def _wide(text: str) -> str:
    """Commas and colons between Chinese letters in their full width, which tesseract mixes up.

    >>> _wide("电话:甲,乙")
    '电话：甲，乙'
    """
    return _NARROW.sub(lambda match: match.group().translate(_WIDE_FORMS), text)


def _doubts(words: list[_Word], number: int) -> list[str]:
    """A note for the least certain words of a page."""
    unsure = sorted((w for w in words if w.confidence < DOUBT_BELOW and w.text.strip()), key=lambda w: w.confidence)
    if not unsure:
        return []
    shown = "、".join(f"“{word.text[:12]}”（{word.confidence:.0f}%）" for word in unsure[:_MAX_DOUBTS])
    more = f"等 {len(unsure)} 处" if len(unsure) > _MAX_DOUBTS else ""
    return [f"第 {number} 页可能认错：{shown}{more}，请对照原件"]
