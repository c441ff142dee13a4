"""One section of the settings: names on the left, fields and notes on the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from qvim_studio.ui.widgets.card import Card
from qvim_studio.ui.widgets.theme import GRID, scaled

LABEL_WIDTH_PX = 136


class SettingsCard(Card):
    """A card of rows. Every field gets the name of its row, for the label's key and for screen
    readers."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnMinimumWidth(0, scaled(LABEL_WIDTH_PX))
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)

    def add(self, name: str, field: QWidget, note: QLabel | None = None) -> None:
        """Add a row, with a note below its field."""
        number = self._grid.rowCount()
        label = QLabel(name, self)
        label.setObjectName("secondary")
        self._grid.addWidget(label, number, 0)
        self._grid.addWidget(field, number, 1)
        if name:
            label.setBuddy(field)
            field.setAccessibleName(name)
        if note is not None:
            self._grid.addWidget(note, number + 1, 1)

    def add_folder(self, name: str, field: QLineEdit, note: QLabel | None = None) -> None:
        """Add a row for a folder, with a button for choosing it."""
        field.setAccessibleName(name)
        box = QWidget(self)
        browse = QPushButton(self.tr("Browse…"), box)
        browse.setAutoDefault(False)
        browse.setProperty("field", field)
        browse.clicked.connect(self._on_browse)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(field, 1)
        row.addWidget(browse)
        box.setFocusProxy(field)
        self.add(name, box, note)

    def note(self, text: str = "") -> QLabel:
        note = QLabel(text, self)
        note.setObjectName("caption")
        note.setWordWrap(True)
        return note

    def combo(self, choices: Sequence[tuple[str, object]], chosen: object) -> QComboBox:
        """A box with these choices. choices: labels and values. chosen: the value at first."""
        combo = QComboBox(self)
        for label, value in choices:
            combo.addItem(label, value)
        combo.setCurrentIndex(combo.findData(chosen))
        return combo

    @Slot(bool)
    def _on_browse(self, checked: bool = False) -> None:
        field = self.sender().property("field")
        dialog = QFileDialog(self, self.tr("Choose a folder"), field.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(field.setText)
        dialog.open()
