r"""How words are compared in every metric: width, white space, bold marks and case do not count.

folded("认证 100家\n以上")        -> "认证100家以上"
holds("认证100家以上", "100家")   -> True
holds("认证1100家以上", "100家")  -> False (digits inside a longer number)
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_MARK = re.compile(r"\[\^\d+\]")  # [^1] ; not: [1]
_BOLD = "**"


def folded(text: str) -> str:
    """Text as metrics compare it."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace(_BOLD, "").lower()


def without_marks(answer: str) -> str:
    """An answer without its footnote marks."""
    return _MARK.sub("", answer)


def holds(answer: str, fact: str) -> bool:
    """Whether a folded answer holds a fact, and not merely as digits inside a longer number."""
    wanted = folded(fact)
    left = r"(?<!\d)(?<!\d\.)" if wanted[:1].isdigit() else ""
    right = r"(?!\d|\.\d)" if wanted[-1:].isdigit() else ""
    return bool(wanted) and re.search(left + re.escape(wanted) + right, answer) is not None


@dataclass(frozen=True, kw_only=True)
class FoldedText:
    """A folded text with the way back: `offsets[i]` is the source offset of its i-th character."""

    text: str
    offsets: tuple[int, ...]


@lru_cache(maxsize=64)
def fold_with_offsets(text: str) -> FoldedText:
    """Fold a text character by character, so that each folded character knows where it came from."""
    letters: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(text):
        for letter in "".join(unicodedata.normalize("NFKC", char).split()).lower():
            letters.append(letter)
            offsets.append(at)
    return FoldedText(text="".join(letters), offsets=tuple(offsets))


def places_of(quote: str, text: str) -> list[tuple[int, int]]:
    """Every place of a quote in a text, as source offsets (start, end); white space and width aside."""
    wanted, source = folded(quote), fold_with_offsets(text)
    if not wanted:
        return []
    starts = [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", source.text)]
    return [(source.offsets[at], source.offsets[at + len(wanted) - 1] + 1) for at in starts]
