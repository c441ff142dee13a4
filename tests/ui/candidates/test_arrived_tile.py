"""Sounds that are listened to while others of the same job are still being made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.audio.devices.player import LoadClip
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.result import Variation
from qvim_studio.jobs.engine.job import JobProgress, arrived_key
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.arrived_tile import ArrivedTile
from qvim_studio.ui.candidates.forming_strip import FormingStrip
from qvim_studio.ui.sounds.clip_delegate import BUTTON_PX
from qvim_studio.ui.widgets.theme import DARK, StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


def let_two_arrive(window: MainWindow, qtbot: QtBot, then: str = "wait") -> list[ArrivedTile]:
    """Two of four are there, the third one goes on until it is cancelled."""
    window.request.text.setText(f"2 then {then}")
    window.request.generate_button.click()
    window.rest()
    qtbot.waitUntil(lambda: len(window.candidates.forming.tiles) == 2)
    return list(window.candidates.forming.tiles)


def has_accent(tile: ArrivedTile) -> bool:
    """Is its round button that of a sound that plays?"""
    place = tile.rect().center() - QPoint(0, BUTTON_PX // 2 - 4)
    return tile.grab().toImage().pixelColor(place) == QColor(DARK.accent)


@pytest.mark.usefixtures("dressed")
def test_what_has_arrived_is_played_by_click_and_by_key(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    first, newest = let_two_arrive(with_take, qtbot)
    strip = with_take.candidates.forming
    assert strip.isVisible() and with_take.candidates.view.isHidden()
    assert first.isVisible() and newest.x() > first.geometry().right()
    assert newest.geometry().right() < strip.width() / 2 + 1  # four slots, two of them empty
    assert "Movement: 0.80" in newest.toolTip()
    assert not has_accent(newest)
    QTest.keyClick(with_take, Qt.Key.Key_N)
    assert services.playback.playing.key == newest.key
    assert has_accent(newest) and not has_accent(first)
    first.click()
    assert services.playback.playing.key == first.key
    first.click()
    assert services.playback.playing.key == ""


def test_what_has_arrived_is_kept_when_the_user_has_heard_enough(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    first, _ = let_two_arrive(with_take, qtbot)
    first.setFocus()
    first.click()
    with qtbot.waitSignal(with_take.controller.candidates_changed) as changed:
        QTest.keyClick(with_take, Qt.Key.Key_Escape)
    entries, note = changed.args
    assert [entry.match and entry.match.kind for entry in entries] == [5, 4]
    assert all(entry.path.is_file() for entry in entries)
    assert note == "\nScripted. Stopped: 2 of 4 sounds were made."
    assert services.playback.playing.key == str(entries[0].path)
    assert with_take.candidates.forming.isHidden() and not with_take.candidates.forming.tiles
    assert with_take.candidates.view.isVisible()
    assert with_take.focusWidget() is None
    qtbot.waitUntil(lambda: with_take.history.model.count == 2)


def test_what_has_arrived_is_kept_when_the_engine_fails(
    with_take: MainWindow, qtbot: QtBot
) -> None:
    with_take.request.text.setText("2 then fail")
    with qtbot.waitSignal(with_take.controller.candidates_changed) as changed:
        with_take.request.generate_button.click()
    assert len(changed.args[0]) == 2
    assert "The checkpoint is gone" in with_take.messages.text


@pytest.mark.usefixtures("dressed")
def test_the_next_job_begins_with_empty_slots(
    with_take: MainWindow, services: Services, generate: Generate, qtbot: QtBot
) -> None:
    generate(with_take)
    let_two_arrive(with_take, qtbot)
    strip, view = with_take.candidates.forming, with_take.candidates.view
    assert strip.isVisible() and view.isVisible()
    assert strip.geometry().bottom() < view.geometry().top()
    with_take.request.generate_button.click()
    with qtbot.waitSignal(services.queue.finished):
        services.queue.cancel(services.queue.running)
    assert strip.tiles == () and strip.isHidden()
    qtbot.waitUntil(lambda: len(strip.tiles) == 2)
    services.queue.cancel_all()


@pytest.mark.usefixtures("dressed")
def test_a_sound_that_is_made_once_more_takes_its_own_place(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    first, newest = let_two_arrive(with_take, qtbot)
    first.click()
    strip, levels = with_take.candidates.forming, np.zeros((8, 16), np.uint8)
    job = services.queue.running
    strip.show_progress(
        JobProgress(job.id, "decode", 1, 4, 0.5, None, levels, first.variation, variations=4)
    )
    again, unchanged = strip.tiles
    assert again is not first and again.key == first.key and unchanged is newest
    assert again.isVisible() and not first.isVisible()
    assert again.geometry() == first.geometry() and has_accent(again)
    with_take.controller.cancel()


def test_without_something_newer_the_key_plays_the_best_candidate(
    with_take: MainWindow, services: Services, generate: Generate
) -> None:
    QTest.keyClick(with_take, Qt.Key.Key_N)
    assert services.playback.playing.key == ""
    generate(with_take)
    with_take.rest()
    QTest.keyClick(with_take, Qt.Key.Key_N)
    assert services.playback.playing.key == str(with_take.candidates.shown[0].path)


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize(("width", "numbers"), [(1200, [0, 1, 2, 3]), (130, [1, 2])])
def test_the_slots_around_the_forming_sound_are_shown(
    with_take: MainWindow, qtbot: QtBot, width: int, numbers: list[int]
) -> None:
    let_two_arrive(with_take, qtbot)
    strip = with_take.candidates.forming
    strip.resize(width, strip.height())
    slots = strip._slots()
    assert list(slots) == numbers
    assert slots[numbers[0]].left() == 0 and slots[numbers[-1]].right() == width - 1
    assert [not tile.isHidden() for tile in strip.tiles] == [n in numbers for n in (0, 1)]
    with_take.controller.cancel()


def test_a_long_sound_is_heard_from_its_first_chunk_on(
    with_take: MainWindow, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown: list[tuple[float, bool]] = []

    def grow(load: LoadClip, *, is_whole: bool) -> None:
        grown.append((load().duration_s, is_whole))

    monkeypatch.setattr(services.playback._player, "grow", grow)
    window, strip = with_take, with_take.candidates.forming
    window.request.variations.setValue(1)
    window.request.text.setText("1 chunks then wait")
    window.request.generate_button.click()
    window.rest()
    qtbot.waitUntil(lambda: len(strip.tiles) == 1)
    (tile,) = strip.tiles
    assert tile.is_growing and "while it is being made" in tile.accessibleName()
    whole_s = tile.variation.planned_s or 0.0
    assert 0.0 < tile.variation.clip.duration_s < whole_s
    tile.click()
    assert services.playback.playing.key == tile.key
    with qtbot.waitSignal(window.controller.candidates_changed) as changed:
        QTest.keyClick(window, Qt.Key.Key_Escape)
    (entry,) = changed.args[0]
    assert grown == [(pytest.approx(whole_s / 4, abs=0.01), True)]
    assert entry.path.name.endswith("_01_unfinished.wav") and entry.path.is_file()
    assert services.playback.playing.key == str(entry.path)


def test_the_tile_of_a_long_sound_grows_in_its_place(theme: StudioTheme, qtbot: QtBot) -> None:
    strip = FormingStrip(theme)
    qtbot.addWidget(strip)
    grown: list[tuple[str, float, bool]] = []
    strip.grown.connect(
        lambda key, sound, is_whole: grown.append((key, sound.clip.duration_s, is_whole))
    )
    clip = AudioClip(np.zeros((4_000, 1), np.float32), 1_000)
    picture = np.full((8, 40), 90, np.uint8)

    def show(frames: int, planned_s: float | None) -> None:
        part = AudioClip(clip.samples[:frames], 1_000)
        sound = Variation(part, 7, None, 500.0, planned_s=planned_s)
        strip.show_progress(JobProgress(3, "decode", 1, 4, 0.2, None, picture, sound, 1))

    show(1_000, 4.0)
    (tile,) = strip.tiles
    strip.show_progress(JobProgress(3, "denoise", 1, 4, 0.2, None, picture))
    show(2_000, 4.0)
    show(4_000, None)
    assert strip.tiles == (tile,) and not tile.is_growing
    key = arrived_key(3, 7)
    assert grown == [(key, 2.0, False), (key, 4.0, True)]
    show(1_000, 4.0)
    strip.show_progress(None)
    assert grown[2:] == [(key, 1.0, True)]  # it began once more, and the job ended
