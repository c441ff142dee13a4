"""The candidates of the last request, made and found, for comparison."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from qvim_studio.jobs.engine.job import JobProgress
from qvim_studio.jobs.playback import PlayingSound
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.blind_test import BlindTest
from qvim_studio.ui.candidates.candidates_view import CandidatesView, is_made
from qvim_studio.ui.candidates.forming_strip import FormingStrip
from qvim_studio.ui.request.sketch_strip import SketchStrip
from qvim_studio.ui.sounds.clip_delegate import row_px
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.widgets.card import Card, ElidedLabel
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

BESIDE_LIST_PX = (0, 0, 14, 0)  # the list, whose scroll bar is narrow, reaches further


class CandidatesPanel(Card):
    """The newest result, best first, numbered for the keys 1-9.

    Signals: blind_toggled, match_toggled, sketch_toggled (bool), words_requested (nothing),
    blind_ended (BlindTest, the compared entries in their true order).
    """

    blind_toggled = Signal(bool)
    blind_ended = Signal(object, object)
    sketch_toggled = Signal(bool)
    match_toggled = Signal(bool)
    words_requested = Signal()

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._entries: tuple[ClipEntry, ...] = ()  # true order and numbers
        self._put_away: set[Path] = set()  # of these, what may come back
        self._test = BlindTest()
        self._words = ""  # about the result
        title = QLabel(self.tr("Candidates"), self)
        title.setObjectName("cardTitle")
        self._note = ElidedLabel(self)
        self.hint = QToolButton(self)
        self.hint.setObjectName("hint")
        self.hint.setText(self.tr("Not sure what you mean: add a word"))
        self.hint.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hint.clicked.connect(self.words_requested)
        self.hint.hide()
        self.sketch = self._toggle(
            self.tr("Live sketch of the settings (not saved)"), self.sketch_toggled
        )
        self.match = self._toggle(self.tr("Listen at matched loudness"), self.match_toggled)
        self.blind = self._toggle(self.tr("Compare blind: names and pictures are hidden"))
        self.blind.toggled.connect(self._on_blind_toggled)
        self.head.addWidget(title)
        self.head.addWidget(self._note, 1)
        for button in (self.hint, self.sketch, self.match, self.blind):
            self.head.addWidget(button)
        self.head.setContentsMargins(*BESIDE_LIST_PX)
        self.body.addLayout(self.head)
        self.body.setContentsMargins(16, 8, 2, 8)
        self.notes = QLabel(self)
        self.notes.setObjectName("note")
        self.notes.setWordWrap(True)
        self.notes.setContentsMargins(*BESIDE_LIST_PX)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes.hide()
        self.body.addWidget(self.notes)
        self.sketch_strip = SketchStrip(theme, self)
        self.body.addWidget(self.sketch_strip)
        self.forming = FormingStrip(theme, self)
        forming_row = QHBoxLayout()
        forming_row.setContentsMargins(*BESIDE_LIST_PX)
        forming_row.addWidget(self.forming)
        self.body.addLayout(forming_row)
        self.model = ClipListModel(with_sections=False, parent=self)
        self.view = CandidatesView(theme, self.model, self)
        self.view.setAccessibleName(self.tr("Candidates"))
        self.view.setMinimumHeight(row_px())
        self.view.set_hint(
            self.tr("Candidates appear here, best match first. Keys 1 to 9 play them.")
        )
        self.body.addWidget(self.view, 1)
        self.view.choice_made.connect(self._on_choice)
        self.match.setChecked(True)
        theme.changed.connect(self._dress)

    @logs_errors(returns=False)
    def hasHeightForWidth(self) -> bool:
        """False, although the notes wrap: a box layout with one such panel squeezes its other
        panels below their least heights."""
        return False

    @property
    def shown(self) -> tuple[ClipEntry, ...]:
        """The candidates in the order of the keys 1-9."""
        return self.model.entries

    def show_result(self, entries: Sequence[ClipEntry], note: str) -> None:
        """Show made sounds first, then fitted and found ones. note: the duration of the run in its
        first line, remarks in the others."""
        self._entries = tuple(entries)
        self._put_away.clear()
        self._words, _, others = note.partition("\n")
        self.notes.setText(others)
        self.notes.setVisible(bool(others) and not self.blind.isChecked())
        made = [entry.match for entry in entries if is_made(entry) and entry.match is not None]
        self.hint.setVisible(bool(made) and all(match.kind is None for match in made))
        makers = {entry.checkpoint_title for entry in entries if is_made(entry)}
        self.view.rows.names_checkpoints = len(makers) > 1
        self._begin_blind()
        self._show()

    def show_progress(self, progress: JobProgress | None) -> None:
        """Show the sound that is being made and those that are finished: in the place of the
        candidates until the first one arrives, then above them."""
        self.forming.show_progress(progress)
        self.view.setHidden(not self.forming.isHidden() and not self.shown)

    def show_playing(self, playing: PlayingSound) -> None:
        self.view.show_playing(playing)
        self.forming.show_playing(playing)

    @Slot(object)
    def update_entries(self, changed: Sequence[ClipEntry]) -> None:
        """Show the user's changes to some sounds; sounds from the trash come back."""
        by_id = {entry.id: entry for entry in changed if entry.id}
        if any(entry.id in by_id for entry in self._entries):
            chosen = self._chosen()
            self._entries = tuple(by_id.get(entry.id, entry) for entry in self._entries)
            back = {entry.path for entry in by_id.values()} & self._put_away
            if back:
                self.take_back(back)
                return
            by_path = {entry.path: by_id.get(entry.id, entry) for entry in self.shown}
            self.model.set_entries([self._dressed(entry) for entry in by_path.values()])
            self._choose(chosen)

    @Slot(object)
    def remove_ids(self, ids: Sequence[int]) -> None:
        """Remove these sounds of the library from the list."""
        gone = set(ids)
        self.put_away([entry.path for entry in self._entries if entry.id in gone])

    @Slot(object)
    def put_away(self, paths: Collection[Path]) -> None:
        """Remove these sounds from the list and select the next."""
        place = self.view.currentIndex().row()
        self._put_away |= set(paths)
        left = [entry for entry in self.shown if entry.path not in self._put_away]
        if len(left) < len(self.shown):
            chosen = self._chosen() - self._put_away
            self.model.set_entries(left)
            if chosen:
                self._choose(chosen)
            else:
                self.view.select_index(self.model.index(min(place, len(left) - 1)))

    @Slot(object)
    def take_back(self, paths: Collection[Path]) -> None:
        """Put these sounds back into their places and select them."""
        self._put_away -= set(paths)
        self._show()
        self._choose(set(paths))

    def _show(self) -> None:
        entries = [entry for entry in self._entries if entry.path not in self._put_away]
        if self.blind.isChecked():
            order = self._test.order
            entries = [entry for entry in entries if entry.path in order]
            entries.sort(key=lambda entry: order.index(entry.path))
        self._show_note()
        self.model.set_entries([self._dressed(entry) for entry in entries])

    def _begin_blind(self) -> None:
        """Hide found and fitted sounds, which the user knows: only made sounds are compared
        blind."""
        made = [entry.path for entry in self._entries if is_made(entry)]
        compared = [path for path in made if path not in self._put_away]
        self._test = BlindTest.of(compared, random.SystemRandom())
        self.view.show_places(self._test)

    @Slot(object)
    def _on_choice(self, entries: Sequence[ClipEntry]) -> None:
        for entry in entries:
            self._test = self._test.choosing(entry.path)
        self.view.show_places(self._test)
        self._show_note()

    def _show_note(self) -> None:
        if not self.blind.isChecked():
            self._note.setText(self._words)
        elif len(self._test.choices) < len(self._test.order):
            text = self.tr("Listen with 1 to 9, then press S on the best one: rank {0}")
            self._note.setText(text.format(len(self._test.choices) + 1))
        else:
            self._note.setText(self.tr("All sounds are ranked. Press B to see which is which"))

    def _chosen(self) -> set[Path]:
        return {entry.path for entry in self.view.selected_entries()}

    def _choose(self, paths: set[Path]) -> None:
        for number, entry in enumerate(self.shown):
            if entry.path in paths:
                self.view.selectionModel().setCurrentIndex(
                    self.model.index(number), QItemSelectionModel.SelectionFlag.Select
                )

    def _dressed(self, entry: ClipEntry) -> ClipEntry:
        return replace(entry, match=None) if self.blind.isChecked() else entry

    def _toggle(self, explanation: str, toggled: SignalInstance | None = None) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        set_tip(button, explanation)
        button.setAccessibleName(explanation)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if toggled is not None:
            button.toggled.connect(toggled)
        button.toggled.connect(self._dress)
        return button

    @Slot(bool)
    def _on_blind_toggled(self, is_blind: bool) -> None:
        chosen = set() if is_blind else self._chosen()  # the one in hand would be known, blind
        self.view.set_blind(is_blind)
        self.model.is_blind = is_blind
        if is_blind:
            self._begin_blind()
        self.notes.setVisible(bool(self.notes.text()) and not is_blind)
        self._show()
        self._choose(chosen)
        self.blind_toggled.emit(is_blind)
        if not is_blind:
            self.blind_ended.emit(self._test, self._entries)

    @Slot()
    def _dress(self) -> None:
        self.view.setMinimumHeight(row_px())
        palette = self._theme.palette
        for button, name in (
            (self.sketch, "pencil"),
            (self.match, "level"),
            (self.blind, "eye_off"),
        ):
            button.setIcon(icon(name, palette.accent if button.isChecked() else palette.secondary))
