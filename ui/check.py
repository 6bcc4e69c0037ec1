"""`tiaowen check`: drafts from files or standard input, the report as text, JSON, HTML or Word."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.config import Settings
    from api.schema_citations import CheckResponse
    from rag.check.checker import Checker

STANDARD_INPUT = "-"
REPORTS = (".html", ".docx")


class CheckUserError(Exception):
    """The user can put it right; the message says how."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft as read; `content` are its bytes, "" as `path` means standard input."""

    path: str
    content: bytes
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="草稿：txt、md 或 docx；目录取其中的草稿；- 为标准输入"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON，字段与 HTTP 接口相同；多份草稿每份一行")
    parser.add_argument(
        "--out", type=Path, metavar="核查.html", help="另存报告：.html，或带批注的 .docx（只限一份草稿）"
    )
    parser.add_argument(
        "--document", action="append", dest="document_ids", metavar="ID", help="只与这份文件核对，可写多次"
    )


def run(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Check the drafts; exit status 1 when one of several could not be read."""
    from api.exports import checked
    from api.schema_citations import CheckResponse
    from rag.check.checker import Checker
    from rag.index import open_index

    paths = list(_paths(arguments.files))
    _complain(arguments, paths)
    checker = Checker(index=open_index(settings.data_dir, settings.embedding_model, with_chroma=False))
    if len(paths) > 1:
        return _batch(paths, checker, arguments.document_ids)
    draft = read(paths[0])
    response = CheckResponse.from_report(checker.check(draft.text, arguments.document_ids))
    if arguments.out is not None:
        save(arguments.out, draft, response)
        sys.stderr.write(f"报告已存到 {arguments.out}：{checked.summary_line(response)}\n")
    if arguments.json:
        sys.stdout.write(response.model_dump_json(indent=2) + "\n")
    elif arguments.out is None:
        sys.stdout.write(checked.plain(response) + "\n")
    return 0


def _paths(given: Sequence[str]) -> Iterator[str]:
    """Yield the files meant; of a folder its drafts, by name."""
    from rag.check.files import PLAIN, WORD

    for name in given:
        path = Path(name)
        if name != STANDARD_INPUT and path.is_dir():
            kinds = {*PLAIN, WORD} - {""}
            inside = [file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in kinds]
            yield from map(str, sorted(inside))
        else:
            yield name


def _complain(arguments: argparse.Namespace, paths: Sequence[str]) -> None:
    """Raise CheckUserError for what cannot be meant."""
    if not paths:
        raise CheckUserError("目录里没有 txt、md 或 docx 草稿")
    if arguments.out is None:
        return
    if len(paths) > 1:
        raise CheckUserError("--out 一次只能存一份草稿的报告；多份草稿请去掉 --out，结果按行输出 JSON")
    if arguments.out.suffix.lower() not in REPORTS:
        raise CheckUserError(f"--out 只能写 .html 或 .docx，收到 {arguments.out.name}")


def read(name: str) -> Draft:
    """Read one draft. Raises CheckUserError, and what `rag.check.files.read_draft` raises."""
    from api.schema_citations import MAX_DRAFT_CHARS
    from rag.check.files import read_draft

    if name == STANDARD_INPUT:
        draft = Draft(path="", content=(content := sys.stdin.buffer.read()), text=read_draft(content, "标准输入.txt"))
    else:
        try:
            content = Path(name).read_bytes()
        except OSError as exc:
            raise CheckUserError(f"读不到 {name}：{exc.strerror}") from exc
        draft = Draft(path=name, content=content, text=read_draft(content, Path(name).name))
    if len(draft.text) > MAX_DRAFT_CHARS:
        raise CheckUserError(f"{name} 太长：{len(draft.text)} 字，最多 {MAX_DRAFT_CHARS} 字，请分成几份再核对")
    return draft


def _batch(paths: Sequence[str], checker: "Checker", document_ids: Sequence[str] | None) -> int:
    """Check one draft after the other: a JSON line each on standard output, progress on standard error."""
    from api.exports.checked import summary_line
    from api.schema_citations import CheckResponse
    from ingest.errors import IngestError

    failed = 0
    for number, path in enumerate(paths, start=1):
        try:
            draft = read(path)
        except (CheckUserError, IngestError) as exc:
            failed += 1
            row: dict[str, object] = {"file": path, "error": " ".join(str(exc).split())}
            shown = str(row["error"])
        else:
            response = CheckResponse.from_report(checker.check(draft.text, document_ids))
            row = {"file": path, **response.model_dump(mode="json")}
            shown = summary_line(response)
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        sys.stderr.write(f"[{number}/{len(paths)}] {path}：{shown}\n")
    return 1 if failed else 0


def save(out: Path, draft: Draft, response: "CheckResponse") -> None:
    """Write the report; a Word draft keeps its form and gets comments. Raises CheckUserError when it cannot."""
    from api.exports import checked
    from rag.check.files import WORD, open_docx, paragraphs

    title = Path(draft.path).name or "标准输入"
    try:
        if out.suffix.lower() == ".html":
            out.write_text(checked.html(title, draft.text, response), encoding="utf-8")
            return
        word = draft.path.lower().endswith(WORD)
        document = open_docx(draft.content, title) if word else checked.blank(draft.text)
        checked.docx(document, list(paragraphs(document)), response).save(str(out))
    except OSError as exc:
        raise CheckUserError(f"写不了 {out}：{exc.strerror}，请换一个位置") from exc
