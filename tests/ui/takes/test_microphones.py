"""Microphones in the window: their choice, their inputs, and what is said of a silent one."""

from __future__ import annotations

import numpy as np
import pytest
from fake_audio import SAMPLE_RATE, TONE, FakeAudio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from window_language import english_afterwards

from qvim_studio.audio.devices.patience import Patience
from qvim_studio.core.program.device_key import DeviceKey, channel_of
from qvim_studio.core.program.settings import Language, Settings
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.services import Services
from qvim_studio.ui.takes.record_bar import RecordBar
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.translation import set_language

pytestmark = pytest.mark.usefixtures("undressed")

popup_opens = pytest.mark.qt_log_ignore("does not support", extend=True)  # raising, offscreen


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
    qtbot: QtBot,
) -> None:
    audio.patience = Patience(stall_s=0.1)
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
    window: MainWindow, audio: FakeAudio, spoken: np.ndarray, services: Services, qtbot: QtBot
) -> None:
    audio.input_opened.clear()
    QTest.keyClick(window, Qt.Key.Key_R)
    audio.say(spoken)
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    with qtbot.waitSignal(services.recording.take_recorded):
        QTest.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: services.tasks.is_idle)


def test_a_silent_take_names_its_input_and_one_click_switches_to_the_one_that_was_heard(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    key = have_interface(window, audio, 2, qtbot)
    spoken = np.stack((np.zeros(len(TONE)), TONE), axis=1)
    record(window, audio, spoken, services, qtbot)
    assert window.controller.imitation is None
    text = window.messages.text
    assert "input 1 of “Fake microphone” had no signal" in text
    assert "Input 2 had a signal" in text
    press_action(window)
    assert channel_of(services.store.settings.inputs, key) == 2
    record(window, audio, spoken, services, qtbot)
    assert window.controller.imitation is not None
    assert window.imitation.bar.options.input.currentText() == "Input 2"


def test_notes_of_a_take_do_not_replace_what_was_said_of_its_silence(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    have_interface(window, audio, 2, qtbot)
    spoken = np.stack((0.0004 * TONE, TONE), axis=1)  # enough to be taken in hand, with a note
    record(window, audio, spoken, services, qtbot)
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


@pytest.mark.usefixtures("dressed")
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


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.GERMAN])
def test_the_open_button_has_its_words_or_no_room_for_them(
    language: Language, theme: StudioTheme, qapp: QApplication, qtbot: QtBot
) -> None:
    with english_afterwards(qapp):
        set_language(language, qapp)
        bar = RecordBar(theme, Settings())
        qtbot.addWidget(bar)
        button = bar.open_button
        whole = button.minimumSizeHint().width() + button.spared_px
        narrow = bar.sizeHint().width() - whole + button.minimumSizeHint().width()
        seen = set()
        for width in range(narrow, narrow + 2 * button.spared_px, 4):
            bar.resize(width, bar.sizeHint().height())
            bar.grab()
            is_terse = button.text() == ""
            assert button.width() == (button.minimumSizeHint().width() if is_terse else whole)
            seen.add(is_terse)
        assert seen == {True, False}
