"""Memory of a trainer's process: handed out again instead of mapped anew."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import torch
from qvim_studio.training.machine import keep_freed_memory

if {keeps}:
    keep_freed_memory()

def step():
    return torch.ones(8 * 2**20).sum()  # 32 MiB

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
