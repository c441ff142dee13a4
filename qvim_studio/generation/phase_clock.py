"""Measures the time of each phase of a generation."""

from __future__ import annotations

import time


class PhaseClock:
    """Wall time in seconds by phase; repeated phases add up."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._seconds: dict[str, float] = {}

    def lap(self, phase: str) -> None:
        now = time.perf_counter()
        self._seconds[phase] = self._seconds.get(phase, 0.0) + now - self._last
        self._last = now

    def total(self) -> dict[str, float]:
        seconds = {**self._seconds, "total": time.perf_counter() - self._began}
        return {phase: round(value, 3) for phase, value in seconds.items()}
