"""The dialog that shows and changes the keyboard map."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.ui.widgets.card import dialog_title
from qvim_studio.ui.widgets.fitting import resize_on_screen
from qvim_studio.ui.widgets.theme import GRID, scaled
from qvim_studio.ui.window.action_keys import FIXED_KEYS, clash_lines
from qvim_studio.ui.window.action_table import MENUS, Where, all_specs, translated

SIZE = (520, 680)
KEYS_PX = 180  # "Umschalt+Links und Rechts" fits on one line


class ShortcutsDialog(QDialog):
    """Signal: chosen (dict of the changed key sequences by action)."""

    chosen = Signal(object)

    def __init__(self, changed: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, *SIZE)
        self._fields: dict[str, QKeySequenceEdit] = {}
        content = QWidget(self)
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, GRID, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(1, scaled(KEYS_PX))
        for title, specs in MENUS:
            heading = QLabel(translated(title).replace("&", ""), content)
            heading.setObjectName("cardTitle")
            heading.setContentsMargins(0, 2 * GRID, 0, GRID // 2)
            grid.addWidget(heading, grid.rowCount(), 0)
            for spec in specs:
                if not spec.id:
                    continue
                label = QLabel(self._name(translated(spec.text), spec.where), content)
                label.setObjectName("secondary")
                label.setWordWrap(True)
                field = QKeySequenceEdit(QKeySequence(changed.get(spec.id, spec.keys)), content)
                field.setMaximumSequenceLength(1)
                field.setClearButtonEnabled(True)
                field.setAccessibleName(translated(spec.text))
                for inner in field.findChildren(QLineEdit):  # a screen reader stops here
                    inner.setAccessibleName(translated(spec.text))
                for button in field.findChildren(QToolButton):
                    button.setAccessibleName(self.tr("No key for “{0}”").format(label.text()))
                field.keySequenceChanged.connect(self._check)
                label.setBuddy(field)
                row = grid.rowCount()
                grid.addWidget(label, row, 0)
                grid.addWidget(field, row, 1)
                self._fields[spec.id] = field
        self._add_fixed_keys(content, grid)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        self.problem = QLabel(self)
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        heading = dialog_title(self, self.tr("Keyboard shortcuts"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(heading)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.problem)
        layout.addLayout(self._make_buttons())
        scroll.setFocus()  # a focused field would record the next key, even Esc, as a shortcut
        self._check()

    def changed(self) -> dict[str, str]:
        """The keys that differ from the defaults."""
        keys = {name: field.keySequence() for name, field in self._fields.items()}
        portable = QKeySequence.SequenceFormat.PortableText
        return {
            spec.id: keys[spec.id].toString(portable)
            for spec in all_specs()
            if keys[spec.id] != QKeySequence(spec.keys)
        }

    def set_keys(self, action_id: str, keys: str) -> None:
        """Set the keys of an action, like typing into its field."""
        self._fields[action_id].setKeySequence(QKeySequence(keys))

    def _name(self, text: str, where: Where) -> str:
        """The name of an action, with the place where its keys work unless they work everywhere."""
        places = {Where.LIST: self.tr("in a list"), Where.WAVE: self.tr("in a waveform")}
        return f"{text}  ·  {places[where]}" if where in places else text

    def _add_fixed_keys(self, content: QWidget, grid: QGridLayout) -> None:
        heading = QLabel(self.tr("Keys that stay"), content)
        heading.setObjectName("cardTitle")
        heading.setContentsMargins(0, 2 * GRID, 0, GRID // 2)
        grid.addWidget(heading, grid.rowCount(), 0)
        for fixed in FIXED_KEYS:
            row = grid.rowCount()
            for column, text in enumerate(
                (self._name(translated(fixed.text), fixed.where), translated(fixed.shown))
            ):
                label = QLabel(text, content)
                label.setObjectName("value" if column else "secondary")
                label.setWordWrap(True)
                grid.addWidget(label, row, column)

    def _make_buttons(self) -> QHBoxLayout:
        restore = QPushButton(self.tr("Restore defaults"), self)
        restore.clicked.connect(self.restore)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        self.save = QPushButton(self.tr("Save"), self)
        self.save.setObjectName("primary")
        self.save.clicked.connect(self._on_save)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(restore)
        row.addStretch(1)
        for button in (restore, cancel, self.save):
            button.setAutoDefault(False)
        row.addWidget(cancel)
        row.addWidget(self.save)
        return row

    @Slot()
    def restore(self) -> None:
        """Show the defaults, which take effect when they are saved."""
        for spec in all_specs():
            self._fields[spec.id].setKeySequence(QKeySequence(spec.keys))

    @Slot()
    def _check(self) -> None:
        """Report keys that two actions share, because neither action would run."""
        lines = clash_lines(self.changed())
        self.problem.setText("\n".join(lines))
        self.problem.setVisible(bool(lines))
        if hasattr(self, "save"):
            self.save.setEnabled(not lines)

    @Slot()
    def _on_save(self) -> None:
        self.chosen.emit(self.changed())
        self.accept()
