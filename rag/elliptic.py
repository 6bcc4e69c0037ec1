"""The question before with one part changed, as an elliptic question means it: 第7项 for 第6项, 2024年 for 2025年."""

import re
from collections.abc import Sequence

from ingest.references import ClauseReference, find_references, is_inner
from rag.years import YEAR

LEAST_OF_YEAR = 9  # characters of a question that is hardly more than another year: 再往前一年是多少
# 下一项, 再下条 / not 以下条件, 立项后项目
_NEXT = re.compile(r"(?<!以)(?:下|后)一(条|项|款)(?!目)|^再?(?:下|后)(条|项|款)(?![目件])")
JOINED = "——"  # between a question and the one before that it goes on from


def last_part(question: str, *, like: str = "") -> str:
    """Return the question asked last of a chain: 车联网的牵头企业是哪家 of 共有几个——车联网的牵头企业是哪家.

    `like`: as many links of the chain as this text has.
    """
    return JOINED.join(question.split(JOINED)[-1 - like.count(JOINED) :])


def next_reference(core: str, earlier: ClauseReference) -> str | None:
    """Return the reference that 下一条 means after 附件1第5条: 附件1第6条."""
    match = _NEXT.search(core)
    if match is None or earlier.steps[-1].number <= 0:
        return None
    outer = earlier.written[: max(earlier.written.rfind("第"), 0)] if len(earlier.steps) > 1 else ""
    return f"{outer}第{earlier.steps[-1].number + 1}{match[1] or match[2]}"


def with_outer(new: ClauseReference, old: ClauseReference, question: str) -> str:
    """第7项 after 附件2第6项 is 附件2第7项: keep what stands outside the innermost step of the old reference."""
    if is_inner(new.steps[0], old.steps[-1]):
        return old.written + new.written
    if len(old.steps) <= len(new.steps):
        return new.written
    inner = find_references(question[old.start : old.end])
    cut = old.written.rfind("第")
    return (old.written[:cut] if cut > 0 and inner else "") + new.written


def with_reference(question: str, old: ClauseReference, written: str) -> str:
    """Return a question with one reference written anew."""
    return question[: old.start] + written + question[old.end :]


def year_meant(core: str, earlier: Sequence[str]) -> str | None:
    """Return the year that a core of little else names: 2024年, 24年的, 后一年 after a question for 2021."""
    if (year := YEAR.search(core)) and len(core) <= len(year[0]) + 3:
        return f"{year[1]}年"
    if earlier and len(core) <= LEAST_OF_YEAR:
        if re.match(r"(?:再往)?后一?年|次年|第二年|下一?年|转年", core):
            return f"{int(earlier[-1]) + 1}年"
        if re.match(r"(?:再往)?前一?年|上一?年|头一年", core):
            return f"{int(earlier[-1]) - 1}年"
    return None


def aligned(core: str, old: str, words: Sequence[str]) -> str | None:
    """Return `old` with the words that end like `core` changed to it: 其他收入 for 事业收入; None without such words.

    The common ending must be two characters or more, or one character of a word as long as `core` (纵向 for 横向).
    """
    for size in range(len(core) - 1, 1, -1):
        ending = core[-size:]
        at = old.rfind(ending)
        if at < 0:
            continue
        start = max(at - (len(core) - size), 0)
        while start < at and old[start] in "的是年度和与、，":
            start += 1
        return old[:start] + core + old[at + size :]
    same = next((w for w in words if len(w) == len(core) > 1 and w[-1] == core[-1] and w != core), None)
    return old.replace(same, core, 1) if same is not None and same in old else None
