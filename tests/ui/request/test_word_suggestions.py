"""Takes are listened to for words, the newest one alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from studio_fixtures import ScriptedEars

from qvim_studio.core.errors import EngineError
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


def shown(window: MainWindow) -> list[str]:
    return [chip.text() for chip in window.request.word_chips.chips if chip.isVisible()]


def test_words_for_a_take_are_offered(
    ears: ScriptedEars, window: MainWindow, take: Path, qtbot: QtBot
) -> None:
    ears.says = ("bell", "chime")
    window.controller.open_file(take)
    qtbot.waitUntil(lambda: shown(window) == ["bell", "chime", "0.5 s"])
    window.controller.takes.use(None)
    assert shown(window) == []


def test_another_part_is_heard_again_once_it_stands(
    ears: ScriptedEars, window: MainWindow, take: Path, qtbot: QtBot
) -> None:
    ears.says = ("bell",)
    window.controller.open_file(take)
    qtbot.waitUntil(lambda: shown(window) == ["bell", "0.5 s"])
    for end_s in (0.4, 0.3, 0.2):
        window.controller.takes.set_part(0.0, end_s)
    qtbot.waitUntil(lambda: shown(window) == ["bell", "0.2 s"])
    assert len(ears.lengths) == 2


def test_ears_that_fail_offer_nothing_and_disturb_nobody(
    ears: ScriptedEars, window: MainWindow, services: Services, take: Path, qtbot: QtBot
) -> None:
    ears.error = EngineError("The process that listens ended.")
    window.controller.open_file(take)
    qtbot.waitUntil(lambda: bool(ears.lengths) and services.ears.is_idle)
    assert shown(window) == []
    assert window.messages.text == ""


def test_takes_that_are_being_heard_hold_nothing_else_up(
    ears: ScriptedEars, window: MainWindow, services: Services, take: Path, qtbot: QtBot
) -> None:
    ears.may_hear.clear()
    done: list[str] = []
    window.controller.open_file(take)
    qtbot.waitUntil(lambda: len(ears.lengths) == 1)
    imitation = window.controller.imitation
    assert imitation is not None
    for end_s in (0.3, 0.2):
        window.controller.takes.use(imitation.with_part(0.0, end_s))
    services.tasks.run(lambda: "written", done.append, lambda error: None)
    qtbot.waitUntil(lambda: done == ["written"])
    ears.says = ("bell",)
    ears.may_hear.set()
    qtbot.waitUntil(lambda: shown(window) == ["bell", "0.2 s"])
    assert ears.lengths == [0.5, 0.2]
