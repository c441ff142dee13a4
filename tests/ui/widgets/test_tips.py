"""Tooltips are wrapped by one helper."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

import qvim_studio.ui
from qvim_studio.ui.widgets.theme import StudioTheme, font
from qvim_studio.ui.widgets.tips import FRAME_PX, TIP_PX, set_tip, set_tip_keys, tip_text

LONG = "Level against the loudest moment of the take & <nothing> else. " * 4


def test_a_short_text_stays_as_it_is(theme: StudioTheme) -> None:
    assert tip_text("Loop") == "Loop"


def test_a_long_text_is_a_box_of_the_greatest_width(theme: StudioTheme, qtbot: QtBot) -> None:
    label = QLabel(tip_text(LONG))
    qtbot.addWidget(label)
    label.setWordWrap(True)  # as Qt's tooltips are where they hold markup
    assert TIP_PX - FRAME_PX <= label.sizeHint().width() <= TIP_PX
    assert label.sizeHint().height() > 3 * QFontMetrics(font()).height()


def test_markup_is_kept_from_screen_readers(theme: StudioTheme, qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    set_tip(button, LONG)
    set_tip_keys(button, "L")
    assert button.accessibleDescription() == f"{LONG} (L)"
    set_tip(button, "Loop")
    assert (button.toolTip(), button.accessibleDescription()) == ("Loop (L)", "Loop (L)")


def test_no_widget_gets_a_tip_in_another_way() -> None:
    ui = Path(qvim_studio.ui.__file__).parent
    others = [
        f"{path.name}: {line.strip()}"
        for path in sorted(ui.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"(?<!action)\.setToolTip\(", line) and path.name != "tips.py"
    ]
    assert others == []
