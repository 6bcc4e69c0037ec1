"""What kind each difference is: a figure, a unit, a duty word, a department, or only other words.

Both sides are bare texts; what is the same in other letters (三十个 and 30个) is no difference at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ingest.departments import Departments, Mention
from rag.check.align import Edit
from rag.check.schema import DifferenceKind
from rag.check.values import Value, ValueKind, same_value, values_in
from rag.check.words import COMPARATORS, DENIAL, DUTY, NAME_ENDS, SCOPE

Token = TypeVar("Token", Value, Mention)
_WORDS = {
    DifferenceKind.COMPARATOR: re.compile("|".join(COMPARATORS)),
    DifferenceKind.NEGATION: DENIAL,
    DifferenceKind.MODALITY: DUTY,
}
_NAME_AHEAD = 4  # characters between a difference and the end of the name that it is part of
_NAME_END = re.compile("|".join(NAME_ENDS))
_PLACE_ENDS = "洲国省县州"  # 非|洲 for 美|洲
_LABEL = re.compile(r"(?:第?[\d一二三四五六七八九十百]+[条款项章节]?|附件\d*)")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """An edit with its kind, widened to the words that it is part of."""

    kind: DifferenceKind
    edit: Edit


@dataclass(frozen=True, kw_only=True)
class Typing:
    """Tells what kind an edit is."""

    departments: Departments

    def typed(self, edits: Sequence[Edit], draft: str, source: str) -> list[Typed]:
        """Return the edits that are differences, in order; edits inside one word are one difference."""
        found: list[Typed] = []
        for edit in edits:
            one = self._one(edit, draft, source)
            if one is None or any(_within(one.edit, other.edit) for other in found):
                continue
            found.append(one)
        return found

    def _one(self, edit: Edit, draft: str, source: str) -> Typed | None:
        said, have = draft[edit.draft_start : edit.draft_end], source[edit.source_start : edit.source_end]
        if not said.strip() and not have.strip():
            return None  # white space inside a figure
        valued = _valued(edit, draft, source)
        if valued is not None:
            return None if valued.kind is DifferenceKind.WORDING else valued
        for kind, pattern in _WORDS.items():
            wide = _widened(edit, draft, source, pattern)
            if wide is not None and _short(edit):
                return Typed(kind=kind, edit=wide)
        named = self._department(edit, draft, source)
        if named is not None:
            return named
        if self._in_name(edit, draft, source):
            return Typed(kind=DifferenceKind.NAME, edit=edit)
        if (said in SCOPE or not said) and (have in SCOPE or not have):
            return Typed(kind=DifferenceKind.SCOPE, edit=edit)
        if not said:
            return None if _LABEL.fullmatch(have) and len(have) > 1 else Typed(
                kind=DifferenceKind.OMISSION, edit=edit)  # fmt: skip
        if not have:
            return Typed(kind=DifferenceKind.INSERTION, edit=edit)
        return Typed(kind=DifferenceKind.WORDING, edit=edit)

    def _department(self, edit: Edit, draft: str, source: str) -> Typed | None:
        """Return the edit widened to departments on either side where they are not the same ones."""
        before = _touched(self._mentions(draft), edit.draft_start, edit.draft_end)
        after = _touched(self._mentions(source), edit.source_start, edit.source_end)
        if not before and not after:
            return None
        wide = _cover(edit, before, after, (len(draft), len(source)))
        if not _short(edit, extra=12) and not (before and after):
            return None
        return Typed(kind=DifferenceKind.DEPARTMENT, edit=wide)

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        return _found(self.departments, text)

    def _in_name(self, edit: Edit, draft: str, source: str) -> bool:
        for text, start, end in (
            (draft, edit.draft_start, edit.draft_end),
            (source, edit.source_start, edit.source_end),
        ):
            if end - start <= 12 and end > start and _NAME_END.search(text, start, min(end + _NAME_AHEAD, len(text))):
                return True
        after = draft[edit.draft_end : edit.draft_end + 1]
        same = after == source[edit.source_end : edit.source_end + 1]
        both = edit.draft_end > edit.draft_start and edit.source_end > edit.source_start
        return both and same and after in _PLACE_ENDS and after != ""


_CACHE: dict[int, tuple[Departments, dict[str, tuple[Mention, ...]]]] = {}


def _found(departments: Departments, text: str) -> tuple[Mention, ...]:
    """The departments of a bare text; the last few texts are kept, for one text has many edits."""
    kept = _CACHE.get(id(departments))
    if kept is None or kept[0] is not departments or len(kept[1]) > 512:
        kept = _CACHE[id(departments)] = (departments, {})
    if text not in kept[1]:
        kept[1][text] = tuple(departments.find(text))
    return kept[1][text]


def _valued(edit: Edit, draft: str, source: str) -> Typed | None:
    """Return the edit as a difference of values (WORDING when they are equal), None when it touches none."""
    mine = _touched(values_in(draft), edit.draft_start, edit.draft_end)
    theirs = _touched(values_in(source), edit.source_start, edit.source_end)
    if not mine and not theirs:
        return None
    wide = _cover(edit, mine, theirs, (len(draft), len(source)))
    if mine and theirs:
        return Typed(kind=_value_kind(mine[0], theirs[0]), edit=wide)
    only = (mine or theirs)[0]
    if not _short(edit):  # a whole phrase that holds a figure was added or left out
        return None
    kind = DifferenceKind.DATE if only.kind is ValueKind.DATE else DifferenceKind.NUMBER
    return Typed(kind=kind, edit=wide)


def _value_kind(mine: Value, theirs: Value) -> DifferenceKind:
    if mine.comparable == theirs.comparable and mine.unit == theirs.unit and same_value(mine, theirs, rounded=False):
        return DifferenceKind.WORDING if mine.bound is theirs.bound else DifferenceKind.COMPARATOR
    if mine.kind is ValueKind.DATE or theirs.kind is ValueKind.DATE:
        return DifferenceKind.DATE
    if _figures(mine) == _figures(theirs):
        return DifferenceKind.UNIT
    return DifferenceKind.NUMBER


def _figures(value: Value) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十]+", value.written)


def _touched(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    """Return the tokens that share a character with start:end, or that an empty start:end splits."""
    if start == end:
        return [token for token in tokens if token.start < start < token.end]
    return [token for token in tokens if token.start < end and start < token.end]


def _cover(edit: Edit, mine: Sequence[Token], theirs: Sequence[Token], sizes: tuple[int, int]) -> Edit:
    """Return the edit widened on each side to its tokens; a side without one keeps pace with the other."""
    left = max(
        [edit.draft_start - token.start for token in mine] + [edit.source_start - token.start for token in theirs] + [0]
    )
    right = max(
        [token.end - edit.draft_end for token in mine] + [token.end - edit.source_end for token in theirs] + [0]
    )
    return Edit(
        draft_start=min([edit.draft_start, *(token.start for token in mine)])
        if mine
        else max(edit.draft_start - left, 0),
        draft_end=max([edit.draft_end, *(token.end for token in mine)])
        if mine
        else min(edit.draft_end + right, sizes[0]),
        source_start=min([edit.source_start, *(token.start for token in theirs)])
        if theirs
        else max(edit.source_start - left, 0),
        source_end=max([edit.source_end, *(token.end for token in theirs)])
        if theirs
        else min(edit.source_end + right, sizes[1]),
    )


def _widened(edit: Edit, draft: str, source: str, pattern: re.Pattern[str]) -> Edit | None:
    """Return the edit widened to a word of the pattern that it changes, None when it changes none."""
    for text, start, end in ((draft, edit.draft_start, edit.draft_end), (source, edit.source_start, edit.source_end)):
        for match in pattern.finditer(text, max(start - 4, 0), min(end + 4, len(text))):
            touches = (
                match.start() < end and start < match.end() if end > start else match.start() < start < match.end()
            )
            if touches:
                left, right = max(start - match.start(), 0), max(match.end() - end, 0)
                return replace(
                    edit,
                    draft_start=max(edit.draft_start - left, 0),
                    draft_end=min(edit.draft_end + right, len(draft)),
                    source_start=max(edit.source_start - left, 0),
                    source_end=min(edit.source_end + right, len(source)),
                )
    return None


def _short(edit: Edit, extra: int = 3) -> bool:
    """Whether the edit is hardly more than the word that it changes: a dropped half-sentence is an omission."""
    size = max(edit.draft_end - edit.draft_start, edit.source_end - edit.source_start)
    return size <= 3 + extra


def _within(edit: Edit, other: Edit) -> bool:
    return other.draft_start <= edit.draft_start and edit.draft_end <= other.draft_end and (
        other.source_start <= edit.source_start and edit.source_end <= other.source_end
    )  # fmt: skip
