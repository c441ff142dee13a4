"""Memory of a trainer's process: handed out again instead of mapped anew."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from qvim_studio.cli import main
from qvim_studio.training import command

FAULTS = """
import ctypes
import resource
from qvim_studio.training.machine import keep_freed_memory

if {keeps}:
    keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
SIZE = 64 * 2**20

def step():
    memory = libc.malloc(SIZE)
    ctypes.memset(memory, 1, SIZE)
    libc.free(memory)

step()
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
is_glibc = platform.libc_ver()[0] == "glibc"


def count_faults(keeps: bool) -> int:
    """Pages that the system had to hand out during ten steps after two."""
    script = FAULTS.format(keeps=keeps)
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120
    )
    return int(done.stdout)


@pytest.mark.skipif(not is_glibc, reason="an option of glibc")
def test_freed_memory_is_used_again() -> None:
    assert 4 * count_faults(keeps=True) < count_faults(keeps=False)


def test_every_trainer_keeps_what_it_frees(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setattr(command, "keep_freed_memory", lambda: done.append("keep"))
    monkeypatch.setitem(command.PARTS, "clap", lambda options: done.append(options.part))
    assert main(["train", "clap"]) == 0
    assert done == ["keep", "clap"]
