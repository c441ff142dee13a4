from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from qvim_studio.ui.widgets.flow import Flow

SPACING_PX = 4


class Patch(QWidget):
    """10 px high."""

    def __init__(self, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._width = width

    def sizeHint(self) -> QSize:
        return QSize(self._width, 10)


@pytest.fixture
def flow(holder: QWidget) -> Flow:
    """Three patches, 50, 30 and 60 px wide, in a window with room for exactly one line."""
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    flow = Flow([Patch(width, holder) for width in (50, 30, 60)], SPACING_PX, holder)
    layout.addWidget(flow)
    layout.addStretch(1)
    holder.resize(148, 100)
    holder.show()
    return flow


def places(flow: Flow) -> list[tuple[int, int]]:
    return [(patch.x(), patch.y()) for patch in flow.findChildren(Patch)]


def test_widgets_stand_in_one_line_where_there_is_room(flow: Flow) -> None:
    assert flow.sizeHint().width() == 50 + 30 + 60 + 2 * SPACING_PX
    assert places(flow) == [(0, 0), (54, 0), (88, 0)]
    assert flow.height() == 10


def test_what_does_not_fit_begins_another_line_and_the_flow_grows(flow: Flow) -> None:
    flow.window().resize(147, 100)
    QApplication.processEvents()
    assert places(flow) == [(0, 0), (54, 0), (0, 14)]
    assert flow.height() == 24
    flow.window().resize(flow.minimumSizeHint().width(), 100)
    QApplication.processEvents()
    assert places(flow) == [(0, 0), (0, 14), (0, 28)]
    assert flow.height() == 38 and flow.width() == 60


def test_an_empty_flow_takes_no_room(holder: QWidget) -> None:
    flow = Flow((), SPACING_PX, holder)
    assert flow.sizeHint().isNull() and flow.minimumSizeHint().isNull()
    assert flow.heightForWidth(100) == 0
