"""The number beside a slider, in percent of its range."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QSlider, QWidget


class SliderValue(QLabel):
    """Follows the slider while it is dragged; screen readers get the same text."""

    def __init__(self, slider: QSlider, parent: QWidget) -> None:
        super().__init__(parent)
        self._slider = slider
        self.setObjectName("value")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        slider.valueChanged.connect(self._on_changed)
        self._on_changed(slider.value())

    @Slot(int)
    def _on_changed(self, value: int) -> None:
        slider = self._slider
        share = (value - slider.minimum()) / max(slider.maximum() - slider.minimum(), 1)
        self.setText(f"{100 * share:.0f} %")
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        slider.setAccessibleDescription(self.text())
