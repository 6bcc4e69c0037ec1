"""The library tab: the list of documents, and one document with its clause tree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from api.schema_documents import ClauseResponse, DocumentDetailResponse, DocumentResponse
from ui.render.text import escape


def documents(found: Sequence[DocumentResponse]) -> str:
    """The list of documents."""
    if not found:
        return '<p class="note">还没有文件。请管理员在上面“管理文件”里上传。</p>'
    rows = "".join(_row(document) for document in found)
    return (
        f'<p class="note">共 {len(found)} 份文件。点文件名看全文和条款。</p><div class="table-box"><table class="list">'
        "<thead><tr><th>文件</th><th>文号</th><th>发文机关</th><th>成文日期</th><th>条款数</th><th>状态</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(document: DocumentResponse) -> str:
    name = f'<button type="button" class="near" data-document="{escape(document.id)}">{escape(document.title)}</button>'
    cells = (
        ("文号", escape(document.number) or "未载"),
        ("发文机关", escape("、".join(document.issuers)) or "未载"),
        ("成文日期", escape(document.issued_on) or "未载"),
        ("条款数", str(document.clause_count)),
        ("状态", _state(document)),
    )
    rest = "".join(f'<td data-name="{header}">{value}</td>' for header, value in cells)
    return f"<tr><td>{name}</td>{rest}</tr>"


def _state(document: DocumentResponse) -> str:
    if not document.oddity_count:
        return '<span class="fine">正常</span>'
    return f'<span class="odd">有 {document.oddity_count} 处请看一眼</span>'


def document(detail: DocumentDetailResponse, clauses: Sequence[ClauseResponse], current_id: str = "") -> str:
    """A document's full text as a tree, open at the clause `current_id`."""
    children: defaultdict[str | None, list[ClauseResponse]] = defaultdict(list)
    for clause in clauses:
        children[clause.parent_id].append(clause)
    parents = {clause.clause_id: clause.parent_id for clause in clauses}
    opened, at = {current_id}, current_id
    while (above := parents.get(at)) is not None:
        opened.add(above)
        at = above
    tree = "".join(_node(clause, children, opened) for clause in children[None])
    return (
        '<p><button type="button" data-back="1">‹ 全部文件</button></p>'
        f"<h2>{escape(detail.title)}</h2><p class=meta>{_facts(detail)}</p>"
        f"{_manage(detail)}{_report(detail)}"
        f'<div class="tree" data-marked="{escape(current_id)}">{tree}</div>'
    )


def _facts(detail: DocumentDetailResponse) -> str:
    facts = [
        detail.number or "文件未载文号",
        "、".join(detail.issuers) or "未载发文机关",
        f"成文 {detail.issued_on}" if detail.issued_on else "未载成文日期",
        f"{detail.clause_count} 条",
    ]
    return escape(" · ".join(facts))


def _manage(detail: DocumentDetailResponse) -> str:
    known = f'data-id="{escape(detail.id)}" data-title="{escape(detail.title)}"'
    names = {"replace": "上传新版本", "renew": "重新拆分", "remove": "删除"}
    buttons = "".join(f'<button type="button" data-do="{do}" {known}>{name}</button>' for do, name in names.items())
    return f'<div class="one" role="group" aria-label="管理这份文件">{buttons}</div>'


def _report(detail: DocumentDetailResponse) -> str:
    """The splitting report, its lines with the places under them; open where a person should look at something."""
    rows, places = "", ""
    for line in reversed(detail.report.summary.split("\n")):
        if line.startswith("  - "):
            places = f"<li>{escape(line.removeprefix('  - '))}</li>{places}"
            continue
        head, _, rest = line.partition("：")
        rows = f"<dt>{escape(head)}</dt><dd>{escape(rest)}{f'<ul>{places}</ul>' if places else ''}</dd>{rows}"
        places = ""
    odd = f"，有 {detail.oddity_count} 处请看一眼" if detail.oddity_count else ""
    return (
        f'<details class="how"{" open" if odd else ""}><summary>拆分报告：拆成 {detail.clause_count} 条{odd}</summary>'
        f"<dl>{rows}</dl></details>"
    )


def _node(clause: ClauseResponse, children: Mapping[str | None, list[ClauseResponse]], opened: set[str]) -> str:
    below = children.get(clause.clause_id, [])
    is_open = " open" if clause.clause_id in opened or (clause.parent_id is None and len(children[None]) < 3) else ""
    units = "、".join(unit.written for unit in clause.units)
    facts = f'<p class="units">责任单位：{escape(units)}</p>' if units else ""
    inner = "".join(_node(child, children, opened) for child in below)
    return (
        f'<details class="clause" data-id="{escape(clause.clause_id)}"{is_open}><summary><b>{escape(clause.label)}</b>'
        f'<span class="first">{escape(" ".join(clause.own_text.split())[:60])}</span></summary>'
        f'<div class="words">{escape(clause.own_text.strip())}</div>{facts}<div class="inner">{inner}</div></details>'
    )
