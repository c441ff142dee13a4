"""Ends a blind comparison: shows the chosen sounds and, if the user wants, keeps the result."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.text.file_names import sound_name
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.blind_test import BlindTest
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.widgets.card import dialog_title
from qvim_studio.ui.widgets.match_text import match_text
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.window.message_bar import MessageBar

WIDTH_PX = 460


class BlindReveal(QObject):
    """Knows the candidates, the history that keeps stars and notes, and the messages."""

    def __init__(
        self,
        candidates: CandidatesPanel,
        history: HistoryController,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._candidates = candidates
        self._history = history
        self._messages = messages
        self._window = window
        candidates.blind_ended.connect(self._on_ended)
        candidates.view.refused_blind.connect(self._on_refused)

    @Slot()
    def _on_refused(self) -> None:
        self._messages.show_notice(
            self.tr("That would reveal which sound it is. End the blind comparison first (B).")
        )

    @Slot(object, object)
    def _on_ended(self, test: BlindTest, entries: Sequence[ClipEntry]) -> None:
        """entries: in the order in which they are numbered."""
        self._messages.clear_notice()
        if not test.choices:
            return
        facts = {each[1].path: self._facts(*each) for each in enumerate(entries, 1)}
        by_path = {entry.path: entry for entry in entries}
        chosen = [by_path[path] for path in test.choices if path in by_path]
        others = [facts[path] for path in test.order if path in facts and path not in test.choices]
        dialog = BlindResult([facts[e.path] for e in chosen], others, self._window)
        count = len(chosen) + len(others)
        dialog.star_clicked.connect(lambda: self._history.star(chosen[:1], True))
        dialog.notes_clicked.connect(lambda: self._keep_notes(chosen, count))
        dialog.open()

    def _facts(self, number: int, entry: ClipEntry) -> str:
        parts = [self.tr("Candidate {0}").format(number)]
        if entry.match is not None:
            parts.append(match_text(entry.match))
        if self._candidates.view.rows.names_checkpoints:
            parts.append(entry.checkpoint_title)
        recipe = self._history.recipe(entry)
        if recipe is not None and recipe.details.get("started_from"):
            parts.append(self.tr("from {0}").format(sound_name(recipe.details["started_from"])))
        parts.append(f"{self.tr('seed')} {entry.seed}")
        return "  ·  ".join(parts)

    def _keep_notes(self, chosen: Sequence[ClipEntry], count: int) -> None:
        text = self.tr("Blind: rank {0} of {1}")
        notes = [
            "; ".join(part for part in (entry.note, text.format(place, count)) if part)
            for place, entry in enumerate(chosen, 1)
        ]
        self._history.set_notes(chosen, notes)


class BlindResult(QDialog):
    """The dialog with the names behind the choices. Signals: star_clicked, notes_clicked (nothing
    each)."""

    star_clicked = Signal()
    notes_clicked = Signal()

    def __init__(
        self, chosen: Sequence[str], others: Sequence[str], parent: QWidget | None = None
    ) -> None:
        """chosen: a line about each chosen sound, the best first."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH_PX)
        heading = dialog_title(self, self.tr("Result of the blind comparison"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        rows = [(str(place), text) for place, text in enumerate(chosen, 1)]
        rows += [("–", text) for text in others]
        for row, (place, text) in enumerate(rows):
            number = QLabel(place, self)
            number.setObjectName("cardTitle" if place != "–" else "secondary")
            label = QLabel(text, self)
            label.setObjectName("" if place != "–" else "secondary")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(number, row, 0)
            grid.addWidget(label, row, 1)
        self.star = QPushButton(self.tr("Star the best"), self)
        self.notes = QPushButton(self.tr("Keep as notes"), self)
        close = QPushButton(self.tr("Close"), self)
        close.setObjectName("primary")
        close.setDefault(True)
        self.star.clicked.connect(self._on_star)
        self.notes.clicked.connect(self._on_notes)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for button in (self.star, self.notes):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(heading)
        layout.addLayout(grid)
        layout.addStretch(1)
        layout.addLayout(buttons)

    @Slot()
    def _on_star(self) -> None:
        self.star.setEnabled(False)  # done
        self.star_clicked.emit()

    @Slot()
    def _on_notes(self) -> None:
        self.notes.setEnabled(False)
        self.notes_clicked.emit()
