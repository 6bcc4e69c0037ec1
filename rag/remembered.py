"""A memory of results that long texts cannot fill."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Result = TypeVar("Result")


def remembered(*, entries: int, longest: int) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """`lru_cache` for a function of one text; texts of more than `longest` characters are worked out each time."""

    def remembering(function: Callable[[str], Result]) -> Callable[[str], Result]:
        known = lru_cache(maxsize=entries)(function)

        @wraps(function)
        def found(text: str) -> Result:
            return known(text) if len(text) <= longest else function(text)

        return found

    return remembering
