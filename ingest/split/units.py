"""Responsible units: the departments that a clause or a cell of a table names as responsible."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.departments import Departments, is_kind
from ingest.schema import Cell, Clause, Reading, ResponsibleUnit, Role

_ROLE_WORDS = {
    Role.LEAD: ("牵头", "主办", "主责"),
    Role.SUPPORT: ("配合", "协办", "协同", "协作", "参与", "参加"),
    Role.RESPONSIBLE: ("责任", "负责", "实施", "承办"),
}
_WORDS = "|".join(word for words in _ROLE_WORDS.values() for word in words)
_DUTY = rf"(?:{_WORDS})(?:责任|负责)?"
_DUTIES = re.compile(rf"({_WORDS})(?:责任|负责)?")
_BODY = "(?:单位|部门|机关|[股科处]室|主体)"
# matches "牵头单位：", "主要责任部门：", "责任单位及分工："
_LABEL = re.compile(rf"(?:主要|第一|具体)?(?P<role>{_DUTY}){_BODY}(?:及分工|及责任人)?\s*[:：]\s*")
# what ends a list of units: ；配合单位：, ，完成时限：
_NEXT_LABEL = re.compile(r"[，,；;、\s]\s*[\u4e00-\u9fff]{2,8}\s*[:：]")
_HEADER = re.compile(f"{_DUTY}{_BODY}")
# （甲局牵头，乙局、丙局配合）, （由甲局负责）, （甲局会同各县（区）人民政府） after a task
_BRACKETED = re.compile(r"[（(]((?:[^（）()：:。\n]|（[^（）]{1,8}）|\([^()]{1,8}\)){2,200})[）)]")
_GIVES_DUTY = re.compile(r"牵头|配合|负责|落实|主办|协办|.会同")
# 由甲局牵头，乙局配合。 and 由甲局负责，6月底前完成。 as sentences of their own
_SENTENCE = re.compile(
    r"(?:^|(?<=[。；;\n])|(?<=[：:])(?=由))((?:[^（）()：:。；;\n]|（[^（）]{1,8}）){2,120}(?:牵头|配合|负责|参与|落实|协助))"
    r"(?:，[^，。；;：:\n]{0,12}?(?:[0-9]\s*[年月日]|[年月]底)[^，。；;：:\n]{0,12}(?:完成|落实|到位))?(?=[。；;\n]|$)"
)
_GIVES_LEAD = re.compile(r"牵头|主办|^\s*由")
# 各市、县人民政府 is one name, 各区、有关部门 are two
_ONE_NAME = (
    r"(?:(?<=各[市区县州]、)|(?<=各[市区县州]、[市区县州]、))"
    r"(?:[市区县州旗盟、]|自治|（[^）]{1,4}）){1,8}(?:人民)?政府"
)
# what separates two departments of a list; 会同 makes what follows it a supporter
_NEXT_NAME = r"(?=[省市县各]|有关|相关|其他)"
_SEPARATOR = re.compile(
    rf"(?:、(?!{_ONE_NAME})|[，,；;。\s])+|会同|(?:以)?及{_NEXT_NAME}|(?<=[局厅处科委办部院会府室校])[和与]{_NEXT_NAME}"
    r"|(?<=[局厅处科])[和与及]"
)
_LEADS = re.compile(r"(?:等)?(?P<own>[（(])?(?:负责|共同|联合)?(?:牵头|主办|总牵头)(?:负责|组织实施|落实|单位)?[）)]?$")
_SUPPORTS = re.compile(
    r"(?:等)?(?P<own>[（(])?(?:分别|共同|参加|参与)?(?:配合|协办|协助|参与|参加)(?:落实|实施|单位)?[）)]?$"
)
_TAIL = re.compile(
    r"(?:等(?:部门|单位)?)?(?:按职责分工负责|按照职责分工负责|分工负责|共同负责|具体负责|组织实施|负责落实|负责|落实|(?:具体|负责|共同)?承办|等)$"
)
_TIME = re.compile(r"\d\s*[年月日]|[年月]底|长期|持续|全年|每年")  # 9月底前完成, 持续推进
_REMARK = re.compile(r"（[^）]{5,}）$")  # 市国资委（排名第一的为牵头单位，下同）
_BY = re.compile(r"(?:分别)?由")
_ORGANISATION = re.compile(
    r"(?:局|委|办|厅|部|院|处|科|股|会|室|联|协|团|所|站|队|社|馆|组|系|镇|乡|街道|县|区|专班|校|大学|学院|学校|公司|集团|银行|分行|中心|小学|中学|幼儿园|政府|单位|部门|高校|院校|企业|机构)$"
)
# 各乡镇, 各镇（街道）, 有关县区: kinds of bodies that need no word of an organisation
_EACH = re.compile(r"(?:各|有关|相关|其他)[\u4e00-\u9fff]{0,8}(?:乡|镇|街道|县|区|市|州|旗|村|系)(?:（[^）]{1,8}）)?$")
# 经同意后由有关单位, 做好保障工作的单位
_NO_NAME = re.compile(r"的|同意|做好|要求|负责|根据|按照|^经(?![济信贸])")
_MAX_NAME_CHARS = 30
_LEVELS = "省市县区州旗盟"


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
        units = _all_units(reading, match.span(1), departments)
        if _GIVES_DUTY.search(match[1]) or (_ends_task(reading.text, match) and not all(u.generic for u in units)):
            found += units
    for match in _SENTENCE.finditer(reading.text):
        if _GIVES_LEAD.search(match[1]):
            units = _all_units(reading, match.span(1), departments)
            found += units if not all(unit.generic for unit in units) else []
    for cell in cells:
        if names_duty(cell.header):
            for low, high, part_role in _names(text, cell.start, cell.end, _role(cell.header)):
                found += _unit(text[low:high], (low, high), part_role, departments)
    return tuple(found)


def names_duty(header: str) -> bool:
    """Whether a column so headed names the units of its rows: 责任单位, 牵头部门, 负责科室."""
    return _HEADER.search(header) is not None


def _all_units(reading: Reading, span: tuple[int, int], departments: Departments) -> list[ResponsibleUnit]:
    """The units of words that hold nothing but names and roles; none for words that hold anything else."""
    names = [
        name
        for name in _names(reading.text, *span, Role.RESPONSIBLE)
        if not _TIME.search(reading.text[slice(*name[:2])])
    ]
    units = [
        unit
        for low, high, role in names
        for unit in _unit(reading.text[low:high], reading.source_span(low, high), role, departments)
    ]
    return units if len(units) == len(names) else []


def _role(words: str) -> Role:
    """The role that a label or a header gives: 牵头责任单位 leads, 牵头、配合单位 are both."""
    said = {role for match in _DUTIES.finditer(words) for role, duties in _ROLE_WORDS.items() if match[1] in duties}
    return said.pop() if len(said) == 1 else Role.RESPONSIBLE


def _lists(text: str) -> Iterator[tuple[int, int, Role]]:
    """Lists of units (start, end, role): from a label to the closing bracket, the next label or the line's end."""
    for match in _LABEL.finditer(text):
        at_line_start = match.start() == 0 or text[match.start() - 1] in "\n。；;，, 　〔【["
        if at_line_start or _open_bracket(text, match.start()):
            yield match.end(), _list_end(text, match.end()), _role(match["role"])


def _ends_task(text: str, bracket: re.Match[str]) -> bool:
    """Whether a bracket stands after a sentence and ends its line: 开展培训。（研究生院）."""
    return text[bracket.start() - 1 : bracket.start()] in ("。", "；") and text[bracket.end() : bracket.end() + 1] in (
        "",
        "\n",
    )


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
        elif char in "\n。〕】]" or (not depth and _NEXT_LABEL.match(text, at)):
            return at
    return len(text)


def _names(text: str, start: int, end: int, role: Role) -> Iterator[tuple[int, int, Role]]:
    """The names (start, end, role) of a list. 甲局牵头，乙局、丙局配合 gives each name the role of its group."""
    group: list[tuple[int, int, Role]] = []
    current, at = role, start
    for stop, separator_end, separator in _parts(text, start, end):
        low, high = _trim(text, at, stop)
        if by := _BY.match(text, low, high):
            low = by.end()
        if remark := _REMARK.search(text, low, high):
            high = remark.start()
        named, group_role, own = _group_role(text[low:high])
        if group_role is not None and not own:
            group = [(a, b, group_role if r is role else r) for a, b, r in group]
        if named:
            group.append((low, low + named, group_role or current))
        if (group_role is not None and not own) or separator in "，,；;":
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


def _group_role(written: str) -> tuple[int, Role | None, bool]:
    """The length of the name in 甲局牵头, the role that the rest gives (None without one), and whether to it alone.

    甲局、乙局牵头 says it of both, 甲局、乙局（牵头） of the second.
    """
    for pattern, role in ((_LEADS, Role.LEAD), (_SUPPORTS, Role.SUPPORT)):
        if match := pattern.search(written):
            return match.start(), role, match["own"] is not None
    match = _TAIL.search(written)
    return (match.start() if match else len(written)), None, False


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\u3000\n":
        start += 1
    while end > start and text[end - 1] in " \t\u3000\n":
        end -= 1
    return start, end


def _unit(written: str, source: tuple[int, int], role: Role, departments: Departments) -> list[ResponsibleUnit]:
    """The unit for a written name; none for words that name no organisation (部市共建)."""
    name = departments.canonical(written)
    if name is None and not _is_name(written):
        return []
    generic = departments.is_generic(name) if name is not None else is_kind(written)
    return [
        ResponsibleUnit(
            written=written, name=name or written, role=role, generic=generic, start=source[0], end=source[1]
        )
    ]


def _is_name(written: str) -> bool:
    """Whether a stranger's words read like the name of an organisation."""
    named = _ORGANISATION.search(written) or _EACH.match(written)
    return 1 < len(written) <= _MAX_NAME_CHARS and named is not None and not _NO_NAME.search(written)


def with_full_names(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses with one name for a unit that their document writes with its level and without: 县教体局, 教体局."""
    names = {unit.name for clause in clauses for unit in clause.units}
    full = {name[1:]: name for name in sorted(names) if name[0] in _LEVELS and name[1:] in names}
    return [
        replace(clause, units=tuple(replace(unit, name=full.get(unit.name, unit.name)) for unit in clause.units))
        for clause in clauses
    ]
