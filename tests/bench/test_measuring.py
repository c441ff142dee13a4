"""Contenders are timed in processes of their own, whose end is said in a sentence."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from qvim_studio.bench import measuring
from qvim_studio.bench.contenders import Made, Place
from qvim_studio.bench.measuring import ContenderProcess, Timing, busy_processes
from qvim_studio.core.errors import StudioError


class CountingContender:
    """Two clips of three steps in one pass, or one after the other."""

    def __init__(self, place: Place) -> None:
        self._seconds = 0.0

    def now(self) -> tuple[float, float]:
        self._seconds += 1.0
        return self._seconds, 2 * self._seconds

    def clip(self, is_one_by_one: bool) -> Made:
        steps = [self.now() for _ in range(3)]
        first_sound = self.now()
        if is_one_by_one:
            steps += [self.now() for _ in range(3)]
        return Made(steps, first_sound)


@pytest.mark.parametrize("is_one_by_one", [False, True])
def test_steps_and_the_first_sound_are_timed(
    monkeypatch: pytest.MonkeyPatch, is_one_by_one: bool
) -> None:
    class Question:
        """Asks once, keeps the answer, and ends."""

        answer: Timing

        def recv(self) -> tuple[object, ...]:
            if hasattr(self, "answer"):
                raise EOFError
            return "clip", is_one_by_one

        def send(self, answer: Timing) -> None:
            self.answer = answer

    monkeypatch.setitem(measuring.CONTENDERS, "counting", CountingContender)
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: 0.0)
    monkeypatch.setattr(measuring.time, "process_time", lambda: 0.0)
    question = Question()
    with pytest.raises(EOFError):
        measuring._serve("counting", Path(), Place(), question)
    wanted = Timing(5.0, 10.0, 1.0, 2.0, 4.0)
    if is_one_by_one:
        wanted = replace(wanted, seconds=8.0, cpu_seconds=16.0, passes=2.0)
    assert question.answer == wanted


def test_busy_processes_are_busy_and_end() -> None:
    before = {child.pid for child in psutil.Process().children()}
    with busy_processes(2):
        busy = [c for c in psutil.Process().children() if c.pid not in before]
        assert len(busy) == 2
        deadline = time.monotonic() + 30
        while min(sum(child.cpu_times()[:2]) for child in busy) < 0.1:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert not any(child.is_running() for child in busy)


def test_a_measured_process_that_ends_is_said_in_a_sentence(tmp_path: Path) -> None:
    with (
        ContenderProcess("nobody", tmp_path, Place()) as contender,
        pytest.raises(StudioError, match="nobody ended while it was measured"),
    ):
        contender.load()
