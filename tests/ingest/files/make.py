"""The five texts as html, docx, pdf and scans, made by real programs: `python -m tests.ingest.files.make DIR`.

Needs LibreOffice (soffice), Chromium and poppler's pdftoppm; the tests need none of them, they read the small files
that lie beside this one. Every line of a text becomes a paragraph, every table a table: nothing is mended that the
splitter has to mend.
"""

import argparse
import html
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from ingest.split import tables
from ingest.split.lines import Line, lines_of

CORPUS = Path(__file__).parents[3] / "corpus"
_STYLE = """
@page { size: A4; margin: 25mm 26mm }
body { font-family: "Noto Serif CJK SC"; font-size: 14pt; line-height: 1.7 }
p { margin: 0; text-align: justify }
table { border-collapse: collapse; font-size: 12pt }
td, th { border: 1px solid black; padding: 2pt 4pt }
"""


def page_of(text: str, title: str) -> str:
    """A text as an HTML page."""
    lines, _ = lines_of(text)
    body: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        body += ["<p><br></p>"] * bool(line.gap)
        table = tables.table_at(text, lines, index)
        if table is not None:
            body.append(_table(text, table))
            index += table.count
            continue
        body.append(_paragraph(text, line))
        index += 1
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _paragraph(text: str, line: Line) -> str:
    written = html.escape(line.text.replace("\t", " ...... "))
    style = ' style="text-indent: 2em"' if text[line.raw : line.start].count("\u3000") >= 2 else ""
    return f"<p{style}>{written}</p>"


def _table(text: str, table: tables.Table) -> str:
    """A table with the merged cells of its left columns."""
    rows = [tables.Row(table.header), *table.rows]
    width = max(len(row.cells) for row in rows)
    out = ['<table border="1" cellspacing="0">']
    for index, row in enumerate(rows):
        out.append("<tr>")
        for column in range(width):
            if column < row.lead:
                continue
            start, end = row.cells[column] if column < len(row.cells) else (0, 0)
            below = 0
            while index + below + 1 < len(rows) and rows[index + below + 1].lead > column:
                below += 1
            span = f' rowspan="{below + 1}"' if below else ""
            out.append(f"<td{span}>{html.escape(text[start:end])}</td>")
        out.append("</tr>")
    return "\n".join([*out, "</table>"])


def convert(source: Path, target: Path, *, reader: str = "") -> None:
    """Convert a file with LibreOffice into `target`, whose extension names the format."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        command += [f"--infilter={reader}"] if reader else []
        command += ["--convert-to", target.suffix[1:], "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        shutil.move(Path(folder) / (source.stem + target.suffix), target)


def print_page(source: Path, target: Path, *, furniture: bool = True) -> None:
    """Print an HTML page to pdf with Chromium, with its running heads and page numbers."""
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={target}"]
    command += [] if furniture else ["--no-pdf-header-footer"]
    subprocess.run([*command, source.resolve().as_uri()], check=True, capture_output=True, timeout=300)


def scan(source: Path, target: Path, *, dpi: int = 200, pages: int | None = None) -> None:
    """A pdf of pictures: what a scanner gives."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", str(dpi), "-gray", "-png"] + (["-l", str(pages)] if pages else [])
        subprocess.run([*command, str(source), f"{folder}/page"], check=True, capture_output=True, timeout=300)
        images = [Image.open(file).convert("L") for file in sorted(Path(folder).glob("page*.png"))]
        images[0].save(target, save_all=True, append_images=images[1:], resolution=dpi)


def _without_hanging(docx: Path, folder: Path) -> Path:
    """A copy that is set ragged: LibreOffice 7.4 does not print the commas that hang over the margin of a full line."""
    copy = folder / docx.name
    with zipfile.ZipFile(docx) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                data = data.replace(b'<w:jc w:val="both"/>', b'<w:jc w:val="left"/>')
            target.writestr(name, data)
    return copy


def main() -> None:
    """Write html, docx, pdf (Chromium), word.pdf (LibreOffice) and scan.pdf of each text into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(CORPUS.glob("*.txt")):
        page = folder / f"{file.stem}.html"
        page.write_text(page_of(file.read_bytes().decode("utf-8-sig"), file.stem), encoding="utf-8")
        convert(page, page.with_suffix(".docx"), reader="HTML (StarWriter)")
        print_page(page, page.with_suffix(".pdf"))
        with tempfile.TemporaryDirectory() as temporary:
            convert(_without_hanging(page.with_suffix(".docx"), Path(temporary)), folder / f"{file.stem}.word.pdf")
        scan(page.with_suffix(".pdf"), folder / f"{file.stem}.scan.pdf")


if __name__ == "__main__":
    main()
