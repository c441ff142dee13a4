"""The folded part of the request: in one line or two, and always with room for what it holds."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.core.program.settings import Settings
from qvim_studio.ui.request.detail_fields import DetailFields


def test_two_lines_ask_for_the_room_of_two(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    layout = QVBoxLayout(host)
    fields = DetailFields(Settings())
    layout.addWidget(fields)
    host.resize(2000, 400)
    host.show()
    one_line = layout.minimumSize().height()
    host.resize(900, 400)
    qtbot.waitUntil(lambda: layout.minimumSize().height() > one_line)
