"""What whole-way tests of several rooms share: corpus/ ingested once, by the real command."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which corpus/ was ingested, once for all tests, by the real command."""
    folder = tmp_path_factory.mktemp("tiaowen")
    done = run_tiaowen(folder, "ingest")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still: what is counted by the minute is counted in one."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)


def run_tiaowen(data_dir: Path, *arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *arguments],
        env=environment(data_dir),
        input=standard_input,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def environment(data_dir: Path) -> dict[str, str]:
    """The environment without the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIAOWEN_")}
    root = str(Path(__file__).resolve().parents[1])
    return kept | {"TIAOWEN_DATA_DIR": str(data_dir), "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"}


def apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: once a browser test has run, Playwright's loop runs on in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
