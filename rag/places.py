"""Which provinces, cities and countries a text names."""

import re
from collections.abc import Callable, Iterable

from rag.terms import fold, wording

_DISTRICT = r"(?:区(?![域块分别间县级]))?"  # 河北区 is no part of 河北 / not 河北区域


def places_in(text: str, words: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Return the places that are words of the text as `words` cuts it: no 保定 in 确保定期, no 印度 in 印度尼西亚.

    A place that `words` does not know as one (雄安) need only stand there.
    """
    folded = fold(text)
    near = [place for place in wording().places if place in folded]
    cut = set(words(folded)) if near else set()
    known = [place for place in near if place in cut or place not in words(place)]
    found = dict.fromkeys(name for place in known for name in re.findall(place + _DISTRICT, folded))
    return tuple(name for name in found if not any(name != other and name in other for other in found))
