"""The splitting report: what a person needs to trust a splitting, made from the clauses and rendered in Chinese."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.numerals import parse_number
from ingest.schema import Clause, Document, Kind, LeftOut, SplitReport

SHORT_CHARS, LONG_CHARS = 4, 1500
MAX_SHOWN = 20  # oddities in the report for people
MAX_PLACES = 6  # examples of what was left out, and of what was joined
AROUND = 12  # characters of text shown at each end

KIND_NAMES = {
    Kind.FRONT_MATTER: "文首文尾", Kind.SECTION: "部分（一、）", Kind.SUBSECTION: "条（（一））", Kind.ITEM: "项（1.）",
    Kind.SUBITEM: "小项（（1）①）", Kind.PART: "编", Kind.CHAPTER: "章", Kind.SECTION_OF_LAW: "节", Kind.ARTICLE: "条",
    Kind.PARAGRAPH: "款", Kind.LAW_ITEM: "项、目", Kind.TABLE: "表", Kind.TABLE_ROW: "表格行", Kind.CASE: "案例",
    Kind.ANNEX: "附件", Kind.ANNEX_ITEM: "附件清单项", Kind.CAPTION: "图题",
}  # fmt: skip
LEFT_OUT_NAMES = {
    "contents": "目录", "figure_list": "图目录", "table_list": "表目录", "case_list": "案例目录",
    "annex_list": "附件目录", "page_number": "页码", "markup": "排版符号", "stray_word": "误入的外文词",
}  # fmt: skip
_NUMBERED = (Kind.SECTION, Kind.SUBSECTION, Kind.ITEM, Kind.SUBITEM, Kind.CHAPTER, Kind.SECTION_OF_LAW, Kind.ANNEX_ITEM)
# 关于印发停车管理办法的通知, 关于印发《停车管理办法》的通知; not 《关于印发停车管理办法的通知》, which is cited
_NOTICE = re.compile(r"(?<!《)关于印发(?:《[^》]{2,80}》|[^《》]{2,80})的通知")
_DECIMAL = re.compile(r"\d+\.\d{1,2}(?!\d|月)")  # 1.1 整体质量, not 1.2025年底前
_NUMBER = re.compile(r"第?[（(]?([0-9]+|[〇零一二两三四五六七八九十百千]+)(?:[)）]|[、.．]|[章节条项编目]|部分)")


def build_report(
    document: Document, clauses: Sequence[Clause], left_out: tuple[LeftOut, ...], joins: tuple[tuple[int, int], ...]
) -> SplitReport:
    """The report on a document's clauses."""
    counts = Counter(clause.kind.value for clause in clauses)
    text_type, evidence = _text_type(document, clauses, counts)
    return SplitReport(
        text_type=text_type,
        evidence=evidence,
        counts={kind.value: counts[kind.value] for kind in Kind if counts[kind.value]},
        left_out=left_out,
        joins=joins,
        oddities=(*_numbering(clauses), *_lengths(clauses)),
    )


def _text_type(document: Document, clauses: Sequence[Clause], counts: Counter[str]) -> tuple[str, tuple[str, ...]]:
    """What sort of text it is, and why."""
    evidence: list[str] = []
    title = document.title
    front = "\n".join(clause.own.text for clause in clauses if clause.label == "文首")
    notice = _NOTICE.search(front) is not None
    if counts["article"] >= 3:
        evidence.append(f"有{counts['article']}条“第…条”")
        if counts["chapter"]:
            evidence.append(f"分为{counts['chapter']}章")
        if notice:
            evidence.append("文首是“关于印发……的通知”")
        if counts["annex_item"]:
            evidence.append(f"附件清单有{counts['annex_item']}项")
        annexed = "＋附件清单" if counts["annex_item"] else ""
        return ("通知＋" if notice else "") + "法规、规章或办法" + annexed, tuple(evidence)
    match = re.search(r"(计划|方案|意见|要点|办法|规划|纲要|报告|清单|通知|决定|细则)(?:[（(].*)?$", title)
    form = match[1] if match else "文本"
    if match:
        evidence.append(f"标题以“{form}”结尾")
    if notice:
        evidence.append("文首是“关于印发……的通知”")
        form = "通知＋" + (form if form != "通知" else "附文")
    if counts["annex_item"]:
        evidence.append(f"附件清单有{counts['annex_item']}项")
        form += "＋附件清单"
    if counts["case"] or counts["table"]:
        evidence.append(f"有{counts['case']}个案例、{counts['table']}张表")
    for kind in (Kind.SECTION, Kind.SUBSECTION, Kind.ITEM):
        if counts[kind.value]:
            evidence.append(f"{KIND_NAMES[kind]}{counts[kind.value]}条")
    return form, tuple(evidence)


def _numbering(clauses: Sequence[Clause]) -> list[str]:
    """Gaps and repeats in the numbers of siblings, and numbers that run on from the clause before."""
    oddities: list[str] = []
    lasts: dict[tuple[str | None, Kind], tuple[int, str]] = {}
    last_of_kind: dict[Kind, int] = {}
    for clause in clauses:
        if clause.kind not in _NUMBERED and clause.kind is not Kind.ARTICLE:
            continue
        match = None if _DECIMAL.match(clause.path[-1]) else _NUMBER.match(clause.path[-1])
        number = parse_number(match[1]) if match else None
        if number is None:
            continue
        key = (None if clause.kind is Kind.ARTICLE else clause.parent_id, clause.kind)
        before, label = lasts.get(key, (0, ""))
        runs_on = not before and number == last_of_kind.get(clause.kind, 0) + 1
        if number > before + 1 and not runs_on:
            oddities.append(f"编号不连续：{label or '开头'}之后是{clause.label}")
        elif number <= before and "之" not in clause.label:
            oddities.append(f"编号重复或倒退：{label}之后是{clause.label}")
        lasts[key] = (number, clause.label)
        last_of_kind[clause.kind] = number
    return oddities


def _lengths(clauses: Sequence[Clause]) -> list[str]:
    parents = {clause.parent_id for clause in clauses}
    oddities: list[str] = []
    for clause in clauses:
        chars = len(re.sub(r"\s", "", clause.own.text))
        if chars > LONG_CHARS:
            oddities.append(f"很长：{clause.label}有{chars}字")
        elif chars <= SHORT_CHARS and clause.id not in parents and clause.kind is not Kind.TABLE_ROW:
            oddities.append(f"很短：{clause.label}只有{chars}字")
    return oddities


def render(report: SplitReport, text: str) -> str:
    """The report for people, in Chinese: what was found, left out and joined, with places in the document's text."""
    lines = [f"文件类型：{report.text_type}"]
    if report.evidence:
        lines.append("怎样看出来的：" + "；".join(report.evidence))
    counts = "，".join(f"{KIND_NAMES.get(Kind(kind), kind)} {count}" for kind, count in report.counts.items())
    lines.append(f"拆成的条款：共{sum(report.counts.values())}条（{counts}）")
    left = Counter(item.kind for item in report.left_out)
    if left:
        lines.append("没有当作条款的：" + "，".join(f"{LEFT_OUT_NAMES.get(k, k)} {n} 处" for k, n in left.items()))
        lines += _some(
            [f"{LEFT_OUT_NAMES.get(i.kind, i.kind)}：{_shown(text[i.start : i.end])}" for i in report.left_out]
        )
    lines.append(f"接起来的断行：{len(report.joins)} 处")
    lines += _some([_joined(text, start, end) for start, end in report.joins])
    if report.oddities:
        lines.append(f"请看一眼：{len(report.oddities)} 处")
        lines += _some(report.oddities, MAX_SHOWN)
    else:
        lines.append("请看一眼：没有；编号连续，没有异常长短的条款")
    return "\n".join(lines)


def _some(lines: Sequence[str], limit: int = MAX_PLACES) -> list[str]:
    """The first lines, and how many more there are."""
    more = [f"  - 另有{len(lines) - limit}处"] if len(lines) > limit else []
    return [f"  - {line}" for line in lines[:limit]] + more


def _left_out(part: LeftOut, text: str) -> str:
    return f"{LEFT_OUT_NAMES.get(part.kind, part.kind)}：{_shown(text[part.start : part.end])}"


def _shown(text: str) -> str:
    """A text in one line, its middle left out when it is long, with its number of characters."""
    bare = " ".join(text.split())
    return f"“{bare}”" if len(bare) <= 2 * AROUND else f"“{bare[:AROUND]}……{bare[-AROUND:]}”（{len(bare)}字）"


def _joined(text: str, start: int, end: int) -> str:
    """A break with what stands before and after it (…切实加强｜组织领导…)."""
    before = " ".join(text[max(0, start - AROUND) : start].split())
    return f"…{before}｜{' '.join(text[end : end + AROUND].split())}…"
