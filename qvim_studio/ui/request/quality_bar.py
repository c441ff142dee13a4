"""Three presets between quick and good: Sketch, Standard, Fine."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QToolButton, QWidget

from qvim_studio.core.request import sketch_steps
from qvim_studio.ui.widgets.tips import set_tip

FINE_FACTOR = 2
FALLBACK_STEPS = 25  # if the checkpoint's own number is unknown


class Quality(Enum):
    SKETCH = "sketch"
    STANDARD = "standard"
    FINE = "fine"


_PLACES = {Quality.SKETCH: "first", Quality.FINE: "last"}  # of the rounded corners


def steps_for(quality: Quality, default_steps: int) -> int:
    """Steps of a preset; 0 leaves it to the checkpoint."""
    known = default_steps or FALLBACK_STEPS
    if quality is Quality.SKETCH:
        return sketch_steps(known)
    return 0 if quality is Quality.STANDARD else known * FINE_FACTOR


class QualityBar(QWidget):
    """Signal: chosen (Quality)."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons: dict[Quality, QToolButton] = {}
        for quality, text, explanation in (
            (Quality.SKETCH, self.tr("Sketch"), self.tr("Few steps: quick ideas")),
            (
                Quality.STANDARD,
                self.tr("Standard"),
                self.tr("As many steps as the checkpoint was made for"),
            ),
            (Quality.FINE, self.tr("Fine"), self.tr("Twice the steps: slower, cleaner")),
        ):
            button = QToolButton(self)
            button.setObjectName("segment")
            button.setText(text)
            set_tip(button, explanation)
            button.setProperty("place", _PLACES.get(quality, ""))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button)
            self._buttons[quality] = button
            row.addWidget(button)
        self._group.buttonClicked.connect(self._on_clicked)

    def button(self, quality: Quality) -> QToolButton:
        return self._buttons[quality]

    def show_steps(self, steps: int, default_steps: int) -> None:
        """Highlight the preset with this number of steps; no preset for other numbers."""
        self._group.setExclusive(False)
        for quality, button in self._buttons.items():
            button.setChecked(steps == steps_for(quality, default_steps))
        self._group.setExclusive(True)

    @Slot(QAbstractButton)
    def _on_clicked(self, clicked: QAbstractButton) -> None:
        self.chosen.emit(next(q for q, button in self._buttons.items() if button is clicked))
