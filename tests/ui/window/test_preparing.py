"""The engine gets ready before anybody waits for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scripted_engine import ScriptedEngine

from qvim_studio.core.request import VramMode
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the engine was asked to prepare."""
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(ScriptedEngine, "prepare", lambda engine, *wish: asked.append(wish))
    return asked


def test_the_engine_gets_ready_while_a_take_is_looked_at(
    prepared: list[tuple[object, ...]], with_take: MainWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: prepared == [("starter", VramMode.AUTO, "")])


def test_the_engine_gets_ready_for_words_once_they_are_typed(
    prepared: list[tuple[object, ...]],
    window: MainWindow,
    qtbot: QtBot,
) -> None:
    window.request_actions._words_rest.setInterval(50)
    for text in (" ", "r", "ra", "rain "):
        window.request.text.setText(text)
    qtbot.waitUntil(lambda: bool(prepared))
    window.request.text.clear()
    qtbot.wait(100)
    assert prepared == [("starter", VramMode.AUTO, "rain")]


def test_words_that_are_sent_at_once_are_not_prepared_first(
    prepared: list[tuple[object, ...]], window: MainWindow, qtbot: QtBot
) -> None:
    window.request_actions._words_rest.setInterval(50)
    window.request.text.setText("rain")
    with qtbot.waitSignal(window.controller.candidates_changed):
        window.request.generate_button.click()
    qtbot.wait(100)
    assert prepared == []


def test_behind_a_job_that_runs_nothing_is_prepared(
    prepared: list[tuple[object, ...]], window: MainWindow, qtbot: QtBot
) -> None:
    window.request_actions._words_rest.setInterval(50)
    window.request.text.setText("wait")
    with qtbot.waitSignal(window.controller.progressed):
        window.request.generate_button.click()
    window.request.text.setText("rain")
    qtbot.wait(100)
    with qtbot.waitSignal(window._services.queue.ended):
        press(window, Qt.Key.Key_Escape)
    qtbot.wait(50)
    assert prepared == []
