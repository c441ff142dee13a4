"""Runs short tasks outside the window's thread, such as reading files and looking for devices."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.core.errors import StudioError, error_for_user

OnDone = Callable[[Any], None]
OnError = Callable[[StudioError], None]


@dataclass(frozen=True, eq=False)
class _Outcome:
    number: int
    value: Any
    error: StudioError | None


class BackgroundTasks(QObject):
    """Runs functions in a few threads and hands their values back in its own thread.

    The threads are daemons, so a sound server that never answers cannot delay the end of the
    program."""

    _came_back = Signal(object)

    def __init__(self, parent: QObject | None = None, threads: int = 2) -> None:
        super().__init__(parent)
        self._work: queue.SimpleQueue[tuple[int, Callable[[], Any]] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"background-{i}", daemon=True)
            for i in range(threads)
        ]
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[OnDone, OnError]] = {}
        self._came_back.connect(self._on_came_back)
        for thread in self._threads:
            thread.start()

    def run(self, function: Callable[[], Any], on_done: OnDone, on_error: OnError) -> None:
        """Call ``function`` in another thread, then ``on_done(value)`` or ``on_error`` in ours."""
        number = next(self._numbers)
        self._waiting[number] = (on_done, on_error)
        self._work.put((number, function))

    @property
    def is_idle(self) -> bool:
        return not self._waiting

    def shutdown(self, timeout_s: float = 1.0) -> bool:
        """Drop unfinished tasks and end the threads; False if one of them hangs."""
        self._waiting.clear()
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        while (item := self._work.get()) is not None:
            number, function = item
            if number in self._waiting:
                self._came_back.emit(self._outcome(number, function))

    def _outcome(self, number: int, function: Callable[[], Any]) -> _Outcome:
        try:
            return _Outcome(number, function(), None)
        except Exception as error:  # noqa: BLE001 - shown by the one who asked
            return _Outcome(number, None, error_for_user(error))

    @Slot(object)
    def _on_came_back(self, outcome: _Outcome) -> None:
        callbacks = self._waiting.pop(outcome.number, None)
        if callbacks is None:
            return
        on_done, on_error = callbacks
        if outcome.error is None:
            on_done(outcome.value)
        else:
            on_error(outcome.error)
