"""Recording, walking through takes, trimming, comparing: through the window."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote_from_bytes

import numpy as np
import pytest
import soundfile
from fake_audio import SAMPLE_RATE, TONE, FakeAudio
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.audio.devices.player import PlaySpan
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.device_key import SYSTEM_DEFAULT
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.audition import IMITATION_KEY
from qvim_studio.session.services import Services
from qvim_studio.ui.window.dropping import local_files
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


def open_take(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.controller.open_file(path)


@pytest.fixture
def padded_take(tmp_path: Path) -> Path:
    path = tmp_path / "padded.wav"
    quiet = np.zeros(SAMPLE_RATE // 2)
    soundfile.write(path, np.concatenate((quiet, TONE, quiet)), SAMPLE_RATE)
    return path


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_take_whose_name_is_no_text_is_dropped_and_opened(
    window: MainWindow, take: Path, qtbot: QtBot
) -> None:
    odd = take.rename(take.with_name(os.fsdecode(b"T\xfcr.wav")))
    data = QMimeData()
    data.setUrls([QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(odd)).encode())])
    assert list(local_files(data)) == [odd]
    open_take(window, odd, qtbot)
    assert window.imitation.take_head.name.text() == "Tür"
    assert window.controller.imitation is not None
    assert window.controller.imitation.name == "Tür"


def test_what_is_odd_about_a_take_is_said_when_it_is_opened(
    window: MainWindow, take: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    headset = tmp_path / "headset.wav"
    soundfile.write(headset, 0.1 * np.random.default_rng(0).standard_normal(4_000), 8_000)
    open_take(window, headset, qtbot)
    assert "holds nothing above 4.0 kHz" in window.messages.text
    window.messages.clear()
    open_take(window, take, qtbot)
    assert window.messages.text == ""


def test_previous_and_next_bring_takes_back(
    window: MainWindow, take: Path, padded_take: Path, qtbot: QtBot
) -> None:
    open_take(window, take, qtbot)
    open_take(window, padded_take, qtbot)
    head = window.imitation.take_head
    assert head.count.text() == "2/2"
    assert not head.next.isEnabled()
    with qtbot.waitSignal(window.controller.imitation_changed):
        QTest.keyClick(window, Qt.Key.Key_PageUp)
    assert window.controller.imitation.path == take
    assert head.count.text() == "1/2"


def test_takes_of_a_crashed_session_are_there_again(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    services.paths.takes_folder.mkdir()
    soundfile.write(services.paths.takes_folder / "take.wav", TONE, SAMPLE_RATE)
    with qtbot.waitSignal(window.controller.takes.takes_changed):
        window.controller.takes.load_takes()
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.imitation.take_head.previous.click()
    assert window.controller.imitation.name == "take"


def test_a_take_that_was_deleted_is_told_and_passed_over(
    window: MainWindow, take: Path, padded_take: Path, qtbot: QtBot
) -> None:
    open_take(window, take, qtbot)
    open_take(window, padded_take, qtbot)
    take.unlink()
    window.controller.takes.open_previous()
    assert "no longer there" in window.messages.text
    assert window.imitation.take_head.count.text() == "1/1"


def test_the_trimmed_part_is_what_is_generated_from(
    window: MainWindow, padded_take: Path, generate: Generate, qtbot: QtBot
) -> None:
    open_take(window, padded_take, qtbot)
    assert window.imitation.take_head.time.text() == "0.6 s"
    window.imitation.wave.part_dragged.emit(0.75, 1.0)
    assert window.imitation.take_head.time.text() == "0.2 s"
    generate(window)
    assert window.controller.candidates[0].duration_s == pytest.approx(0.25)
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert window.imitation.take_head.time.text() == "1.5 s"


def test_the_selection_is_played_looped_and_used(
    window: MainWindow,
    padded_take: Path,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    spans: list[PlaySpan] = []
    monkeypatch.setattr(
        services.playback, "play", lambda key, load, span: spans.append((key, span))
    )
    open_take(window, padded_take, qtbot)
    window.imitation.wave.select((0.6, 0.8))
    QTest.keyClick(window, Qt.Key.Key_L)
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert spans == [(IMITATION_KEY, PlaySpan(0.6, 0.8, is_looping=True))]
    QTest.keyClick(window, Qt.Key.Key_U)
    imitation = window.controller.imitation
    assert (imitation.begin_s, imitation.end_s) == (0.6, 0.8)
    assert window.imitation.wave.selection is None


def test_keys_say_what_they_need(window: MainWindow, padded_take: Path, qtbot: QtBot) -> None:
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    none = Qt.KeyboardModifier.NoModifier
    take_keys = (
        (Qt.Key.Key_U, none),
        (Qt.Key.Key_U, shift),
        (Qt.Key.Key_U, control),
        (Qt.Key.Key_E, control),
        (Qt.Key.Key_0, none),
    )
    for key, modifiers in take_keys:
        window.messages.clear()
        QTest.keyClick(window, key, modifiers)
        assert window.messages.text.startswith("There is no take yet")
    for key, words in (
        (Qt.Key.Key_J, "No candidate is chosen"),
        (Qt.Key.Key_X, "Listen to two sounds"),
        (Qt.Key.Key_N, "There is no new sound"),
    ):
        QTest.keyClick(window, key)
        assert window.messages.text.startswith(words)
    open_take(window, padded_take, qtbot)
    for key, modifiers in ((Qt.Key.Key_U, none), (Qt.Key.Key_E, control)):
        window.messages.clear()
        QTest.keyClick(window, key, modifiers)
        assert window.messages.text.startswith("Nothing is selected")
    window.imitation.wave.select((0.6, 0.8))
    QTest.keyClick(window, Qt.Key.Key_U)
    assert window.messages.text == ""
    window.show_error(StudioError("The disk is full."))
    QTest.keyClick(window, Qt.Key.Key_U, control)
    assert window.messages.text == "The disk is full."


def test_recording_options_count_at_once(
    window: MainWindow, padded_take: Path, services: Services, qtbot: QtBot
) -> None:
    open_take(window, padded_take, qtbot)
    options = window.imitation.bar.options
    options.gain.setValue(12)
    options.count_in.setCurrentIndex(3)
    options.trim_level.setValue(-12)
    assert services.store.settings.monitor is None
    options.monitor.setChecked(True)
    settings = services.store.settings
    assert settings.monitor == SYSTEM_DEFAULT  # the system's loudspeaker
    assert (settings.input_gain_db, settings.count_in_s) == (12.0, 3)
    assert settings.trim_threshold_db == -12.0


def test_a_copied_file_is_pasted_as_the_imitation(
    window: MainWindow, take: Path, qtbot: QtBot
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(take))])
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(window.controller.imitation_changed):
        QTest.keySequence(window, "Ctrl+V")
    assert window.controller.imitation.path == take


def test_pasting_without_a_copied_file_says_what_is_missing(window: MainWindow) -> None:
    QTest.keySequence(window, "Ctrl+V")
    assert "copy an audio file" in window.messages.text


@pytest.mark.usefixtures("dressed")
def test_a_candidate_is_seen_below_the_imitation_at_the_same_place(
    window: MainWindow, padded_take: Path, generate: Generate, qtbot: QtBot
) -> None:
    open_take(window, padded_take, qtbot)
    generate(window)
    with qtbot.waitSignal(window.controller.viewer.pictured):
        QTest.keyClick(window, Qt.Key.Key_2)
    result = window.imitation.result
    assert result.isVisible()
    assert result._origin_s == window.controller.imitation.begin_s
    with qtbot.waitSignal(window.controller.viewer.analyzed):
        pass
    QTest.keyClick(window, Qt.Key.Key_V)
    QTest.keyClick(window, Qt.Key.Key_C)
    assert not window.imitation.grab().isNull()


def test_ab_switches_without_a_gap_and_the_reference_joins_in(
    with_take: MainWindow,
    generate: Generate,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generate(with_take)
    entries = with_take.controller.candidates
    calls: list[tuple[str, bool]] = []
    play = services.playback.play

    def record(key: str, load: object, span: PlaySpan) -> None:
        calls.append((key, span.takes_over))
        play(key, load, span)

    monkeypatch.setattr(services.playback, "play", record)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_X, Qt.Key.Key_0, Qt.Key.Key_0):
        QTest.keyClick(with_take, key)
    first, second = (str(entry.path) for entry in entries[:2])
    assert calls == [
        (first, False),
        (second, True),
        (first, True),
        (IMITATION_KEY, False),
        (first, False),
    ]


@pytest.mark.usefixtures("dressed")
def test_ten_minutes_open_without_long_computation(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "long.wav"
    quiet = np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32) * 0.1
    soundfile.write(path, np.tile(quiet, 600), SAMPLE_RATE)
    began = time.process_time()
    open_take(window, path, qtbot)
    window.imitation.wave.repaint()
    assert time.process_time() - began < 3.0  # of the processor; about 1 s on an idle machine
    assert window.controller.imitation.clip.duration_s > 599
    qtbot.waitUntil(lambda: window._services.tasks.is_idle)


class Dam:
    """Holds up everything that the background does."""

    def __init__(self, services: Services) -> None:
        self._open = threading.Event()
        for _ in range(2):
            services.tasks.run(lambda: self._open.wait(10.0), lambda value: None, self._fail)

    def release(self) -> None:
        self._open.set()

    def _fail(self, error: StudioError) -> None:
        raise error


def test_sounds_are_made_from_the_take_that_is_still_being_read(
    with_take: MainWindow, padded_take: Path, services: Services, qtbot: QtBot
) -> None:
    dam = Dam(services)
    with_take.open_imitation(padded_take)
    QTest.keyClick(with_take, Qt.Key.Key_G)
    assert services.queue.running is None
    assert "as soon as the new take is ready" in with_take.messages.text
    with qtbot.waitSignal(services.queue.finished) as finished:
        dam.release()
    assert finished.args[0].job.stem == "padded"


def test_a_take_that_cannot_be_read_makes_no_sounds_of_the_one_before(
    with_take: MainWindow, tmp_path: Path, services: Services, qtbot: QtBot
) -> None:
    dam = Dam(services)
    with_take.open_imitation(tmp_path / "gone.wav")
    QTest.keyClick(with_take, Qt.Key.Key_G)
    with qtbot.waitSignal(with_take.controller.failed):
        dam.release()
    assert not with_take.controller.takes.is_awaiting
    assert services.queue.running is None and not services.queue.waiting


def test_of_two_files_that_are_opened_one_after_the_other_the_second_stays(
    with_take: MainWindow, padded_take: Path, take: Path, services: Services, qtbot: QtBot
) -> None:
    dam = Dam(services)
    with_take.open_imitation(padded_take)
    with_take.open_imitation(take)
    dam.release()
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    assert with_take.controller.imitation.path == take
    assert with_take.controller.takes.takes.paths[-1] == take


def test_sounds_asked_for_while_a_take_is_recorded_are_made_from_it(
    with_take: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    with_take.take_actions.record()
    audio.say(TONE)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    QTest.keyClick(with_take, Qt.Key.Key_G)
    assert services.queue.running is None
    with qtbot.waitSignal(services.queue.finished) as finished:
        with_take.take_actions.record()
    assert finished.args[0].job.stem.startswith("take_")


def test_nothing_is_played_into_a_take(
    with_take: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    with_take.take_actions.record()
    assert services.playback.playing.key == ""
    audio.say(TONE)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_0):
        QTest.keyClick(with_take, key)
        assert services.playback.playing.key == ""
    assert "Playback is off while you record" in with_take.messages.text
    with qtbot.waitSignal(with_take.controller.imitation_changed):
        with_take.take_actions.record()
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    assert services.playback.playing.key == IMITATION_KEY


def record(
    window: MainWindow, audio: FakeAudio, services: Services, spoken: np.ndarray, qtbot: QtBot
) -> None:
    window.take_actions.record()
    audio.say(spoken)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    audio.say(spoken)
    peak_db = 20 * np.log10(np.abs(spoken).max())
    qtbot.waitUntil(lambda: window.imitation.bar.meter.hold_db == pytest.approx(peak_db, abs=0.1))
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.take_actions.record()


def test_a_clipped_take_is_told_and_its_lamp_goes_out_with_the_next(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    meter = window.imitation.bar.meter
    record(window, audio, services, np.clip(4 * TONE, -1.0, 1.0), qtbot)
    assert meter.has_clipped
    assert "This take is clipped" in window.messages.text
    record(window, audio, services, 0.5 * TONE, qtbot)
    assert not meter.has_clipped
    assert "clipped" not in window.messages.text
