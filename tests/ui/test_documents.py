"""The commands in the documents, run as they stand there, page by page in one folder and over one running service."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pytest

from api.config import PREFIX, Settings
from tests.conftest import environment
from ui.cli import build_parser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What takes minutes, needs a network or serves for ever; each is run by tests of its own or by hand.
NOT_RUN = ("make ", "systemctl ", "cd /opt/tiaowen ", ".venv/bin/tiaowen eval ", "tiaowen eval ", "python -m evals.",
           "tiaowen serve", "chroma run ",
           "TIAOWEN_CHROMA_URL=http://127.0.0.1:8000 tiaowen serve")  # fmt: skip
# What a reader puts there himself, in the words of the shell.
PUT_IN = {
    "文件编号": "新文件.docx",
    "keys remove 编号": "keys remove $(tiaowen keys list | cut -f1 | tail -n 1)",
    "20250701T080000000000Z": "$(tiaowen index list | grep -v '^[*]' | tail -n 1 | cut -f1 | cut -c3-)",
    "tiaowen restore": "TIAOWEN_DATA_DIR=restored tiaowen restore",
}


def blocks(page: Path) -> list[list[str]]:
    """The shell blocks of a page, line by line; a line that goes on is one."""
    found = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [block.replace("\\\n", " ").strip().splitlines() for block in found]


@pytest.fixture
def folder(data_dir: Path, tmp_path: Path) -> Path:
    """An office's folder: an index, a document to come, a draft, and `tiaowen` on the path."""
    shutil.copytree(data_dir, tmp_path / "data")
    for name, words in (
        ("新文件.docx", ["关于值班的通知", "一、值班时间", "每日八时至十八时，由保卫处负责。"]),
        ("通知.docx", ["通知", "文件要求“建设一百所大学”。"]),
    ):
        document = docx.Document()
        for paragraph in words:
            document.add_paragraph(paragraph)
        document.save(str(tmp_path / name))
    command = tmp_path / "bin" / "tiaowen"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ui.cli "$@"\n')
    command.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
def test_the_commands_run_in_the_order_in_which_they_stand(folder: Path, real_url: str) -> None:
    given = environment(folder / "data")
    given["PATH"] = f"{folder / 'bin'}:{given['PATH']}"
    ran, left = 0, set()
    for page in PAGES:
        for block in blocks(page):
            run = [line for line in block if not line.startswith(NOT_RUN)]
            left |= {word for line in block for word in NOT_RUN if line.startswith(word)}
            script = "\n".join(run).replace("http://127.0.0.1:7860", real_url)
            for written, real in PUT_IN.items():
                script = script.replace(written, real)
            done = subprocess.run(
                ["bash", "-ec", script], cwd=folder, env=given, capture_output=True, text=True, timeout=300, check=False
            )
            assert done.returncode == 0, (page.name, script, done.stdout, done.stderr)
            ran += len(run)
    assert ran > 15 and left == set(NOT_RUN)
    assert (folder / "核查.html").is_file() and (folder / "restored" / "index").is_dir()


def test_the_entry_for_mcp_starts_our_command() -> None:
    page = (ROOT / "docs" / "integrators.md").read_text(encoding="utf-8")
    (entry,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if "mcp" in block)
    (server,) = entry["mcpServers"].values()
    assert server["command"] == "tiaowen"
    assert build_parser().parse_args(server["args"]).command == "mcp"
    assert {name.removeprefix(PREFIX).lower() for name in server["env"]} <= set(Settings.model_fields)
