"""Makes the pictures of the README from the real window, driven through its daily loop.

Run as ``python -m qvim_studio.ui.pictures.screenshots OUTDIR``. Sounds come from the engine that is
named, so the similarities on the pictures are true.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from qvim_studio.audio.devices.device_list import AudioDevice
from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.portaudio import OnBlock, OnFinished, StreamOptions
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Language, Theme
from qvim_studio.jobs.child.serving import load_factory
from qvim_studio.jobs.engine.job import JobProgress
from qvim_studio.jobs.playback import PlayingSound
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.services import Services, make_services
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.pictures.demo_history import fill_history
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.application import make_application
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.translation import set_language

ENGINE = "qvim_studio.assembly:make_engine"
CHECKPOINTS = "qvim_studio.app:known_checkpoints"
SIZE = (1280, 980)
SMALLEST = 0  # Qt's "quality" of a PNG is how little it is compressed
TAKES = ("dog_woof.flac", "explosion_boom.flac")
SCALE = "1.5"
HISTORY_CLIPS = 500
TIMEOUT_S = 300.0
STEP_S = 0.02
RATE_HZ = 48_000
BLOCK_FRAMES = 480


class StillAudio:
    """A sound system for pictures: a microphone that records given samples, and a silent
    loudspeaker."""

    def __init__(self) -> None:
        self.is_open = False
        self.options = StreamOptions()
        self.patience = Patience()
        self.hear: OnBlock = _forget

    def input_devices(self) -> tuple[AudioDevice, ...]:
        return (AudioDevice("Studio microphone", "", 0, 1, RATE_HZ, True),)

    def output_devices(self) -> tuple[AudioDevice, ...]:
        return (AudioDevice("Studio monitors", "", 1, 2, RATE_HZ, True),)

    def refresh(self) -> None:
        """Nothing ever changes."""

    def set_options(self, options: StreamOptions) -> None:
        """Nothing is heard."""

    def open_input(
        self, device: AudioDevice, channel: int, on_block: OnBlock, on_finished: OnFinished
    ) -> _Still:
        self.hear = on_block
        self.is_open = True
        return _Still()

    def open_output(
        self, device: AudioDevice, on_block: OnBlock, on_finished: OnFinished
    ) -> _Still:
        return _Still()


def _forget(block: np.ndarray) -> None:
    """Drop a block before anything listens."""


class _Still:
    sample_rate = RATE_HZ
    channels = 1
    latency_s = 0.0

    def close(self) -> None:
        """Nothing is open."""


class Photographer:
    """Leads one window from scene to scene and keeps a picture of each."""

    def __init__(
        self, window: MainWindow, services: Services, audio: StillAudio, folder: Path
    ) -> None:
        self._window = window
        self._services = services
        self._audio = audio
        self._folder = folder

    def empty(self) -> None:
        self._wait(lambda: self._services.tasks.is_idle and self._window.has_looked_around)
        self._keep("empty")

    def recording(self, take: Path) -> None:
        """Speak a take into the microphone and stop in the middle of it."""
        samples = np.tile(read_audio(take).mono(), 4)[: 3 * RATE_HZ]
        self._window.controller.takes.toggle_recording()
        self._wait(lambda: self._audio.is_open)
        for start in range(0, len(samples) - BLOCK_FRAMES, BLOCK_FRAMES):
            self._audio.hear(samples[start : start + BLOCK_FRAMES, None])
        self._wait(lambda: self._services.recording.state is RecordingState.RECORDING)
        self._pause(0.1)
        self._keep("recording")
        self._services.recording.stop()
        self._wait(lambda: self._window.controller.imitation is not None)

    def generating(self, take: Path, text: str) -> None:
        """Generate with a text and keep a picture while two sounds of four have arrived."""
        self._open(take, text)
        seen: list[JobProgress | None] = []
        self._window.controller.progressed.connect(seen.append)
        self._window.request.generate_button.click()
        self._wait(lambda: _third_forms(seen) is not None or self._services.queue.running is None)
        self._window.request.show_progress(_third_forms(seen))
        self._keep("generating", settle_s=0.0)
        self._wait(lambda: bool(self._window.controller.candidates))
        self._window.controller.progressed.disconnect(seen.append)

    def results(self, take: Path, text: str, name: str) -> None:
        """The candidates of a request, the second being listened to."""
        self._open(take, text)
        before = self._window.controller.candidates
        self._window.request.generate_button.click()
        self._wait(lambda: self._window.controller.candidates is not before)
        self._wait(lambda: self._services.tasks.is_idle)
        self.listening(name)

    def listening(self, name: str) -> None:
        entries = self._window.controller.candidates
        if len(entries) > 1:
            playing = PlayingSound(str(entries[1].path), 0.45 * entries[1].duration_s)
            self._window.candidates.view.show_playing(playing)
        self._keep(name)
        self._window.candidates.view.show_playing(PlayingSound("", 0.0))

    def spectrogram(self) -> None:
        """The same candidates with spectrogram and curves."""
        self._window.imitation.set_look(with_spectrogram=True, with_curves=True)
        self._wait(lambda: self._services.tasks.is_idle)
        self._keep("spectrogram")
        self._window.imitation.set_look()

    def keyboard(self) -> None:
        dialog = self._window.help.open_shortcuts()
        self._keep("keyboard", dialog)
        dialog.reject()

    def error(self) -> None:
        self._window.show_error(
            DeviceError(
                "The microphone stopped sending. What was recorded until then is kept; check its "
                "cable or choose another in the settings."
            )
        )
        self._keep("error")
        self._window.messages.clear()

    def settings(self) -> None:
        dialog = self._window.settings_actions.open()
        self._pause(0.1)
        self._keep("settings", dialog)
        dialog.reject()

    def history(self, sounds: Sequence[Path], clips: int) -> None:
        """The history after some weeks of work."""
        fill_history(self._services.library, self._services.paths.output_folder, sounds, clips)
        self._window.controller.load_history()
        self._wait(lambda: len(self._window.history.model.entries) >= clips)
        self._wait(lambda: self._services.tasks.is_idle)
        self._keep("history")

    def sketch(self) -> None:
        """The live sketch of the settings."""
        self._window.candidates.sketch.click()
        self._wait(self._window.candidates.sketch_strip.play.isEnabled)
        self._keep("sketch")
        self._window.candidates.sketch.click()

    def pack(self, name: str = "pack") -> None:
        """The sounds made until now, on their way into a sample pack."""
        dialog = self._window.packs.open_pack()
        if dialog is None:
            raise RuntimeError("The history shows no sounds")
        dialog.form.name.setText("Dogs of War")
        dialog.form.creator.setText("MK")
        dialog.form.folder.setText("~/Music/QVIM Studio Packs")  # and not that of the pictures
        self._wait(lambda: dialog.export.isEnabled())
        self._keep(name, dialog)
        dialog.reject()

    def checkpoints(self) -> None:
        dialog = self._window.checkpoints.open()
        self._wait(lambda: bool(dialog.rows))
        self._keep("checkpoints", dialog)
        dialog.reject()

    def _open(self, take: Path, text: str) -> None:
        before = self._window.controller.imitation
        self._window.controller.open_file(take)
        self._wait(lambda: self._window.controller.imitation is not before)
        self._window.request.text.setText(text)

    def _keep(self, name: str, widget: QWidget | None = None, settle_s: float = 0.1) -> None:
        self._pause(settle_s)
        path = self._folder / f"{name}.png"
        if not (widget or self._window).grab().save(str(path), "PNG", SMALLEST):
            raise OSError(f"{path} cannot be written")

    def _wait(self, is_done: Callable[[], bool]) -> None:
        waited_s = 0.0
        while not is_done():
            if waited_s > TIMEOUT_S:
                raise TimeoutError(self._window.messages.text or "The window does not go on")
            self._pause(STEP_S)
            waited_s += STEP_S

    def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            return
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()


def take_pictures(
    folder: Path,
    takes: Sequence[Path],
    text: str,
    engine: str,
    checkpoints: str,
    history_clips: int = HISTORY_CLIPS,
    language: Language = Language.ENGLISH,
) -> None:
    """Write all scenes into ``folder``: the last take alone, then the first with the text."""
    folder.mkdir(parents=True, exist_ok=True)
    application = make_application()
    set_language(language, application)
    theme = StudioTheme(application, Theme.DARK)
    with tempfile.TemporaryDirectory() as home:
        paths = StudioPaths.below(Path(home))
        store = SettingsStore(paths.settings_file)
        store.change(store.settings.with_changes(theme=Theme.DARK))
        audio = StillAudio()
        services = make_services(paths, store, audio, engine, load_factory(checkpoints))
        try:
            window = MainWindow(services, theme)
            window.resize(*SIZE)
            window.show()
            scenes = Photographer(window, services, audio, folder)
            scenes.empty()
            scenes.recording(takes[0])
            scenes.generating(takes[-1], "")
            scenes.results(takes[0], text, "results_dark")
            scenes.spectrogram()
            scenes.error()
            scenes.settings()
            scenes.checkpoints()
            scenes.keyboard()
            scenes.pack()
            theme.set_theme(Theme.LIGHT)
            scenes.listening("results_light")
            theme.set_theme(Theme.DARK)
            scenes.sketch()
            scenes.history(sorted(resource_path("library").glob("*.ogg")), history_clips)
            window.close()
        finally:
            services.shutdown()


def _third_forms(seen: Sequence[JobProgress | None]) -> JobProgress | None:
    """The first progress of the second half of the third sound's steps."""
    late = (p for p in seen if p is not None and p.phase == "denoise" and 8 * p.step > 5 * p.steps)
    return next(late, None)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the pictures of the README afresh.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--take", type=Path, action="append", help="an imitation (repeatable)")
    parser.add_argument("--text", default="large dog, angry bark")
    parser.add_argument("--engine", default=ENGINE)
    parser.add_argument("--checkpoints", default=CHECKPOINTS)
    languages = [each.value for each in Language]
    parser.add_argument("--language", choices=languages, default=Language.ENGLISH.value)
    options = parser.parse_args(arguments)
    takes = options.take or [resource_path("examples", name) for name in TAKES]
    if not all(take.is_file() for take in takes):
        parser.error("no bundled imitation was found: give one with --take")
    take_pictures(
        options.folder,
        takes,
        options.text,
        options.engine,
        options.checkpoints,
        language=Language(options.language),
    )
    return 0


if __name__ == "__main__":
    multiprocessing.freeze_support()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", SCALE)
    sys.exit(main())
