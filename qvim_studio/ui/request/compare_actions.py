"""Queues one request for several checkpoints, which a dialog offers for a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.session.requests.request_draft import RequestDraft
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.widgets.card import ElidedLabel, dialog_title
from qvim_studio.ui.widgets.fitting import Column, resize_on_screen
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.window.header import licence_line
from qvim_studio.ui.window.message_bar import MessageBar

SIZE = (460, 420)
LEAST = 2


class CompareActions(QObject):
    """Connects the dialog with the request panel and the controller, which queues the requests."""

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
        self._installed: tuple[CheckpointEntry, ...] = ()

    def show_checkpoints(self, entries: Sequence[CheckpointEntry]) -> None:
        """Remember the known checkpoints; the installed ones are offered."""
        self._installed = tuple(each for each in entries if each.is_installed)

    def choose(self) -> CompareDialog | None:
        """Ask for the checkpoints; if a comparison is not possible, say why."""
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
        self._panel.draft()  # draws the common seed
        self._controller.compare({id: self._draft_with(id) for id in ids})

    def _draft_with(self, id: str) -> RequestDraft:
        """The draft for a checkpoint, without values of removed things such as a deleted LoRA."""
        draft = self._panel.draft_with(id)
        made = next((each.capabilities for each in self._installed if each.id == id), None)
        return (
            draft if made is None else replace(draft, options=draft.options.fitting(made.options))
        )


class CompareDialog(QDialog):
    """Signal: chosen (tuple of the ids of at least two checkpoints, in the order of the list)."""

    chosen = Signal(object)

    def __init__(
        self, entries: Sequence[CheckpointEntry], used: str, parent: QWidget | None = None
    ) -> None:
        """used: id of the checkpoint in use, which is checked at first."""
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
        for entry in entries:
            box = self.boxes[entry.id] = QCheckBox(entry.title, self)
            box.setChecked(entry.id == used)
            box.toggled.connect(self._on_toggled)
            licence = ElidedLabel(self)
            licence.setObjectName("caption")
            licence.setText(licence_line(entry))
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
        """The ids of the checked checkpoints."""
        return tuple(id for id, box in self.boxes.items() if box.isChecked())

    @Slot(bool)
    def _on_toggled(self, _is_checked: bool) -> None:
        self.generate.setEnabled(len(self.ids) >= LEAST)

    @Slot()
    def _on_generate(self) -> None:
        ids = self.ids
        self.accept()
        self.chosen.emit(ids)
