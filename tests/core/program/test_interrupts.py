"""Signals that end a command unwind it, but not while finished sounds are being written."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from qvim_studio.core.program.interrupts import Terminated, raising_on_signals, uninterrupted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_that_ends_raises_and_the_handler_is_put_back(name: str) -> None:
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)  # whoever runs the tests may ignore it
    try:
        with pytest.raises(Terminated) as ended, raising_on_signals():
            os.kill(os.getpid(), number)
        assert ended.value.number == number
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with raising_on_signals():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_nothing_interrupts_the_writing_of_finished_sounds() -> None:
    with raising_on_signals():
        with uninterrupted():
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                os.kill(os.getpid(), number)
        with pytest.raises(Terminated):
            os.kill(os.getpid(), signal.SIGTERM)
