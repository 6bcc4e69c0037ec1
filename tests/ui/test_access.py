"""Whoever cannot see or cannot use a mouse: axe-core over every tab and state, at both sizes; and a restart."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from api.config import Settings
from tests.fakes.assistant import FakeAssistant
from tests.fakes.server import free_port, serving
from tests.ui.conftest import ask, settled

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
DRAFT = "《没有的文件》第一条规定，“一个字也没有”。\n该文件第二条规定，“也没有”。"


def violations(page: Any, where: str) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{where}: {one['id']} {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_axe_finds_nothing_on_any_tab(open_page: Open, real_url: str, size: dict[str, Any]) -> None:
    page = open_page(real_url, bypass_csp=True, **size)
    found = violations(page, "空白")
    ask(page, "哪些部门负责PPP相关任务？")
    settled(page)
    page.locator("#source mark").first.wait_for(state="attached")
    page.get_by_role("button", name="没帮助").click()
    page.locator("#settled .cite").first.click()
    page.locator("#source mark").first.wait_for()
    found += violations(page, "回答")
    page.keyboard.press("Escape")
    page.get_by_text("历史对话").click()
    page.locator(".past .open").first.wait_for()
    found += violations(page, "历史对话")
    page.keyboard.press("Escape")
    ask(page, "食堂菜单要不要公示？")
    settled(page, 2)
    found += violations(page, "拒答")
    page.get_by_role("tab", name="引文核查").click()
    page.locator("#draft-text").fill(DRAFT)
    found += violations(page, "草稿")
    page.get_by_role("button", name="核查引文").click()
    page.locator("#check.done .finding").first.wait_for()
    found += violations(page, "核查")
    page.get_by_role("tab", name="责任分工").click()
    page.locator("#tasks tbody tr").first.wait_for()
    found += violations(page, "责任分工")
    page.get_by_role("tab", name="文件库").click()
    page.locator("#library .near").first.wait_for()
    found += violations(page, "文件库")
    page.locator("#library .near").first.click()
    page.locator("#library .tree").wait_for()
    found += violations(page, "全文")
    page.get_by_role("tab", name="评测").click()
    page.locator("#evaluation h2").wait_for()
    found += violations(page, "评测")
    assert found == []


def test_a_restarted_server_finds_the_conversation_again(open_page: Open) -> None:
    from ui.serve import create_server_app

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), port=free_port())
        with serving(create_server_app(settings, FakeAssistant()), settings.port) as url:
            page = open_page(url)
            ask(page, "哪些部门负责PPP相关任务？")
            settled(page)
            page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('tiaowen.c.'))")
            page.locator("#ask textarea").press_sequentially("食堂怎么管？")
        with serving(create_server_app(settings, FakeAssistant()), settings.port):
            page.reload()
            page.locator("#ask textarea").wait_for()
            page.wait_for_function("document.querySelector('#ask textarea').value === '食堂怎么管？'")
            page.locator("#settled article").wait_for()
            page.locator("#ask textarea").press("Enter")
            page.locator("#settled article:nth-of-type(2)").wait_for()
            assert "各区人民政府负责" in page.locator("#settled article").first.inner_text()
