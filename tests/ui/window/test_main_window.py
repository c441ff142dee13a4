from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fake_audio import SAMPLE_RATE, FakeAudio
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot
from scripted_engine import ScriptedEngine

from qvim_studio.core.errors import (
    CheckpointError,
    DeviceError,
    OutputError,
    SoundFolderError,
    StudioError,
)
from qvim_studio.jobs.engine.job import JobProgress
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.library.folders import FolderKind
from qvim_studio.session.audition import IMITATION_KEY
from qvim_studio.session.services import Services
from qvim_studio.ui.checkpoints.checkpoint_dialog import CheckpointDialog
from qvim_studio.ui.settings.settings_dialog import SettingsDialog
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.widgets.theme import font
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)


def test_an_empty_studio_says_what_to_do_first(window: MainWindow) -> None:
    assert not window.request.generate_button.isEnabled()
    assert "Record an imitation" in window.request.progress.text
    assert not window.imitation.bar.play_button.isEnabled()
    assert window.header.checkpoint.text().startswith("Starter  ·  commercial use")


def right_edge(widget: QWidget) -> int:
    """In its window."""
    return widget.mapTo(widget.window(), widget.rect().topRight()).x()


@pytest.mark.usefixtures("dressed")
def test_at_its_smallest_nothing_overlaps(window: MainWindow, qtbot: QtBot) -> None:
    window.request.cancel_button.show()
    window.resize(400, 300)
    qtbot.waitUntil(lambda: window.width() < 1010)
    bar, examples = window.imitation.bar, window.imitation.examples
    for buttons in (
        (bar.record_button, bar.open_button, bar.play_button, bar.listening),
        (window.request.more, window.request.progress, window.request.cancel_button),
        [chip for chip in examples.chips if chip.isVisible()],
    ):
        for left, right in itertools.pairwise(buttons):
            assert right_edge(left) < right.mapTo(window, QPoint(0, 0)).x()
            if isinstance(left, QAbstractButton):
                icon_px = 0 if left.icon().isNull() else left.iconSize().width()
                text_px = left.fontMetrics().horizontalAdvance(left.text())
                assert left.width() >= icon_px + text_px
    assert 1 <= sum(chip.isVisible() for chip in examples.chips) < len(examples.chips)
    window.resize(1500, 800)
    qtbot.waitUntil(lambda: all(chip.isVisible() for chip in examples.chips))


@pytest.mark.parametrize("kind", [SoundFolderError, OutputError])
def test_a_folder_that_cannot_be_used_leads_to_the_settings(
    window: MainWindow, kind: type[StudioError]
) -> None:
    window.show_error(kind("The folder “Foley” is gone."))
    assert window.messages._action.text() == "Settings"
    window.messages._action.click()
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.reject()


@pytest.mark.usefixtures("dressed")
def test_what_to_do_first_is_said_whole_in_a_narrow_window(window: MainWindow) -> None:
    strip, metrics = window.request.progress, QFontMetrics(font())
    strip.resize(600, strip.height())
    assert strip.idle_lines(metrics) == ["Record an imitation or type a few words first"]
    strip.resize(200, strip.height())
    assert " ".join(strip.idle_lines(metrics)) == "Record an imitation or type a few words first"
    assert len(strip.idle_lines(metrics)) == 2
    assert 2 * metrics.height() <= strip.sizeHint().height()
    strip.resize(60, strip.height())
    assert strip.idle_lines(metrics)[-1].endswith("…")


@pytest.mark.usefixtures("dressed")
def test_a_long_name_of_a_microphone_ends_in_dots(window: MainWindow) -> None:
    box = window.imitation.bar.microphone
    box.resize(400, box.height())
    assert box.shown_text() == "Default microphone"
    box.resize(120, box.height())
    assert box.shown_text().startswith("Default") and box.shown_text().endswith("…")
    painted = box.grab().toImage()
    box.setItemText(0, box.shown_text())
    assert box.grab().toImage() == painted


@pytest.mark.usefixtures("dressed")
def test_where_there_is_little_room_the_time_left_counts_more(window: MainWindow) -> None:
    strip = window.request.progress
    strip.show_progress(JobProgress(1, "denoise", 3, 40, 0.2, 12.0))
    metrics = QFontMetrics(font())
    strip.resize(400, strip.height())
    assert strip.text_beside(metrics) == "Shaping the sound  3/40"
    strip.resize(150, strip.height())
    assert strip.text_beside(metrics).endswith("…")
    strip.resize(80, strip.height())
    assert strip.text_beside(metrics) == ""


def test_a_file_becomes_the_imitation(with_take: MainWindow) -> None:
    assert with_take.imitation.take_head.name.text() == "dog bark"
    assert with_take.request.generate_button.isEnabled()
    assert with_take.imitation.bar.play_button.isEnabled()


def test_a_file_that_is_no_audio_is_told_and_nothing_changes(
    with_take: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    before = with_take.controller.imitation
    (tmp_path / "text.wav").write_text("no audio")
    with qtbot.waitSignal(with_take.controller.failed):
        with_take.controller.open_file(tmp_path / "text.wav")
    assert with_take.messages.isVisible()
    assert "text.wav" in with_take.messages.text
    assert with_take.controller.imitation is before


@pytest.mark.usefixtures("dressed")
def test_a_message_moves_nothing_from_under_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    places = [(p.mapTo(window, QPoint()), p.size()) for p in (window.column, window.library)]
    for text in ("Short.", "The folder cannot be written. " * 8):
        window.messages.show_notice(text)
        qtbot.wait(1)
        now = [(p.mapTo(window, QPoint()), p.size()) for p in (window.column, window.library)]
        assert now == places
        assert window.messages.height() >= window.messages.heightForWidth(window.messages.width())
    tools = window.header.checkpoint
    right = window.messages.geometry().right()
    assert right < tools.mapTo(window.messages.parentWidget(), QPoint()).x()
    window.resize(1500, 700)
    qtbot.waitUntil(lambda: window.messages.geometry().right() > right)


@pytest.mark.usefixtures("dressed")
def test_a_message_of_one_line_covers_no_panel_and_ends_with_the_take(
    window: MainWindow, qtbot: QtBot
) -> None:
    bar, page = window.messages, window.messages.parentWidget()
    for size in ((2000, 1100), (1200, 800), (1024, 600)):
        window.resize(*size)
        qtbot.waitUntil(lambda wanted=size: (window.width(), window.height()) == wanted)
        bar.show_notice("Nothing is selected.")
        corner = window.imitation.mapTo(page, QPoint())
        ends = corner.x() + window.imitation.width()
        qtbot.waitUntil(lambda ends=ends: bar.geometry().right() < ends)
        assert bar.geometry().top() >= 0
        assert bar.geometry().bottom() < corner.y()


def test_words_alone_are_enough(window: MainWindow, generate: Generate) -> None:
    window.request.text.setText("door")
    assert window.request.generate_button.isEnabled()
    generate(window)
    assert [entry.match for entry in window.controller.candidates] == [None] * 4


def test_candidates_are_written_listed_and_join_the_history(
    with_take: MainWindow, generate: Generate, services: Services
) -> None:
    generate(with_take)
    entries = with_take.controller.candidates
    assert [entry.match and entry.match.kind for entry in entries] == [5, 4, 3, 2]
    assert [entry.path.name for entry in entries] == [f"dog_bark_0{n}.wav" for n in range(1, 5)]
    assert all(entry.path.parent == services.paths.output_folder for entry in entries)
    assert with_take.candidates.model.entries == entries
    assert with_take.history.model.entries == entries
    assert with_take.request.progress.text == ""
    assert not with_take.request.cancel_button.isVisible()


def test_earlier_results_are_in_the_history_of_the_next_session(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    generate(with_take)
    generate(with_take)
    written = [entry.path for entry in with_take.history.model.entries]
    assert len(written) == 8
    with qtbot.waitSignal(with_take.controller.history.loaded):
        with_take.controller.load_history()
    assert sorted(e.path for e in with_take.history.model.entries) == sorted(written)


def test_the_seed_changes_every_time_unless_it_is_kept(
    with_take: MainWindow, generate: Generate
) -> None:
    seeds = []
    for is_kept in (False, False, True):
        with_take.request.seed_lock.setChecked(is_kept)
        generate(with_take)
        seeds.append(with_take.controller.candidates[0].seed)
    assert seeds[0] != seeds[1]
    assert seeds[1] == seeds[2]


def test_escape_cancels_the_generation(with_take: MainWindow, qtbot: QtBot) -> None:
    with_take.request.text.setText("wait")
    with qtbot.waitSignal(with_take.controller.progressed):
        with_take.request.generate_button.click()
    assert with_take.request.cancel_button.isVisible()
    queue = with_take._services.queue
    with qtbot.waitSignal(queue.ended):
        press(with_take, Qt.Key.Key_Escape)
    assert not with_take.request.cancel_button.isVisible()
    assert not with_take.messages.isVisible()


def test_an_engine_error_is_shown_without_a_dialog(with_take: MainWindow, qtbot: QtBot) -> None:
    with_take.request.text.setText("fail")
    with qtbot.waitSignal(with_take.controller.failed):
        with_take.request.generate_button.click()
    assert with_take.messages.text == "The checkpoint is gone. Choose another."


@pytest.mark.parametrize(
    ("error", "words", "opens"),
    [
        (CheckpointError("It hears words only."), "Checkpoints", CheckpointDialog),
        (DeviceError("The microphone is gone."), "Settings", SettingsDialog),
        (StudioError("The file is empty."), "", None),
    ],
)
def test_an_error_offers_what_helps(
    error: StudioError, words: str, opens: type[QDialog] | None, window: MainWindow, qtbot: QtBot
) -> None:
    window.show_error(error)
    button = window.messages.findChild(QPushButton)
    assert (button.isVisible(), button.text()) == (bool(words), words)
    if opens is not None:
        button.click()
        qtbot.waitUntil(lambda: window.findChild(opens) is not None)
        window.findChild(opens).reject()
        assert not window.messages.isVisible()


def test_a_take_is_recorded_by_key_and_becomes_the_imitation(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    press(window, Qt.Key.Key_R)
    assert window.imitation.take_head.name.text().startswith("Opening")
    audio.say(0.5 * np.sin(np.arange(SAMPLE_RATE) * 0.05))
    qtbot.waitUntil(lambda: services.recording.state is RecordingState.RECORDING)
    qtbot.waitUntil(lambda: window.imitation.take_head.time.text() == "1.0 s")
    with qtbot.waitSignal(window.controller.imitation_changed):
        press(window, Qt.Key.Key_R)
    imitation = window.controller.imitation
    qtbot.waitUntil(lambda: window.controller.imitation is not None)
    imitation = window.controller.imitation
    assert imitation.path.parent == services.paths.takes_folder
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    (kept,) = services.library.sounds.entries(FolderKind.TAKES)
    assert kept.path == imitation.path
    assert imitation.clip.duration_s == pytest.approx(1.0, abs=0.02)
    assert services.recording.state is RecordingState.IDLE


def test_without_a_microphone_recording_is_greyed_with_the_reason(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    audio.microphones = []
    window.settings_actions.look_for_devices()
    qtbot.waitUntil(lambda: not window.imitation.bar.record_button.isEnabled())
    assert "No microphone" in window.imitation.bar.record_button.toolTip()
    press(window, Qt.Key.Key_R)
    assert services.recording.state is RecordingState.IDLE
    assert "No microphone was found. Connect one" in window.messages.text


def test_record_without_a_microphone_offers_to_look_again_and_to_open_a_file(
    window: MainWindow, audio: FakeAudio, services: Services, qtbot: QtBot
) -> None:
    audio.microphones = []
    window.settings_actions.look_for_devices()
    qtbot.waitUntil(lambda: not window.imitation.bar.record_button.isEnabled())
    press(window, Qt.Key.Key_R)
    look = button(window, "Look again")
    look.click()
    qtbot.waitUntil(lambda: "No microphone" in window.messages.text)
    window.imitation.bar.open_clicked.disconnect(window.drops.choose)
    with qtbot.waitSignal(window.imitation.bar.open_clicked):
        button(window, "Open a file…").click()
    audio.microphones = ["Fake microphone"]
    press(window, Qt.Key.Key_R)
    look.click()
    qtbot.waitUntil(lambda: "Press R" in window.messages.text)
    press(window, Qt.Key.Key_R)
    assert services.recording.state is not RecordingState.IDLE


def button(window: MainWindow, text: str) -> QPushButton:
    """Of the message."""
    return next(one for one in window.messages.findChildren(QPushButton) if one.text() == text)


@pytest.mark.usefixtures("dressed")
def test_a_double_click_on_generate_asks_once(with_take: MainWindow) -> None:
    asked: list[None] = []
    with_take.request.generate_requested.connect(lambda: asked.append(None))
    for act in (QTest.mouseClick, QTest.mouseDClick, QTest.mouseRelease):  # as a mouse does it
        act(with_take.request.generate_button, Qt.MouseButton.LeftButton)
    assert len(asked) == 1


def test_keys_play_and_stop(
    with_take: MainWindow, generate: Generate, services: Services, qtbot: QtBot
) -> None:
    press(with_take, Qt.Key.Key_Space)
    assert services.playback.playing.key == IMITATION_KEY
    press(with_take, Qt.Key.Key_Space)
    assert services.playback.playing.key == ""
    generate(with_take)
    press(with_take, Qt.Key.Key_2)
    assert services.playback.playing.key == str(with_take.controller.candidates[1].path)
    press(with_take, Qt.Key.Key_3)
    assert services.playback.playing.key == str(with_take.controller.candidates[2].path)
    press(with_take, Qt.Key.Key_9)
    assert services.playback.playing.key == str(with_take.controller.candidates[2].path)
    press(with_take, Qt.Key.Key_Escape)
    assert services.playback.playing.key == ""


def test_typing_in_the_text_field_is_typing(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    with_take.request.text.setFocus()
    qtbot.keyClicks(with_take.request.text, "r g 1")
    assert with_take.request.text.text() == "r g 1"
    assert services.recording.state is RecordingState.IDLE
    assert services.queue.running is None
    assert services.playback.playing.key == ""


def test_enter_in_the_text_field_generates(with_take: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(with_take.controller.candidates_changed):
        QTest.keyClick(with_take.request.text, Qt.Key.Key_Return)


@pytest.mark.usefixtures("dressed")
def test_a_dropped_file_becomes_the_imitation(window: MainWindow, take: Path, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(take))])
    entering = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dragEnterEvent(entering)
    assert entering.isAccepted()
    assert entering.dropAction() is Qt.DropAction.CopyAction
    dropping = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.dropEvent(dropping)
    assert window.controller.imitation.path == take


def test_every_control_has_a_name_for_screen_readers(window: MainWindow, qtbot: QtBot) -> None:
    settings = window.settings_actions.open()
    dialogs = [settings, window.help.open_shortcuts(), window.help.open_about()]
    window.request.more.click()
    kinds = (
        QAbstractButton,
        QAbstractItemView,
        QAbstractSpinBox,
        QComboBox,
        QKeySequenceEdit,
        QLineEdit,
        QPlainTextEdit,
        QSlider,
        WaveformView,
    )
    nameless = []
    for root in (window, window.imitation.bar.options, *dialogs):
        for kind in kinds:
            for widget in root.findChildren(kind):
                is_inner = widget.objectName().startswith("qt_") or widget.isHidden()
                is_inner |= widget.metaObject().className() == "QLineEditIconButton"
                is_popup = isinstance(widget.parent(), QComboBox) or (
                    widget.window().metaObject().className().startswith("QComboBox")
                )
                label = getattr(widget, "text", lambda: "")()
                if not (is_inner or is_popup or widget.accessibleName() or label):
                    nameless.append(widget)
    described = [
        f"{w.metaObject().className()} in {w.parent().metaObject().className()}" for w in nameless
    ]
    assert not described, described
    for dialog in dialogs:
        dialog.reject()


def test_sliders_and_numbers_are_remembered(
    with_take: MainWindow, generate: Generate, services: Services
) -> None:
    with_take.request.follow.setValue(25)
    with_take.request.variations.setValue(2)
    generate(with_take)
    assert services.store.settings.follow == 0.25
    assert services.store.settings.variations == 2


def test_the_file_dialog_opens_without_blocking(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keySequence(window, "Ctrl+O")
    dialogs = [w for w in window.children() if w.metaObject().className() == "QFileDialog"]
    assert len(dialogs) == 1
    dialogs[0].reject()


def test_the_generators_memory_is_given_back_on_demand(
    with_take: MainWindow, generate: Generate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[object] = []
    monkeypatch.setattr(ScriptedEngine, "close", lambda engine: closed.append(engine))
    generate(with_take)
    with_take.keys.actions["free_memory"].trigger()
    qtbot.waitUntil(lambda: len(closed) == 1)
    generate(with_take)
    assert with_take.controller.candidates
