"""Who does what, over all documents: filters, matrix, and the Excel file, whose cells are never formulas."""

import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.exports.tasks import COLUMNS
from ingest.schema import Kind, Reading
from tests.fakes.assistant import FakeAssistant, FakeLibrary
from tests.fakes.documents import OPINION, PLAN, Piece, build


def labels(service: TestClient, **query: Any) -> list[str]:
    reply = service.get("/v1/units/tasks", params=query)
    assert reply.status_code == 200, reply.text
    return [row["label"] for row in reply.json()["tasks"]]


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ({}, "45678"),
        ({"unit": "市发改委"}, "6"),
        ({"unit": "市财政局"}, "46"),
        ({"unit": "市工信局"}, "7"),
        ({"unit": "市工业和信息化局"}, "7"),
        ({"unit": "市财政局", "q": "PPP"}, "6"),
        ({"q": "ppp 运营管理"}, "6"),
        ({"q": "（ＰＰＰ）模式建设职业教育基础设施，社会"}, "6"),
        ({"q": "ppp 没有这个词"}, ""),
        ({"role": "责任"}, "45678"),
        ({"role": "牵头"}, ""),
        ({"unit": "市财政局", "role": "配合"}, ""),
        ({"document_id": "xiangqi"}, ""),
        ({"document_id": "chanjiaocheng", "unit": "市国资委"}, "5"),
        ({"unit": "无名局"}, ""),
        ({"offset": 1, "limit": 2}, "56"),
        ({"offset": 99}, ""),
    ],
)
def test_filters_narrow_together(service: TestClient, query: dict[str, Any], items: str) -> None:
    assert labels(service, **query) == [f"附件2第{item}项" for item in items]


def test_the_total_counts_all_pages(service: TestClient) -> None:
    assert service.get("/v1/units/tasks", params={"limit": 1}).json()["total"] == 5


@pytest.mark.parametrize("query", [{"role": "主持"}, {"limit": 0}, {"limit": 1001}, {"offset": -1}, {"abteilung": "x"}])
def test_wrong_filters_are_refused(service: TestClient, query: dict[str, Any]) -> None:
    for path in ("/v1/units/tasks", "/v1/units/tasks.xlsx"):
        assert service.get(path, params=query).status_code == 422


def test_the_matrix_counts_tasks_by_the_names_of_today(service: TestClient) -> None:
    found = service.get("/v1/units/matrix").json()
    assert [document["id"] for document in found["documents"]] == ["chanjiaocheng"]
    rows = {row["name"]: row for row in found["rows"]}
    assert rows["市财政局"]["counts"] == {"chanjiaocheng": 2} and rows["市财政局"]["total"] == 2
    assert rows["市工信局"]["names"] == ["市工业和信息化局"]


def test_a_new_index_version_has_new_tasks(service: TestClient, assistant: FakeAssistant) -> None:
    assert labels(service)
    assistant.library, assistant.version = FakeLibrary((PLAN,)), "v-next"
    assert labels(service) == []


def sheet_of(service: TestClient, **query: Any) -> Any:
    reply = service.get("/v1/units/tasks.xlsx", params=query)
    assert reply.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(reply.content))


def test_the_excel_file_has_the_filtered_tasks(service: TestClient) -> None:
    book = sheet_of(service, unit="市财政局")
    assert book.sheetnames == ["任务", "部门与文件"]
    rows = list(book["任务"].values)
    assert rows[0] == tuple(name for name, _ in COLUMNS)
    assert [(row[0], row[5]) for row in rows[1:]] == [(1, "附件2第4项"), (2, "附件2第6项")]
    assert rows[2][3] == "市发展改革委、市教委、市人社局、市财政局、各区人民政府"
    assert rows[2][7] == "《关于深化产教城融合 打造新时代职业教育创新发展标杆的意见》"
    assert book["任务"].freeze_panes == "C2" and book["任务"].auto_filter.ref == "A1:J3"
    assert "市工业和信息化局（现市工信局）" in {row[3] for row in sheet_of(service)["任务"].values}


HOSTILE_CELLS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://evil.example","x")',
    "<b>&",
]


def test_text_from_documents_is_never_a_formula(service: TestClient, assistant: FakeAssistant) -> None:
    pieces = [
        Piece(parent=None, kind=Kind.ITEM, label=words, heading=words, own=f"{words} 市教委", units=("市教委",))
        for words in HOSTILE_CELLS
    ]
    evil = build("evil", "=1+2", pieces, number="=3+4", issued_on="-1")
    assistant.library, assistant.version = FakeLibrary((evil,)), "v-evil"
    for sheet in sheet_of(service).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" and cell.hyperlink is None
                assert not isinstance(cell.value, str) or cell.quotePrefix == cell.value.startswith(tuple("=+-@\t"))
    assert [row[5] for row in sheet_of(service)["任务"].values][1:3] == ["=1+1", "+cmd|' /C calc'!A0"]


def test_what_excel_cannot_hold_is_left_out(service: TestClient, assistant: FakeAssistant) -> None:
    clause = OPINION.clauses[5]
    words = "长" * 40_000 + "\x00\x0b"
    long = replace(clause, own=Reading(text="\x01" + words, runs=((0, 0, 1),)))
    assistant.library, assistant.version = FakeLibrary((replace(OPINION, clauses=(long,)),)), "v-long"
    (_, row) = sheet_of(service)["任务"].values
    assert row[1] == "长" * 32_767
