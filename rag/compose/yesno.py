"""Is it so: 是 or 否 before the sentence, where the sentence itself decides; nothing where it does not.

A wrong 是 is worse than none: the sentence must hold the end of the question, which is what is asked, word by word.
否 when the sentence denies it (不纳入工资 for 要纳入工资吗), 是 when it says it and denies nothing of it.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from ingest.schema import Cell
from rag.check.words import REQUIRED
from rag.terms import Terms, fold

MIN_SHARED = 4  # characters of the question's end that the sentence must hold
_NEGATION = re.compile(r"不得|不再|不予|不能|不可|禁止|严禁|未|没有|不")
_ASKING = re.compile(
    r"是不是|是否|有没有|能不能|可不可以|会不会|要不要|该不该|允不允许|能否|可否|吗|么|没有?$|了没|行不行|对不对|[？?。！，,“”\"]"
)
_COMPARES = re.compile(r"超过|上升|下降|增长|增加|减少|提高|降低|相比|之前|以前|首次|更|比")
_DENIED = re.compile(r"不|未|没|禁止|严禁|别")


# What makes a rule of it or lets it hold of all: 支持企业设立 decides neither 应当设立吗 nor 所有企业都设立吗
_MUST = re.compile(
    rf"{REQUIRED.pattern}|需要|(?<![只主重想将快就不需])要(?![求点素闻])|(?<![不取获只值])得(?=[设建开办有报交给])"
)
_SCOPE = ("所有", "全部", "任何", "一律", "都", "只", "仅", "每")
_DUTY = ("负责", "牵头", "主管")  # 成立工作组推进合作 does not say who is responsible for it


def verdict_on(question: str, sentence: str, terms: Terms) -> str:
    """Return "是。" or "否。" when the sentence decides the question, else "".

    It decides nothing when it lacks any word of the question (another place, another department), when things are
    compared, when the question itself denies something, and, for 是, when it asks for more than the sentence says.
    """
    folded = fold(question)
    asking = _ASKING.split(folded)
    said = fold(sentence)
    if _COMPARES.search(folded) or any(_DENIED.search(part) for part in asking) or terms.missing(sentence):
        return ""
    asked = next((part for part in reversed(asking) if part), "")
    for size in range(len(asked), MIN_SHARED - 1, -1):
        at = said.find(asked[-size:])
        if at >= 0:
            denied = _NEGATION.search(said[max(0, at - 2) : at])
            return "否。" if denied else "" if _claims_more(folded, said) else "是。"
    return ""


def _claims_more(question: str, sentence: str) -> bool:
    """Whether a question makes a rule or a duty of what the sentence does not, or lets it hold of all."""
    rule = _MUST.search(question) is not None and _MUST.search(sentence) is None
    return rule or any(word in question and word not in sentence for word in (*_SCOPE, *_DUTY))


_ROSE = re.compile(r"上升|增长|增加|提高|涨|升|更高|更多|[高多]了|高于|多于|超过")
_FELL = re.compile(r"下降|减少|降低|跌|降|更低|更少|[低少]了|低于|少于")
_ASKS_WHETHER = re.compile(r"是不是|是否|有没有|吗|没有?[？?]?$|涨没涨")
_VALUE = re.compile(r"(-?\d[\d,]*(?:\.\d+)?)\s*[%％]?")


def compared_years(question: str, cells: Sequence[Cell], years: Sequence[str]) -> str:
    """Return whether a row's figure rose or fell between two years, as the question asks; "" where that is not asked.

    否，2025年没有高于2024年。for a row with 99.00% in 2024 and 98.99% in 2025; where it asks 高了还是低了,
    2025年低于2024年。
    """
    rose = _ROSE.search(question) is not None
    either = rose and _FELL.search(question) is not None and "还是" in question
    if len(years) != 2 or not (
        either or (rose != (_FELL.search(question) is not None) and _ASKS_WHETHER.search(question))
    ):
        return ""
    early, late = sorted(years)
    before, after = _value(cells, early), _value(cells, late)
    if before is None or after is None:
        return ""
    if either:
        return f"{late}年{'等于' if after == before else '高于' if after > before else '低于'}{early}年。"
    word = "高于" if rose else "低于"
    so = after > before if rose else after < before
    return f"是，{late}年{word}{early}年。" if so else f"否，{late}年没有{word}{early}年。"


def _value(cells: Sequence[Cell], year: str) -> Decimal | None:
    """Return the number in the one column of a year, None when there is no such column or no plain number in it."""
    of_year = [_VALUE.fullmatch(cell.value.strip()) for cell in cells if year in cell.header]
    return Decimal(of_year[0][1].replace(",", "")) if len(of_year) == 1 and of_year[0] is not None else None
