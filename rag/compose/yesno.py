"""Is it so: 是 or 否 before the sentence, where the sentence itself decides; nothing where it does not.

A wrong 是 is worse than none: the sentence must hold the end of the question, which is what is asked, word by word.
否 when the sentence denies it (不纳入工资 for 要纳入工资吗), 是 when it says it and denies nothing of it.
"""

import re

from rag.terms import Terms, fold

MIN_SHARED = 4  # characters of the question's end that the sentence must hold
_NEGATION = re.compile(r"不得|不再|不予|不能|不可|禁止|严禁|未|没有|不")
_ASKING = re.compile(
    r"是不是|是否|有没有|能不能|可不可以|会不会|要不要|该不该|允不允许|能否|可否|吗|么|没有?$|了没|行不行|对不对|[？?。！，,“”\"]"
)
_COMPARES = re.compile(r"超过|上升|下降|增长|增加|减少|提高|降低|相比|之前|以前|首次|更|比")
_DENIED = re.compile(r"不|未|没|禁止|严禁|别")


def verdict_on(question: str, sentence: str, terms: Terms) -> str:
    """Return "是。" or "否。" when the sentence decides the question, else "".

    It decides nothing when it lacks any word of the question (another place, another department), when things are
    compared, and when the question itself denies something.
    """
    folded = fold(question)
    asking = _ASKING.split(folded)
    if _COMPARES.search(folded) or any(_DENIED.search(part) for part in asking) or terms.missing(sentence):
        return ""
    asked = next((part for part in reversed(asking) if part), "")
    said = fold(sentence)
    for size in range(len(asked), MIN_SHARED - 1, -1):
        at = said.find(asked[-size:])
        if at >= 0:
            return "否。" if _NEGATION.search(said[max(0, at - 2) : at]) else "是。"
    return ""
