"""The line above the imitation: the number of the take and the controls of its display."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from qvim_studio.session.take_list import TakeList
from qvim_studio.ui.widgets.card import HEAD_PX, ElidedLabel
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip


class TakeHead(QWidget):
    """Signals: previous_clicked, next_clicked, fit_clicked, look_changed (nothing each),
    loop_toggled (bool)."""

    previous_clicked = Signal()
    next_clicked = Signal()
    fit_clicked = Signal()
    look_changed = Signal()
    loop_toggled = Signal(bool)

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        title = QLabel(self.tr("Imitation"), self)
        title.setObjectName("cardTitle")
        self.name = ElidedLabel(self)
        self.time = QLabel(self)
        self.time.setObjectName("value")
        self.count = QLabel(self)
        self.count.setObjectName("secondary")
        self.previous = self._button(self.tr("Previous take"), self.previous_clicked)
        self.next = self._button(self.tr("Next take"), self.next_clicked)
        self.spectrogram = self._toggle(self.tr("Spectrogram"), self.look_changed)
        self.curves = self._toggle(self.tr("Loudness, brightness and pitch"), self.look_changed)
        self.loop = self._toggle(self.tr("Loop"), self.loop_toggled)
        self.fit = self._button(self.tr("Show everything"), self.fit_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addStrut(HEAD_PX)
        row.addWidget(title)
        row.addSpacing(GRID)
        for widget in (self.previous, self.count, self.next):
            row.addWidget(widget)
        row.addSpacing(GRID)
        row.addWidget(self.name, 1)
        row.addSpacing(GRID)
        for button in (self.spectrogram, self.curves, self.loop, self.fit):
            row.addWidget(button)
        row.addSpacing(GRID)
        row.addWidget(self.time)
        self.show_takes(TakeList())
        theme.changed.connect(self._dress)
        self._dress()

    @Slot(object)
    def show_takes(self, takes: TakeList) -> None:
        """Show the position as "3/5" between the arrows."""
        self.previous.setEnabled(takes.has_previous)
        self.next.setEnabled(takes.has_next)
        number = takes.index + 1 if takes.index >= 0 else "–"
        self.count.setText(f"{number}/{len(takes.paths)}")
        for widget in (self.previous, self.count, self.next):
            widget.setVisible(bool(takes.paths))

    def set_zoomed(self, is_zoomed: bool) -> None:
        self.fit.setEnabled(is_zoomed)

    def _button(self, name: str, clicked: SignalInstance) -> QToolButton:
        button = QToolButton(self)
        set_tip(button, name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(clicked)
        return button

    def _toggle(self, name: str, toggled: SignalInstance) -> QToolButton:
        button = QToolButton(self)
        set_tip(button, name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCheckable(True)
        button.toggled.connect(toggled)
        button.toggled.connect(self._dress)
        return button

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        for button, name in (
            (self.previous, "previous"),
            (self.next, "next"),
            (self.spectrogram, "spectrum"),
            (self.curves, "curve"),
            (self.loop, "loop"),
            (self.fit, "fit"),
        ):
            button.setIcon(icon(name, palette.accent if button.isChecked() else palette.secondary))
