"""The studio program offscreen, walking by itself: it records a take, makes a sound and quits.

Where there is no sound server, a fake microphone speaks. What it cannot do in time is said on
standard error, with exit status 1.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from fake_audio import SAMPLE_RATE, FakeAudio
from PySide6.QtCore import QCoreApplication, QTimer, Slot

import qvim_studio.app as app
from qvim_studio.core.program.device_key import DeviceKey
from qvim_studio.core.program.settings import Settings, save_settings
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.ui.window.main_window import MainWindow

LOOK_MS = 20
TAKE_S = 0.6
PATIENCE_S = 240.0
FAKE = FakeAudio()


class WalkingWindow(MainWindow):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._steps = self._walk()
        self._step = "start"
        self._end_s = time.monotonic() + PATIENCE_S
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(LOOK_MS)

    @Slot()
    def _go_on(self) -> None:
        self._step = next(self._steps, "")
        if self._step and time.monotonic() > self._end_s:
            sys.stderr.write(f"waited for {self._step}; message: {self.messages.text}\n")
            QCoreApplication.exit(1)
        if not self._step:
            self._timer.stop()
            self.close()

    def _walk(self) -> Iterator[str]:
        """What is waited for, again and again until it is there."""
        while not (self.has_looked_around and self.imitation.bar.record_button.isEnabled()):
            yield "a microphone"
        yield from self._make()

    def _make(self) -> Iterator[str]:
        services, controller = self._services, self.controller
        self.take_actions.record()
        while services.recording.state is not RecordingState.RECORDING:
            _speak(services.backend)
            yield "the recording"
        end_s = time.monotonic() + TAKE_S
        while time.monotonic() < end_s:
            _speak(services.backend)
            yield "the end of the take"
        self.take_actions.record()
        while controller.imitation is None:
            yield "the take"
        self.request.generate_button.click()
        while not (controller.candidates and services.ears.is_idle and services.tasks.is_idle):
            yield "a sound and words"


class OpenedWindow(WalkingWindow):
    """Makes nothing."""

    def _make(self) -> Iterator[str]:
        yield from ()


def _speak(backend: object) -> None:
    if backend is FAKE and FAKE.input is not None:
        t = np.arange(SAMPLE_RATE * LOOK_MS // 1000) / SAMPLE_RATE
        FAKE.say((0.5 * np.sin(2 * np.pi * 300 * t)).astype(np.float32))


def main(microphone: str, is_opened_only: bool = False) -> int:
    """microphone: of the sound server; empty for the fake one. is_opened_only: nothing is recorded
    or made."""
    settings = Settings(variations=1, steps=1)
    if microphone:
        settings = settings.with_changes(input_device=DeviceKey(microphone))
    else:
        app.PortAudioBackend = lambda: FAKE
    save_settings(settings, app.user_paths().settings_file)
    app.MainWindow = OpenedWindow if is_opened_only else WalkingWindow
    return app.main()
