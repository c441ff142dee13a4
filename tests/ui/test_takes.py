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
from fake_audio import SAMPLE_RATE, FakeAudio
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.audio import recorder
from qvim_studio.audio.player import PlaySpan
from qvim_studio.core.device_key import SYSTEM_DEFAULT, DeviceKey, channel_of
from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.ui.audition import IMITATION_KEY
from qvim_studio.ui.dropping import local_files
from qvim_studio.ui.main_window import MainWindow
from qvim_studio.ui.services import Services

Generate = Callable[[MainWindow], None]
popup_opens = pytest.mark.qt_log_ignore("does not support", extend=True)  # raising, offscreen
TONE = 0.5 * np.sin(np.arange(SAMPLE_RATE // 2) * 0.05)


def open_take(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.controller.open_file(path)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake microphone says nothing between two takes; a busy machine may take its time."""
    monkeypatch.setattr(recorder, "STALL_TIMEOUT_S", 60.0)


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
        (Qt.Key.Key_J, "More like which one?"),
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


def test_hands_free_takes_become_imitations_one_after_the_other(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    QTest.keyClick(window, Qt.Key.Key_H)
    assert window.imitation.bar.hands_free.isChecked()
    for count in (1, 2):
        with qtbot.waitSignal(window.controller.imitation_changed):
            audio.say(np.concatenate((TONE, np.zeros(SAMPLE_RATE))))
        qtbot.waitUntil(
            lambda n=count: (
                len(window.controller.takes.takes.paths) == n
                and services.recording.state is RecordingState.READY
            )
        )
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.IDLE)
    assert not window.imitation.bar.hands_free.isChecked()


def test_a_lost_microphone_gives_one_message_even_where_nothing_was_heard(
    window: MainWindow,
    audio: FakeAudio,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr(recorder, "STALL_TIMEOUT_S", 0.1)
    QTest.keyClick(window, Qt.Key.Key_R)
    with qtbot.waitSignal(services.recording.take_recorded):
        audio.say(np.zeros(SAMPLE_RATE))
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    assert "stopped sending" in window.messages.text
    assert services.recording.state is RecordingState.IDLE
    assert window.imitation.bar.record_button.isEnabled()


def test_another_microphone_is_chosen_by_name_and_remembered(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    audio.microphones = ["Fake microphone", "Other microphone"]
    box = window.imitation.bar.microphone
    box.devices_wanted.emit()
    qtbot.waitUntil(lambda: box.findText("Other microphone") > 0)
    box.setCurrentIndex(box.findText("Other microphone"))
    box.activated.emit(box.currentIndex())
    assert services.store.settings.input_device == DeviceKey("Other microphone", "Fake")
    QTest.keyClick(window, Qt.Key.Key_R)
    assert audio.input_opened.wait(5.0)
    assert audio.opened_names == ["Other microphone"]
    audio.say(TONE)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    QTest.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.IDLE)


def have_interface(window: MainWindow, audio: FakeAudio, inputs: int, qtbot: QtBot) -> DeviceKey:
    """The microphone becomes one with several inputs."""
    audio.input_count = inputs
    options = window.imitation.bar.options
    window.imitation.bar.microphone.devices_wanted.emit()
    qtbot.waitUntil(lambda: options.input.count() == inputs + 1)
    return audio.input_devices()[0].key


def record(
    window: MainWindow, audio: FakeAudio, said: np.ndarray, services: Services, qtbot: QtBot
) -> None:
    audio.input_opened.clear()
    QTest.keyClick(window, Qt.Key.Key_R)
    audio.say(said)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    with qtbot.waitSignal(services.recording.take_recorded):
        QTest.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: services.tasks.is_idle)


def test_a_silent_take_names_its_input_and_one_click_switches_to_the_one_that_was_heard(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    key = have_interface(window, audio, 2, qtbot)
    said = np.stack((np.zeros(len(TONE)), TONE), axis=1)
    record(window, audio, said, services, qtbot)
    assert window.controller.imitation is None
    text = window.messages.text
    assert "input 1 of “Fake microphone” had no signal" in text
    assert "Input 2 had a signal" in text
    press_action(window)
    assert channel_of(services.store.settings.inputs, key) == 2
    record(window, audio, said, services, qtbot)
    assert window.controller.imitation is not None
    assert window.imitation.bar.options.input.currentText() == "Input 2"


def test_notes_of_a_take_do_not_replace_what_was_said_of_its_silence(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    have_interface(window, audio, 2, qtbot)
    said = np.stack((0.0004 * TONE, TONE), axis=1)  # enough to be taken in hand, with a note
    record(window, audio, said, services, qtbot)
    assert window.controller.imitation is not None
    assert "Input 2 had a signal" in window.messages.text


@popup_opens
def test_a_take_that_is_silent_on_all_inputs_offers_them(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    have_interface(window, audio, 4, qtbot)
    record(window, audio, np.zeros((len(TONE), 4)), services, qtbot)
    assert "Nor had any other of its inputs" in window.messages.text
    press_action(window)
    options = window.imitation.bar.options
    assert options.isVisible() and options.input.isVisible()
    options.close()


def test_a_silent_take_of_a_simple_microphone_names_it(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    record(window, audio, np.zeros(len(TONE)), services, qtbot)
    assert "“Fake microphone” had no signal. Check the microphone" in window.messages.text


def press_action(window: MainWindow) -> None:
    """The button of the message."""
    buttons = window.messages.findChildren(QPushButton)
    next(button for button in buttons if button.isVisible() and button.text()).click()


def test_the_meters_show_which_input_has_a_signal_while_the_microphone_is_open(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    have_interface(window, audio, 3, qtbot)
    bar = window.imitation.bar
    bar.listening.click()
    audio.say(np.stack((np.zeros(4800), TONE[:4800], np.zeros(4800)), axis=1))
    expected = pytest.approx((-120.0, -6.0, -120.0), abs=0.1)
    qtbot.waitUntil(lambda: bar.meter.channel_peaks_db == expected)
    assert bar.options.meters.peaks_db == expected
    bar.listening.click()
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.IDLE)
    assert bar.meter.channel_peaks_db == bar.options.meters.peaks_db == ()


@popup_opens
def test_a_click_on_a_meter_chooses_its_input(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    key = have_interface(window, audio, 12, qtbot)
    bar = window.imitation.bar
    bar.show_options()
    with qtbot.waitSignal(bar.options.meters.channel_clicked) as clicked:
        QTest.mouseClick(bar.options.meters, Qt.MouseButton.LeftButton, pos=QPoint(10, 5))
    assert clicked.args == [1]
    place = QPoint(bar.options.meters.width() - 10, bar.options.meters.height() - 5)
    QTest.mouseClick(bar.options.meters, Qt.MouseButton.LeftButton, pos=place)
    assert channel_of(services.store.settings.inputs, key) == 12
    assert bar.options.input.currentText() == "Input 12"
    bar.options.close()


@popup_opens
def test_a_microphone_with_one_input_offers_none(window: MainWindow) -> None:
    bar = window.imitation.bar
    bar.show_options()
    assert not bar.options.input.isVisible() and not bar.options.meters.isVisible()
    bar.options.close()


def test_a_microphone_that_is_gone_is_greyed(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    settings = services.store.settings.with_changes(input_device=DeviceKey("Gone"))
    services.store.change(settings)
    box = window.imitation.bar.microphone
    assert box.currentText() == "Gone (not connected)"
    assert not box.model().item(box.currentIndex()).isEnabled()


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
    assert "as soon as the new take is there" in with_take.messages.text
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
    with_take.desk.record()
    audio.say(TONE)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    QTest.keyClick(with_take, Qt.Key.Key_G)
    assert services.queue.running is None
    with qtbot.waitSignal(services.queue.finished) as finished:
        with_take.desk.record()
    assert finished.args[0].job.stem.startswith("take_")


def test_nothing_is_played_into_a_take(
    with_take: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    with_take.desk.record()
    assert services.playback.heard.key == ""
    audio.say(TONE)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_0):
        QTest.keyClick(with_take, key)
        assert services.playback.heard.key == ""
    assert "Nothing is played while a take is recorded" in with_take.messages.text
    with qtbot.waitSignal(with_take.controller.imitation_changed):
        with_take.desk.record()
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    assert services.playback.heard.key == IMITATION_KEY
