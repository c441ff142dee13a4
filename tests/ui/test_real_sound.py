"""The window with real PortAudio against a private PulseAudio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from listening import RATE, best_match, chirp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sound_server import SoundServer, is_available
from studio_fixtures import CHECKPOINTS, ScriptedEars

from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.portaudio import PortAudioBackend
from qvim_studio.core.program.device_key import DeviceKey
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.settings import Settings, Theme, save_settings
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.services import Services, make_services
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = [
    pytest.mark.skipif(not is_available(), reason="PulseAudio is not installed"),
    pytest.mark.sound_server,
    pytest.mark.usefixtures("undressed"),
]
OPENING_MS = 15_000


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.stop()


@pytest.fixture
def backend() -> PortAudioBackend:
    return PortAudioBackend()


@pytest.fixture
def services(
    tmp_path: Path, backend: PortAudioBackend, server: SoundServer, ears: ScriptedEars, qtbot: QtBot
) -> Iterator[Services]:
    paths = StudioPaths.below(tmp_path)
    settings = Settings(
        engine_in_own_process=False, theme=Theme.DARK, input_device=DeviceKey("qvim_mic")
    )
    save_settings(settings, paths.settings_file)
    store = SettingsStore(paths.settings_file)
    services = make_services(
        paths,
        store,
        backend,
        "scripted_engine:make_engine",
        lambda: CHECKPOINTS,
        hear=ears,
    )
    yield services
    assert services.shutdown()


def record_key(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(
        lambda: services.recording.state is RecordingState.RECORDING, timeout=OPENING_MS
    )


def test_a_take_is_exact_and_a_lost_microphone_costs_nothing_but_a_message(
    window: MainWindow,
    services: Services,
    server: SoundServer,
    theme: StudioTheme,
    backend: PortAudioBackend,
    qtbot: QtBot,
) -> None:
    spoken = chirp(1.0)
    bar, controller = window.imitation.bar, window.controller
    qtbot.waitUntil(bar.record_button.isEnabled, timeout=OPENING_MS)
    assert bar.microphone.currentText() == "qvim_mic"
    played: list[float] = []
    services.recording.level_changed.connect(lambda level: played.append(level.rms_db))

    def record_speech() -> float:
        played.clear()
        record_key(window, services, qtbot)
        server.speak(spoken.tobytes())
        qtbot.waitUntil(lambda: max(played, default=-99) > -12, timeout=OPENING_MS)
        qtbot.waitUntil(lambda: played[-1] < -60, timeout=OPENING_MS)
        with qtbot.waitSignal(controller.imitation_changed, timeout=OPENING_MS):
            QTest.keyClick(window, Qt.Key.Key_R)
        samples, rate = soundfile.read(controller.imitation.path, dtype="float32")
        assert rate == RATE
        return best_match(samples, spoken)

    # a machine under full load may starve one playing of a second, but hardly three
    assert any(record_speech() > 0.999 for _ in range(3))
    assert controller.imitation.clip.duration_s == pytest.approx(1.0, abs=0.2)

    backend.patience = Patience(stall_s=0.6)
    record_key(window, services, qtbot)
    server.speak(spoken.tobytes())
    qtbot.waitUntil(lambda: played[-1] > -12, timeout=OPENING_MS)
    recording = services.recording
    with qtbot.waitSignals(
        [recording.take_recorded, controller.imitation_changed], timeout=OPENING_MS
    ):
        server.control("suspend-source", "microphone", "1")
    assert controller.imitation.path == controller.takes.takes.paths[-1]
    assert soundfile.info(str(controller.imitation.path)).frames > 0
    assert "stopped sending" in window.messages.text
    assert services.recording.state is RecordingState.IDLE
    server.control("suspend-source", "microphone", "0")

    backend.patience = Patience()
    record_key(window, services, qtbot)
    with qtbot.waitSignal(services.recording.take_recorded, timeout=OPENING_MS):
        QTest.keyClick(window, Qt.Key.Key_R)


# The quick siblings of both lose a fake microphone: tests/ui/takes/test_microphones.py and
# tests/jobs/test_recording.py; the real one that falls silent is in the test above.
@pytest.mark.slow  # 6 s
def test_a_killed_sound_server_costs_a_message_and_the_next_one_is_recorded_from(
    window: MainWindow,
    services: Services,
    server: SoundServer,
    backend: PortAudioBackend,
    qtbot: QtBot,
) -> None:
    backend.patience = Patience(stall_s=0.6)
    qtbot.waitUntil(window.imitation.bar.record_button.isEnabled, timeout=OPENING_MS)
    played: list[float] = []
    services.recording.level_changed.connect(lambda level: played.append(level.rms_db))
    record_key(window, services, qtbot)
    server.speak(chirp(2.0).tobytes())
    qtbot.waitUntil(lambda: max(played, default=-99) > -12, timeout=OPENING_MS)
    controller = window.controller
    with qtbot.waitSignals(
        [services.recording.take_recorded, controller.imitation_changed], timeout=OPENING_MS
    ):
        server.kill()
    assert "stopped sending" in window.messages.text
    assert soundfile.info(str(controller.imitation.path)).frames > 0
    assert services.recording.state is RecordingState.IDLE

    server.start()
    backend.patience = Patience()
    window.settings_actions.look_for_devices()
    qtbot.waitUntil(lambda: services.tasks.is_idle, timeout=OPENING_MS)
    record_key(window, services, qtbot)
    with qtbot.waitSignal(services.recording.take_recorded, timeout=OPENING_MS):
        QTest.keyClick(window, Qt.Key.Key_R)


@pytest.mark.slow  # 6 s
def test_an_unplugged_microphone_costs_a_message_and_works_when_it_is_back(
    window: MainWindow, services: Services, server: SoundServer, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.imitation.bar.record_button.isEnabled, timeout=OPENING_MS)
    record_key(window, services, qtbot)
    controller, recording = window.controller, services.recording
    lengths: list[float] = []
    recording.level_changed.connect(lambda level: lengths.append(level.seconds))
    server.speak(chirp(1.0).tobytes())
    qtbot.waitUntil(lambda: max(lengths, default=0.0) > 2.0, timeout=OPENING_MS)
    with qtbot.waitSignals(
        [recording.take_recorded, controller.imitation_changed], timeout=OPENING_MS
    ):
        server.control("unload-module", "module-remap-source")
    assert "disconnected" in window.messages.text or "stopped sending" in window.messages.text
    assert soundfile.info(str(controller.imitation.path)).duration > 1.0
    assert recording.state is RecordingState.IDLE

    server.plug_in()
    record_key(window, services, qtbot)
    with qtbot.waitSignal(recording.take_recorded, timeout=OPENING_MS):
        QTest.keyClick(window, Qt.Key.Key_R)
