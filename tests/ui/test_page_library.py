"""The tab 文件库: its HTML, and administrators at work in a real browser over a real index that they change."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.client import Client, RefusedError
from api.schema_citations import CorrectionRequest
from api.schema_documents import DocumentDetailResponse, DocumentResponse, SplitReportResponse
from api.schema_exports import ConversationExportRequest
from api.schema_feedback import FeedbackRequest
from api.schema_tasks import TaskPageQuery, TaskQuery
from tests.api.conftest import KEY
from tests.fakes.documents import HOSTILE
from tests.rag.test_live import SECOND
from tests.ui.conftest import SIZES, ask, is_phone, said, settled
from ui.render import library

Open = Callable[..., Any]
GAP = "关于校园用水的通知\n\n各学校：\n\n一、节水\n\n（一）换龙头。\n\n（四）查漏水。每月查一次。\n"


def listed(oddity_count: int) -> str:
    document = DocumentResponse(
        id=HOSTILE, title=HOSTILE, short_titles=[], number=HOSTILE, issuers=[HOSTILE], issued_on="", published_on="",
        source_file="", sha256="", clause_count=3, char_count=9, oddity_count=oddity_count,
    )  # fmt: skip
    return library.documents([document])


def test_the_list_shows_what_a_person_should_look_at_and_runs_nothing() -> None:
    assert "正常" in listed(0) and "有 2 处请看一眼" in listed(2)
    assert "<img" not in listed(2) and "<b>" not in listed(2)


def test_a_report_keeps_each_place_under_its_line() -> None:
    split = detail("文件类型：通知\n接起来的断行：1 处\n  - …切实加强｜<b>领导…\n编号连续，没有异常长短的条款")
    html = library.document(split, [])
    assert "<dt>文件类型</dt><dd>通知</dd>" in html
    assert "<dt>接起来的断行</dt><dd>1 处<ul><li>…切实加强｜&lt;b&gt;领导…</li></ul></dd>" in html
    assert '<details class="how"><summary>拆分报告：拆成 3 条</summary>' in html


def detail(summary: str) -> DocumentDetailResponse:
    report = SplitReportResponse(
        text_type="", evidence=[], counts={}, left_out=[], joins=[], oddities=[], summary=summary
    )
    return DocumentDetailResponse(
        id="a", title="题", short_titles=[], number="", issuers=[], issued_on="", published_on="", source_file="",
        sha256="", clause_count=3, char_count=9, report=report,
    )  # fmt: skip


def corrected_by(service: Client, correction: CorrectionRequest) -> str:
    draft, before = docx.Document(), io.BytesIO()
    draft.add_paragraph("通知。")
    draft.save(before)
    after = service.corrected(before.getvalue(), "通知.docx", [correction])
    return "\n".join(one.text for one in docx.Document(io.BytesIO(after)).paragraphs)


def test_a_program_can_do_what_the_page_can(real_url: str) -> None:
    with Client(real_url, key=KEY) as service:
        assert service.add_document(SECOND.encode(), "zhaoming.txt").outcome == "added"
        assert service.replace_document("zhaoming", SECOND.replace("50", "60").encode(), "b.txt").outcome == "updated"
        assert service.renew_document("zhaoming").clause_count == 3
        assert service.all_tasks(TaskPageQuery(unit="市教委", q="60盏")).total == 1
        assert service.tasks_xlsx(TaskQuery(unit="市教委"))[:2] == b"PK"
        answer = service.answer("每校更换多少路灯？")
        turn = {"question": "每校更换多少路灯？", "answer": answer.model_dump(mode="json")}
        assert service.export_conversation(ConversationExportRequest.model_validate({"turns": [turn]}))[:2] == b"PK"
        service.give_feedback(FeedbackRequest(answer_id=answer.id, helpful=True))
        assert service.feedback().feedback[0].answer_id == answer.id
        draft = "《关于校园照明的通知》提出，“每校更换路灯50盏”。\n"
        found = service.check_file(draft.encode(), "通知.txt", document_ids=["zhaoming"])
        assert found.text == draft and found.claims
        assert found.claims[0].explanation in service.report(draft.encode(), "通知.txt").decode()
        assert service.report(draft.encode(), "通知.txt", kind="docx", document_ids=["zhaoming"])[:2] == b"PK"
        word = corrected_by(service, CorrectionRequest(start=0, end=2, words="新通知"))
        assert word == "新通知。"
        service.remove_document("zhaoming")
        with pytest.raises(RefusedError, match="没有编号为 zhaoming"):
            service.remove_document("zhaoming")


@pytest.fixture
def open_library(open_page: Open, real_url: str) -> Iterator[Callable[..., Any]]:
    """Opens the tab; afterwards the library holds the documents that it held before."""
    with Client(real_url) as service:
        before = {document.id for document in service.documents().documents}

    def opened(size: dict[str, Any], **options: Any) -> Any:
        page = open_page(real_url, **size, **options)
        page.on("dialog", lambda dialog: pytest.fail("a script ran"))
        page.get_by_role("tab", name="文件库").click()
        page.locator("#library tbody tr").first.wait_for()
        page.locator("#manage summary").first.click()
        return page

    yield opened
    with Client(real_url, key=KEY) as service:
        for document in service.documents().documents:
            if document.id not in before:
                service.remove_document(document.id)


def upload(page: Any, name: str, content: str | bytes | Path) -> Any:
    """Choose a file by the button; return its line in the list of uploads."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件上传").click()
    if isinstance(content, Path):
        chooser.value.set_files(content)
    else:
        data = content.encode() if isinstance(content, str) else content
        chooser.value.set_files([{"name": name, "mimeType": "text/plain", "buffer": data}])
    return page.locator("#manage .uploads li").first


def with_key(page: Any, key: str = KEY) -> None:
    page.get_by_label("管理员密钥").fill(key)


@pytest.mark.browser
def test_a_new_document_is_uploaded_read_and_asked_about(
    open_library: Callable[..., Any], size: dict[str, Any]
) -> None:
    page = open_library(size)
    page.get_by_role("button", name="选择文件上传").click()
    said(page, "请先填管理员密钥。")
    with_key(page, "falsch")
    line = upload(page, "zhaoming.txt", SECOND)
    line.get_by_text("密钥不对").wait_for()
    with_key(page)
    line.get_by_role("button", name="再传一次").click()  # its line takes the place of the one refused
    line.get_by_text("已入库：《关于校园照明的通知》，拆成 3 条").wait_for()
    line.get_by_text("拆分报告").click()
    assert "文件类型：" in line.inner_text()
    assert page.locator(".uploads li").count() == 1
    page.locator("#library").get_by_role("button", name="关于校园照明的通知").wait_for()
    line.get_by_role("button", name="打开全文").click()
    page.locator("#library .tree").wait_for()
    assert "更换路灯" in page.locator("#library").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.get_by_role("tab", name="问答").click()
    ask(page, "每校更换多少路灯？")
    settled(page).get_by_text("50盏").first.wait_for()


@pytest.mark.browser
def test_a_file_that_is_there_becomes_a_new_version(
    open_library: Callable[..., Any], real_url: str, size: dict[str, Any]
) -> None:
    page = open_library(size)
    with_key(page)
    upload(page, "shui.txt", GAP).get_by_text("处请您看一眼").wait_for()
    page.locator("#library .odd").wait_for()
    line = upload(page, "shui.txt", GAP.replace("（四）", "（二）"))
    line.get_by_text("库里已有同名的文件《关于校园用水的通知》").wait_for()
    line.get_by_role("button", name="作为新版本更新").click()
    page.locator("#manage .done").get_by_text("已更新：《关于校园用水的通知》").wait_for()
    page.locator("#library .odd").wait_for(state="detached")
    with Client(real_url) as service:
        assert "（二）查漏水" in service.text("shui").text


@pytest.mark.browser
def test_a_document_is_renewed_and_removed_after_a_question(
    open_library: Callable[..., Any], real_url: str, size: dict[str, Any]
) -> None:
    page = open_library(size, bypass_csp=True)
    with_key(page)
    upload(page, "zhaoming.txt", SECOND).get_by_text("已入库").wait_for()
    if is_phone(page):
        assert Axe().run(page).response["violations"] == []
    page.locator("#library").get_by_role("button", name="关于校园照明的通知").click()
    page.get_by_role("button", name="重新拆分").click()
    said(page, "已重新拆分：3 条。")
    page.get_by_role("button", name="删除", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("删除《关于校园照明的通知》？").wait_for()
    if not is_phone(page):
        assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.get_by_role("button", name="删除", exact=True).click()
    dialog.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="删除", exact=True).click()
    dialog.get_by_role("button", name="删除").click()
    said(page, "已删除。")
    expect(page.locator("#library tbody tr")).to_have_count(5)
    expect(page.locator("#manage .uploads li")).to_have_count(0)
    with Client(real_url) as service:
        assert "zhaoming" not in {document.id for document in service.documents().documents}


@pytest.mark.browser
def test_what_cannot_be_taken_in_is_told_in_words(
    open_library: Callable[..., Any], tmp_path: Path, size: dict[str, Any]
) -> None:
    page = open_library(size)
    with_key(page)
    upload(page, "a.exe", "x").get_by_text("只能上传 txt、md、html、docx、pdf。").wait_for()
    huge = tmp_path / "a.txt"
    huge.write_bytes(b"a" * (20 * 1024 * 1024 + 1))
    upload(page, "a.txt", huge).get_by_text("文件超过 20 MB，请拆分后再传。").wait_for()
    upload(page, "a.docx", b"PK\x03\x04 kaputt").locator(".words").get_by_text("a.docx").wait_for()
    upload(page, "leer.txt", "  ").get_by_text("空文件").wait_for()


@pytest.mark.browser
def test_hostile_names_titles_and_texts_stay_text(open_library: Callable[..., Any]) -> None:
    page = open_library(SIZES["desktop"])
    with_key(page)
    evil = "<img src=http://evil.example/x onerror='alert(1)'>"
    text = SECOND.replace("校园照明", evil).replace("更换路灯", f"更换{evil}")
    line = upload(page, f"{evil.replace('/', '_')}.txt", text)
    line.get_by_text("已入库").wait_for()
    expect(page.locator("#library tbody tr")).to_have_count(6)  # the new list would take the place of the text
    line.get_by_role("button", name="打开全文").click()
    page.locator("#library .tree").wait_for()
    page.get_by_role("button", name="删除", exact=True).click()
    page.get_by_role("dialog").get_by_text("删除《").wait_for()
    assert page.locator("#shelf img, #shelf script").count() == 0
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="责任分工").click()
    page.locator("#tasks tbody tr").first.wait_for()
    assert page.locator("#duties img").count() == 0


@pytest.mark.browser
def test_the_key_stays_in_the_browser_tab_alone(open_library: Callable[..., Any]) -> None:
    page = open_library(SIZES["desktop"])
    with_key(page)
    upload(page, "zhaoming.txt", SECOND).get_by_text("已入库").wait_for()
    page.reload()
    page.get_by_role("tab", name="文件库").click()
    page.locator("#manage summary").first.click()
    expect(page.get_by_label("管理员密钥")).to_have_value(KEY)
    assert KEY not in str(page.evaluate("JSON.stringify(localStorage)"))
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("tab", name="文件库").click()
    other.locator("#manage summary").first.click()
    other.wait_for_function("window.tiaowen && window.tiaowen.manage")  # it has looked for a key
    assert other.get_by_label("管理员密钥").input_value() == ""
