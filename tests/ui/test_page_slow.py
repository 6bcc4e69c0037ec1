"""What the service alone never does: a slow or hostile language model behind it, an error inside it.

The language model is a server that says what the test tells it to; the service that asks it is the real one, on the
real corpus. Only for an error inside the service, and for an answer that no check would let through, is it a fake.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from api.client import Client
from api.config import Settings
from rag.live import LiveAssistant
from rag.llm import LanguageModel, LlmSettings
from tests.fakes.server import free_port, serving
from tests.rag.chat_server import ChatServer, chat_server
from tests.ui.conftest import ask, press, said, settled

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
Size = dict[str, Any]
PPP = "哪些部门负责PPP相关任务？"
TASK = "鼓励政府与社会资本合作（PPP）模式建设职业教育基础设施。"


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    with chat_server() as server:
        yield server


@pytest.fixture(scope="module")
def model_url(model: ChatServer, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over the real corpus and a language model."""
    from ui.serve import create_server_app

    settings = Settings(data_dir=tmp_path_factory.mktemp("model"), port=free_port())
    llm = LanguageModel(LlmSettings(base_url=model.base_url, model="scripted", max_retries=0))
    assistant = LiveAssistant(data_dir=data_dir, embedding_model=None, llm=llm)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rag.llm.FAILURES", 1000)  # or, after the test of failures, the model is left alone for a while
        with serving(create_server_app(settings, assistant), settings.port) as url:
            yield url


def tell(model: ChatServer, url: str, *sentences: str) -> None:
    """Let the model answer PPP with these sentences, all of the clause that has the task."""
    model.status, model.hold_after, model.content = 200, None, "{}"
    with Client(url) as service:
        service.answer(PPP)
    prompt = model.requests[-1]["messages"][-1]["content"]
    line = next(line for line in prompt.splitlines() if line.endswith("位置=附件2第6项>"))
    handle = line.split("代号=")[1].split()[0]
    written = [{"text": one, "handles": [handle]} for one in sentences]
    model.content = json.dumps({"status": "answered", "sentences": written}, ensure_ascii=False)


def test_an_answer_streams_in_is_stopped_and_asked_again(
    open_page: Open, model: ChatServer, model_url: str, size: Size
) -> None:
    tell(model, model_url, TASK, "支持企业通过政府购买服务等多种方式参与。")
    model.hold_after = model.content.index("支持企业")  # the second sentence does not come
    model.release.clear()
    page = open_page(model_url, **size)
    ask(page, PPP)
    page.locator("#running [aria-busy=true] .answer", has_text=TASK[:20]).wait_for()
    assert page.locator("#running .cite").inner_text() == "1"
    expect(page.locator("#stop")).to_be_visible()
    expect(page.locator("#go")).to_be_hidden()
    press(page, page.locator("#stop"))
    turn = settled(page)
    assert TASK[:20] in turn.inner_text() and "已停止，回答不完整。" in turn.inner_text()
    page.wait_for_function("!document.querySelector('#running article')")
    expect(page.locator("#go")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()
    model.hold_after = None
    model.release.set()  # nor does the service wait on for the sentence that was stopped
    press(page, turn.get_by_role("button", name="重新回答"))
    page.locator("#settled .actions", has_text="复制正文＋依据").wait_for()
    assert "已停止" not in settled(page).inner_text() and page.locator("#settled article").count() == 1


def test_without_its_language_model_the_service_answers_and_says_so(
    open_page: Open, model: ChatServer, model_url: str, size: Size
) -> None:
    model.status, model.hold_after = 500, None
    page = open_page(model_url, **size)
    ask(page, PPP)
    turn = settled(page)
    assert "已改用原文回答。" in turn.locator(".note").inner_text()
    assert "市发展改革委" in turn.inner_text() and turn.locator(".cite").count() == 1


def test_a_hostile_language_model_runs_nothing(open_page: Open, model: ChatServer, model_url: str) -> None:
    evil = "<img src=http://evil.example/x onerror=alert(1)>${alert(2)}{{value}}"
    tell(model, model_url, TASK, evil, f"{TASK[:-1]}{evil}。")
    page = open_page(model_url)
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    asked = len(model.requests)
    ask(page, PPP)
    assert TASK[:20] in settled(page).inner_text()
    assert len(model.requests) == asked + 1
    assert page.locator("#log img, #source img, #log script").count() == 0


def test_a_failure_says_what_to_do_and_nothing_internal(open_page: Open, fake_url: str, size: Size) -> None:
    page = open_page(fake_url, **size)
    ask(page, "出错")
    words = settled(page).inner_text()
    assert "这次没有成功。请过一分钟点“重新回答”。（编号 " in words
    assert "secret-internal" not in page.content()


def test_a_service_that_is_gone_is_told_of(open_page: Open, real_url: str, size: Size) -> None:
    page = open_page(real_url, **size)
    page.context.set_offline(True)
    ask(page, PPP)
    said(page, "连不上服务，正在重试。")
    page.context.set_offline(False)


def test_an_answer_that_no_check_would_let_through_stays_text(open_page: Open, fake_url: str) -> None:
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
