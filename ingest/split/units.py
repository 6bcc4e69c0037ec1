"""Responsible units: the departments that a clause or a cell of a table names as responsible."""

import re
from collections.abc import Iterator

from ingest.departments import Departments
from ingest.schema import Cell, Reading, ResponsibleUnit, Role

_ROLE_WORDS = {
    "责任": Role.RESPONSIBLE,
    "牵头": Role.LEAD,
    "主办": Role.LEAD,
    "配合": Role.SUPPORT,
    "协办": Role.SUPPORT,
    "参与": Role.SUPPORT,
}
_BODY = r"(?:单位|部门|机关|[股科处]室|主体)"
_LABEL = re.compile(rf"(?P<role>责任|牵头|主办|配合|协办|参与|负责|实施)(?:责任)?{_BODY}(?:及分工)?\s*[:：]\s*")
_HEADER = re.compile(rf"(?:责任|牵头|配合|主办|协办|承办|负责|参与|实施)(?:责任)?{_BODY}")
# （甲局牵头，乙局、丙局配合）, （甲局负责） after a task; not （由甲局负责解释） in a sentence of its own words
_BRACKETED = re.compile(r"[（(]([^（）()：:。；;由\n]{2,200}?(?:牵头|配合|负责|分工负责|落实|主办|协办))[）)]")
# 各市、县人民政府 is one name, 各区、有关部门 are two
_ONE_NAME = (
    r"(?:(?<=各[市区县州]、)|(?<=各[市区县州]、[市区县州]、))"
    r"(?:[市区县州旗盟、]|自治|（[^）]{1,4}）){1,8}(?:人民)?政府"
)
# what separates two departments of a list; 会同 makes what follows it a supporter
_SEPARATOR = re.compile(rf"(?:、(?!{_ONE_NAME})|[，,；;。\s])+|会同|(?:以)?及(?=市|各|有关)|和(?=市|各|有关)")
_LEADS = re.compile(r"(?:等)?(?:负责)?(?:牵头|主办|总牵头)(?:负责|组织实施|落实)?$")
_SUPPORTS = re.compile(r"(?:等)?(?:分别|共同|参加|参与)?(?:配合|协办|协助|参与)(?:落实|实施)?$")
_TAIL = re.compile(r"(?:等(?:部门|单位)?)?(?:按职责分工负责|按照职责分工负责|分工负责|共同负责|负责落实|负责|等)$")
_ORGANISATION = re.compile(
    r"(?:局|委|办|厅|部|院|处|会|室|联|所|站|队|社|校|大学|学院|学校|公司|集团|银行|分行|中心|政府|单位|部门|高校|院校|企业|机构|股|组|科|系|馆|团委|总队|支队|大队|镇|乡|街道|县|区)$"
)
_MAX_NAME_CHARS = 30


def units_of(
    reading: Reading, cells: tuple[Cell, ...], departments: Departments, text: str
) -> tuple[ResponsibleUnit, ...]:
    """The units named after （责任单位：…） in a reading text, in （甲局牵头）, or in a row's cells so headed."""
    found: list[ResponsibleUnit] = []
    for start, end, role in _lists(reading.text):
        for low, high, part_role in _names(reading.text, start, end, role):
            source = reading.source_span(low, high)
            found += _unit(reading.text[low:high], source, part_role, departments)
    for match in _BRACKETED.finditer(reading.text):
        names = list(_names(reading.text, match.start(1), match.end(1), Role.RESPONSIBLE))
        units = [
            unit
            for low, high, role in names
            for unit in _unit(reading.text[low:high], reading.source_span(low, high), role, departments)
        ]
        if len(units) == len(names):
            found += units
    for cell in cells:
        if _HEADER.search(cell.header):
            role = next((r for word, r in _ROLE_WORDS.items() if word in cell.header), Role.RESPONSIBLE)
            for low, high, part_role in _names(text, cell.start, cell.end, role):
                found += _unit(text[low:high], (low, high), part_role, departments)
    return tuple(found)


def _lists(text: str) -> Iterator[tuple[int, int, Role]]:
    """Lists of units (start, end, role): from a label to the closing bracket, the next label or the line's end."""
    for match in _LABEL.finditer(text):
        at_line_start = match.start() == 0 or text[match.start() - 1] in "\n。；;"
        if at_line_start or _open_bracket(text, match.start()):
            yield match.end(), _list_end(text, match.end()), _ROLE_WORDS.get(match["role"], Role.RESPONSIBLE)


def _open_bracket(text: str, at: int) -> bool:
    line = text.rfind("\n", 0, at) + 1
    opened = max(text.rfind("（", line, at), text.rfind("(", line, at))
    closed = max(text.rfind("）", line, at), text.rfind(")", line, at))
    return opened > closed


def _list_end(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        char = text[at]
        if char in "（(":
            depth += 1
        elif char in "）)":
            if depth == 0:
                return at
            depth -= 1
        elif char in "\n。" or (char in "；;" and _LABEL.match(text, at + 1)):
            return at
    return len(text)


def _names(text: str, start: int, end: int, role: Role) -> Iterator[tuple[int, int, Role]]:
    """The names (start, end, role) of a list. 甲局牵头，乙局、丙局配合 gives each name the role of its group."""
    group: list[tuple[int, int, Role]] = []
    current, at = role, start
    for stop, separator_end, separator in _parts(text, start, end):
        low, high = _trim(text, at, stop)
        named, group_role = _group_role(text[low:high])
        if group_role is not None:
            group = [(a, b, group_role if r is role else r) for a, b, r in group]
        if named:
            group.append((low, low + named, group_role or current))
        if group_role is not None or separator in "，,；;":
            yield from group
            group, current = [], role
        if separator == "会同":
            yield from group
            group, current = [], Role.SUPPORT
        at = separator_end
    yield from group


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Where each part of a list ends, where the next begins, and what stands between (its first character or 会同)."""
    for match in _SEPARATOR.finditer(text, start, end):
        if text.count("（", start, match.start()) + text.count("(", start, match.start()) > text.count(
            "）", start, match.start()
        ) + text.count(")", start, match.start()):
            continue
        written = match.group().strip()
        yield match.start(), match.end(), "会同" if written == "会同" else written[:1]
    yield end, end, ""


def _group_role(written: str) -> tuple[int, Role | None]:
    """The length of the name in 甲局牵头, and the role that the rest gives to its group (None without one)."""
    for pattern, role in ((_LEADS, Role.LEAD), (_SUPPORTS, Role.SUPPORT)):
        if match := pattern.search(written):
            return match.start(), role
    match = _TAIL.search(written)
    return (match.start() if match else len(written)), None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\u3000\n":
        start += 1
    while end > start and text[end - 1] in " \t\u3000\n":
        end -= 1
    return start, end


def _unit(written: str, source: tuple[int, int], role: Role, departments: Departments) -> list[ResponsibleUnit]:
    """The unit for a written name; none for words that name no organisation (部市共建)."""
    name = departments.canonical(written)
    if name is None and (len(written) > _MAX_NAME_CHARS or not _ORGANISATION.search(written)):
        return []
    generic = departments.is_generic(name) if name is not None else written.startswith(("有关", "相关", "各"))
    return [
        ResponsibleUnit(
            written=written, name=name or written, role=role, generic=generic, start=source[0], end=source[1]
        )
    ]
