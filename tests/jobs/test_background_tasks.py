from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import DeviceError, StudioError
from qvim_studio.jobs.background_tasks import BackgroundTasks


def test_work_happens_elsewhere_and_its_value_arrives_here(qtbot: QtBot) -> None:
    tasks = BackgroundTasks()
    seen: list[object] = []
    tasks.run(
        threading.current_thread,
        lambda value: seen.extend((value, threading.current_thread())),
        seen.append,
    )
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] is not threading.main_thread()
    assert seen[1] is threading.main_thread()
    assert tasks.is_idle
    assert tasks.shutdown()


def test_errors_arrive_as_studio_errors(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    tasks = BackgroundTasks()
    errors: list[StudioError] = []

    def lose_device() -> None:
        raise DeviceError("Gone. Plug it in.")

    def divide() -> float:
        return 1 / 0

    tasks.run(lose_device, errors.append, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 1)
    tasks.run(divide, errors.append, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 2)
    assert str(errors[0]) == "Gone. Plug it in."
    assert "inside QVIM Studio" in str(errors[1])
    assert "ZeroDivisionError" in caplog.text
    assert tasks.shutdown()


def test_nothing_arrives_after_shutdown(qtbot: QtBot) -> None:
    tasks = BackgroundTasks()
    may_end = threading.Event()
    seen: list[object] = []
    tasks.run(lambda: may_end.wait(5.0), seen.append, seen.append)
    may_end.set()
    assert tasks.shutdown()
    qtbot.wait(20)
    assert seen == []
