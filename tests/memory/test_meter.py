"""The meter says the most memory that a run held, on a GPU or of the process."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from fake_torch import GIB, FakeGpu, FakeMps, FakeTorch

from qvim_studio.memory.accelerators import Accelerators
from qvim_studio.memory.meter import MemoryMeter, process_peak_bytes


def test_the_peak_is_measured_where_the_device_counts_it() -> None:
    gpu, apple = FakeGpu(), FakeMps(held_bytes=3 * GIB)
    assert MemoryMeter("xpu", Accelerators(FakeTorch(xpu=gpu))).peak_bytes() == 5 * GIB
    assert gpu.did == ["restarted"]
    assert MemoryMeter("mps", Accelerators(FakeTorch(mps=apple))).peak_bytes() == 3 * GIB
    assert apple.did == []


def test_the_peak_of_the_process_is_no_less_than_what_it_holds() -> None:
    held = psutil.Process().memory_info().rss
    assert held <= process_peak_bytes() < held + 64 * GIB


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="no second start")
def test_a_meter_forgets_what_was_freed_before_it_began() -> None:
    with filled(64 * 2**20):
        pass
    meter = MemoryMeter("cpu")
    before = meter.peak_bytes()
    with filled(64 * 2**20):
        pass
    assert meter.peak_bytes() - before > 50 * 2**20
    assert MemoryMeter("cpu").peak_bytes() - before < 25 * 2**20


@contextmanager
def filled(count: int) -> Iterator[None]:
    """So many bytes that no allocator keeps for later."""
    with mmap.mmap(-1, count) as pages:
        for begin in range(0, count, mmap.PAGESIZE):
            pages[begin] = 1
        yield
