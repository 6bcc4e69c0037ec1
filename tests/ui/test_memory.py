import os
import platform
import subprocess
import sys

import pytest

from ui import memory

# the heaps of glibc: one free() each in 8 threads that live at the same time
COUNTED = """
import ctypes, threading
from ui.memory import limit_arenas
limit_arenas()
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
    memory.limit_arenas()
