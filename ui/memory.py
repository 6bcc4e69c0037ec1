"""How the C library keeps the memory that a service frees.

glibc gives each thread a heap ("arena") of its own, up to eight for each core, and what is freed in one of them serves
no other. A service whose threads come and go then holds many half-empty heaps, and more from hour to hour. And of one
heap only what is free at its end goes back to the system: a gap in the middle stays with the process for good.
"""

import ctypes
import os
import threading
from collections.abc import Callable
from contextlib import suppress

ARENAS = 2
TRIM_EVERY_S = 60.0
_M_ARENA_MAX = -8  # mallopt(3)


def keep_heaps_small() -> None:
    """Keep to ARENAS heaps, unless the environment says how many, and give what is free in them back once a minute.

    To be called before threads start. Does nothing on other C libraries.
    """
    with suppress(AttributeError, OSError, TypeError):  # not there: musl, macOS; no such handle: Windows
        libc = ctypes.CDLL(None)
        if "MALLOC_ARENA_MAX" not in os.environ:
            libc.mallopt(_M_ARENA_MAX, ARENAS)
        threading.Thread(target=_trim, args=(libc.malloc_trim,), name="trim", daemon=True).start()


def _trim(malloc_trim: Callable[[int], int]) -> None:
    pause = threading.Event()
    while not pause.wait(TRIM_EVERY_S):
        malloc_trim(0)
