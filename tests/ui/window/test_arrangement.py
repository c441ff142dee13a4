"""Every panel of the window keeps the room that its fields need."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from qvim_studio.core.sound_words import SoundWord
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow


def test_notes_that_wrap_over_the_candidates_cut_no_row_of_the_request(
    with_take: MainWindow, theme: StudioTheme, qtbot: QtBot
) -> None:
    window, notes = with_take, with_take.candidates.notes
    window.resize(1280, 860)
    window.request.word_chips.show_words([SoundWord("dog", 0.5, "dog")])
    window.candidates.show_result(
        (), "made in 2 s\n" + "Started from a dog, a wolf and a fox. " * 8
    )
    request = window.request
    qtbot.waitUntil(lambda: request.height() >= request.minimumSizeHint().height())
    color = notes.palette().color(QPalette.ColorRole.WindowText).name()
    assert color == theme.palette.text.lower() != theme.palette.secondary.lower()
    assert notes.height() >= notes.heightForWidth(notes.width()) > 2 * notes.fontMetrics().height()


def test_switches_beside_each_other_stand_level(with_take: MainWindow, qtbot: QtBot) -> None:
    with_take.resize(1280, 980)
    with_take.request.more.setChecked(True)
    details = with_take.request.details
    qtbot.waitUntil(details.loop.isVisible)
    assert details.pauses.geometry().y() == details.loop.geometry().y()
    assert details.pauses.height() == details.loop.height()
