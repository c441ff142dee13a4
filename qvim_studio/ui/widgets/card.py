"""The framed area of every panel in the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.widgets.tips import set_tip

HEAD_PX = 32  # fits a tool button, and puts the titles of neighboring cards on one line


class Card(QFrame):
    """A surface with an optional title line. ``body`` takes the content; ``head`` takes widgets to
    the right of the title."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        self.body.setSpacing(GRID)
        self.head = QHBoxLayout()
        self.head.setSpacing(GRID)
        self.head.addStrut(HEAD_PX)
        if title:
            self.title = QLabel(title, self)
            self.title.setObjectName("cardTitle")
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)


class ElidedLabel(QLabel):
    """One line of secondary text that ends in "…" if it is too long; the tooltip has the whole
    text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("secondary")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        set_tip(self, text)

    @logs_errors(returns=QSize())
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class ElidedComboBox(QComboBox):
    """A combo box that ends a long name in "…"."""

    def shown_text(self) -> str:
        """The chosen name, shortened to the room."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        mode = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(self.currentText(), mode, room.width())

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


def dialog_title(dialog: QWidget, title: str) -> QLabel:
    """The heading of a dialog, which the window's title does not repeat."""
    dialog.setWindowTitle("QVIM Studio")
    dialog.setAccessibleName(title)
    heading = QLabel(title, dialog)
    heading.setObjectName("dialogTitle")
    return heading


def caption(text: str, parent: QWidget) -> QLabel:
    """A small label above or beside a control."""
    label = QLabel(text, parent)
    label.setObjectName("caption")
    return label


def named(name: str, field: QWidget, parent: QWidget) -> QVBoxLayout:
    """A field below its name."""
    label = caption(name, parent)
    label.setBuddy(field)
    field.setAccessibleName(name)
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(label)
    column.addWidget(field)
    return column


def indent_text(box: QAbstractSpinBox) -> None:
    """Give a number field the text margin of a line edit, which style sheets cannot set."""
    box.lineEdit().setTextMargins(GRID, 0, 0, 0)
