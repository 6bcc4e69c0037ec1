"""A memory of results that long texts cannot fill."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Generic, TypeVar

Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)


def remembered(*, entries: int, longest: int) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """`lru_cache` for a function of one text; texts of more than `longest` characters are worked out each time."""

    def remembering(function: Callable[[str], Result]) -> Callable[[str], Result]:
        known = lru_cache(maxsize=entries)(function)

        @wraps(function)
        def found(text: str) -> Result:
            return known(text) if len(text) <= longest else function(text)

        return found

    return remembering


class Memory(Generic[Key, Result]):
    """The latest results found or kept, so many of them; safe to share between threads.

    Unlike `lru_cache` it takes results from whoever has them at hand.
    """

    def __init__(self, *, entries: int) -> None:
        self._entries = entries
        self._results: OrderedDict[Key, Result] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> tuple[bool, Result | None]:
        """Return whether there is a result, and the result."""
        with self._lock:
            if key not in self._results:
                return False, None
            self._results.move_to_end(key)
            return True, self._results[key]

    def keep(self, key: Key, result: Result) -> None:
        """Keep a result; the one that was not asked for longest goes when there are too many."""
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            if len(self._results) > self._entries:
                self._results.popitem(last=False)
