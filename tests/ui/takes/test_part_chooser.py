"""A long recording opens with a choice of its part, however it came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from qvim_studio.session.services import Services
from qvim_studio.ui.takes.part_dialog import PartDialog
from qvim_studio.ui.waves.wave_painting import MIN_TICK_PX, tick_distance_s
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

RATE = 8_000


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "interview.wav"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 60 * RATE)
    soundfile.write(path, np.tile(noise, 20), RATE)
    return path


def opened(window: MainWindow, qtbot: QtBot) -> PartDialog:
    qtbot.waitUntil(lambda: bool(window.findChildren(PartDialog)))
    return window.findChildren(PartDialog)[-1]


def use(dialog: PartDialog) -> None:
    buttons = dialog.findChild(QDialogButtonBox)
    next(one for one in buttons.buttons() if one.text() == "Use this part").click()


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    nothing = Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, nothing))


def paste(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(data)
    window.keys.actions["paste"].trigger()


def open_file(window: MainWindow, path: Path) -> None:
    window.open_imitation(path)


@pytest.mark.parametrize("bring", [open_file, drop, paste])
def test_a_file_of_twenty_minutes_opens_with_a_choice_of_its_part(
    window: MainWindow, long_file: Path, services: Services, qtbot: QtBot, bring
) -> None:
    bring(window, long_file)
    dialog = opened(window, qtbot)
    assert dialog.part == (0.0, 60.0)
    assert dialog.wave.axis.span_s == pytest.approx(1200.0)
    dialog.begin.setValue(300.0)
    dialog.end.setValue(302.5)
    with qtbot.waitSignal(window.controller.imitation_changed):
        use(dialog)
    imitation = window.controller.imitation
    assert imitation is not None and imitation.source.duration_s == 2.5
    assert imitation.path.parent == services.paths.takes_folder
    assert not window.controller.takes.is_awaiting


def test_the_part_that_was_chosen_is_remembered(
    window: MainWindow, long_file: Path, qtbot: QtBot
) -> None:
    window.open_imitation(long_file)
    dialog = opened(window, qtbot)
    dialog.choose(700.0, 701.0)
    with qtbot.waitSignal(window.controller.imitation_changed):
        use(dialog)
    qtbot.waitUntil(lambda: not window.findChildren(PartDialog))
    window.open_imitation(long_file)
    assert opened(window, qtbot).part == (700.0, 701.0)


def test_a_part_is_never_longer_than_ten_minutes(
    window: MainWindow, long_file: Path, qtbot: QtBot
) -> None:
    window.open_imitation(long_file)
    dialog = opened(window, qtbot)
    dialog.wave.part_dragged.emit(0.0, 1100.0)
    assert dialog.part == (500.0, 1100.0)
    dialog.wave.part_dragged.emit(100.0, 1100.0)
    assert dialog.part == (100.0, 700.0)
    assert dialog.length.text() == "10:00"
    dialog.begin.setValue(1199.99)
    assert dialog.part[1] <= 1200.0


def test_leaving_the_choice_keeps_the_take_in_hand(
    with_take: MainWindow, long_file: Path, qtbot: QtBot
) -> None:
    before = with_take.controller.imitation
    with_take.open_imitation(long_file)
    opened(with_take, qtbot).reject()
    assert with_take.controller.imitation is before
    assert not with_take.controller.takes.is_awaiting


def test_a_part_of_the_take_in_hand_is_chosen_in_the_same_way(
    with_take: MainWindow, qtbot: QtBot
) -> None:
    with_take.long_jobs.part_wanted.emit()
    dialog = opened(with_take, qtbot)
    dialog.choose(0.1, 0.2)
    with qtbot.waitSignal(with_take.controller.takes.part_changed):
        use(dialog)
    imitation = with_take.controller.imitation
    assert imitation is not None
    assert (imitation.begin_s, imitation.end_s) == (0.1, 0.2)


@pytest.mark.parametrize("hours", [0.2, 1.2, 10.0, 100.0])
def test_the_times_below_a_long_recording_do_not_run_into_each_other(hours: float) -> None:
    px_per_s = 760 / (3600 * hours)
    assert tick_distance_s(px_per_s) * px_per_s >= MIN_TICK_PX
