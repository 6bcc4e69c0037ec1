r"""Text as the checker compares it: words and figures, typography gone, with the way back to the written text.

    “建设 ２００ 个\n平台”，  and  建设200个平台  both read  建设200个平台

Characters are folded one by one (NFKC, lower case), so that every bare character knows the place it came from.
Punctuation and white space are dropped. Between two digits a sign is kept, because it separates or joins figures:
`3~5年` reads `3-5年`, `22,156.00` reads `22156.00`, `3、5` reads `3、5`, the cells `66 84` stay apart.
"""

import re
import unicodedata
from dataclasses import dataclass

from rag.remembered import remembered

_DASHES = frozenset("-‐‑‒–—―－~～〜∼")
_KEPT = frozenset("%‰+℃")  # signs that are words
_JOINING = frozenset(".:/")  # kept between two digits
_MARK = "、"  # what any other sign is between two digits
_SIGNS = ".:/,、- "
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # 22,156 / not 3,5 or 2,0251
# A run of signs with a digit on both sides stays as its first sign, any other run goes.
_RUN = re.compile(rf"[{re.escape(_SIGNS)}]+")


class _Table(dict[int, str]):
    """What each character reads as; filled as characters come."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = "".join(map(_sign, folded))
        return self[code]


def _sign(char: str) -> str:
    if char in _DASHES:
        return "-"
    if char.isalnum() or char in _KEPT or char in _JOINING or char == ",":
        return char
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in ("Cf", "Mn") else _MARK


_TABLE = _Table()


@dataclass(frozen=True, kw_only=True)
class Bare:
    """A bare text; `at[i]` is the offset in the written text of its character i."""

    text: str
    at: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the written span of text[start:end]; an empty one lies before the next character."""
        if start >= end:
            place = self.at[start] if start < len(self.at) else (self.at[-1] + 1 if self.at else 0)
            return place, place
        return self.at[start], self.at[end - 1] + 1


def bare(text: str) -> str:
    """Return the bare text alone.

    >>> bare("于3~5年内，“建设 ２００ 个”平台。")
    '于3-5年内建设200个平台'
    """
    folded = _THOUSANDS.sub("", text.translate(_TABLE))
    return _RUN.sub(lambda run: _kept(run, folded), folded)


@remembered(entries=4096, longest=500)
def mapped(text: str) -> Bare:
    """Return the bare text with its way back; `mapped(text).text == bare(text)`."""
    chars: list[str] = []
    at: list[int] = []
    for place, char in enumerate(text):
        for folded in _TABLE[ord(char)]:
            chars.append(folded)
            at.append(place)
    folded = "".join(chars)
    gone = {match.start() for match in _THOUSANDS.finditer(folded)}
    chars = [char for place, char in enumerate(chars) if place not in gone]
    at = [source for place, source in enumerate(at) if place not in gone]
    folded = "".join(chars)
    for run in _RUN.finditer(folded):
        kept = _kept(run, folded)
        for place in range(run.start(), run.end()):
            chars[place] = kept if place == run.start() else ""
    pairs = [(char, source) for char, source in zip(chars, at, strict=True) if char]
    return Bare(text="".join(char for char, _ in pairs), at=tuple(source for _, source in pairs))


def _kept(run: re.Match[str], text: str) -> str:
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    if not (before.isascii() and before.isdigit() and after.isascii() and after.isdigit()):
        return ""
    return next((char for char in run.group() if char not in ",、 "), " " if run.group().isspace() else _MARK)
