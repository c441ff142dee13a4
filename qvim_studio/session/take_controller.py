"""Records takes, moves through them, and sets the part of a take that counts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvim_studio.audio.devices.recorder import RecordingOptions
from qvim_studio.core.errors import LongSoundError, StudioError
from qvim_studio.core.program.settings import Settings
from qvim_studio.jobs.engine.imitation import Imitation, read_imitation
from qvim_studio.jobs.listening.sound_picture import SoundAnalysis, analyze
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.services import Services
from qvim_studio.session.take_list import TakeList, read_takes


class TakeController(QObject):
    """Records and opens takes; knows no widgets.

    Signals: imitation_changed (Imitation | None), part_changed (Imitation: the same take, another
    part of it), analyzed (SoundAnalysis of the imitation), takes_changed (TakeList),
    silence_recorded (TakeLevels of a take that holds nothing), awaiting_changed (nothing: a take is
    on its way, or is no longer), part_wanted (Path of a file that is too long to be used whole),
    failed (StudioError).
    """

    imitation_changed = Signal(object)
    part_changed = Signal(object)
    analyzed = Signal(object)
    takes_changed = Signal(object)
    silence_recorded = Signal(object)
    awaiting_changed = Signal()
    part_wanted = Signal(object)
    failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._imitation: Imitation | None = None
        self._takes = TakeList()
        self._has_recording_failed = False
        self._numbers = itertools.count(1)
        self._awaited: int | None = None
        services.recording.state_changed.connect(self._on_recording_state_changed)
        services.recording.take_recorded.connect(self._on_take_recorded)
        services.recording.failed.connect(self._on_recording_failed)
        services.recording.monitor_failed.connect(self.failed)

    @property
    def imitation(self) -> Imitation | None:
        return self._imitation

    @property
    def is_awaiting(self) -> bool:
        """Whether a take is being recorded or read; the take in hand is the one before."""
        return self._awaited is not None or self._services.recording.is_taking

    @property
    def takes(self) -> TakeList:
        return self._takes

    @property
    def _settings(self) -> Settings:
        return self._services.store.settings

    def load_takes(self) -> None:
        """Find the takes of earlier sessions."""
        self._run(partial(read_takes, self._services.paths.takes_folder), self._on_takes_read)

    def expect(self) -> int:
        """Announce a take that is about to be read, in place of any other; return its number."""
        self._awaited = next(self._numbers)
        self.awaiting_changed.emit()
        return self._awaited

    def is_awaited(self, number: int) -> bool:
        """Whether no other take has been asked for since this one."""
        return number == self._awaited

    def give_up(self, number: int) -> None:
        """Stop waiting for the take of this number."""
        if number == self._awaited:
            self._awaited = None
            self.awaiting_changed.emit()

    def open_file(self, path: Path, number: int | None = None) -> None:
        """Use an audio file as the imitation. number: from ``expect``, or None."""
        self._open(path, self.failed.emit, number)

    def open_files(self, paths: Sequence[Path]) -> None:
        """Use several files as takes, the first of them as the imitation."""
        self._takes = self._takes.with_later(paths)
        self.takes_changed.emit(self._takes)
        self.open_file(paths[0])

    def open_previous(self) -> None:
        self._open_or_skip(self._takes.previous())

    def open_next(self) -> None:
        self._open_or_skip(self._takes.next())

    def set_part(self, begin_s: float, end_s: float) -> None:
        """Use this part of the take, in seconds of its file."""
        if self._imitation is not None:
            self._imitation = self._imitation.with_part(begin_s, end_s)
            self.part_changed.emit(self._imitation)

    def trim_by_level(self, threshold_db: float | None) -> None:
        """Cut both ends that are quieter than the level; None uses the whole take."""
        if self._imitation is not None:
            self._imitation = self._imitation.trimmed(threshold_db)
            self.part_changed.emit(self._imitation)

    def toggle_recording(self) -> None:
        """Start a take, or end the running take."""
        recording = self._services.recording
        if recording.state in (RecordingState.IDLE, RecordingState.READY):
            self._services.playback.stop()
            self._has_recording_failed = False
            settings = self._settings
            recording.start(settings.input_device, self._options(), settings.count_in_s)
        else:
            recording.stop()

    def set_microphone_open(self, is_open: bool, is_hands_free: bool = False) -> None:
        """Keep the microphone open between takes; hands-free, takes begin and end by themselves."""
        recording = self._services.recording
        if is_open:
            gate_db = self._settings.hands_free_db if is_hands_free else None
            recording.open(self._settings.input_device, self._options(gate_db))
        else:
            recording.close()

    def _open(
        self,
        path: Path,
        on_error: Callable[[StudioError], None],
        number: int | None = None,
        is_reported: bool = False,
    ) -> None:
        """is_reported: a fault of the take is on show already, so its notes are not shown."""
        settings = self._settings
        threshold_db = settings.trim_threshold_db if settings.trim_takes else None
        read = partial(read_imitation, path, threshold_db)
        awaited = self.expect() if number is None else number

        def on_read(imitation: Imitation) -> None:
            if self.is_awaited(awaited):
                self.use(replace(imitation, notes=()) if is_reported else imitation)

        def on_failed(error: StudioError) -> None:
            self.give_up(awaited)
            if isinstance(error, LongSoundError):
                self.part_wanted.emit(path)
            else:
                on_error(error)

        self._services.tasks.run(read, on_read, on_failed)

    @Slot(object)
    def _on_recording_state_changed(self, state: RecordingState) -> None:
        """Nothing is played into a take. The file of one that ends follows at once, if at all."""
        self._services.playback.keep_silence(self._services.recording.is_taking)
        QTimer.singleShot(0, self.awaiting_changed.emit)

    @Slot(object)
    def _on_recording_failed(self, error: StudioError) -> None:
        self._has_recording_failed = True
        self.failed.emit(error)

    @Slot(object)
    def _on_take_recorded(self, path: Path) -> None:
        """Open the take. A failure is reported once: a lost microphone may leave an empty file."""
        has_failed, self._has_recording_failed = self._has_recording_failed, False
        levels = self._services.recording.take_levels
        is_silent = levels is not None and levels.is_silent and not has_failed
        if is_silent:
            self.silence_recorded.emit(levels)
        is_reported = has_failed or is_silent
        self._open(path, _say_nothing if is_reported else self.failed.emit, is_reported=is_reported)

    def _options(self, gate_db: float | None = None) -> RecordingOptions:
        settings = self._settings
        return RecordingOptions(settings.input_gain_db, gate_db, settings.monitor, settings.inputs)

    def _run(self, function: Callable[[], object], on_done: Callable[[Any], None]) -> None:
        self._services.tasks.run(function, on_done, self.failed.emit)

    def _open_or_skip(self, path: Path | None) -> None:
        if path is None:
            return
        if not path.is_file():
            self._takes = self._takes.without(path)
            self.takes_changed.emit(self._takes)
            self.failed.emit(
                StudioError(f"The take {path.name} is no longer there. Choose another.")
            )
            return
        self.open_file(path)

    def use(self, imitation: Imitation | None) -> None:
        """Take this imitation in hand, or none."""
        self._services.playback.stop()
        self._imitation, self._awaited = imitation, None
        if imitation is not None:
            self._takes = self._takes.choosing(imitation.path)
            self.takes_changed.emit(self._takes)
        self.imitation_changed.emit(imitation)
        if imitation is not None:
            # import and loading hide behind the seconds in which the user looks at the take
            settings = self._settings
            self._services.queue.prepare(settings.checkpoint, settings.vram_mode)
            self._run(
                partial(analyze, imitation.source), partial(self._on_analyzed, imitation.source)
            )
        self.awaiting_changed.emit()

    def _on_analyzed(self, source: object, analysis: SoundAnalysis) -> None:
        if self._imitation is not None and self._imitation.source is source:
            self.analyzed.emit(analysis)

    def _on_takes_read(self, paths: tuple[Path, ...]) -> None:
        self._takes = self._takes.with_earlier(paths)
        self.takes_changed.emit(self._takes)


def _say_nothing(error: StudioError) -> None:
    """The failure is on show already."""
