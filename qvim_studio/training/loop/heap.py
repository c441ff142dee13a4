"""Keeps the memory that a training step frees for the next step."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
DEFAULT_TRIM_THRESHOLD, DEFAULT_MMAP_MAX = 128 * 1024, 65_536  # bytes; blocks


@contextmanager
def kept_memory() -> Iterator[None]:
    """Have glibc reuse freed memory, and return it to the system at the end.

    By default every large tensor of a step gets new pages from the system and returns them, and
    zeroing these pages takes up to as much time as the arithmetic. Other systems' libraries keep
    memory by themselves, or are left as they are.
    """
    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    set_option = getattr(libc, "mallopt", None)
    if libc is None or set_option is None:
        yield
        return
    set_option(M_MMAP_MAX, 0)
    set_option(M_TRIM_THRESHOLD, 2**31 - 1)
    try:
        yield
    finally:
        set_option(M_MMAP_MAX, DEFAULT_MMAP_MAX)
        set_option(M_TRIM_THRESHOLD, DEFAULT_TRIM_THRESHOLD)
        libc.malloc_trim(0)
