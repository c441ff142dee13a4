"""Reads and analyzes the viewed clip in the background; a newer clip replaces an older one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.listening.sound_picture import (
    SoundAnalysis,
    SoundPicture,
    analyze,
    picture_of,
)
from qvim_studio.library.clip_entry import ClipEntry


class ClipViewer(QObject):
    """Shows one clip at a time.

    Signals: pictured (SoundPicture | None), analyzed (SoundAnalysis).
    """

    pictured = Signal(object)
    analyzed = Signal(object)

    def __init__(self, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._entry: ClipEntry | None = None

    @property
    def entry(self) -> ClipEntry | None:
        return self._entry

    def view(self, entry: ClipEntry | None) -> None:
        """View this clip, or none."""
        if entry is None:
            self._entry = None
            self.pictured.emit(None)
        elif self._entry is None or entry.path != self._entry.path:
            self._entry = entry
            self._run(partial(_read, entry.path), self._on_read, entry)

    def _on_read(self, entry: ClipEntry, read: tuple[AudioClip, SoundPicture]) -> None:
        if entry is not self._entry:
            return
        clip, picture = read
        self.pictured.emit(picture)
        self._run(partial(analyze, clip), self._on_analyzed, entry)

    def _on_analyzed(self, entry: ClipEntry, analysis: SoundAnalysis) -> None:
        if entry is self._entry:
            self.analyzed.emit(analysis)

    def _on_unreadable(self, entry: ClipEntry, error: StudioError) -> None:
        """Playing the clip will say why."""
        if entry is self._entry:
            self.view(None)

    def _run(
        self,
        function: Callable[[], Any],
        on_done: Callable[[ClipEntry, Any], None],
        entry: ClipEntry,
    ) -> None:
        self._tasks.run(function, partial(on_done, entry), partial(self._on_unreadable, entry))


def _read(path: Path) -> tuple[AudioClip, SoundPicture]:
    clip = read_audio(path)
    return clip, picture_of(clip)
