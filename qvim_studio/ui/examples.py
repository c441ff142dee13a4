"""The bundled example takes: a first sound without a microphone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from qvim_studio.core.resources import resource_path
from qvim_studio.ui.theme import GRID

SHOWN = 4


@dataclass(frozen=True)
class ExampleTake:
    path: Path
    title: str


def example_takes() -> tuple[ExampleTake, ...]:
    """Those that ship, in the order of their list; none where the list is missing."""
    folder = resource_path("examples")
    try:
        with (folder / "examples.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return ()
    takes = (ExampleTake(folder / row["file"], row["title"]) for row in rows)
    return tuple(take for take in takes if take.path.is_file())


class ExampleChips(QWidget):
    """A few of them as buttons. Signal: chosen (Path)."""

    chosen = Signal(object)

    def __init__(self, takes: tuple[ExampleTake, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addStretch(1)
        label = QLabel(self.tr("No microphone at hand? Try"), self)
        label.setObjectName("secondary")
        row.addWidget(label)
        for take in takes[:SHOWN]:
            chip = QPushButton(take.title, self)
            chip.setObjectName("chipButton")
            chip.setProperty("take", str(take.path))
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(self._on_clicked)
            row.addWidget(chip)
        row.addStretch(1)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(Path(self.sender().property("take")))
