"""Is it so: 是 or 否 before the sentence, where the sentence itself decides; nothing where it does not.

A wrong 是 is worse than none: the sentence must hold the end of the question, which is what is asked, word by word.
否 when the sentence denies it (不纳入工资 for 要纳入工资吗), 是 when it says it and denies nothing of it.
"""

import re

from rag.terms import fold

MIN_SHARED = 4  # characters of the question's end that the sentence must hold
_NEGATION = re.compile(r"不得|不再|不予|不能|不可|禁止|严禁|未|没有|不")
_ASKING = re.compile(
    r"是不是|是否|有没有|能不能|可不可以|会不会|要不要|该不该|允不允许|能否|可否|吗|么|没有?$|了没|行不行|对不对|[？?。！，,“”\"]"
)
_COMPARES = re.compile(r"超过|上升|下降|增长|增加|减少|提高|降低|相比|之前|以前|首次|更|比")
_DENYING = re.compile(r"不能|不得|不可以|不允许|不用|不需要|不应|未|没有(?!$)")


def verdict_on(question: str, sentence: str) -> str:
    """Return "是。" or "否。" when the sentence decides the question, else "" (always for comparisons)."""
    folded = fold(question)
    if _COMPARES.search(folded):
        return ""
    asked = next((part for part in reversed(_ASKING.split(folded)) if part), "")
    said = fold(sentence)
    for size in range(len(asked), MIN_SHARED - 1, -1):
        at = said.find(asked[-size:])
        if at < 0:
            continue
        denied_here = _NEGATION.search(said[max(0, at - 2) : at]) is not None
        denied_asked = _DENYING.search(folded) is not None
        return "否。" if denied_here != denied_asked else "是。"
    return ""
