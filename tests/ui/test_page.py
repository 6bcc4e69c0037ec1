"""The tab 问答 over the real corpus, in a real Chromium."""

import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from api.client import Client
from tests.api.conftest import KEY
from tests.ui.conftest import DESKTOP, PHONE, ask, is_phone, press, said, settled

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
Size = dict[str, Any]
PPP = "哪些部门负责PPP相关任务？"
PPP_UNITS = ["市发展改革委", "市教委", "市人社局", "市财政局", "各区人民政府"]
NEIGHBOURS = ["市市场监管委", "市政务服务办", "市国资委", "市金融局", "市规划资源局", "市网信办", "市税务局"]
TASKS = "市国资委负责哪些任务？"  # three, so three marks
NUMBERED = "向企而行行动计划要推动建设多少个工作站？"  # its document has a number and a date
PPP_PART = "市教委负责哪些任务？"
ABSENT = "校车怎么管理？"


def place(page: Any, words: str) -> None:
    page.locator("#source .count", has_text=words).wait_for()


def test_marks_lead_to_the_words_in_the_document_one_after_the_other(
    open_page: Open, real_url: str, size: Size
) -> None:
    page = open_page(real_url, **size)
    with Client(real_url) as service:
        citations = service.answer(TASKS).citations
    ask(page, TASKS)
    turn = settled(page)
    expect(page.locator("#status")).to_have_text("回答完毕，有 3 处依据")
    if is_phone(page):
        assert not page.locator("#source").is_visible()
        box = turn.locator(".cite").first.bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24
        turn.locator(".cite").first.tap()
        page.locator("#source mark").first.wait_for(state="visible")
        assert page.locator("#source").get_attribute("role") == "dialog"
    place(page, "依据 1 / 3")  # on a large screen the first source opens by itself
    shows(page, citations[0])
    around = page.locator("#source .pane-body > details.clause")
    assert around.count() > 1 and page.locator("#source .pane-body > details[open]").count() == 0
    press(page, around.last.locator("summary"))
    expect(around.last.locator(".words, .cells").first).to_be_visible()
    press(page, page.get_by_role("button", name="下一条 ›"))
    place(page, "依据 2 / 3")
    shows(page, citations[1])
    expect(page.locator("#log .cite.on")).to_have_text(["2"])
    page.keyboard.press("Alt+ArrowDown")
    place(page, "依据 3 / 3")
    expect(page.get_by_role("button", name="下一条 ›")).to_be_disabled()
    page.keyboard.press("Alt+ArrowUp")
    place(page, "依据 2 / 3")
    press(page, page.get_by_role("button", name="‹ 上一条"))
    place(page, "依据 1 / 3")
    if is_phone(page):
        page.get_by_role("button", name="关闭").tap()
        page.locator("#source").wait_for(state="hidden")
        page.wait_for_function("document.activeElement.classList.contains('cite')")


def shows(page: Any, citation: Any) -> None:
    """The pane shows the cited clause of its document with the quoted words, and no others, highlighted."""
    assert page.locator("#source .current .label").inner_text() == citation.label
    assert page.locator("#source h2").inner_text() == citation.document.title
    marked = "".join(page.locator("#source mark").all_inner_texts())
    assert "".join(marked.split()) == "".join(citation.quote.split())


def test_number_and_date_stand_over_the_clause_and_the_full_text_opens_at_it(
    open_page: Open, real_url: str, size: Size
) -> None:
    page = open_page(real_url, **size)
    ask(page, NUMBERED)
    press(page, settled(page).locator(".cite").first)
    page.locator("#source mark").first.wait_for(state="visible")
    assert page.locator("#source .meta").inner_text() == "津教政〔2025〕7号 · 成文 2025-07-09"
    assert "向企而行" in page.locator("#source h2").inner_text()
    label = page.locator("#source .current .label").inner_text()
    press(page, page.get_by_role("button", name="打开全文"))
    current = page.locator("#library .clause.current")
    current.wait_for()
    assert label in current.inner_text() and "200" in current.inner_text()
    press(page, page.get_by_role("tab", name="问答"))
    expect(page.locator("#settled article")).to_have_count(1)


def test_the_keyboard_is_enough(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    page.locator("#log").focus()
    page.keyboard.press("/")
    page.keyboard.type(TASKS)
    page.keyboard.press("Enter")
    answered = settled(page)
    if not is_phone(page):
        place(page, "依据 1 / 3")
    answered.locator(".cite").first.focus()
    if not is_phone(page):
        page.locator("#head .card").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.tagName === 'MARK'")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('cite')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    place(page, "依据 2 / 3")


def test_the_last_of_several_quick_clicks_wins(open_page: Open, real_url: str) -> None:
    page = open_page(real_url)
    ask(page, TASKS)
    settled(page)
    place(page, "依据 1 / 3")
    page.evaluate("for (const n of [2, 0, 1]) document.querySelectorAll('#settled .cite')[n].click()")
    place(page, "依据 2 / 3")
    page.wait_for_function("document.querySelector('#log .cite.on').textContent === '2'")


def test_a_new_answer_shows_its_first_source_whatever_was_clicked_before(open_page: Open, real_url: str) -> None:
    page = open_page(real_url)
    ask(page, TASKS)
    press(page, settled(page).locator(".cite").nth(1))
    place(page, "依据 2 / 3")
    press(page, page.locator("#new"))
    page.locator("#log .welcome").wait_for()
    ask(page, PPP_PART)
    settled(page)
    page.wait_for_function("document.querySelector('#log .cite.on')")
    place(page, "依据 1 / ")
    expect(page.locator("#log .cite.on")).to_have_text(["1"])


def test_an_answer_is_understood_copied_exported_and_judged(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size, permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    ask(page, PPP)
    turn = settled(page)
    words = turn.locator(".answer").inner_text()
    assert [unit for unit in PPP_UNITS if unit not in words] == []
    assert [unit for unit in NEIGHBOURS if unit in words] == []
    press(page, turn.get_by_text("系统怎样理解这个问题"))
    assert "查责任单位" in turn.locator(".how").inner_text()
    press(page, turn.get_by_role("button", name="复制正文＋依据"))
    said(page, "已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    body, _, sources = copied.partition("\n依据：\n")
    assert "①" in body and all(unit in body for unit in PPP_UNITS)
    assert sources.startswith("① 《教育部 天津市人民政府关于深化产教城融合") and "附件2第6项：“" in sources
    with page.expect_download() as download:
        press(page, page.get_by_role("button", name="导出 Word"))
    assert download.value.suggested_filename.endswith(".docx")
    with zipfile.ZipFile(download.value.path()) as package:
        text, notes = (plain(package.read(f"word/{name}.xml")) for name in ("document", "footnotes"))
        assert package.read("word/document.xml").count(b"w:footnoteReference ") == 1
    assert PPP in text and "依据的文件" in text and "教育部 天津市人民政府关于深化产教城融合" in text
    assert "附件2第6项" in notes and "市发展改革委、市教委" in notes
    is_stored(page, real_url, turn)


def plain(xml: bytes) -> str:
    return re.sub(r"<[^>]+>", "", xml.decode())


def is_stored(page: Any, url: str, turn: Any) -> None:
    """Judge a turn in one way and then in the other; the service keeps what was said."""
    note = f"少了一个部门 {page.viewport_size['width']}"
    press(page, turn.get_by_role("button", name="没帮助"))
    press(page, turn.get_by_role("button", name="提交"))
    said(page, "请选一个原因")
    turn.get_by_label("有遗漏").check()
    turn.get_by_label("说明（可不填）").fill(note)
    press(page, turn.get_by_role("button", name="提交"))
    turn.locator("[data-do=missed][aria-pressed=true]").first.wait_for()
    said(page, "谢谢，已记下。")
    with Client(url, key=KEY) as service:
        missed = service.feedback().feedback[0]
        assert (missed.helpful, missed.reason, missed.note, missed.question) == (False, "incomplete", note, PPP)
        press(page, turn.get_by_role("button", name="有帮助"))
        turn.locator("[data-do=helped][aria-pressed=true]").wait_for()
        helped = service.feedback().feedback[0]  # of two judgements of one answer the later one stands
    assert helped.helpful and helped.answer_id == missed.answer_id


def test_examples_next_questions_retry_and_rewriting(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    page.locator(".examples .chip").first.wait_for()
    examples = page.locator(".examples .chip").all_inner_texts()
    assert len(examples) >= 3
    for example in examples:
        press(page, page.locator(".examples").get_by_role("button", name=example))
        turn = settled(page)
        assert turn.locator(".cite").count() > 0 and turn.locator(".tag").count() == 0, turn.inner_text()
        press(page, page.locator("#new"))
        page.locator("#log .welcome").wait_for()
    ask(page, TASKS)
    first = settled(page).locator("form.feedback").get_attribute("data-answer")
    press(page, settled(page).get_by_role("button", name="重新回答"))
    page.locator(f'#settled form.feedback:not([data-answer="{first}"])').wait_for(state="attached")
    turn = settled(page)
    assert page.locator("#settled article").count() == 1
    press(page, turn.get_by_role("button", name="改写问题"))
    page.wait_for_function("document.querySelector('#ask textarea').value.includes('市国资委')")
    following = turn.locator(".next .chip").first
    wanted = following.inner_text()
    press(page, following)
    assert settled(page, 2).locator(".question").inner_text() == wanted


def test_a_refusal_shows_the_nearest_clauses(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    ask(page, ABSENT)
    turn = settled(page)
    assert "文件中没有找到" in turn.inner_text() and turn.locator(".cite").count() == 0
    page.locator("#source", has_text="这个回答没有可引的条款").wait_for(state="attached")
    near = turn.locator(".nearest .near").first
    assert turn.locator(".nearest .why").first.inner_text()
    press(page, near)
    page.locator("#source .current .label").wait_for(state="visible")
    assert page.locator("#source .current .label").inner_text() in near.inner_text()


def test_conversations_stay_in_the_browser_and_can_be_opened_again(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    ask(page, PPP)
    settled(page)
    kept(page, 1)
    page.locator("#ask textarea").press_sequentially("还没问完")
    page.reload()
    assert "各区人民政府" in settled(page).inner_text()
    page.wait_for_function("document.querySelector('#ask textarea').value === '还没问完'")
    press(page, page.locator("#new"))
    page.locator("#log .welcome").wait_for()
    ask(page, NUMBERED)
    settled(page)
    kept(page, 2)
    press(page, page.get_by_role("tab", name="引文核查"))
    page.locator("#draft-text").wait_for()
    press(page, page.get_by_text("历史对话"))
    page.locator(".past .title").first.wait_for()
    assert page.locator(".past .title").all_inner_texts() == [NUMBERED, PPP]
    press(page, page.locator(".past .open").nth(1))
    page.locator("#settled", has_text="各区人民政府").wait_for(state="visible")
    ask(page, ABSENT)
    settled(page, 2)
    page.wait_for_function("JSON.parse(document.querySelector('#saved textarea').value).turns.length === 2")
    kept(page, 2)
    press(page, page.get_by_text("历史对话"))
    press(page, page.locator(".past .drop").first)
    page.wait_for_function("document.querySelectorAll('.past li').length === 1")
    kept(page, 1)


def kept(page: Any, count: int) -> None:
    code = "(n) => Object.keys(localStorage).filter((key) => key.startsWith('tiaowen.c.')).length === n"
    page.wait_for_function(code, arg=count)


def test_only_the_latest_thirty_conversations_are_kept(open_page: Open, real_url: str) -> None:
    page = open_page(real_url)
    page.evaluate(
        "for (let n = 0; n < 40; n += 1)"
        " localStorage.setItem('tiaowen.c.' + n, JSON.stringify({at: n, title: '旧' + n}))"
    )
    ask(page, PPP)
    settled(page)
    kept(page, 30)
    assert page.evaluate("localStorage.getItem('tiaowen.c.10')") is None


def test_too_long_a_question_stays_in_the_box_with_what_to_do(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    ask(page, "长" * 2001)
    page.get_by_text("问题太长：2001 字，最多 2000 字。请精简后再问。").first.wait_for(state="visible")
    assert page.locator("#ask textarea").input_value() == "长" * 2001


def test_a_dark_english_system_still_gets_the_light_chinese_page(open_page: Open, real_url: str) -> None:
    page = open_page(real_url, color_scheme="dark", locale="en-GB")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.locator("#log")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert not page.locator("body.dark").count()


@pytest.mark.parametrize("window", [DESKTOP, PHONE, {"width": 1366, "height": 600}], ids=["desktop", "phone", "low"])
def test_the_page_itself_does_not_scroll(open_page: Open, real_url: str, window: dict[str, int]) -> None:
    page = open_page(real_url, viewport=window)
    ask(page, PPP)
    settled(page)
    for tab, ready in {"问答": "#settled article", "引文核查": "#draft-text", "责任分工": "#tasks tbody tr",
                       "文件库": "#library table", "评测": "#evaluation h2"}.items():  # fmt: skip
        page.get_by_role("tab", name=tab).click()
        page.locator(ready).first.wait_for()
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollHeight - innerHeight") <= 0, tab
        assert page.evaluate(f"{root}.scrollWidth") <= window["width"], tab


def test_the_tabs_stand_in_order_and_in_the_address(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    expect(page.get_by_role("tab")).to_have_text(["问答", "引文核查", "责任分工", "文件库", "评测"])
    press(page, page.get_by_role("tab", name="文件库"))
    page.wait_for_function("location.search.includes('tab=library')")
    page.reload()
    page.locator("#library table").wait_for()
    press(page, page.get_by_role("tab", name="问答"))
    page.wait_for_function("!location.search.includes('tab=')")
