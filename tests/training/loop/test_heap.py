"""A trainer's process reuses freed memory instead of asking the system for new pages."""

from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest

# In a process of its own, whose memory nobody has used yet.
FAULTS = """
import ctypes
import json
import resource
from qvim_studio.training.loop.heap import kept_memory

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
SIZE = 64 * 2**20

def step():
    memory = libc.malloc(SIZE)
    ctypes.memset(memory, 1, SIZE)
    libc.free(memory)

def count_faults():
    step()
    step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = count_faults()
with kept_memory():
    kept = count_faults()
print(json.dumps([usual, kept, count_faults()]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="an option of glibc")
def test_freed_memory_is_used_again_until_the_trainer_is_done() -> None:
    """Pages that the system has to hand out during ten steps after two."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], check=True, capture_output=True, text=True, timeout=120
    )
    usual, kept, afterwards = json.loads(done.stdout)
    assert 4 * kept < usual
    assert afterwards > 10_000  # in each of ten steps all 16,384 pages are new
