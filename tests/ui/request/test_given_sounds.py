"""Sounds that the next request starts from, or sounds like: given by lists, keys and drops, shown
and removed in the panel, and found again with recipes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.audio.files.given_sound import GivenSound, SoundUse, read_given
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest, Start, clip_hash
from qvim_studio.core.result import FoundSound
from qvim_studio.jobs.listening.found_sounds import read_found
from qvim_studio.session.services import Services
from qvim_studio.ui.request.given_sounds import GivenChip, GivenSounds
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def door(tmp_path: Path) -> Path:
    path = tmp_path / "door-slam_01.wav"
    soundfile.write(path, 0.5 * np.exp(-np.arange(8_000) / 800), 16_000)
    return path


@pytest.fixture
def compared(with_take: MainWindow, generate: Generate) -> MainWindow:
    generate(with_take)
    return with_take


def chip(window: MainWindow, use: SoundUse) -> GivenChip:
    return window.request.given.chips[use]


def give(window: MainWindow, use: SoundUse, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.request.given.changed):
        window.request.given.ask_for(use, path)


def submitted(window: MainWindow, services: Services, qtbot: QtBot) -> GenerationRequest:
    """The request that a press of Generate makes."""
    with qtbot.waitSignal(services.queue.finished, timeout=30_000) as finished:
        window.request.generate_button.click()
    return finished.args[0].job.request


@pytest.mark.parametrize(
    ("key", "use", "message"),
    [(Qt.Key.Key_F, SoundUse.START, "Starts from"), (Qt.Key.Key_Y, SoundUse.TIMBRE, "Sounds like")],
)
def test_a_key_gives_the_chosen_candidate_to_the_next_request(
    compared: MainWindow,
    services: Services,
    qtbot: QtBot,
    key: Qt.Key,
    use: SoundUse,
    message: str,
) -> None:
    entry = compared.candidates.shown[1]
    compared.candidates.view.select_entry(entry)
    with qtbot.waitSignal(compared.request.given.changed):
        QTest.keyClick(compared.candidates.view, key)
    assert chip(compared, use).isVisible() and chip(compared, use).text().startswith(message)
    request = submitted(compared, services, qtbot)
    clip = getattr(request, use.value)
    assert clip_hash(clip) == clip_hash(read_given(entry.path).clip)
    assert getattr(request, f"{use.value}_name") == entry.title


def test_rows_of_the_history_offer_both_uses_but_not_in_the_trash_or_for_several(
    compared: MainWindow,
) -> None:
    view = compared.history.view
    view.select_ids({compared.candidates.shown[0].id})
    assert {"start_from", "sound_like"} <= view.offers().keys()
    view.shows_trash = True
    assert not {"start_from", "sound_like"} & view.offers().keys()
    view.shows_trash = False
    view.select_ids({entry.id for entry in compared.candidates.shown})
    assert not {"start_from", "sound_like"} & view.offers().keys()


def test_every_list_is_joined_to_the_line(window: MainWindow, door: Path, qtbot: QtBot) -> None:
    (entry,) = read_found([FoundSound(str(door))])
    views: tuple[ClipListView, ...] = (
        window.candidates.view, window.history.view, window.library.sounds.view,
    )  # fmt: skip
    for view in views:
        window.request.given.give(SoundUse.START, None)
        with qtbot.waitSignal(window.request.given.changed):
            view.use_requested.emit(entry, SoundUse.START)
        given = window.request.given.sound(SoundUse.START)
        assert given is not None and given.path == door


def test_blind_the_names_of_candidates_stay_hidden(compared: MainWindow) -> None:
    compared.candidates.blind.click()
    QTest.keyClick(compared.candidates.view, Qt.Key.Key_F)
    assert not compared.request.given.isVisible()
    assert "start_from" not in compared.candidates.view.menu_offers()


def test_what_is_given_takes_the_place_of_other_starts_until_it_is_removed(
    with_take: MainWindow, services: Services, door: Path, qtbot: QtBot
) -> None:
    panel = with_take.request
    panel.start.setCurrentIndex(panel.start.findData(Start.NOISE))
    give(with_take, SoundUse.START, door, qtbot)
    assert not panel.start.isEnabled() and "Remove it to choose" in panel.start.toolTip()
    assert submitted(with_take, services, qtbot).start is not Start.NOISE
    qtbot.mouseClick(chip(with_take, SoundUse.START), Qt.MouseButton.LeftButton)
    assert panel.start.isEnabled() and not panel.given.isVisible()
    request = submitted(with_take, services, qtbot)
    assert request.start is Start.NOISE and request.start_sound is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Space])
def test_the_keyboard_removes_a_sound(
    window: MainWindow, door: Path, qtbot: QtBot, key: Qt.Key
) -> None:
    give(window, SoundUse.START, door, qtbot)
    assert chip(window, SoundUse.START).focusPolicy() & Qt.FocusPolicy.TabFocus
    chip(window, SoundUse.START).setFocus()
    QTest.keyClick(chip(window, SoundUse.START), key)
    assert window.request.given.sound(SoundUse.START) is None


def test_a_dragged_sound_is_shown_two_places_and_dropped_on_one(
    window: MainWindow, door: Path, qtbot: QtBot
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(door))])
    buttons = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, line = Qt.DropAction.CopyAction, window.request.given
    assert not line.isVisible()
    window.dragEnterEvent(QDragEnterEvent(QPoint(50, 50), copy, data, *buttons))
    target = chip(window, SoundUse.TIMBRE)
    assert target.isVisible() and target.text() == "Sound like this"
    # Qt tells a window that a drag has left it before it tells the widget inside that it came
    window.dragLeaveEvent(QDragLeaveEvent())
    target.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), copy, data, *buttons))
    line._on_left()
    assert target.isVisible()
    with qtbot.waitSignal(line.changed):
        target.dropEvent(QDropEvent(QPointF(5, 5), copy, data, *buttons))
    assert target.text() == "Sounds like: door slam 01"
    assert not chip(window, SoundUse.START).isVisible()
    assert window.controller.imitation is None


def test_places_to_drop_on_vanish_with_the_drag(window: MainWindow, qtbot: QtBot) -> None:
    line = window.request.given
    line.set_drop_target(True)
    assert line.isVisible()
    line.set_drop_target(False)
    qtbot.waitUntil(lambda: not line.isVisible())


def test_a_sound_to_sound_like_needs_a_take_and_the_panel_says_so(
    window: MainWindow, door: Path, qtbot: QtBot
) -> None:
    window.request.text.setText("a bell")
    assert window.request.generate_button.isEnabled()
    give(window, SoundUse.TIMBRE, door, qtbot)
    assert not window.request.generate_button.isEnabled()
    assert "for the timing" in window.request.generate_button.toolTip()


@pytest.mark.usefixtures("dressed")
def test_long_names_end_in_dots_and_are_whole_in_the_tip(window: MainWindow, qtbot: QtBot) -> None:
    line = window.request.given
    name = "an extraordinarily long name of a heavy wooden door"
    for use in SoundUse:
        line.give(use, given_called(name))
    line.resize(300, line.height())
    chips = list(line.chips.values())
    assert all(one.text().endswith("…") and name in one.toolTip() for one in chips)
    assert all(one.sizeHint().width() <= one.maximumWidth() for one in chips)


def given_called(name: str) -> GivenSound:
    return GivenSound(name, Path("a.wav"), AudioClip.from_mono(np.full(800, 0.5), 8_000))


def test_more_like_one_starts_from_that_one(
    compared: MainWindow, services: Services, door: Path, qtbot: QtBot
) -> None:
    give(compared, SoundUse.START, door, qtbot)
    with qtbot.waitSignal(services.queue.finished, timeout=30_000) as finished:
        compared.request_actions.more_like(compared.candidates.shown[0])
    request = finished.args[0].job.request
    assert request.start is Start.IMITATION and request.start_sound is None


def test_a_recipe_brings_its_given_sounds_back(
    with_take: MainWindow, services: Services, generate: Generate, door: Path, qtbot: QtBot
) -> None:
    give(with_take, SoundUse.START, door, qtbot)
    generate(with_take)
    entry = with_take.controller.candidates[0]
    with_take.request.given.give(SoundUse.START, None)
    with qtbot.waitSignal(with_take.controller.reopening.chosen):
        with_take.controller.reopening.use_recipe(entry)
    given = with_take.request.given.sound(SoundUse.START)
    assert given is not None and (given.path, given.name) == (door, "door slam 01")
    door.unlink()
    with qtbot.waitSignal(with_take.controller.noticed):
        with_take.controller.reopening.use_recipe(entry)
    assert with_take.request.given.sound(SoundUse.START) is None
    assert "“door slam 01”, is not at the same place any more: choose it again" in (
        with_take.messages.text
    )


def test_every_given_sound_that_is_gone_is_named(
    with_take: MainWindow, generate: Generate, door: Path, qtbot: QtBot
) -> None:
    give(with_take, SoundUse.START, door, qtbot)
    give(with_take, SoundUse.TIMBRE, door, qtbot)
    generate(with_take)
    door.unlink()
    with qtbot.waitSignal(with_take.controller.noticed):
        with_take.controller.reopening.use_recipe(with_take.controller.candidates[0])
    assert "“door slam 01” and “door slam 01”, are not at the same place any more" in (
        with_take.messages.text
    )


def test_the_details_of_a_clip_say_what_it_started_from_and_sounds_like(
    with_take: MainWindow, generate: Generate, door: Path, qtbot: QtBot
) -> None:
    give(with_take, SoundUse.TIMBRE, door, qtbot)
    generate(with_take)
    entry = with_take.controller.candidates[0]
    with_take.history.view.select_ids({entry.id})
    qtbot.waitUntil(lambda: "like door slam 01" in with_take.history.details._facts.text())


def test_a_recipe_without_given_sounds_removes_them(
    compared: MainWindow, door: Path, qtbot: QtBot
) -> None:
    give(compared, SoundUse.TIMBRE, door, qtbot)
    with qtbot.waitSignal(compared.controller.reopening.chosen):
        compared.controller.reopening.use_recipe(compared.controller.candidates[0])
    assert not compared.request.given.isVisible()


def test_a_file_that_cannot_be_read_is_said_and_what_was_in_use_stays(
    window: MainWindow, door: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    give(window, SoundUse.START, door, qtbot)
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound")
    give(window, SoundUse.START, broken, qtbot)
    assert "broken" in window.messages.text
    given = window.request.given.sound(SoundUse.START)
    assert given is not None and given.path == door


def test_the_line_is_no_place_for_two_values_of_one_use(door: Path, window: MainWindow) -> None:
    line: GivenSounds = window.request.given
    with pytest.raises(ValueError, match="elsewhere"):
        line.restore({"elsewhere": {"path": str(door), "name": ""}})
