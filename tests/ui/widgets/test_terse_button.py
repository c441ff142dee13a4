from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QWidget

from qvim_studio.ui.widgets.terse_button import TerseButton


@pytest.fixture
def button(holder: QWidget) -> TerseButton:
    """Alone in a row."""
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    button = TerseButton("History  10,000", holder, terse="History")
    row.addWidget(button)
    return button


def seen(button: TerseButton, width: int) -> QImage:
    button.window().resize(width, 40)
    return button.grab().toImage()


def test_a_button_says_less_where_there_is_little_room(button: TerseButton) -> None:
    whole, little = button.sizeHint().width(), button.minimumSizeHint().width()
    assert little < whole
    assert button.window().minimumSizeHint().width() == little
    shown = seen(button, whole)
    assert button.text() == "History  10,000"
    assert seen(button, whole - 1).copy(0, 0, little, 40) != shown.copy(0, 0, little, 40)
    assert button.text() == "History"


def test_a_button_with_an_icon_alone_is_no_wider_than_that(holder: QWidget) -> None:
    button = TerseButton("Open…", holder)
    button.resize(button.minimumSizeHint())
    assert button.text() == ""
    text_px = button.fontMetrics().horizontalAdvance("Open…")
    assert button.minimumSizeHint().width() == button.sizeHint().width() - text_px


def test_a_terse_button_asks_for_no_more_room_than_its_short_text(button: TerseButton) -> None:
    whole, little = button.sizeHint().width(), button.minimumSizeHint().width()
    button.window().resize(whole, 40)
    button.set_terse(True)
    assert button.text() == "History"
    assert button.sizeHint().width() == button.minimumSizeHint().width() == little
    button.set_terse(False)
    seen(button, whole)
    assert button.text() == "History  10,000" and button.sizeHint().width() == whole
