from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from library_fixtures import VOICE, add_clips
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.session.services import Services
from qvim_studio.ui.sounds.sounds_panel import SoundsPanel
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Three sounds of the user's own, told apart by their level."""
    samples = VOICE.samples / np.abs(VOICE.samples).max()
    for name, level in (("door_quiet.wav", 0.1), ("deep/dog.flac", 0.5), ("door_loud.wav", 0.9)):
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, level * samples, 48_000)
    return tmp_path / "own"


@pytest.fixture
def panel(window: MainWindow, own: Path, services: Services, qtbot: QtBot) -> SoundsPanel:
    """Indexed."""
    with qtbot.waitSignal(services.indexer.finished):
        window.controller.sounds.add_folder(own)
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    return window.library.sounds


def names(panel: SoundsPanel) -> list[str]:
    return [entry.path.stem for entry in panel.model.entries]


def test_a_folder_is_listened_to_and_counted(window: MainWindow, panel: SoundsPanel) -> None:
    assert window.library._tabs.button(1).text() == "My sounds  3"
    assert panel._status.text() == "3 sounds in 1 folder"
    assert not panel.pause.isVisibleTo(panel)


def test_words_find_sounds_with_every_letter(panel: SoundsPanel) -> None:
    QTest.keyClicks(panel.search, "do")
    assert sorted(names(panel)) == ["dog", "door_loud", "door_quiet"]
    QTest.keyClicks(panel.search, "or lo")
    assert names(panel) == ["door_loud"]


def test_words_find_what_sounds_are_heard_as_and_the_details_say_it(panel: SoundsPanel) -> None:
    QTest.keyClicks(panel.search, "thun")
    assert names(panel) == ["door_loud"]
    panel.view.select_entry(panel.model.entries[0])
    assert "heard: thunder" in panel.details._facts.text()


def test_the_voice_finds_the_nearest_first(
    window: MainWindow, panel: SoundsPanel, take: Path, qtbot: QtBot
) -> None:
    assert not panel.by_voice.isEnabled()
    window.controller.open_file(take)  # its peak is 0.5
    qtbot.waitUntil(lambda: panel.by_voice.isEnabled())
    with qtbot.waitSignal(window.controller.sounds.found):
        panel.by_voice.click()
    assert names(panel)[0] == "dog"
    assert window.library._pages.currentWidget() is panel


def test_more_like_a_sound_and_more_like_a_clip(
    window: MainWindow, panel: SoundsPanel, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    panel.search.setText("quiet")
    with qtbot.waitSignal(window.controller.sounds.found):
        panel.view.similar_requested.emit(list(panel.model.entries))
    assert names(panel) == ["dog", "door_loud"]
    ids = add_clips(services.library, tmp_path / "made", variations=1)  # its peak is 0.5
    (clip,) = services.library.sounds.entries_of(ids)
    with qtbot.waitSignal(window.controller.sounds.found):
        window.history.similar_requested.emit(clip)
    assert names(panel)[0] == "dog"


def test_own_sounds_are_starred_and_tagged_but_never_deleted(
    window: MainWindow, panel: SoundsPanel, services: Services
) -> None:
    window.library.show_sounds()
    panel.search.setText("dog")
    panel.view.select_row(0)
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_S)
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert [entry.is_starred for entry in panel.model.entries] == [True]
    QTest.keyClicks(panel.details.tags, "yard")
    QTest.keyClick(panel.details.tags, Qt.Key.Key_Return)
    panel.search.setText("yard")
    assert names(panel) == ["dog"]
    assert panel.model.entries[0].path.is_file()


def test_indexing_stands_back_while_a_sound_is_generated(
    window: MainWindow, panel: SoundsPanel, services: Services, qtbot: QtBot
) -> None:
    window.request.text.setText("wait")
    with qtbot.waitSignal(window.controller.progressed):
        window.request.generate_button.click()
    assert not services.indexer._may_run.is_set()
    with qtbot.waitSignal(services.queue.ended):
        window.controller.cancel()
    qtbot.waitUntil(services.indexer._may_run.is_set)


def test_pause_is_a_button_that_says_what_it_does(panel: SoundsPanel, services: Services) -> None:
    panel.pause.setChecked(True)
    assert services.indexer.is_paused
    assert panel.pause.accessibleName() == "Resume listening"
    panel.pause.setChecked(False)
    assert not services.indexer.is_paused


def test_a_removed_folder_is_no_longer_searched(
    window: MainWindow, panel: SoundsPanel, own: Path, qtbot: QtBot
) -> None:
    menu = panel.make_menu()
    remove = next(a for a in menu.actions() if a.text().startswith("Remove own (3"))
    with qtbot.waitSignal(window.controller.sounds.folders_changed):
        remove.trigger()
    menu.close()
    panel.search.setText("door")
    assert names(panel) == []
    assert len(list(own.rglob("*.*"))) == 3
