"""The page over the fake assistant, in a real Chromium."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ui.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
PPP = "哪些部门负责PPP相关任务？"


def ask(page: Any, question: str) -> None:
    page.locator("#ask textarea").fill(question)
    page.locator("#ask textarea").press("Enter")


def settled(page: Any, count: int = 1) -> Any:
    page.locator(f"#settled article:nth-of-type({count})").wait_for(timeout=10_000)
    return page.locator("#settled article").nth(count - 1)


def test_an_answer_streams_in_and_its_first_source_is_open(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, PPP + "慢慢说")
    page.locator("#running [aria-busy=true] .answer p:not(.stage)").wait_for(timeout=5_000)
    assert page.locator("#stop").is_visible() and not page.locator("#go").is_visible()
    turn = settled(page)
    assert "市发展改革委、市教委、市人社局、市财政局和各区人民政府负责" in turn.inner_text()
    page.locator("#source mark").wait_for()
    assert page.locator("#source mark").inner_text() == "市发展改革委、市教委、市人社局、市财政局，各区人民政府"
    assert page.locator("#status").inner_text() == "回答完毕，有 2 处依据"
    assert page.locator("#go").is_visible() and not page.locator("#stop").is_visible()


def test_a_click_on_a_mark_shows_its_words_in_the_document(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, PPP)
    answered = settled(page)
    page.get_by_text("依据 1 / 2").wait_for()  # the first source opens by itself; a click after that must win
    answered.locator(".cite").nth(1).click()
    page.get_by_text("依据 2 / 2").wait_for()
    assert page.locator("#source mark").inner_text().startswith("鼓励政府与社会资本合作（PPP）模式建设")
    assert page.locator("#log .cite.on").inner_text() == "2"
    page.get_by_role("button", name="‹ 上一条").click()
    page.get_by_text("依据 1 / 2").wait_for()


def test_the_last_of_several_quick_clicks_wins(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, PPP)
    settled(page)
    page.get_by_text("依据 1 / 2").wait_for()
    page.evaluate("for (const n of [0, 1]) document.querySelectorAll('#settled .cite')[n].click()")
    page.get_by_text("依据 2 / 2").wait_for()


def test_the_keyboard_reaches_everything(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    page.locator("#log").focus()
    page.keyboard.press("/")
    page.keyboard.type(PPP)
    page.keyboard.press("Enter")
    answered = settled(page)
    page.get_by_text("依据 1 / 2").wait_for()
    answered.locator(".cite").first.focus()
    page.locator("#head .card").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.tagName === 'MARK'")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('cite')")
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_text("依据 2 / 2").wait_for()


def test_examples_suggestions_retry_and_rewriting(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    page.locator(".examples .chip").first.click()
    turn = settled(page)
    turn.get_by_role("button", name="重新回答").click()
    page.wait_for_function("!document.querySelector('#settled article')")
    turn = settled(page)
    assert page.locator("#settled article").count() == 1
    turn.get_by_role("button", name="改写问题").click()
    page.wait_for_function("document.querySelector('#ask textarea').value.includes('PPP')")
    turn.get_by_role("button", name="PPP模式可以用来做什么？").click()
    assert "PPP模式可以用来做什么？" in settled(page, 2).inner_text()


def test_a_refusal_shows_the_nearest_clause(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, "食堂怎么管？")
    turn = settled(page)
    assert "文件中没有找到" in turn.inner_text() and "讲的是实训基地" in turn.inner_text()
    page.locator("#source", has_text="这个回答没有可引的条款").wait_for()
    turn.locator(".near").click()
    page.locator("#source mark").wait_for()
    assert page.locator("#source mark").inner_text() == "建设公共实训基地"


def test_a_stopped_answer_keeps_what_had_come(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, "PPP慢慢说")
    page.locator("#running .answer p:not(.stage)").wait_for(timeout=5_000)
    page.locator("#stop").click()
    turn = settled(page)
    assert "已停止，回答不完整。" in turn.inner_text() and "PPP相关任务" in turn.inner_text()
    page.wait_for_function("!document.querySelector('#running article')")
    ask(page, PPP)
    assert "负责" in settled(page, 2).inner_text()


def test_a_failure_says_what_to_do_and_nothing_internal(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, "出错")
    words = settled(page).inner_text()
    assert "这次没有成功。请过一分钟点“重新回答”。（编号 " in words
    assert "secret-internal" not in page.content()


def test_conversations_stay_in_the_browser_and_can_be_opened_again(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, PPP)
    settled(page)
    kept(page, 1)
    page.locator("#ask textarea").press_sequentially("还没问完")
    page.reload()
    assert "各区人民政府负责" in settled(page).inner_text()
    page.wait_for_function("document.querySelector('#ask textarea').value === '还没问完'")
    page.locator("#new").click()
    page.locator("#log .welcome").wait_for()
    ask(page, "工作站有多少？")
    settled(page)
    kept(page, 2)
    page.get_by_text("历史对话").click()
    page.locator(".past .title").first.wait_for()
    assert page.locator(".past .title").all_inner_texts() == ["工作站有多少？", PPP]
    page.locator(".past .open").nth(1).click()
    page.locator("#settled", has_text="各区人民政府负责").wait_for()
    ask(page, "食堂怎么管？")
    settled(page, 2)
    page.wait_for_function("JSON.parse(document.querySelector('#saved textarea').value).turns.length === 2")
    kept(page, 2)
    page.get_by_text("历史对话").click()
    page.locator(".past .drop").first.click()
    page.wait_for_function("document.querySelectorAll('.past li').length === 1")
    kept(page, 1)


def kept(page: Any, count: int) -> None:
    code = "(n) => Object.keys(localStorage).filter((key) => key.startsWith('tiaowen.c.')).length === n"
    page.wait_for_function(code, arg=count)


def test_only_the_latest_thirty_conversations_are_kept(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    page.evaluate(
        "for (let n = 0; n < 40; n += 1)"
        " localStorage.setItem('tiaowen.c.' + n, JSON.stringify({at: n, title: '旧' + n}))"
    )
    ask(page, PPP)
    settled(page)
    kept(page, 30)
    assert page.evaluate("localStorage.getItem('tiaowen.c.10')") is None


def test_hostile_text_stays_text_everywhere(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    ask(page, "敌意 <img src=http://evil.example/x onerror=alert(2)>")
    settled(page)
    page.locator("#source mark").wait_for()
    page.get_by_role("button", name="打开全文").click()
    page.locator("#library .tree").wait_for()
    page.locator("#library [data-back]").click()
    page.locator("#library table").wait_for()
    assert page.locator("#log img, #source img, #library img, #log script, #source script").count() == 0
    assert "49" not in page.locator("#library").inner_text()


def test_the_library_opens_a_document_at_the_clause(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    ask(page, PPP)
    settled(page)
    page.get_by_role("button", name="打开全文").click()
    current = page.locator("#library .clause.current")
    current.wait_for()
    assert "责任单位：市发展改革委" in current.inner_text()
    page.get_by_role("tab", name="问答").click()
    assert page.locator("#settled article").count() == 1


def test_a_dark_english_system_still_gets_the_light_chinese_page(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url, color_scheme="dark", locale="en-GB")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("getComputedStyle(document.querySelector('#log')).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("body.dark").count()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 1366, "height": 600}], ids=["desktop", "phone", "low"])
def test_the_page_itself_does_not_scroll(open_page: Open, fake_url: str, size: dict[str, int]) -> None:
    page = open_page(fake_url, viewport=size)
    ask(page, PPP)
    settled(page)
    found = page.evaluate("[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth]")
    assert found[0] <= 0 and found[1] <= size["width"]
    page.get_by_role("tab", name="文件库").click()
    page.locator("#library table").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0


def test_on_a_phone_the_source_is_a_sheet_that_gives_the_focus_back(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url, viewport=PHONE, has_touch=True, is_mobile=True)
    ask(page, PPP)
    mark = settled(page).locator(".cite").first
    assert not page.locator("#source").is_visible()
    box = mark.bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
    mark.tap()
    page.locator("#source mark").wait_for(state="visible")
    assert page.locator("#source").get_attribute("role") == "dialog"
    page.get_by_role("button", name="关闭").tap()
    page.locator("#source").wait_for(state="hidden")
    page.wait_for_function("document.activeElement.classList.contains('cite')")


def test_the_tabs_stand_in_order_and_in_the_address(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    names = page.get_by_role("tab").all_inner_texts()
    assert names == ["问答", "引文核查", "责任分工", "文件库", "评测"]
    page.get_by_role("tab", name="文件库").click()
    page.wait_for_function("location.search.includes('tab=library')")
    page.reload()
    page.locator("#library table").wait_for()
    page.get_by_role("tab", name="问答").click()
    page.wait_for_function("!location.search.includes('tab=')")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_feedback_is_stored_with_its_reason(
    open_page: Open, fake_url: str, fake_dir: Path, size: dict[str, int]
) -> None:
    page = open_page(fake_url, viewport=size)
    ask(page, PPP)
    turn = settled(page)
    turn.get_by_role("button", name="没帮助").click()
    turn.get_by_role("button", name="提交").click()
    page.get_by_text("请选一个原因").wait_for()
    turn.get_by_label("有遗漏").check()
    turn.get_by_label("说明（可不填）").fill(f"少了一个部门 {size['width']}")
    turn.get_by_role("button", name="提交").click()
    turn.locator("[data-do=missed][aria-pressed=true]").first.wait_for()
    stored = "".join(file.read_text(encoding="utf-8", errors="ignore") for file in fake_dir.glob("*feedback*"))
    assert f"少了一个部门 {size['width']}" in stored and "incomplete" in stored
    ask(page, "食堂怎么管？")
    settled(page, 2).get_by_role("button", name="有帮助").click()
    page.wait_for_function("document.querySelectorAll('[data-do=helped][aria-pressed=true]').length > 0")


def test_the_conversation_becomes_a_word_file_with_footnotes(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    page.locator("#export").click()
    page.get_by_text("还没有可以导出的回答").wait_for()
    ask(page, PPP)
    settled(page)
    page.wait_for_function("JSON.parse(document.querySelector('#saved textarea').value).turns.length === 1")
    with page.expect_download() as download:
        page.locator("#export").click()
    assert download.value.suggested_filename.endswith(".docx")
    with zipfile.ZipFile(download.value.path()) as word:
        assert PPP in word.read("word/document.xml").decode()
        assert "附件2第6项" in word.read("word/footnotes.xml").decode()


def test_the_copy_has_sources_and_works_without_a_clipboard_api(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {get: () => undefined});"
        "document.execCommand = () => { window.copied = document.activeElement.value; return true; }"
    )
    ask(page, PPP)
    settled(page).get_by_role("button", name="复制正文＋依据").click()
    page.get_by_text("已复制").wait_for()
    copied = page.evaluate("copied")
    assert "依据：\n① 《关于深化产教城融合 打造新时代职业教育创新发展标杆的意见》附件2第6项：“市发展改革委" in copied


def test_a_refused_call_and_a_lost_connection_are_said_in_chinese(open_page: Open, fake_url: str) -> None:
    page = open_page(fake_url)
    words = "问得太快了，请 20 秒后再试"
    body = json.dumps({"error": {"code": "rate_limited", "message": words, "details": [], "request_id": "r"}})
    page.route("**/queue/join*", lambda route: route.fulfill(status=429, content_type="application/json", body=body))
    ask(page, PPP)
    page.locator(".say", has_text=words).wait_for()
    assert page.locator("#ask textarea").input_value() == PPP
    page.unroute("**/queue/join*")
    page.route("**/queue/join*", lambda route: route.abort())
    page.locator("#ask textarea").press("Enter")
    page.locator(".say", has_text="连不上服务，正在重试").wait_for()
    assert not page.get_by_text("Connection").is_visible()
