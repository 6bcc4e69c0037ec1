"""The report in Chinese: one sentence of explanation a claim, and what would make it right."""

from collections.abc import Sequence

from rag.check.judged import Judged
from rag.check.passages import Passage
from rag.check.schema import Difference, DifferenceKind
from rag.schema import Verdict

KINDS = {
    DifferenceKind.NUMBER: "数字", DifferenceKind.UNIT: "单位", DifferenceKind.DATE: "日期",
    DifferenceKind.COMPARATOR: "上下限", DifferenceKind.MODALITY: "要求的程度", DifferenceKind.NEGATION: "肯定与否定",
    DifferenceKind.SCOPE: "范围", DifferenceKind.DEPARTMENT: "部门", DifferenceKind.NAME: "名称",
    DifferenceKind.OMISSION: "漏字", DifferenceKind.INSERTION: "多字", DifferenceKind.WORDING: "用词",
    DifferenceKind.CLAUSE: "条款",
}  # fmt: skip
SHOWN = 3  # differences that one explanation names
MAX_WORDS = 60  # characters of a difference shown in an explanation


def explanation(judged: Judged) -> str:
    """Return why the verdict is what it is, in one Chinese sentence."""
    where = _where(judged)
    if judged.verdict is Verdict.SUPPORTED:
        return f"{judged.why}。" if judged.why else f"与{where}一致。"
    if judged.verdict is Verdict.MISQUOTED:
        return f"引文与{where}不同：{_listed(judged.differences)}。"
    if judged.verdict is Verdict.CONTRADICTED:
        return f"与{where}不符：{_listed(judged.differences)}。"
    if judged.verdict is Verdict.WRONG_CLAUSE:
        return f"内容属实，但出自{where}，不在所引之处。"
    if judged.verdict is Verdict.NOT_FOUND:
        found = f"；引文的文字见{where}" if judged.right_label and judged.book else ""
        return f"{judged.why or '库中没有找到这样的内容'}{found}。"
    if judged.verdict is Verdict.UNCITED:
        return f"没有注明出处；{where}有相近的内容" + (
            f"，但{_listed(judged.differences)}。" if judged.differences else "。"
        )
    return f"依据不足，请人工核对：{judged.why or '原文与这句话只有部分相同'}" + (
        f"，最接近的是{where}。" if judged.book else "。"
    )


def _where(judged: Judged) -> str:
    if judged.book is None:
        return "原文"
    title = f"《{judged.book.document.title}》"
    return title + (judged.places[0].clause.label if judged.places else "")


def _listed(differences: Sequence[Difference]) -> str:
    shown = [_one(difference) for difference in differences[:SHOWN]]
    more = f"等{len(differences)}处" if len(differences) > SHOWN else ""
    return "；".join(shown) + more


def _one(difference: Difference) -> str:
    draft, source = _short(difference.draft), _short(difference.source)
    if difference.kind is DifferenceKind.CLAUSE:
        return f"所引是{draft}，原文在{source}"
    if not source:
        return f"原文没有“{draft}”"
    if not draft:
        return f"漏了“{source}”"
    return f"“{draft}”原文是“{source}”"


def _short(words: str) -> str:
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def suggestion(draft: str, passage: Passage, judged: Judged) -> tuple[str | None, bool]:
    """Return (the passage as it would be right, True), or (advice, False), or (None, False) where there is neither."""
    if judged.verdict in (Verdict.SUPPORTED, Verdict.UNCITED, Verdict.NEEDS_REVIEW):
        return None, False
    edits: list[tuple[int, int, str]] = []
    for one in judged.differences:
        if one.kind is DifferenceKind.CLAUSE or one.draft_start is None or one.draft_end is None:
            continue
        if one.kind is DifferenceKind.DEPARTMENT and "、" in one.source and passage.quotation is None:
            return f"责任单位应为：{one.source}", False
        if one.source or one.kind in (DifferenceKind.INSERTION, DifferenceKind.SCOPE):
            edits.append((one.draft_start, one.draft_end, one.source))
    if judged.right_label and passage.anchor is not None and judged.verdict is not Verdict.NOT_FOUND:
        edits.append((passage.anchor.start, passage.anchor.end, judged.right_label))
    if judged.verdict is Verdict.NOT_FOUND:
        if judged.right_label and judged.book is not None:
            return f"引文见《{judged.book.document.title}》{judged.right_label}，请改正出处", False
        return None, False
    if not edits:
        if judged.right_label and judged.book is not None:
            return f"出处应为《{judged.book.document.title}》{judged.right_label}", False
        return None, False
    return _edited(draft, passage, edits), True


def _edited(draft: str, passage: Passage, edits: Sequence[tuple[int, int, str]]) -> str:
    text, at = "", passage.start
    for start, end, words in sorted(edits):
        if start < at or end > passage.end:
            continue
        text += draft[at:start] + words
        at = end
    return text + draft[at : passage.end]
