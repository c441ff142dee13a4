"""Every test here is checked for threads that it leaves behind."""

from __future__ import annotations

import errno
import os

import pytest
from thread_leaks import no_leaked_threads  # noqa: F401


@pytest.fixture
def sync_as_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is open for writing can be synced."""
    fcntl = pytest.importorskip("fcntl", reason="Windows does so by itself")
    fsync = os.fsync

    def refuse_readers(file: int) -> None:
        if fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        fsync(file)

    monkeypatch.setattr(os, "fsync", refuse_readers)
