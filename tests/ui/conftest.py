"""The page over the real corpus (or, for what that never does, over a fake), and a real browser to drive it."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from api.config import Settings
from tests.api.conftest import KEY
from tests.conftest import environment
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import AT_MOST_S, free_port, serving

BROWSER = Path(os.environ.get("TIAOWEN_BROWSER", "/usr/bin/chromium"))
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}


PATIENCE_MS = 60_000  # Playwright's own 30 seconds, and 5 for `expect`, are short where other programs run
# Keeps what the page says for a moment: the line at its foot, and a copy button.
SAID = """
window.said = [];
new MutationObserver((changes) => {
  for (const {target} of changes) {
    const told = target.closest && target.closest('.say, [data-do="copy"]');
    if (told && told.checkVisibility({visibilityProperty: true})) window.said.push(told.textContent);
  }
}).observe(document, {childList: true, subtree: true});
"""
LONGEST = ("test_workers.py", "test_faults.py", "test_shutdown.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """This folder comes last: Playwright's loop runs on, which not every test bears. In it the longest files come
    first, so that two processes end at about the same time.
    """
    here = Path(__file__).parent
    items.sort(key=lambda item: (item.path.parent == here, item.path.name not in LONGEST))


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The options of a window of either size."""
    return SIZES[request.param]


def is_phone(page: Any) -> bool:
    return bool(page.viewport_size == PHONE)


def press(page: Any, target: Any) -> None:
    """Click, or on a phone touch."""
    target.tap() if is_phone(page) else target.click()


def ask(page: Any, question: str) -> None:
    page.locator("#ask textarea").fill(question)
    page.locator("#ask textarea").press("Enter")


def settled(page: Any, count: int = 1) -> Any:
    """The turn of that number, once its answer is there."""
    page.locator(f"#settled article:nth-of-type({count})").wait_for()
    return page.locator("#settled article").nth(count - 1)


def said(page: Any, words: str) -> None:
    """Wait until the page has said this, though it says it no longer."""
    page.wait_for_function("(words) => window.said.some((one) => one.includes(words))", arg=words)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not BROWSER.is_file():
        words = f"没有浏览器 {BROWSER}：请安装 chromium，或用 TIAOWEN_BROWSER 写出它的路径"
        if os.environ.get("TIAOWEN_REQUIRE_BROWSER"):
            pytest.fail(words)
        pytest.skip(words)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(BROWSER), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages that fail the test when they contact a foreign host or raise an error."""
    contexts, foreign, errors = [], [], []

    def opened(url: str, ready: str = "#ask textarea", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-US", **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(SAID)
        page = context.new_page()
        page.on(
            "request",
            lambda request: (
                request.url.startswith((url.partition("/?")[0], "data:", "blob:")) or foreign.append(request.url)
            ),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.locator(ready).wait_for()
        page.wait_for_function("window.tiaowen")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []


@pytest.fixture(scope="session")
def fake_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page and the API over the fake assistant."""
    from ui.serve import create_server_app

    settings = Settings(data_dir=tmp_path_factory.mktemp("fake"), port=free_port())
    with serving(create_server_app(settings, FakeAssistant(pause_s=0.01)), settings.port) as url:
        yield url


@pytest.fixture(scope="session")
def real_dir(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of `real_url`, which its tests may change and put back."""
    return Path(shutil.copytree(data_dir, tmp_path_factory.mktemp("real") / "data"))


@pytest.fixture(scope="session")
def real_url(real_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`tiaowen serve` on the real corpus, with an administrator's key."""
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "serve", "--port", str(port)],
            env=environment(real_dir) | {"TIAOWEN_ADMIN_KEY": KEY},
            stderr=stderr,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + AT_MOST_S
        while not is_ready(url):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        assert process.wait(timeout=60) in (0, -15), log.read_text()


def is_ready(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url + "/readyz", timeout=30) as reply:
        return bool(reply.status == 200)
    return False
