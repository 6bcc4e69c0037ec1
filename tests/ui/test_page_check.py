"""The tab 引文核查 over the real corpus, in a real Chromium."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.ui.conftest import press

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
TITLE = "教育部 天津市人民政府关于深化产教城融合打造新时代职业教育创新发展标杆的意见"
RIGHT = "鼓励政府与社会资本合作（PPP）模式建设职业教育基础设施"
LINES = [
    "关于<b>申报</b>的通知 ${7*7} <img src=http://evil.example/x onerror=alert(1)>",
    f"《{TITLE}》第（二）条要求，“{RIGHT}”。",
    f"该意见附件2第5项提出，{RIGHT}。",
    "该意见第（二）条还写明，“鼓励政府与社会资本合作（PPP）模式改造职业教育基础设施”。",
]
Size = dict[str, Any]


def opened(open_page: Open, url: str, size: Size) -> Any:
    page = open_page(url + "/?tab=check", ready="#draft-text", **size)
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    return page


def checked(page: Any) -> Any:
    page.locator("#check.done .finding").first.wait_for()
    return page.locator("#verdicts")


def test_a_pasted_draft_is_corrected_with_one_click_and_downloaded(open_page: Open, real_url: str, size: Size) -> None:
    page = opened(open_page, real_url, size)
    page.locator("#draft-text").fill("\n".join(LINES))
    page.get_by_role("button", name="核查引文").click()
    result = checked(page)
    assert result.locator(".sum").inner_text() == "共 3 处：1 引文有出入，1 条款号不对，1 已核实"
    assert result.locator(".claim .flag").all_inner_texts() == ["✓ 已核实", "→ 条款号不对", "≠ 引文有出入"]
    assert LINES[0] in result.locator(".text").inner_text() and result.locator("img").count() == 0
    result.locator(".claim .flag").nth(2).click()
    finding = result.locator(".finding.on")
    assert finding.locator("del").inner_text() == "改造" and finding.locator("ins").inner_text() == "建设"
    finding.get_by_role("button", name="改成原文").click()
    assert result.locator(".claim.fixed .words").inner_text().endswith(f"“{RIGHT}”。")
    finding.get_by_role("button", name="撤销改动").click()
    assert "改造" in result.locator(".text").inner_text()
    result.get_by_role("button", name="全部改成原文（2 处）").click()
    assert result.locator(".sum").inner_text().endswith("；已改 2 处")
    assert not result.locator("[data-do=fix-all]").is_visible()
    with page.expect_download() as download:
        result.get_by_role("button", name="下载改正稿").click()
    corrected = Path(download.value.path()).read_text(encoding="utf-8")
    assert corrected == "\n".join(LINES).replace("附件2第5项", "附件2第6项").replace("改造", "建设")
    result.get_by_role("button", name="重新核查").click()
    page.locator("#verdicts .sum", has_text="共 3 处：3 已核实").wait_for()


def test_filters_report_and_the_way_to_the_full_text(open_page: Open, real_url: str, size: Size) -> None:
    page = opened(open_page, real_url, size)
    page.locator("#draft-text").fill("\n".join(LINES))
    page.get_by_role("button", name="核查引文").click()
    result = checked(page)
    result.get_by_role("button", name="→ 条款号不对 1", exact=True).click()
    assert [one.is_visible() for one in result.locator(".finding").all()] == [False, True, False]
    with page.expect_download() as download:
        result.get_by_role("button", name="下载核查报告").click()
    report = Path(download.value.path()).read_text(encoding="utf-8")
    assert "附件2第6项" in report and "&lt;b&gt;申报" in report and "<img" not in report
    result.locator(".finding:visible").get_by_role("button", name="打开全文").first.click()
    page.locator("#library .clause.current").wait_for()
    page.get_by_role("tab", name="引文核查").click()
    result.get_by_role("button", name="修改草稿").click()
    assert page.locator("#draft-text").input_value() == "\n".join(LINES)


def test_files_are_uploaded_and_a_word_file_stays_one(
    open_page: Open, real_url: str, tmp_path: Path, size: Size
) -> None:
    page = opened(open_page, real_url, size)
    wrong = tmp_path / "通知.pdf"
    wrong.write_bytes(b"%PDF-1.4")
    page.locator("#draft input[type=file]").set_input_files(str(wrong))
    page.get_by_text("只能上传 txt、md 或 docx").wait_for()
    broken = tmp_path / "坏.docx"
    broken.write_bytes(b"no zip")
    page.locator("#draft input[type=file]").set_input_files(str(broken))
    page.locator("#draft .wait.error", has_text="坏.docx").wait_for()
    plain = tmp_path / "讲话.txt"
    plain.write_text("\n".join(LINES[:2]), encoding="gb18030")
    page.locator("#draft input[type=file]").set_input_files(str(plain))
    page.locator("#verdicts .sum", has_text="讲话.txt：共 1 处：1 已核实").wait_for()
    press(page, page.get_by_role("button", name="修改草稿"))
    document = docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    document.save(str(tmp_path / "通知.docx"))
    page.locator("#draft input[type=file]").set_input_files(str(tmp_path / "通知.docx"))
    checked(page).locator(".sum", has_text="通知.docx：共 3 处").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载核查报告").click()
    assert download.value.suggested_filename == "通知（核查报告）.docx"
    comments = [one.text for one in docx.Document(str(download.value.path())).comments]
    assert [one[1 : one.index("】")] for one in comments] == ["已核实", "条款号不对", "引文有出入"]
    page.get_by_role("button", name="全部改成原文").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载改正稿").click()
    assert download.value.suggested_filename == "通知（改正稿）.docx"
    written = [one.text for one in docx.Document(str(download.value.path())).paragraphs]
    assert "\n".join(written) == "\n".join(LINES).replace("附件2第5项", "附件2第6项").replace("改造", "建设")
    page.get_by_role("button", name="重新核查").click()
    page.locator("#verdicts .sum", has_text="通知.docx：共 3 处：3 已核实").wait_for()
    page.get_by_role("button", name="修改草稿").click()
    page.locator("#draft-text").fill("")
    page.get_by_role("button", name="核查引文").click()
    page.get_by_text("草稿是空的").wait_for()
    page.locator("#draft-text").fill("今天下午开会。")
    page.get_by_role("button", name="核查引文").click()
    page.get_by_text("没有发现引用").wait_for()
