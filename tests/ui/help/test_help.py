"""Around the window: keyboard map, diagnostics, licences, examples, memory, settings."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from fake_audio import FakeAudio
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.audio.devices.portaudio import StreamOptions
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import SamplerName
from qvim_studio.jobs.engine.memory_watch import Memory, read_memory
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.blind_reveal import BlindResult
from qvim_studio.ui.help.help_dialogs import CrashDialog
from qvim_studio.ui.takes.examples import example_takes
from qvim_studio.ui.widgets.theme import font
from qvim_studio.ui.window.action_table import all_specs
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.single_instance import SingleInstance

pytestmark = pytest.mark.usefixtures("undressed")


def test_no_two_actions_share_a_key(window: MainWindow) -> None:
    dialog = window.help.open_shortcuts()
    assert dialog.problem.text() == ""
    assert dialog.save.isEnabled()
    dialog.reject()


def test_every_action_is_in_a_menu_and_has_words(window: MainWindow) -> None:
    in_menus = [a for menu in window.menuBar().actions() for a in menu.menu().actions()]
    for spec in all_specs():
        assert window.keys.actions[spec.id] in in_menus
        assert window.keys.actions[spec.id].text()


def test_no_dialog_says_its_title_twice(window: MainWindow) -> None:
    dialogs = (
        window.settings_actions.open(),
        window.help.open_shortcuts(),
        window.help.open_about(),
        window.checkpoints.open(),
        CrashDialog("nothing", window),
        BlindResult(["Candidate 1"], [], window),
    )
    for dialog in dialogs:
        shown = [label.text() for label in dialog.findChildren(QLabel)]
        assert shown.count(dialog.accessibleName()) == 1
        assert dialog.windowTitle() == "QVIM Studio" not in shown
        dialog.reject()


def test_a_changed_key_works_at_once_and_is_remembered(
    window: MainWindow, services: Services
) -> None:
    dialog = window.help.open_shortcuts()
    dialog.set_keys("spectrogram", "Ctrl+Shift+V")
    dialog.save.click()
    assert services.store.settings.shortcuts == {"spectrogram": "Ctrl+Shift+V"}
    QTest.keySequence(window, "Ctrl+Shift+V")
    assert window.imitation.look == (True, False)


def test_a_look_at_the_keys_changes_none_of_them(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.help.open_shortcuts()
    with qtbot.waitSignal(dialog.rejected):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)
    assert dialog.changed() == {}


def test_a_key_that_is_taken_cannot_be_saved(window: MainWindow) -> None:
    dialog = window.help.open_shortcuts()
    dialog.set_keys("spectrogram", "G")
    assert "G" in dialog.problem.text()
    assert not dialog.save.isEnabled()
    dialog.restore()
    assert dialog.save.isEnabled()
    assert dialog.changed() == {}
    dialog.reject()


def test_diagnostics_tell_the_machine_and_keep_the_words_private(
    window: MainWindow, services: Services
) -> None:
    settings = services.store.settings.with_changes(texts=("secret words",))
    services.store.change(settings)
    window.keys.actions["diagnostics"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "QVIM Studio" in text
    assert "Fake microphone" in text
    assert "secret words" not in text
    assert str(Path.home()) not in text
    assert "clipboard" in window.messages.text


def test_about_names_licences_and_the_authors_of_the_sounds(window: MainWindow) -> None:
    dialog = window.help.open_about()
    text = dialog.details.toPlainText()
    assert "LGPL" in text
    assert f"torch {metadata.version('torch')}: " in text
    assert "CC0" in text
    assert "|" not in text and "\n#" not in text  # tables and headings, not Markdown
    frames = dialog.details.document().rootFrame().childFrames()
    assert len(frames) > 1 and all(frame.format().border() == 0 for frame in frames)
    dialog.accept()


def test_after_a_crash_the_diagnostics_are_offered(window: MainWindow) -> None:
    dialog = window.help.open_crash()
    copy = next(b for b in dialog.findChildren(QPushButton) if "Copy" in b.text())
    copy.click()
    assert "## Log" in QGuiApplication.clipboard().text()
    dialog.accept()


def test_a_newcomer_gets_a_first_sound_from_an_example(window: MainWindow, qtbot: QtBot) -> None:
    chips = window.imitation.examples
    assert chips.isVisible()
    first = chips.findChildren(QPushButton)[0]
    assert first.text() == example_takes()[0].title
    with qtbot.waitSignal(window.controller.imitation_changed):
        first.click()
    assert not chips.isVisible()
    with qtbot.waitSignal(window.controller.candidates_changed):
        QTest.keyClick(window, Qt.Key.Key_G)


def test_memory_is_shown_with_the_gpu_where_there_is_one(window: MainWindow) -> None:
    gib = 2**30
    window.memory.show_memory(Memory(2 * gib, 8 * gib, 3 * gib, 6 * gib, gib, 2 * gib))
    assert window.memory.text() == "Memory 1.0 GB  ·  GPU 2.0 GB"
    assert "takes 1.0 GB" in window.memory.toolTip()
    assert "2.0 of 8 GB in use by all programs" in window.memory.toolTip()
    assert "GPU: 3.0 of 6 GB" in window.memory.toolTip()
    window.memory.show_memory(Memory(2 * gib, 8 * gib, 3 * gib, 6 * gib, gib))
    assert window.memory.text() == "Memory 1.0 GB"
    now = read_memory(nvidia_smi=None)
    assert 0 < now.own < now.used < now.total
    assert now.gpu_total == 0


def test_a_broken_nvidia_smi_is_no_gpu(tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'No devices were found'\n")
    program.chmod(0o755)
    assert read_memory(str(program)).gpu_total == 0
    program.write_text("#!/bin/sh\necho '2048, 6144'\n")
    assert read_memory(str(program)).gpu_used == 2 * 2**30


@pytest.mark.usefixtures("dressed")
def test_text_size_follows_the_settings_at_once(window: MainWindow, services: Services) -> None:
    before = QFontMetrics(font()).height()
    services.store.change(services.store.settings.with_changes(text_percent=125))
    larger = QFontMetrics(font()).height()
    services.store.change(services.store.settings.with_changes(text_percent=100))
    assert larger > before
    assert QFontMetrics(font()).height() == before


def test_rate_buffer_and_latency_are_asked_of_the_devices_at_once(
    with_take: MainWindow, audio: FakeAudio, qtbot: QtBot
) -> None:
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: audio.output is not None)
    before = audio.output
    assert audio.options == StreamOptions(48_000, 480, 0.2)
    dialog = with_take.settings_actions.open()
    for combo, value in ((dialog.sample_rate, 96_000), (dialog.buffer, 240), (dialog.latency, 50)):
        combo.setCurrentIndex(combo.findData(value))
    dialog.settings_chosen.emit(dialog.chosen())
    assert audio.options == StreamOptions(96_000, 240, 0.05)
    dialog.reject()
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    QTest.keyClick(with_take, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: audio.output is not before)  # the loudspeaker was opened again
    assert before.is_closed


def test_what_the_settings_say_of_generating_is_what_is_asked(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    dialog = with_take.settings_actions.open()
    dialog.sampler.setCurrentIndex(dialog.sampler.findData(SamplerName.DDIM))
    dialog.cuda_graphs.setChecked(True)
    dialog.settings_chosen.emit(dialog.chosen())
    dialog.reject()
    with qtbot.waitSignal(services.queue.finished) as finished:
        with_take.request.generate_button.click()
    asked = finished.args[0].job.request
    assert (asked.sampler, asked.cuda_graphs) == (SamplerName.DDIM, True)


def test_apply_counts_at_once_and_restore_shows_the_defaults(
    window: MainWindow, services: Services
) -> None:
    dialog = window.settings_actions.open()
    dialog.steps.setValue(9)
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Apply"].click()
    assert services.store.settings.steps == 9
    assert window.request.details.steps.value() == 9
    assert dialog.isVisible()
    buttons["Restore defaults"].click()
    assert dialog.chosen() == Settings()
    assert services.store.settings.steps == 9
    dialog.reject()


def test_the_look_of_the_views_is_remembered(
    window: MainWindow, services: Services, theme: object, qtbot: QtBot
) -> None:
    QTest.keyClick(window, Qt.Key.Key_C)
    window.close()
    again = MainWindow(services, theme)
    qtbot.addWidget(again)
    assert again.imitation.look == (False, True)


def test_a_second_start_hands_its_file_over(tmp_path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(tmp_path)
    second = SingleInstance(tmp_path)
    assert (first.is_first, second.is_first) == (True, False)
    with qtbot.waitSignal(first.called) as called:
        assert second.call_first(Path("/takes/dog.wav"))
    assert called.args == [Path("/takes/dog.wav")]
    first.close()
    third = SingleInstance(tmp_path)
    assert (third.is_first, third.has_crashed) == (True, False)
    third.close()


@pytest.fixture
def dead_owner(tmp_path: Path) -> Path:
    """A folder whose lock belongs to a process that is no more."""
    first = SingleInstance(tmp_path)
    lock = (tmp_path / "running.lock").read_bytes()
    first.close()
    pid, rest = lock.split(b"\n", 1)
    assert pid.isdigit()
    (tmp_path / "running.lock").write_bytes(b"4194304\n" + rest)
    return tmp_path


def test_a_session_that_did_not_end_is_noticed(dead_owner: Path) -> None:
    instance = SingleInstance(dead_owner)
    assert instance.is_first
    assert instance.has_crashed
    instance.close()
