"""The recording session: one take after the other, polled for the window 30 times a second."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvim_studio.audio.devices.channel_levels import TakeLevels
from qvim_studio.audio.devices.portaudio import AudioBackend
from qvim_studio.audio.devices.recorder import (
    RecordingOptions,
    TakePhase,
    TakeRecorder,
    TakeSnapshot,
)
from qvim_studio.core.errors import DeviceError, StudioError
from qvim_studio.core.program.device_key import DeviceKey, InputChoices

log = logging.getLogger(__name__)

POLL_MS = 33


class RecordingState(Enum):
    """READY: the microphone is open and waits for a key, or hands-free for a voice."""

    IDLE = "idle"
    OPENING = "opening"
    READY = "ready"
    COUNTING_IN = "counting in"
    RECORDING = "recording"
    STOPPING = "stopping"


@dataclass(frozen=True)
class RecordingLevel:
    """What the meters show: dBFS, and the length of the take so far.

    channel_peaks_db: of every input of the microphone, the recorded one included.
    """

    peak_db: float
    rms_db: float
    seconds: float
    channel_peaks_db: tuple[float, ...] = ()


class RecordingSession(QObject):
    """Starts and stops takes; never blocks.

    Signals: state_changed (RecordingState), level_changed (RecordingLevel), counted (whole seconds
    until the take begins), wave_grew (float32 (columns, 2) minima and maxima, 10 ms each),
    take_recorded (Path of a finished WAV), failed (StudioError; a take that came so far is
    reported by take_recorded all the same), monitor_failed (StudioError; the take goes on).
    """

    state_changed = Signal(object)
    level_changed = Signal(object)
    counted = Signal(object)
    wave_grew = Signal(object)
    take_recorded = Signal(object)
    failed = Signal(object)
    monitor_failed = Signal(object)

    def __init__(
        self, backend: AudioBackend, takes_folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._takes_folder = takes_folder
        self._recorder: TakeRecorder | None = None
        self._state = RecordingState.IDLE
        self._stays_open = False
        self._number = 0
        self._columns = 0
        self._takes = 0
        self._take_levels: TakeLevels | None = None
        self._count_in = 0
        self._monitor_error: StudioError | None = None
        self._asked_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def state(self) -> RecordingState:
        return self._state

    @property
    def take_levels(self) -> TakeLevels | None:
        """What the newest take got from its microphone, None before the first."""
        return self._take_levels

    @property
    def is_taking(self) -> bool:
        """Is a take being recorded, or about to be?"""
        if self._state is RecordingState.OPENING:
            return not self._stays_open
        return self._state not in (RecordingState.IDLE, RecordingState.READY)

    def open(self, microphone: DeviceKey, options: RecordingOptions) -> None:
        """Open the microphone and listen between takes; with a gate, takes begin by themselves."""
        if self._state is RecordingState.IDLE:
            self._stays_open = True
            self._open(microphone, options)

    def close(self) -> None:
        """Close the microphone after the running take."""
        if self._recorder is not None and self._state is not RecordingState.STOPPING:
            self._asked_s = time.monotonic()
            self._recorder.stop()
            self._move_to(RecordingState.STOPPING)

    def start(
        self,
        microphone: DeviceKey,
        options: RecordingOptions | None = None,
        count_in_s: float = 0.0,
    ) -> None:
        """Record a new take, opening the microphone where needed; nothing while one is running."""
        if self._state is RecordingState.IDLE:
            self._stays_open = False
            self._open(microphone, options or RecordingOptions())
        elif self._state is not RecordingState.READY:
            return
        if self._recorder is not None:
            self._recorder.begin_take(count_in_s)

    def stop(self) -> None:
        """End the take; take_recorded follows when its file is complete."""
        if self._recorder is None:
            return
        if self._stays_open:
            self._recorder.end_take()
        else:
            self.close()

    def set_gain(self, gain_db: float) -> None:
        if self._recorder is not None:
            self._recorder.set_gain(gain_db)

    def set_monitor(self, monitor: DeviceKey | None) -> None:
        """See RecordingOptions."""
        if self._recorder is not None:
            self._recorder.set_monitor(monitor)

    def set_inputs(self, inputs: InputChoices) -> None:
        """See RecordingOptions."""
        if self._recorder is not None:
            self._recorder.set_inputs(inputs)

    def shutdown(self, timeout_s: float = 1.0) -> bool:
        """Finish a running take's file; False where the device hangs."""
        self._timer.stop()
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return True
        recorder.stop()
        return recorder.join(timeout_s)

    def _open(self, microphone: DeviceKey, options: RecordingOptions) -> None:
        self._recorder = TakeRecorder(self._backend, microphone, self._new_path, options)
        self._number = self._columns = self._takes = self._count_in = 0
        self._monitor_error = None
        self._asked_s = time.monotonic()
        self._recorder.start()
        self._timer.start()
        self._move_to(RecordingState.OPENING)

    def _new_path(self) -> Path:
        """Called by the recorder's thread."""
        name = time.strftime("take_%Y-%m-%d_%H-%M-%S")
        path = self._takes_folder / f"{name}.wav"
        number = 2
        while path.exists():
            path = self._takes_folder / f"{name}_{number}.wav"
            number += 1
        return path

    @Slot()
    def _poll(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        snapshot = recorder.snapshot()
        self._show(snapshot)
        if snapshot.phase in (TakePhase.FINISHED, TakePhase.FAILED):
            self._end(snapshot, snapshot.error)
        elif self._is_hanging(snapshot):
            error = DeviceError(
                "The microphone does not answer. Check the sound server or the device, or "
                "choose another in the settings."
            )
            self._end(snapshot, error)
        else:
            self._report_takes(snapshot)

    def _show(self, snapshot: TakeSnapshot) -> None:
        if snapshot.phase is TakePhase.OPENING:
            return
        if snapshot.monitor_error is not self._monitor_error:
            self._monitor_error = snapshot.monitor_error
            self.monitor_failed.emit(snapshot.monitor_error)
        if snapshot.number != self._number:
            self._number, self._columns = snapshot.number, 0
            if self._state is not RecordingState.STOPPING:
                self._move_to(RecordingState.RECORDING)
        elif self._state is not RecordingState.STOPPING:
            self._follow(snapshot)
        if snapshot.wave is not None and len(snapshot.wave) > self._columns:
            self.wave_grew.emit(snapshot.wave[self._columns :].copy())
            self._columns = len(snapshot.wave)
        self.level_changed.emit(
            RecordingLevel(
                snapshot.peak_db, snapshot.rms_db, snapshot.seconds, snapshot.channel_peaks_db
            )
        )

    def _follow(self, snapshot: TakeSnapshot) -> None:
        """Between takes: ready, or counting the next one in."""
        if snapshot.phase is TakePhase.RECORDING:
            return
        count_in = math.ceil(snapshot.count_in_s)
        if count_in:
            self._move_to(RecordingState.COUNTING_IN)
        elif self._stays_open:
            self._move_to(RecordingState.READY)
        elif snapshot.number:  # the take became as long as takes may be
            self.close()
        if count_in != self._count_in:
            self._count_in = count_in
            self.counted.emit(count_in)

    def _is_hanging(self, snapshot: TakeSnapshot) -> bool:
        is_waiting = self._state is RecordingState.STOPPING or snapshot.phase is TakePhase.OPENING
        return is_waiting and time.monotonic() - self._asked_s > self._backend.patience.hang_s

    def _report_takes(self, snapshot: TakeSnapshot) -> None:
        first, self._takes = self._takes, len(snapshot.takes)
        new = zip(snapshot.takes[first:], snapshot.levels[first:], strict=True)
        for path, self._take_levels in new:
            self.take_recorded.emit(path)

    def _end(self, snapshot: TakeSnapshot, error: StudioError | None) -> None:
        self._timer.stop()
        self._recorder = None
        self._stays_open = False
        self._move_to(RecordingState.IDLE)
        if error is not None:
            self.failed.emit(error)
        self._report_takes(snapshot)

    def _move_to(self, state: RecordingState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)
