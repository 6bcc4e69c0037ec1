"""Typing slips mended by sound: 兰皮书 for 蓝皮书, against the corpus's own vocabulary.

Only what the corpus does not hold is touched: a run of characters is replaced by a word of the corpus that sounds
the same when a pair of neighbouring characters in it occurs in no clause and no dictionary knows it.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from rag.terms import wording

MIN_WORD = 3  # characters: two that sound like a word of the corpus are most often a word of their own
MAX_WORD = 8  # characters of a word that is looked for
ASKING = frozenset("的了吗呢吧啊呀么几哪谁啥咋怎里个些那这")  # never part of a slip: a question is made of them
WRONG_SHARE = 0.5  # of a word's characters that may differ


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """The corpus's words by their sound; built when a question first needs it."""

    vocabulary: Callable[[], Iterable[str]]
    frequency: Callable[[str], int]  # number of clauses that hold a word or a pair of characters
    cut: Callable[[str], Sequence[str]]  # cuts a text into words that, joined, are the text

    def mend(self, question: str) -> str:
        """Return the question with its slips mended; the same question when it has none."""
        strange = [at for at in range(len(question) - 1) if self._is_strange(question[at : at + 2])]
        if not strange:
            return question
        borders, alone = {0}, set[int]()
        at = 0
        for word in self.cut(question):
            inside = range(at, at + len(word) - 1)
            alone |= {at - 1, at} if len(word) == 1 else set(inside)
            at += len(word)
            borders.add(at)
        slips = {at for at in strange if at in alone}  # where two whole words meet, no slip is at work
        mended, at = "", 0
        while at < len(question):
            window, right = self._slip_at(question, at, slips, borders)
            mended += right
            at += len(window)
        return mended

    def _slip_at(self, question: str, at: int, strange: set[int], borders: set[int]) -> tuple[str, str]:
        """Return the longest slip that begins here and its right spelling; one character and itself if none does.

        A slip begins and ends where the dictionary's words do: half of one word and half of the next are no slip.
        """
        for size in range(min(MAX_WORD, len(question) - at), MIN_WORD - 1, -1):
            if not {at, at + size} <= borders:
                continue
            window = question[at : at + size]
            suspicious = any(place in strange for place in range(at, at + size - 1))
            plain = _is_han(window) and not set(window) & ASKING
            if suspicious and plain and (right := self._right(window)) is not None:
                return window, right
        return question[at], question[at]

    def _is_strange(self, pair: str) -> bool:
        return _is_han(pair) and self.frequency(pair) == 0 and not set(pair) & ASKING

    def _right(self, window: str) -> str | None:
        """Return the word of the corpus that sounds like the window, None when there is none or it is a word itself."""
        known = self._by_sound.get(_sound(window), ())
        if not known or window in known or window in wording().stop:
            return None
        allowed = WRONG_SHARE * len(window)
        return next((word for word in known if _differing(word, window) <= allowed), None)

    @cached_property
    def _by_sound(self) -> dict[tuple[str, ...], list[str]]:
        found: dict[tuple[str, ...], list[str]] = {}
        for word in sorted({word for word in self.vocabulary() if MIN_WORD <= len(word) <= MAX_WORD and _is_han(word)}):
            found.setdefault(_sound(word), []).append(word)
        return found


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _is_han(text: str) -> bool:
    return all("\u4e00" <= char <= "\u9fff" for char in text)


def _sound(text: str) -> tuple[str, ...]:
    """Return each character's commonest reading without its tone."""
    return tuple(map(_reading, text))


@cache
def _reading(char: str) -> str:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # pypinyin's own switch: single characters are all we ask for
    from pypinyin import Style, pinyin

    return str(pinyin(char, style=Style.NORMAL)[0][0])
