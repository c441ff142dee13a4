"""A studio with fake devices and a scripted engine, for tests of the window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_audio import FakeAudio
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from remembered import remembered_analysis

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.settings import Settings, Theme, save_settings
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.session import clip_viewer, take_controller
from qvim_studio.session.services import Services, make_services
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

CHECKPOINTS = (
    CheckpointEntry("starter", "Starter", "Apache-2.0", "yes", True, 25, 2.5),
    CheckpointEntry("big", "Big", "CC-BY-NC-SA-4.0", "no", False, 50, 3.0),
)


class ScriptedEars:
    """Hears nothing in takes until ``says`` is set; then the length of a take is a word, too.

    may_hear: while it is clear, takes are still being heard.
    """

    def __init__(self) -> None:
        self.says: tuple[str, ...] = ()
        self.error: StudioError | None = None
        self.lengths: list[float] = []
        self.may_hear = threading.Event()
        self.may_hear.set()

    def __call__(self, clip: AudioClip) -> tuple[SoundWord, ...]:
        self.lengths.append(clip.duration_s)
        self.may_hear.wait(30.0)
        if self.error is not None:
            raise self.error
        words = (*self.says, f"{clip.duration_s:.1f} s") if self.says else ()
        return tuple(SoundWord(word, 0.9, word) for word in words)


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> StudioTheme:
    qapp.setStyle("Fusion")
    return StudioTheme(qapp, Theme.DARK)


@pytest.fixture(scope="module")
def undressed(qapp: QApplication, theme: StudioTheme) -> Iterator[str]:
    """No style sheet and no painting, which together are half of the cost of a window: for tests
    whose outcome needs no places, sizes or pictures; others in the same file ask for `dressed`."""
    theme.set_theme(Theme.DARK)
    sheet = qapp.styleSheet()
    qapp.setStyleSheet("")
    yield sheet
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the last window needs no new style
    qapp.setStyleSheet(sheet)


@pytest.fixture
def dressed(qapp: QApplication, undressed: str) -> Iterator[None]:
    """Style sheet and painting for one test of an `undressed` file."""
    qapp.setStyleSheet(undressed)
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture
def ears() -> ScriptedEars:
    return ScriptedEars()


@pytest.fixture
def services(
    tmp_path: Path,
    audio: FakeAudio,
    ears: ScriptedEars,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    for module in (clip_viewer, take_controller):
        monkeypatch.setattr(module, "analyze", remembered_analysis)
    paths = StudioPaths.below(tmp_path)
    save_settings(Settings(engine_in_own_process=False, theme=Theme.DARK), paths.settings_file)
    store = SettingsStore(paths.settings_file)
    services = make_services(
        paths,
        store,
        audio,
        "scripted_engine:make_engine",
        lambda: CHECKPOINTS,
        "scripted_hearing:make_hearing_service",
        "fake_checkpoint_store:FakeCheckpointStore",
        hear=ears,
    )
    yield services
    assert services.shutdown()


@pytest.fixture
def window(
    services: Services, theme: StudioTheme, qapp: QApplication, qtbot: QtBot
) -> Iterator[MainWindow]:
    window = MainWindow(services, theme)

    def finish(window: MainWindow) -> None:
        """An analysis that still runs is no hanging device."""
        qtbot.waitUntil(lambda: services.tasks.is_idle and services.ears.is_idle)

    qtbot.addWidget(window, before_close_func=finish)
    window.resize(1200, 800)
    window.setUpdatesEnabled(bool(qapp.styleSheet()))
    window.show()
    qtbot.waitUntil(lambda: window.has_looked_around and services.tasks.is_idle)
    yield window
    theme.set_theme(Theme.DARK)


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """A decaying tone of half a second."""
    path = tmp_path / "dog bark.wav"
    t = np.arange(24_000) / 48_000
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 300 * t) * np.exp(-3 * t), 48_000)
    return path


@pytest.fixture
def with_take(window: MainWindow, take: Path, qtbot: QtBot) -> MainWindow:
    """The window with an imitation in it."""
    window.controller.open_file(take)
    qtbot.waitUntil(lambda: window.controller.imitation is not None)
    return window


@pytest.fixture
def generate(qtbot: QtBot) -> Callable[[MainWindow], None]:
    """Press Generate and wait for the candidates."""

    def run(window: MainWindow) -> None:
        with qtbot.waitSignal(window.controller.candidates_changed, timeout=30_000):
            window.request.generate_button.click()

    return run


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QGuiApplication) -> Iterator[None]:
    """The offscreen platform destroys what is left on it after the interpreter: a crash at exit."""
    yield
    qapp.clipboard().clear()


def release_keys() -> None:
    """Release the modifier keys of the last event, which Qt keeps."""
    if QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        window = QWindow()
        window.create()
        QTest.keyRelease(window, Qt.Key.Key_Control)


@pytest.fixture(autouse=True)
def no_keys_held() -> Iterator[None]:
    """With Ctrl held, the next test's selections would toggle."""
    yield
    release_keys()
