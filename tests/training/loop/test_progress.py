"""The bar of a training moves with whatever ends the training first, and only on a terminal."""

from __future__ import annotations

import io
import re

import pytest

from qvim_studio.training.loop.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown_percent(terminal: Terminal) -> int:
    return int(re.findall(r"(\d+)%", terminal.getvalue())[-1])


@pytest.mark.parametrize(
    ("seconds", "share", "percent"), [(1e9, 0.5, 50), (1e9, 7.0, 100), (0.0, 0.1, 100)]
)
def test_the_bar_shows_the_larger_share_of_steps_and_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, share: float, percent: int
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    bar = ProgressBar("train", seconds)
    bar.show(12, 0.25, share)
    bar.close()
    assert shown_percent(terminal) == percent
    assert "step 12, loss 0.25" in terminal.getvalue()


@pytest.mark.parametrize("is_wanted", [True, False])
def test_nothing_is_shown_unwanted_or_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, is_wanted: bool
) -> None:
    stream = io.StringIO() if is_wanted else Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    bar = ProgressBar("train", 1.0, is_wanted=is_wanted)
    bar.show(1, 0.5, 1.0)
    bar.close()
    assert stream.getvalue() == ""


def test_a_program_without_a_console_trains_without_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    bar = ProgressBar("train", 1.0)
    bar.show(1, 0.5)
    bar.close()
