"""How the C library keeps the memory that a service frees.

glibc gives each thread a heap ("arena") of its own, up to eight for each core, and what is freed in one of them serves
no other. A service whose threads come and go then holds many half-empty heaps, and more from hour to hour.
"""

import ctypes
import os
from contextlib import suppress

ARENAS = 2
_M_ARENA_MAX = -8  # mallopt(3)


def limit_arenas() -> None:
    """Keep to ARENAS heaps, unless the environment says how many; before threads start. Nothing on other libraries."""
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    with suppress(AttributeError, OSError, TypeError):  # not there: musl, macOS; no such handle: Windows
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
