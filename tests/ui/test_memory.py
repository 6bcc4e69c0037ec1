import os
import platform
import subprocess
import sys

import pytest

from ui import memory

# the heaps of glibc: one free() each in 8 threads that live at the same time
COUNTED = """
import ctypes, threading
from ui.memory import keep_heaps_small
keep_heaps_small()
together = threading.Barrier(8)
threads = [threading.Thread(target=lambda: (bytearray(100_000), together.wait())) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
@pytest.mark.parametrize(("environment", "arenas"), [({}, 2), ({"MALLOC_ARENA_MAX": "3"}, 3)])
def test_threads_share_the_heaps(environment, arenas):
    given = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | environment
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True, env=given)
    assert done.stderr.count("Arena ") == arenas


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: object())
    memory.keep_heaps_small()


# 64 MB in pieces, every other one freed, the last kept: gaps in the middle of a heap
GAPS = """
import ctypes, psutil, time
from ui import memory
memory.TRIM_EVERY_S = 0.2
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.mallopt(-3, 1 << 25)  # M_MMAP_THRESHOLD: pieces of 64 KiB lie in the heap
pieces = [libc.malloc(65536) for _ in range(1000)]
[ctypes.memset(piece, 1, 65536) for piece in pieces]
[libc.free(piece) for piece in pieces[::2]]
held = psutil.Process().memory_info().rss
memory.keep_heaps_small()
for _ in range(600):
    time.sleep(0.1)
    if held - psutil.Process().memory_info().rss > 16 << 20:
        print("given back")
        break
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_gaps_in_a_heap_are_given_back():
    done = subprocess.run([sys.executable, "-c", GAPS], capture_output=True, text=True, check=True)
    assert done.stdout == "given back\n"
