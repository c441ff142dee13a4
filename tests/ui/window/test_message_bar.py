"""Messages over the window: which of them stays, and what comes back."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from window_language import english_afterwards

from qvim_studio.core.program.settings import Language
from qvim_studio.session.services import Services
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.message_bar import MessageBar
from qvim_studio.ui.window.translation import set_language

pytestmark = pytest.mark.usefixtures("undressed")

LASTING = "The library was damaged."


@pytest.fixture
def bar(theme: StudioTheme, qtbot: QtBot) -> MessageBar:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(600, 200)
    page.show()
    return MessageBar(theme, page)


def test_a_lasting_notice_stays_until_it_is_closed(bar: MessageBar) -> None:
    bar.show_lasting(LASTING)
    bar.clear()
    bar.clear_notice()
    assert bar.isVisible() and bar.text == LASTING
    bar._close.click()
    assert not bar.isVisible()
    bar.show_notice("Trimmed.")
    bar.clear()
    assert not bar.isVisible()


def test_a_lasting_notice_comes_back_after_what_covers_it(bar: MessageBar) -> None:
    chosen: list[str] = []
    bar.show_lasting(LASTING)
    bar.show_error("The disk is full.")
    assert bar.text == "The disk is full."
    bar.clear()
    assert bar.isVisible() and bar.text == LASTING
    bar.offer("Two sounds wait.", "Make now", lambda: chosen.append("now"))
    bar._action.click()
    assert chosen == ["now"] and bar.text == LASTING and not bar._action.isVisible()
    bar.show_notice("Trimmed.")
    bar.dismiss()
    assert bar.text == LASTING
    bar.dismiss()
    assert not bar.isVisible()


def test_several_lines_keep_clear_of_the_edges(bar: MessageBar) -> None:
    bar.show_lasting(LASTING)
    bar.show_lasting("Two takes of a crashed session are back.")
    lines = 2 * bar._text.fontMetrics().lineSpacing()
    assert bar.height() >= lines + GRID


def test_a_lasting_notice_waits_until_an_error_was_read(bar: MessageBar) -> None:
    bar.show_error("The disk is full.")
    bar.show_lasting(LASTING)
    assert bar.text == "The disk is full."
    bar.dismiss()
    assert bar.isVisible() and bar.text == LASTING


def test_lasting_notices_stand_below_each_other_until_they_are_closed(bar: MessageBar) -> None:
    bar.show_error("The disk is full.")
    bar.show_lasting(LASTING)
    bar.dismiss()
    for _ in range(2):
        bar.show_lasting("Two actions share a key.")
        assert bar.text == f"{LASTING}\nTwo actions share a key."
    bar.show_notice("Trimmed.")
    bar.clear()
    assert bar.text == f"{LASTING}\nTwo actions share a key."
    bar.dismiss()
    bar.show_lasting("The library was moved.")
    assert bar.text == "The library was moved."


def test_each_notice_of_the_start_is_said_in_german(
    services: Services, theme: StudioTheme, qapp: QApplication, qtbot: QtBot
) -> None:
    services.store.notice = (
        "Some settings in settings.json were not possible and have their defaults again: theme. "
        "All others are kept."
    )
    services.library.database.notice = "There is no file library.db. Check the name and the folder."
    with english_afterwards(qapp):
        set_language(Language.GERMAN, qapp)
        window = MainWindow(services, theme)
        qtbot.addWidget(window)
        first, second = window.messages.text.split("\n")
    assert "settings.json" in first and "Some settings" not in first
    assert second == "Die Datei library.db gibt es nicht. Name und Ordner prüfen."
