"""One request with several checkpoints side by side: chosen in a dialog, asked for together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.checkpoint_choice import CheckpointChoice
from qvim_studio.session.controller import StudioController
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.widgets.card import ElidedLabel, dialog_title
from qvim_studio.ui.widgets.fitting import Column, resize_on_screen
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.window.header import licence_line
from qvim_studio.ui.window.message_bar import MessageBar

SIZE = (460, 420)
LEAST = 2


class CompareDesk(QObject):
    """Knows the panel that says what is asked, and the controller that asks."""

    def __init__(
        self,
        panel: RequestPanel,
        messages: MessageBar,
        controller: StudioController,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._panel = panel
        self._messages = messages
        self._controller = controller
        self._window = window
        self._installed: tuple[CheckpointChoice, ...] = ()

    def show_checkpoints(self, choices: Sequence[CheckpointChoice]) -> None:
        """All that are known."""
        self._installed = tuple(each for each in choices if each.is_installed)

    def choose(self) -> CompareDialog | None:
        """Ask which; what there is no use in asking is said."""
        self._messages.clear()
        if len(self._installed) < LEAST:
            self._messages.show_notice(
                self.tr("There is only one checkpoint. Get another under File, Checkpoints…")
            )
            return None
        if not self._panel.generate_button.isEnabled():
            self._messages.show_notice(
                self.tr("Record an imitation or type a few words first, then compare.")
            )
            return None
        used = self._panel.checkpoint
        dialog = CompareDialog(self._installed, "" if used is None else used.id, self._window)
        dialog.chosen.connect(self._on_chosen)
        dialog.open()
        return dialog

    @Slot(object)
    def _on_chosen(self, ids: Sequence[str]) -> None:
        self._panel.draft()  # draws the seed, which all of them share
        self._controller.compare({id: self._panel.draft_with(id) for id in ids})


class CompareDialog(QDialog):
    """Signal: chosen (tuple of the ids of at least two checkpoints, in the order of the list)."""

    chosen = Signal(object)

    def __init__(
        self, choices: Sequence[CheckpointChoice], used: str, parent: QWidget | None = None
    ) -> None:
        """used: id of the one in use, which is chosen already."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, *SIZE)
        heading = dialog_title(self, self.tr("Compare checkpoints"))
        note = QLabel(
            self.tr("The same voice, words and seed with each; then listen, or compare blind (B)."),
            self,
        )
        note.setObjectName("caption")
        note.setWordWrap(True)
        self.boxes: dict[str, QCheckBox] = {}
        column = Column(self)
        for choice in choices:
            box = self.boxes[choice.id] = QCheckBox(choice.title, self)
            box.setChecked(choice.id == used)
            box.toggled.connect(self._on_toggled)
            licence = ElidedLabel(self)
            licence.setObjectName("caption")
            licence.setText(licence_line(choice))
            indented = QHBoxLayout()
            indented.addSpacing(3 * GRID)
            indented.addWidget(licence)
            column.panels.addWidget(box)
            column.panels.addLayout(indented)
        column.panels.addStretch(1)
        close = QPushButton(self.tr("Cancel"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self.generate = QPushButton(self.tr("Generate"), self)
        self.generate.setObjectName("primary")
        self.generate.setDefault(True)
        self.generate.clicked.connect(self._on_generate)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.generate)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(note)
        layout.addWidget(column, 1)
        layout.addLayout(buttons)
        self._on_toggled(True)

    @property
    def ids(self) -> tuple[str, ...]:
        """Of those that are checked."""
        return tuple(id for id, box in self.boxes.items() if box.isChecked())

    @Slot(bool)
    def _on_toggled(self, _is_checked: bool) -> None:
        self.generate.setEnabled(len(self.ids) >= LEAST)

    @Slot()
    def _on_generate(self) -> None:
        ids = self.ids
        self.accept()
        self.chosen.emit(ids)
