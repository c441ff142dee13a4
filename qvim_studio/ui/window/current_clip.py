"""The current clip, which is chosen or played in one list and current in all lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.jobs.playback import PlayingSound
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.clip_viewer import ClipViewer
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.sounds.history_panel import HistoryPanel
from qvim_studio.ui.sounds.sounds_panel import SoundsPanel

LOOK_MS = 80  # delay before a file is read, so that held arrow keys do not read every row's file


class CurrentClip(QObject):
    """Selection, details and the waveform below the imitation follow the playing clip.

    During a blind comparison nothing else follows the candidates, because it would reveal which
    sound plays.
    """

    def __init__(
        self,
        candidates: CandidatesPanel,
        history: HistoryPanel,
        sounds: SoundsPanel,
        viewer: ClipViewer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._candidates = candidates
        self._history = history
        self._sounds = sounds
        self._viewer = viewer
        self._key = ""
        self._is_following = False
        self._wanted: ClipEntry | None = None
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._on_looked)
        candidates.view.selectionModel().selectionChanged.connect(self._on_candidate_chosen)
        candidates.blind_toggled.connect(self._on_blind_toggled)
        history.view.current_changed.connect(self._on_history_chosen)
        sounds.view.current_changed.connect(self._on_sound_chosen)

    @Slot(object)
    def show_playing(self, playing: PlayingSound) -> None:
        """Make a clip current when it begins to play."""
        is_same, self._key = playing.key == self._key, playing.key
        entry = None if is_same or not playing.key else self._find(Path(playing.key))
        if entry is not None:
            self._hold(entry)

    def _find(self, path: Path) -> ClipEntry | None:
        shown = (self._candidates.shown, self._history.model.entries, self._sounds.model.entries)
        return next((entry for part in shown for entry in part if entry.path == path), None)

    def _hold(self, entry: ClipEntry, chosen_in: QObject | None = None) -> None:
        """Make a clip current everywhere except in the list in which it was chosen."""
        if self._is_following:
            return
        self._is_following = True
        if chosen_in is not self._candidates:
            self._candidates.view.show_current(entry.path)
        if not self._candidates.blind.isChecked():
            for panel in (self._history, self._sounds):
                if panel is not chosen_in:
                    panel.show_current(entry)
            self._wanted = entry
            if chosen_in in (self._history, self._sounds):
                self._look.start()
            else:
                self._on_looked()
        self._is_following = False

    @Slot()
    def _on_looked(self) -> None:
        self._look.stop()
        if self._wanted is not None:
            self._viewer.view(self._wanted)
            self._wanted = None

    @Slot()
    def _on_candidate_chosen(self) -> None:
        self._on_chosen(self._candidates, self._candidates.view.selected_entries())

    @Slot(object)
    def _on_history_chosen(self, entries: Sequence[ClipEntry]) -> None:
        self._on_chosen(self._history, entries)

    @Slot(object)
    def _on_sound_chosen(self, entries: Sequence[ClipEntry]) -> None:
        self._on_chosen(self._sounds, entries)

    def _on_chosen(self, panel: QObject, entries: Sequence[ClipEntry]) -> None:
        if len(entries) == 1:  # several selected clips have no current one
            self._hold(entries[0], panel)

    @Slot(bool)
    def _on_blind_toggled(self, is_blind: bool) -> None:
        chosen = self._candidates.view.selected_entries()
        if is_blind:
            self._is_following = True
            self._history.show_current(None)
            self._sounds.show_current(None)
            self._viewer.view(None)
            self._is_following = False
        elif len(chosen) == 1:
            self._hold(chosen[0], self._candidates)
