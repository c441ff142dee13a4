"""Turns signals into exceptions like Ctrl+C, so that a stopped command keeps finished sounds."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_ENDING = tuple(
    number
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is Windows' closed console
    if (number := getattr(signal, name, None)) is not None
)


class Terminated(BaseException):
    """A signal asked the process to end. number: of the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def raising_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Terminated in the main thread; ignored signals stay ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _raise)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold signals back for the few milliseconds in which finished sounds are written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, *_ENDING)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, _frame: object) -> None:
    raise Terminated(number)
