"""The tab 责任分工: filters, departments by documents, and the table of tasks."""

from collections.abc import Sequence
from urllib.parse import urlencode

from api.schema_tasks import (
    MatrixResponse,
    MatrixRowResponse,
    TaskPageQuery,
    TaskPageResponse,
    TaskRowResponse,
    TaskUnitResponse,
)
from ui.render.text import escape

ROLES = ("牵头", "责任", "配合")
MAX_WORDS = 140  # of a task that is shown at once; the rest opens


def bar(found: MatrixResponse) -> str:
    """The filters over the two panes."""
    named, generic = ([row for row in found.rows if row.generic is kind] for kind in (False, True))
    units = _units_to_choose(named)
    if generic:
        units += f'<optgroup label="泛称">{_units_to_choose(generic)}</optgroup>'
    roles = _options([(role, role) for role in ROLES])
    documents = _options([(document.id, document.title) for document in found.documents])
    return (
        '<form class="filters" role="search" aria-label="筛选任务">'
        f'<label>部门<select name="unit"><option value="">全部部门</option>{units}</select></label>'
        f'<label>文件<select name="document_id"><option value="">全部文件</option>{documents}</select></label>'
        f'<label>角色<select name="role"><option value="">全部角色</option>{roles}</select></label>'
        '<label class="grow">关键词<input name="q" type="search" maxlength="200" placeholder="多个词用空格隔开">'
        "</label>"
        '<button type="submit" class="main">查找</button><button type="reset">清空</button></form>'
    )


def _units_to_choose(rows: Sequence[MatrixRowResponse]) -> str:
    return _options([(row.name, f"{row.name}（{row.total}项）") for row in rows])


def _options(pairs: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in pairs)


def matrix(found: MatrixResponse) -> str:
    """Departments by documents; a number or a name filters the tasks."""
    if not found.rows:
        return '<p class="note">现有文件没有写明责任单位。</p>'
    heads = "".join(
        f'<th scope="col" title="{escape(d.title)}">{escape(_short(d.title))}</th>' for d in found.documents
    )
    rows = "".join(_matrix_row(row, found) for row in found.rows)
    return (
        '<details class="fold" open><summary>部门与文件对照<span class="note">（点数字看任务）</span></summary>'
        '<div class="table-box" tabindex="0" role="group" aria-label="部门与文件对照"><table class="matrix">'
        f'<thead><tr><th scope="col">部门</th>{heads}<th scope="col">合计</th></tr></thead><tbody>{rows}</tbody>'
        "</table></div></details>"
    )


def _matrix_row(row: MatrixRowResponse, found: MatrixResponse) -> str:
    former = "、".join(name for name in row.names if name != row.name)
    note = f'<span class="former">含旧称{escape(former)}</span>' if former else ""
    cells = ""
    for document in found.documents:
        count = row.counts.get(document.id, 0)
        words = f"{row.name}在《{document.title}》里的{count}项任务"
        cells += f"<td>{_number(row.name, document.id, count, words) if count else ''}</td>"
    return (
        f'<tr><th scope="row">{escape(row.name)}{note}</th>{cells}'
        f"<td>{_number(row.name, '', row.total, f'{row.name}的全部{row.total}项任务')}</td></tr>"
    )


def _number(unit: str, document_id: str, count: int, words: str) -> str:
    return (
        f'<button type="button" class="near" data-unit="{escape(unit)}" data-document="{escape(document_id)}" '
        f'aria-label="{escape(words)}">{count}</button>'
    )


def _short(title: str) -> str:
    return title if len(title) <= 24 else title[:23] + "…"


def tasks(page: TaskPageResponse, query: TaskPageQuery) -> str:
    """The tasks found, with the way to Excel and to the other pages."""
    if not page.total:
        return f'<p class="none" role="status">{_nothing(query)}</p>'
    link = "/v1/units/tasks.xlsx?" + urlencode(query.model_dump(mode="json", include=FILTERS, exclude_defaults=True))
    last = page.offset + len(page.tasks)
    rows = "".join(_row(row, query) for row in page.tasks)
    pages = ""
    if page.total > query.limit:
        pages = (
            _page("‹ 上一页", page.offset - query.limit, is_there=page.offset > 0)
            + f'<span class="note">第 {page.offset + 1}–{last} 项</span>'
            + _page("下一页 ›", last, is_there=last < page.total)
        )
    return (
        f'<div class="found"><p role="status">{_what(query)}共 <b>{page.total}</b> 项任务</p>{pages}'
        f'<a class="button" href="{escape(link)}" download>导出 Excel</a></div>'
        '<div class="table-box" tabindex="0" role="group" aria-label="任务"><table class="list tasks"><thead><tr>'
        '<th scope="col">依据</th><th scope="col">任务</th><th scope="col">部门</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


FILTERS = {"unit", "document_id", "role", "q"}


def _what(query: TaskPageQuery) -> str:
    words = [query.unit, query.role.value if query.role else "", f"“{query.q}”" if query.q else ""]
    told = "，".join(word for word in words if word)
    return f"{escape(told)}：" if told else ""


def _nothing(query: TaskPageQuery) -> str:
    if query == TaskPageQuery():
        return "现有文件没有写明责任单位。"
    return f"{_what(query)}没有这样的任务。可以少选一个条件，或换一个关键词。"


def _page(words: str, offset: int, *, is_there: bool) -> str:
    return f'<button type="button" data-offset="{offset}"{"" if is_there else " disabled"}>{words}</button>'


def _row(row: TaskRowResponse, query: TaskPageQuery) -> str:
    where = (
        f'<button type="button" class="near" data-full="1" data-document="{escape(row.document.id)}" '
        f'data-clause-id="{escape(row.clause_id)}">{escape(row.label)}</button>'
        f'<span class="from">《{escape(row.document.title)}》{escape(row.document.number)}</span>'
    )
    words = " ".join(row.task.split())
    text = escape(words)
    if len(words) > MAX_WORDS:
        text = (
            f'{escape(words[:MAX_WORDS])}<details class="rest"><summary>……展开</summary>{escape(words[MAX_WORDS:])}'
            "</details>"
        )
    return (
        f'<tr><th scope="row" data-name="依据">{where}</th><td data-name="任务">{text}</td>'
        f'<td data-name="部门">{_units(row, query)}</td></tr>'
    )


def _units(row: TaskRowResponse, query: TaskPageQuery) -> str:
    lines = []
    for role in ROLES:
        named = "、".join(_unit(unit, query) for unit in row.units if unit.role == role)
        if named:
            lines.append(f'<span class="role">{role}</span>{named}')
    return "<br>".join(lines)


def _unit(unit: TaskUnitResponse, query: TaskPageQuery) -> str:
    """A department as written, with today's name where that is another one; the one asked for stands out."""
    words = escape(unit.written if unit.today == unit.name else f"{unit.written}（现{unit.today}）")
    return f"<b>{words}</b>" if query.unit and query.unit in (unit.today, unit.name, unit.written) else words
