"""A fixture that fails a test which leaves threads behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Every Python thread a test starts must have ended with it.

    Qt's own threads, which Python knows as dummies once they logged something, are checked by the
    owners' shutdown().
    """
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not isinstance(thread, threading._DummyThread):
            thread.join(5.0)
            assert not thread.is_alive(), f"the thread {thread.name} outlived its test"
