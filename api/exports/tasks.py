"""The table of tasks as an Excel file; what stands in a document is never a formula."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from api.exports.text import storable
from api.schema_tasks import MatrixResponse, TaskRowResponse
from ingest.schema import Role

COLUMNS = (("序号", 6), ("任务", 70), ("牵头", 20), ("责任单位", 32), ("配合", 20), ("条款号", 16), ("位置", 30),
           ("文件", 40), ("文号", 20), ("成文日期", 12))  # fmt: skip
MAX_CELL_CHARS = 32_767  # Excel's own limit
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what Excel takes for the beginning of a formula


def tasks_xlsx(rows: Sequence[TaskRowResponse], matrix: MatrixResponse) -> bytes:
    """Write the tasks, and on a second sheet departments by documents."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _tasks(book.create_sheet("任务"), rows)
    _matrix(book.create_sheet("部门与文件"), matrix)
    book.properties.creator = "条文 Tiaowen"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _tasks(sheet: Any, rows: Sequence[TaskRowResponse]) -> None:
    _layout(sheet, [width for _, width in COLUMNS], frozen="C2", last=len(rows) + 1)
    sheet.append([_cell(sheet, name, bold=True) for name, _ in COLUMNS])
    for number, row in enumerate(rows, start=1):
        words = [
            row.task,
            *("、".join(_name(row, at) for at in _of_role(row, role)) for role in (Role.LEAD, Role.RESPONSIBLE)),
            "、".join(_name(row, at) for at in _of_role(row, Role.SUPPORT)),
            row.label,
            " › ".join(row.path),
            f"《{row.document.title}》",
            row.document.number,
            row.document.issued_on,
        ]
        sheet.append([_cell(sheet, number), *(_cell(sheet, one) for one in words)])


def _of_role(row: TaskRowResponse, role: Role) -> list[int]:
    return [at for at, unit in enumerate(row.units) if unit.role is role]


def _name(row: TaskRowResponse, at: int) -> str:
    """A department as written, with today's name where that is another one."""
    unit = row.units[at]
    return unit.written if unit.today == unit.name else f"{unit.written}（现{unit.today}）"


def _matrix(sheet: Any, matrix: MatrixResponse) -> None:
    heads = ["部门", "曾用名称", *(document.title for document in matrix.documents), "合计"]
    _layout(sheet, [24, 30, *[22] * len(matrix.documents), 8], frozen="B2", last=len(matrix.rows) + 1)
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for row in matrix.rows:
        former = "、".join(name for name in row.names if name != row.name)
        counts = [row.counts.get(document.id) for document in matrix.documents]
        sheet.append([_cell(sheet, value) for value in (row.name, former, *counts, row.total)])


def _layout(sheet: Any, widths: Sequence[int], *, frozen: str, last: int) -> None:
    """Widths, the head that stays in sight and repeats on paper, filters."""
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{last}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _cell(sheet: Any, value: str | int | None, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cell = WriteOnlyCell(sheet, value=storable(value)[:MAX_CELL_CHARS] if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # text, whatever it looks like: openpyxl makes a formula of what begins with =
        cell.quotePrefix = value.startswith(_FORMULA)  # and it stays text when somebody edits the cell
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.font = Font(bold=bold)
    return cell
