from __future__ import annotations

import pytest
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.ui.widgets.override import logs_errors


class Clumsy(QWidget):
    resizes = 0

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.resizes += 1
        ().index(self.resizes)


def test_an_error_in_an_override_is_logged_and_the_program_lives(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    widget = Clumsy()
    qtbot.addWidget(widget)
    widget.show()
    widget.resize(50, 60)
    assert widget.resizes > 0
    assert "Clumsy.resizeEvent failed" in caplog.text


def test_what_is_given_back_instead_can_be_chosen(caplog: pytest.LogCaptureFixture) -> None:
    assert logs_errors(5)(lambda: 1 // 0)() == 5
    assert logs_errors(5)(lambda: 7)() == 7
