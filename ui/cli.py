"""The command line `tiaowen`. What was asked for goes to standard output, progress and logs to standard error.

A user's mistake ends with exit status 1 and one line that says what to do. Every command imports what it needs when
it runs: `tiaowen --help` and `tiaowen ask` must not wait for libraries that only the server uses.
"""

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ui.progress import progress, say

if TYPE_CHECKING:
    from api.config import Settings
    from api.schema import AnswerResponse
    from ingest.schema import Document
    from rag.answer import Assistant
    from rag.build import IngestReport
    from rag.schema import Turn

_EPILOG = "设置用环境变量 TIAOWEN_*（见 README）。例：tiaowen ask 哪些部门负责PPP相关任务？"


class UserError(Exception):
    """The user can put it right; the message says how."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(1, f"命令写得不对（{message}），用法见 {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    from evals.options import add_arguments as add_eval_arguments

    parser = _Parser(prog="tiaowen", description="条文：政策文件问答，句句有出处", epilog=_EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")

    def command(name: str, run: Callable[[argparse.Namespace, "Settings"], int], words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    ingest = command("ingest", run_ingest, "把文件拆成条款并建立索引；不写路径时处理 corpus/ 里的文件")
    ingest.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="文件或目录")
    ingest.add_argument("--remove", action="append", default=[], metavar="DOCUMENT", help="删去这份文件，可写多次")
    ask = command("ask", run_ask, "问一个问题，答案附条款出处")
    ask.add_argument("question", nargs="+", metavar="QUESTION", help="问题")
    ask.add_argument("--mode", choices=["auto", "extractive", "llm"], default="auto", help="谁来写答案，默认 auto")
    chat = command("chat", run_chat, "连续对话；输入依据的编号看条款全文，空行结束")
    search = command("search", run_search, "查找条款")
    search.add_argument("query", nargs="+", metavar="QUERY", help="检索词或一句话")
    search.add_argument("--top-k", type=int, default=10, help="最多几条（1 到 100），默认 10")
    from ui import check as checking

    checking.add_arguments(
        command("check", run_check, "核对草稿里的引文和引用：已核实、有出入、条款号不对还是查无出处")
    )
    clauses = command("clauses", run_clauses, "列出一份文件的条款和拆分报告")
    clauses.add_argument("document", metavar="DOCUMENT", help="文件的编号、文号、文件名，或题目里的几个字")
    add_eval_arguments(command("eval", run_eval, "用问题文件评测答案，写出 results.jsonl 和 report.html"))
    from ui import keys as keyring

    keyring.add_arguments(command("keys", run_keys, "密钥：生成、列出、撤销；在别的机器上使用服务要用密钥"))
    from ui import index as versions

    versions.add_arguments(command("index", run_index, "索引的版本：列出保留着的，退回上一版"))
    keep = command("backup", run_backup, "把数据目录备份成一个文件；服务不必停")
    keep.add_argument("file", type=Path, metavar="FILE", help="写到哪里，例如 条文.tar.gz")
    bring = command("restore", run_restore, "把备份恢复到（空的）数据目录")
    bring.add_argument("file", type=Path, metavar="FILE", help="备份文件")
    command("mcp", run_mcp, "以 MCP 服务的方式运行（标准输入输出），供别的智能助手调用 search、answer、check")
    serve = command("serve", run_serve, "启动聊天页和接口；corpus/ 有变化时先入库")
    serve.add_argument("--host", help="监听地址，默认 127.0.0.1")
    serve.add_argument("--port", type=int, help="监听端口，默认 7860")
    serve.add_argument("--workers", type=int, help="接口进程的个数，默认 1；多于一个时聊天页另有一个进程")
    for made in (ask, search, chat):
        made.add_argument(
            "--document", action="append", dest="document_ids", metavar="ID", help="只在这份文件里找，可写多次"
        )
    for made in (ingest, ask, search, clauses):
        made.add_argument("--json", action="store_true", help="输出 JSON，字段与 HTTP 接口相同")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = build_parser().parse_args(argv)
    from api.config import SettingsError, load_settings, unknown_variables
    from api.keys import KeysError
    from api.logs import configure
    from ingest.errors import IngestError
    from rag.errors import RagError

    try:
        settings = load_settings(**{name: getattr(arguments, name, None) for name in ("host", "port", "workers")})
        level = settings.log_level if arguments.command == "serve" else "warning"
        configure(level, settings.log_format, with_words=settings.log_questions)
        for name in unknown_variables():
            say(f"提醒：没有名为 {name} 的设置，已忽略，请检查拼写")
        run: Callable[[argparse.Namespace, Settings], int] = arguments.run
        return run(arguments, settings)
    except (UserError, SettingsError, KeysError, RagError, IngestError) as exc:
        say(" ".join(str(exc).split()))
        return 1
    except BrokenPipeError:  # `tiaowen clauses … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        say("已中断")
        return 130


def run_ingest(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Ingest files; exit status 1 when one was refused."""
    missing = [str(path) for path in arguments.paths if not path.exists()]
    if missing:
        raise UserError(f"找不到 {'、'.join(missing)}，请检查路径")
    removed = [remove_document(wanted, settings) for wanted in arguments.remove]
    report = ingest_files(arguments.paths, settings) if arguments.paths or not removed else removed[-1]
    rows = [row for one in removed if one is not report for row in one.rows] + list(report.rows)
    if arguments.json:
        _out(_json({"files": [{**asdict(row), "path": str(row.path)} for row in rows], "version": report.version}))
    else:
        for row in rows:
            count = f"，{row.clause_count} 条" if row.clause_count else ""
            _out(f"{row.status}　{row.path.name}　" + (row.message or f"{row.document_id}{count}"))
        _out(f"索引版本 {report.version}" if report.version else "索引是空的：没有可以入库的文件")
    merge_segments(settings)
    return 1 if report.refused else 0


def merge_segments(settings: "Settings") -> None:
    """Make few large segments of many small ones, where that is due; everything can be found meanwhile."""
    from rag.errors import IndexMissing
    from rag.merge import merge

    with suppress(IndexMissing):
        merge(settings.data_dir, progress(), chroma_url=settings.chroma_server)


def remove_document(wanted: str, settings: "Settings") -> "IngestReport":
    """Remove the document that `wanted` names. Raises UserError."""
    from rag.build import REMOVED, IngestReport, IngestRow
    from rag.build import remove_document as remove
    from rag.index import open_library

    document = find_document(open_library(settings.data_dir).documents(), wanted)
    version = remove(
        document.id,
        data_dir=settings.data_dir,
        embedding_model=settings.embedding_model,
        chroma_url=settings.chroma_server,
        progress=progress(),
    )
    row = IngestRow(path=Path(document.source_file), status=REMOVED, document_id=document.id)
    return IngestReport(rows=(row,), version=version)


def ingest_files(paths: Sequence[Path], settings: "Settings") -> "IngestReport":
    """Ingest with progress on standard error."""
    from rag.build import ingest_paths

    return ingest_paths(
        list(paths),
        data_dir=settings.data_dir,
        catalogue_dir=settings.corpus_dir,
        embedding_model=settings.embedding_model,
        chroma_url=settings.chroma_server,
        progress=progress(),
    )


def run_ask(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Answer one question."""
    from api.schema import AnswerResponse
    from rag.schema import Mode
    from ui.opening import open_assistant
    from ui.render import plain

    question = _words(arguments.question, settings)
    assistant = open_assistant(settings)
    given = assistant.answer(question, document_ids=arguments.document_ids, mode=Mode(arguments.mode))
    response = AnswerResponse.from_answer(given)
    if arguments.json:
        _out(response.model_dump_json(indent=2))
        return 0
    _say_understood(assistant, response)
    _out(plain.answer(response))
    return 0


def _say_understood(assistant: "Assistant", response: "AnswerResponse") -> None:
    """How the question was understood and why the language model did not answer, beside the answer and not in it."""
    from ui.render import plain

    found = response.interpretation
    titles = {named: assistant.library.document(named).title for named in found.document_ids}
    say("（" + "；".join(f"{name}：{value}" for name, value in plain.understanding(found, titles)) + "）")
    if response.engine.fallback:
        say(f"（{response.engine.fallback}）")


def run_search(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Find clauses."""
    from api.schema import SearchResponse
    from ui.opening import open_assistant
    from ui.render import plain

    query = _words(arguments.query, settings)
    if not 1 <= arguments.top_k <= 100:
        raise UserError("--top-k 要在 1 到 100 之间")
    found = open_assistant(settings).search(query, top_k=arguments.top_k, document_ids=arguments.document_ids)
    response = SearchResponse.from_result(found)
    _out(response.model_dump_json(indent=2) if arguments.json else plain.hits(response.hits))
    return 0


def run_chat(arguments: argparse.Namespace, settings: "Settings") -> int:
    """A conversation on the terminal."""
    from rag.schema import Turn
    from ui.opening import open_assistant

    assistant = open_assistant(settings)
    say("请输入问题；输入依据的编号看条款全文；空行结束。")
    history: list[Turn] = []
    last: AnswerResponse | None = None
    while line := _read_line():
        if last is not None and line.isdigit() and 1 <= int(line) <= len(last.citations):
            _out(last.citations[int(line) - 1].text + "\n")
            continue
        if len(line) > settings.max_question_chars:
            say(f"问题太长：{len(line)} 字，最多 {settings.max_question_chars} 字")
            continue
        last = _chat_turn(assistant, line, history, arguments.document_ids)
        history += [Turn(role="user", content=line), Turn(role="assistant", content=last.answer)]
        history = history[-settings.max_history_turns :] if settings.max_history_turns else []
    return 0


def _chat_turn(
    assistant: "Assistant", question: str, history: Sequence["Turn"], document_ids: Sequence[str] | None
) -> "AnswerResponse":
    """Answer one question of a conversation, writing its sentences as they come."""
    from api.schema import AnswerResponse
    from rag.schema import Done, Token
    from ui.render import plain

    for event in assistant.stream(question, history=history, document_ids=document_ids):
        if isinstance(event, Token):
            sys.stdout.write(plain.plain_marks(event.text))
            sys.stdout.flush()
        elif isinstance(event, Done):
            response = AnswerResponse.from_answer(event.answer)
            _out("\n" + plain.sources(response) + "\n")
            _say_understood(assistant, response)
            return response
    raise RuntimeError("the stream ended without its last event")


def run_check(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Check the citations of drafts."""
    from ui import check

    try:
        return check.run(arguments, settings)
    except check.CheckUserError as exc:
        raise UserError(str(exc)) from exc


def run_clauses(arguments: argparse.Namespace, settings: "Settings") -> int:
    """A document's clause tree and splitting report."""
    from api.schema_documents import ClauseResponse, ClausesResponse, clause_fields
    from ingest.report import render
    from rag.index import open_library
    from ui.render import plain

    library = open_library(settings.data_dir)
    document = find_document(library.documents(), arguments.document)
    clauses = [
        ClauseResponse.model_validate(clause_fields(clause, library.whole_text(clause.id)))
        for clause in library.clauses(document.id)
    ]
    if arguments.json:
        _out(ClausesResponse(clauses=clauses).model_dump_json(indent=2))
        return 0
    _out(f"《{document.title}》{document.number}（编号 {document.id}，{len(clauses)} 条）\n")
    _out(plain.clause_tree(clauses) + "\n")
    _out(render(library.report(document.id), document.text))
    return 0


def find_document(documents: Sequence["Document"], wanted: str) -> "Document":
    """The document that `wanted` names: its id, number, file, title or a part of its title. Raises UserError."""
    exact = [one for one in documents if wanted in (one.id, one.number, one.source_file, one.title, *one.short_titles)]
    found = exact or [one for one in documents if wanted and wanted in one.title]
    if len(found) == 1:
        return found[0]
    choices = "；".join(f"{one.id}《{one.title}》" for one in (found or documents))
    if found:
        raise UserError(f"“{wanted}”不止一份文件，请写编号：{choices}")
    raise UserError(f"没有文件叫“{wanted}”，现有：{choices or '（还没有文件，请先运行 tiaowen ingest）'}")


def run_keys(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Make, list and withdraw keys."""
    from ui import keys

    return keys.run(arguments, settings)


def run_index(arguments: argparse.Namespace, settings: "Settings") -> int:
    """List the index's versions, or let another one serve."""
    from ui import index

    return index.run(arguments, settings)


def run_backup(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Write the data folder to one file."""
    from ui.backup import BackupError, backup

    try:
        count = backup(settings.data_dir, arguments.file)
    except (BackupError, OSError) as exc:
        raise UserError(str(exc)) from exc
    say(f"已备份 {count} 个文件到 {arguments.file}。")
    return 0


def run_restore(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Unpack a backup."""
    from ui.backup import BackupError, restore

    try:
        version = restore(arguments.file, settings.data_dir)
    except (BackupError, OSError) as exc:
        raise UserError(str(exc)) from exc
    say(f"已恢复到 {settings.data_dir}，索引版本 {version or '（没有索引）'}。")
    return 0


def run_mcp(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Serve other assistants over standard input and output."""
    from ui.mcp_server import build
    from ui.opening import live_assistant

    del arguments
    build(live_assistant(settings), settings).run("stdio")
    return 0


def run_serve(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Serve the chat page and the API on one port."""
    from api import telemetry
    from api.access import Access, is_loopback
    from ui.memory import keep_heaps_small

    if settings.otel:
        telemetry.check()
    keep_heaps_small()
    from api.logs import fields, masked
    from ui.opening import last_good
    from ui.serve import PortTakenError, check_port, run

    del arguments
    if settings.workers > 1 and sys.platform == "win32":
        raise UserError("Windows 上只能有一个接口进程，请去掉 --workers 和 TIAOWEN_WORKERS")
    if not is_loopback(settings.host) and not Access(settings).keys.entries():
        raise UserError(
            f"在 {settings.host} 上监听之前要有密钥：请先运行 tiaowen keys add 名称，或设置 TIAOWEN_ADMIN_KEY"
        )
    try:
        check_port(settings)
    except PortTakenError as exc:
        raise UserError(str(exc)) from exc
    logging.getLogger("tiaowen").info("settings: %s", masked(settings), extra=fields(settings=masked(settings)))
    if settings.workers > 1:
        from ui.workers import run as run_workers

        return run_workers(settings)
    prepare(settings)
    assistant = last_good(settings, with_chroma=True)
    # dictionaries are read at the first question: let that be ours, while the page's libraries load
    threading.Thread(target=assistant.search, args=("哪些部门负责",), name="warm-up", daemon=True).start()
    run(settings, assistant)
    return 0


def prepare(settings: "Settings") -> None:
    """Ingest what changed in corpus/, and see that a Chroma server has what the index needs."""
    from rag.build import corpus_is_current
    from rag.errors import IndexDamaged, IndexMissing
    from rag.manifest import serving
    from rag.published import keep_published
    from ui.opening import go_back

    try:
        serving(settings.data_dir)
    except IndexMissing:
        pass
    except IndexDamaged as error:  # what no version can replace is built anew, from what can be read of it
        go_back(settings, error)
    if not corpus_is_current(
        data_dir=settings.data_dir, catalogue_dir=settings.corpus_dir, embedding_model=settings.embedding_model
    ):
        say("正在为 corpus/ 建立索引，第一次需要一两分钟……")
        for row in ingest_files([settings.corpus_dir], settings).refused:
            say(f"提醒：{row.path.name} 没有入库：{row.message}")
    keep_published(settings.data_dir, settings.chroma_server, progress())


def run_eval(arguments: argparse.Namespace, settings: "Settings") -> int:
    """Measure systems with a question file."""
    from evals.command import EvalError, run
    from rag.index import current_version
    from ui.opening import language_model

    if current_version(settings.data_dir) is None and not arguments.compare:
        ingest_files([], settings)
    try:
        return run(
            arguments,
            data_dir=settings.data_dir,
            embedding_model=settings.embedding_model,
            llm=language_model(settings),
        )
    except EvalError as exc:
        raise UserError(str(exc)) from exc


def _words(parts: Sequence[str], settings: "Settings") -> str:
    """The words of a question as one string, neither empty nor too long."""
    words = " ".join(parts).strip()
    if not words:
        raise UserError("问题是空的，例：tiaowen ask 哪些部门负责PPP相关任务？")
    if len(words) > settings.max_question_chars:
        raise UserError(f"问题太长：{len(words)} 字，最多 {settings.max_question_chars} 字，请精简后再问")
    return words


def _read_line() -> str:
    """The next line of the user, "" at the end."""
    try:
        return input("问：" if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
