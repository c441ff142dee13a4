"""Offers the bundled example takes, for a first sound without a microphone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from qvim_studio.core.program.resources import resource_path
from qvim_studio.ui.widgets.theme import GRID

SHOWN = 4


@dataclass(frozen=True)
class ExampleTake:
    path: Path
    title: str


def example_takes() -> tuple[ExampleTake, ...]:
    """The bundled takes in the order of their list; empty if the list is missing."""
    folder = resource_path("examples")
    try:
        with (folder / "examples.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return ()
    takes = (ExampleTake(folder / row["file"], row["title"]) for row in rows)
    return tuple(take for take in takes if take.path.is_file())


class ExampleChips(QWidget):
    """A button for each example, as many as there is room for. Signal: chosen (Path)."""

    chosen = Signal(object)

    def __init__(self, takes: tuple[ExampleTake, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addStretch(1)
        self._label = QLabel(self.tr("No microphone at hand? Try"), self)
        self._label.setObjectName("secondary")
        row.addWidget(self._label)
        self.chips: list[QPushButton] = []
        for take in takes[:SHOWN]:
            chip = QPushButton(QCoreApplication.translate("Examples", take.title), self)
            chip.setObjectName("chipButton")
            chip.setProperty("take", str(take.path))
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(self._on_clicked)
            row.addWidget(chip)
            self.chips.append(chip)
        row.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        first = self.chips[:1]
        width = self._label.sizeHint().width() + sum(GRID + c.sizeHint().width() for c in first)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self._label.sizeHint().width()
        for chip in self.chips:
            needed += GRID + chip.sizeHint().width()
            chip.setVisible(needed <= self.width())

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(Path(self.sender().property("take")))
