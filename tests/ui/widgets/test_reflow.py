"""Fields that share one line, or two where one is too narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.widgets.theme import StudioTheme

WIDE_PX, NARROW_PX = 600, 220
FIELD_PX = 100


@pytest.fixture
def fields(theme: StudioTheme, qtbot: QtBot) -> Iterator[list[QLabel]]:
    """Three fields of one Reflow."""
    page = QWidget()
    qtbot.addWidget(page)
    labels = [QLabel(str(number), page) for number in range(3)]
    for label in labels:
        label.setMinimumWidth(FIELD_PX)
    reflow = Reflow([(label, 1) for label in labels], 8, page)
    page.show()
    reflow.show()
    yield labels
    page.close()


def lines(fields: list[QLabel], width_px: int) -> list[int]:
    """The upper edges of the fields in a Reflow of this width."""
    reflow = fields[0].parentWidget()
    assert isinstance(reflow, Reflow)
    reflow.resize(width_px, 100)
    QApplication.processEvents()
    return [field.y() for field in fields]


def test_a_wide_line_holds_all_fields(fields: list[QLabel]) -> None:
    assert len(set(lines(fields, WIDE_PX))) == 1


def test_the_last_of_two_lines_has_no_hole(fields: list[QLabel]) -> None:
    first, second, third = lines(fields, NARROW_PX)
    assert first == second < third
    assert fields[2].x() == 0 and fields[2].width() == NARROW_PX
    assert lines(fields, WIDE_PX)[2] == fields[0].y() and fields[2].width() < NARROW_PX
