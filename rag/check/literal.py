"""Words taken over without quotation marks: what a part of the draft changes in what it all but repeats.

Prose may leave words out and put others in their place; whoever repeats a clause nearly word for word and changes a
word in its middle has to be looked at. Such a change is no proof of a falsehood: it makes the verdict `needs_review`.
"""

import re
from collections.abc import Callable, Container, Sequence

from rag.check.align import Edit, align
from rag.check.schema import DifferenceKind
from rag.check.values import values_in
from rag.check.words import BUILDING, DENIAL, DUTY

SHORTEST = 8  # characters of a statement that can repeat anything
MAX_EDITS = 2  # more of them make another wording, which is judged by what it says
MAX_CHANGED = 4  # characters of the draft that may differ, or a tenth of them
MAX_GAP = 8  # characters of the source that may be left out
AROUND = 24  # characters of the source around an edit that are cut into words
# What may come, go or be exchanged without saying anything else
_IDLE = re.compile(
    r"(?:[达占的地得了着过和与及以并而且也还再就将把对在于从由为所其该此这那个各要会能等者共即则至向是有被给使让之或能]"
    r"|以及|或者|并且|同时|进一步|积极|大力|持续|不断|深入|切实|着力|努力|扎实|认真|稳步|有序|加快|主要|我市|本市|全市|天津市"
    r"|我省|本省|有关|相关|根据|依据|按照|依照|及时|尽快|需要|通过|可以|进行|予以|加以|开始|继续|全面|教师|老师|因此|其中|此外)+"
)
# What limits a rule: whoever leaves it out says more than the source
_LIMITS = re.compile(
    r"原则上|条件的?|试点|探索|逐步|批准|同意|依法|部分|除外|规定|必要时|一般|优先|未经|但|仅|只|除|首次|首批|以外|分别|累计|平均"
)
_LABEL = re.compile(r"[\d一二三四五六七八九十]+")

Words = Callable[[str], list[str]]


def doubts(said: str, source: str, words: Words, holes: Container[int] = ()) -> list[tuple[DifferenceKind, Edit]]:
    """Return the edits of a bare statement that all but repeats a bare source and yet says something else.

    `words` cuts a text into words, `holes` are the places in the statement where a name was taken out. Words
    added at either end are how it is led in, figures are judged apart.
    """
    if len(said) < SHORTEST or said in source:
        return []
    edits = [
        edit
        for edit in align(said, source).edits
        if edit.draft_start > 0
        and edit.draft_end < len(said)
        and not (edit.draft_start == edit.draft_end and edit.draft_start in holes)
    ]
    changed = sum(edit.draft_end - edit.draft_start for edit in edits)
    gap = sum(edit.source_end - edit.source_start for edit in edits)
    if len(edits) > MAX_EDITS or changed > max(MAX_CHANGED, len(said) // 10) or gap > MAX_GAP:
        return []
    if _turned(edits, said, source):
        return [(DifferenceKind.WORDING, edits[0])]
    kinds = ((_kind(edit, said, source, words), edit) for edit in edits)
    return [(kind, edit) for kind, edit in kinds if kind is not None]


def _kind(edit: Edit, part: str, source: str, words: Words) -> DifferenceKind | None:
    said, have = part[edit.draft_start : edit.draft_end], source[edit.source_start : edit.source_end]
    if any(one.start < edit.draft_end and edit.draft_start < one.end for one in values_in(part)):
        return None
    if len(said) <= 1 and len(have) <= 1 and _same_verb(edit, part, source):
        return None
    if said and have:
        both = (_IDLE.fullmatch(said) and _IDLE.fullmatch(have)) or (BUILDING.search(said) and BUILDING.search(have))
        if both:
            return None
        if not _IDLE.fullmatch(said):
            return DifferenceKind.WORDING
    elif said:
        moved = len(said) > 1 and said in source  # 每年补贴3000元 for 补贴按每年3000元
        return None if moved or _IDLE.fullmatch(said) else DifferenceKind.INSERTION
    if _LIMITS.search(have) or DENIAL.search(have) or DUTY.search(have):
        return DifferenceKind.SCOPE
    if _IDLE.fullmatch(have) or _LABEL.fullmatch(have) or _whole_words(edit, part, source, words):
        return None
    return DifferenceKind.OMISSION


def _turned(edits: Sequence[Edit], said: str, source: str) -> bool:
    """Whether two edits only move a character: 设建 for 建设."""
    if len(edits) != 2 or edits[1].draft_start - edits[0].draft_end > 2:
        return False
    added = "".join(said[edit.draft_start : edit.draft_end] for edit in edits)
    gone = "".join(source[edit.source_start : edit.source_end] for edit in edits)
    return len(added) == 1 and added == gone


def _same_verb(edit: Edit, part: str, source: str) -> bool:
    """Whether one character made a verb another one that builds too: 加强 and 强化, 推进 and 推行."""
    wide = part[max(edit.draft_start - 2, 0) : edit.draft_end + 2]
    other = source[max(edit.source_start - 2, 0) : edit.source_end + 2]
    return BUILDING.search(wide) is not None and BUILDING.search(other) is not None


def _whole_words(edit: Edit, part: str, source: str, words: Words) -> bool:
    """Whether the characters left out are whole words of the source, or what is left is a word: 高校 of 高等学校."""
    low = max(edit.source_start - AROUND, 0)
    borders = _borders(words(source[low : edit.source_end + AROUND]), low)
    if edit.source_start in borders and edit.source_end in borders:
        return True
    left = max(edit.draft_start - AROUND, 0)
    return edit.draft_start not in _borders(words(part[left : edit.draft_start + AROUND]), left)


def _borders(cut: list[str], at: int) -> set[int]:
    found = {at}
    for word in cut:
        at += len(word)
        found.add(at)
    return found
