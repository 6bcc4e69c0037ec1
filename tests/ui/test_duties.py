"""The tab 责任分工: its HTML from hostile text, and the whole of it in a real browser on the real corpus."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from api.client import Client
from api.schema import DocumentRef
from api.schema_documents import Role
from api.schema_tasks import (
    MatrixResponse,
    MatrixRowResponse,
    TaskPageQuery,
    TaskPageResponse,
    TaskRowResponse,
    TaskUnitResponse,
)
from tests.fakes.documents import HOSTILE
from tests.ui.conftest import SIZES, is_phone, press, said
from ui.render import duties

Open = Callable[..., Any]
OPINION = "chanjiaocheng-ronghe-biaogan-yijian"
DOCUMENT = DocumentRef(id=HOSTILE, title=HOSTILE, number=HOSTILE, issued_on="")


def unit(name: str, today: str = "", role: Role = Role.RESPONSIBLE) -> TaskUnitResponse:
    return TaskUnitResponse(written=name, name=name, role=role, today=today or name, generic=False)


def row(text: str, *units: TaskUnitResponse) -> TaskRowResponse:
    return TaskRowResponse(
        clause_id="c-1",
        document=DOCUMENT,
        label=HOSTILE,
        path=[],
        text=text,
        task=text,
        start=0,
        end=1,
        units=list(units),
    )


def page(*rows: TaskRowResponse, total: int = 0, offset: int = 0) -> TaskPageResponse:
    return TaskPageResponse(total=total or len(rows), offset=offset, tasks=list(rows))


def test_nothing_from_a_document_is_markup() -> None:
    query = TaskPageQuery(unit=HOSTILE[:200], q=HOSTILE[:200])
    found = MatrixResponse(
        documents=[DOCUMENT],
        rows=[MatrixRowResponse(name=HOSTILE, names=["旧<b>"], generic=True, counts={HOSTILE: 1}, total=1)],
    )
    shown = [
        duties.bar(found),
        duties.matrix(found),
        duties.tasks(page(row(HOSTILE * 9, unit(HOSTILE, "今<i>"))), query),
        duties.tasks(page(), query),
    ]
    for html in shown:
        assert "<img" not in html and "<b>粗" not in html and "</script" not in html and "<i>" not in html
        assert 'onerror="' not in html


def test_roles_stand_apart_and_an_old_name_has_its_new_one() -> None:
    units = (unit("市教委", role=Role.LEAD), unit("市科委", "市科技局"), unit("市财政局"))
    html = duties.tasks(page(row("做事", *units)), TaskPageQuery(unit="市科技局"))
    assert (
        '<span class="role">牵头</span>市教委<br><span class="role">责任</span><b>市科委（现市科技局）</b>、市财政局'
        in html
    )


def test_pages_of_a_hundred_and_the_way_to_excel() -> None:
    html = duties.tasks(page(*[row("做事")] * 100, total=250, offset=100), TaskPageQuery(offset=100, unit="市 教委&"))
    assert 'data-offset="0">‹ 上一页' in html and 'data-offset="200">下一页 ›' in html and "第 101–200 项" in html
    assert 'href="/v1/units/tasks.xlsx?unit=%E5%B8%82+%E6%95%99%E5%A7%94%26"' in html
    last = duties.tasks(page(*[row("做事")] * 50, total=250, offset=200), TaskPageQuery(offset=200))
    assert 'data-offset="250" disabled' in last


def open_duties(open_page: Open, url: str, size: dict[str, Any]) -> Any:
    shown = open_page(url, accept_downloads=True, **size)
    shown.on("dialog", lambda dialog: pytest.fail("a script ran"))
    press(shown, shown.get_by_role("tab", name="责任分工"))
    shown.locator("#tasks tbody tr").first.wait_for()
    return shown


@pytest.mark.browser
def test_a_number_of_the_matrix_shows_its_tasks_and_a_task_its_clause(
    open_page: Open, real_url: str, size: dict[str, Any]
) -> None:
    shown = open_duties(open_page, real_url, size)
    with Client(real_url) as service:
        matrix = service.matrix()
        line = next(line for line in matrix.rows if line.name == "市财政局")
        document = next(document for document in matrix.documents if line.counts.get(document.id, 0) > 3)
    unfold(shown)
    shown.get_by_role("button", name=f"市财政局在《{document.title}》里的{line.counts[document.id]}项任务").click()
    shown.get_by_text(f"市财政局：共 {line.counts[document.id]} 项任务").wait_for()
    assert shown.locator("#filters select[name=unit]").input_value() == "市财政局"
    assert shown.locator("#tasks tbody tr").count() == line.counts[document.id]
    label = shown.locator("#tasks tbody .near").first.inner_text()
    shown.locator("#tasks tbody .near").first.click()
    current = shown.locator("#library .clause.current")
    current.wait_for()
    assert label in current.inner_text()
    shown.get_by_role("tab", name="责任分工").click()
    shown.get_by_text(f"市财政局：共 {line.counts[document.id]} 项任务").wait_for()  # the filter stays


def unfold(shown: Any) -> None:
    """The matrix is folded away on a phone."""
    if is_phone(shown):
        shown.locator("#matrix .fold:not([open])").wait_for()
        press(shown, shown.locator("#matrix summary"))


@pytest.mark.browser
def test_old_and_new_names_are_one_department(open_page: Open, real_url: str, size: dict[str, Any]) -> None:
    shown = open_duties(open_page, real_url, size)
    with Client(real_url) as service:
        line = next(line for line in service.matrix().rows if len(line.names) > 1)
    former = next(name for name in line.names if name != line.name)
    unfold(shown)
    row = shown.locator("#matrix tbody tr", has_text=line.name).first
    assert former in row.locator("th").inner_text()
    shown.locator("#filters select[name=unit]").select_option(line.name)
    shown.get_by_text(f"{line.name}：共 {line.total} 项任务").wait_for()
    words = shown.locator("#tasks tbody").inner_text()
    assert f"{former}（现{line.name}）" in words and shown.locator("#tasks tbody tr").count() == line.total


@pytest.mark.browser
def test_filters_search_and_excel(open_page: Open, real_url: str, size: dict[str, Any]) -> None:
    shown = open_duties(open_page, real_url, size)
    shown.get_by_label("关键词").fill("PPP 运营管理")
    shown.get_by_text("“PPP 运营管理”：共").wait_for()
    assert "附件2第6项" in shown.locator("#tasks tbody").inner_text()
    with shown.expect_download() as download:
        shown.get_by_role("link", name="导出 Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert download.value.suggested_filename.endswith(".xlsx")
    task = next(row[1] for row in book["任务"].values if "附件2第6项" in row)
    assert task.startswith("鼓励") and "市发展改革委" not in task  # neither the row's number nor its departments again
    assert len(list(book["任务"].values)) - 1 == shown.locator("#tasks tbody tr").count()
    shown.locator("#filters select[name=unit]").select_option("市外办")
    shown.get_by_text("没有这样的任务").wait_for()
    shown.get_by_role("button", name="清空").click()
    shown.locator("#tasks tbody tr").first.wait_for()
    assert shown.get_by_label("关键词").input_value() == ""
    by_role = shown.locator("#filters select[name=role]")
    with Client(real_url) as service:
        total = service.all_tasks(TaskPageQuery(role=Role.RESPONSIBLE)).total
        by_document = service.all_tasks(TaskPageQuery(role=Role.RESPONSIBLE, document_id=OPINION)).total
    by_role.select_option(Role.RESPONSIBLE)
    shown.get_by_text(f"责任：共 {total} 项任务").wait_for()
    shown.locator("#filters select[name=document_id]").select_option(OPINION)
    shown.locator("#tasks .found p", has_text=f"共 {by_document} 项任务").wait_for()
    assert shown.evaluate("document.documentElement.scrollWidth") <= shown.viewport_size["width"]


@pytest.mark.browser
def test_the_table_follows_filters_that_change_faster_than_it(open_page: Open, real_url: str) -> None:
    shown = open_duties(open_page, real_url, SIZES["desktop"])
    chosen = shown.locator("#filters select[name=unit]")
    chosen.focus()
    for _ in range(6):
        shown.keyboard.press("ArrowDown")
    shown.locator("#tasks [role=status]", has_text=f"{chosen.input_value()}：").wait_for()
    shown.route("**/gradio_api/run/predict*", lambda route: route.fulfill(status=500, json={"error": "a"}), times=1)
    shown.keyboard.press("ArrowDown")  # a search that fails
    said(shown, "没有成功（500）")
    shown.keyboard.press("ArrowDown")
    shown.locator("#tasks [role=status]", has_text=f"{chosen.input_value()}：").wait_for()


@pytest.mark.browser
def test_head_and_first_column_stay_in_sight(open_page: Open, real_url: str) -> None:
    shown = open_duties(open_page, real_url, SIZES["desktop"])
    before = shown.locator("#tasks thead th").first.bounding_box()
    shown.locator("#tasks .table-box").evaluate("box => { box.scrollTop = 900; }")
    assert shown.locator("#tasks thead th").first.bounding_box() == before
    assert shown.evaluate("getComputedStyle(document.querySelector('#matrix tbody th')).position") == "sticky"
    assert shown.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
