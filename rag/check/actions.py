"""Verbs that build against verbs that end: 取消 where the source has 建设 turns it round, 打造 for 建设 does not.

Pure functions over bare texts, like `rag.check.conflicts`, whose denials and duties are its neighbours.
"""

import re
from itertools import pairwise

from rag.check.words import BUILDING, DENIAL, ENDING

OBJECT = 8  # characters beside a verb that say what is built or ended
# 以企业为主体, and its continuation 学校为基础
_AS = re.compile(r"以(?P<what>[\u4e00-\u9fffa-z0-9]{2,24}?)为(?P<role>[\u4e00-\u9fff]{2})")
_BEFORE_ROLE = re.compile(r"以|为[\u4e00-\u9fff]{2}")


def action_conflict(part: str, segment: str) -> tuple[str, str] | None:
    """Return (the part's verb, the segment's) where one ends what the other builds; None where neither does.

    A segment that ends something itself is compared by what it ends: 淘汰旧设备、建设新设备.
    """
    for mine, theirs, turned in ((part, segment, False), (segment, part, True)):
        for match in ENDING.finditer(mine):
            if _denied(mine, match.start()):
                continue
            objects = [words for words in _objects(mine, match) if len(words) > 1]
            place = next((at for words in objects if (at := _place(words, theirs)) >= 0), -1)
            if place < 0 or ENDING.search(theirs, max(place - OBJECT, 0), place + 2 * OBJECT) or DENIAL.search(theirs):
                continue
            governing = _governing(theirs, place)
            if governing:
                return (governing, match.group()) if turned else (match.group(), governing)
    return None


def _objects(text: str, verb: re.Match[str]) -> list[str]:
    """Return what may be ended: the words behind the verb, then those before it (…一律取消)."""
    return [text[verb.end() : verb.end() + OBJECT], text[max(verb.start() - OBJECT, 0) : verb.start()]]


def _place(words: str, text: str) -> int:
    """Return where the text speaks of the words, -1 where it holds less than half of their pairs."""
    places = [text.find(first + second) for first, second in pairwise(words)]
    found = [at for at in places if at >= 0]
    return min(found) if found and len(found) >= 0.5 * len(places) else -1


def _governing(text: str, place: int) -> str:
    """Return the last building verb before an object, or the one right behind it; "" where there is none."""
    verbs = [match.group() for match in BUILDING.finditer(text, 0, place)]
    if verbs:
        return verbs[-1]
    behind = BUILDING.search(text, place, place + 2 * OBJECT)
    return behind.group() if behind else ""


def _denied(text: str, at: int) -> bool:
    return DENIAL.search(text, max(at - 3, 0), at) is not None


def role_conflict(part: str, whole: str) -> tuple[str, str] | None:
    """Return (the part's words, the source's) where 以甲为乙 names another 甲 of the source (`whole`) than it does."""
    for match in _AS.finditer(part):
        what = match["what"]
        others = [
            _BEFORE_ROLE.split(whole[max(found.start() - 3 * OBJECT, 0) : found.start()])[-1]
            for found in re.finditer(f"为{match['role']}", whole)
        ]
        if others and what in whole and not any(_alike(what, other) for other in others):
            return what, others[0]
    return None


def _alike(one: str, other: str) -> bool:
    grams = [first + second for first, second in pairwise(one)]
    return sum(gram in other for gram in grams) >= 0.5 * len(grams)
