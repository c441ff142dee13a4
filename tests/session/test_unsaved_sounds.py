"""Made sounds that a full disk did not take: kept, saved later, lost only on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import OutputError
from qvim_studio.core.result import GenerationResult
from qvim_studio.export.files.clip_writer import PartlyWrittenError, WrittenClip, write_result
from qvim_studio.library.folders import FolderKind
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


class Disk:
    """Takes files like any other, unless it is full. room: for so many sounds, then it is."""

    def __init__(self) -> None:
        self.is_full = False
        self.room: int | None = None

    def __call__(
        self,
        result: GenerationResult,
        folder: Path,
        stem: str,
        written: Sequence[WrittenClip] = (),
    ) -> Sequence[WrittenClip]:
        text = f"Nothing can be written to {folder}: the disk is full. Make room."
        if self.is_full:
            raise OutputError(text)
        if self.room is not None:
            room, self.room = self.room, None
            some = replace(result, variations=result.variations[:room])
            raise PartlyWrittenError(text, tuple(write_result(some, folder, stem, written)))
        return write_result(result, folder, stem, written)


@pytest.fixture
def disk(services: Services, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(services.queue._worker, "_write_result", disk)
    return disk


@pytest.fixture
def refused(with_take: MainWindow, disk: Disk, qtbot: QtBot) -> MainWindow:
    """Four sounds were made and not written."""
    disk.is_full = True
    with qtbot.waitSignal(with_take.controller.unsaved.refused):
        with_take.request.generate_button.click()
    return with_take


def known(services: Services) -> list[Path]:
    return [entry.path for entry in services.library.sounds.entries(FolderKind.MADE)]


def test_the_user_is_told_and_can_save_again(
    refused: MainWindow, disk: Disk, services: Services, qtbot: QtBot
) -> None:
    bar, unsaved = refused.messages, refused.controller.unsaved
    assert "the disk is full. Make room. The 4 new sounds are kept" in bar.text
    assert (bar._action.text(), unsaved.count) == ("Save again", 4)
    with qtbot.waitSignal(unsaved.refused):
        bar._action.click()
    assert unsaved.count == 4
    disk.is_full = False
    with qtbot.waitSignal(refused.controller.candidates_changed):
        bar._action.click()
    assert unsaved.count == 0 and len(known(services)) == 4
    imitation = refused.controller.imitation
    assert imitation is not None
    ids = [entry.id for entry in refused.candidates.shown if entry.id]
    takes = {services.library.sounds.recipe(id).imitation_path for id in ids}
    assert takes == {str(imitation.path)}


def test_what_waits_is_saved_with_the_next_sounds(
    refused: MainWindow, disk: Disk, services: Services, qtbot: QtBot
) -> None:
    disk.is_full = False
    refused.request.generate_button.click()
    qtbot.waitUntil(lambda: len(known(services)) == 8)
    assert refused.controller.unsaved.count == 0


def test_all_that_waits_is_saved_in_the_order_in_which_it_was_made(
    refused: MainWindow, disk: Disk, services: Services, qtbot: QtBot
) -> None:
    unsaved = refused.controller.unsaved
    refused.request.text.setText("a bell")
    with qtbot.waitSignal(unsaved.refused):
        refused.request.generate_button.click()
    assert unsaved.count == 8
    disk.is_full = False
    saved: list[str] = []
    services.queue.finished.connect(lambda finished: saved.append(finished.job.stem))
    unsaved.save()
    qtbot.waitUntil(lambda: len(known(services)) == 8)
    assert saved == ["dog bark", "a bell"]


def test_what_waits_goes_to_another_folder_once_it_is_chosen(
    refused: MainWindow, disk: Disk, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    disk.is_full = False
    other = tmp_path / "other disk"
    changed = services.store.settings.with_changes(output_folder=str(other))
    with qtbot.waitSignal(refused.controller.candidates_changed):
        services.store.change(changed)
    assert {path.parent for path in known(services)} == {other}


def test_quitting_asks_before_sounds_are_lost(refused: MainWindow, qtbot: QtBot) -> None:
    assert not refused.close() and refused.isVisible()
    (box,) = refused.findChildren(QMessageBox)
    assert "4 sounds could not be saved" in box.text()
    assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
    quit_now = next(one for one in box.buttons() if one.text() == "Quit without saving")
    with qtbot.waitSignal(refused.closed):
        quit_now.click()


def test_staying_tries_once_more(refused: MainWindow, disk: Disk, qtbot: QtBot) -> None:
    refused.messages.show_notice("something else")
    stay(refused, qtbot, refused.controller.unsaved.refused)
    assert refused.messages._action.text() == "Save again"
    disk.is_full = False
    stay(refused, qtbot, refused.controller.candidates_changed)
    with qtbot.waitSignal(refused.closed):
        assert refused.close()


def test_a_set_that_was_half_written_is_completed_and_not_written_twice(
    with_take: MainWindow, disk: Disk, services: Services, qtbot: QtBot
) -> None:
    disk.room = 2
    with qtbot.waitSignal(with_take.controller.unsaved.refused):
        with_take.request.generate_button.click()
    assert with_take.controller.unsaved.count == 2
    with qtbot.waitSignal(with_take.controller.candidates_changed):
        with_take.messages._action.click()
    names = sorted(path.name for path in known(services))
    assert names == [f"dog_bark_0{number}.wav" for number in (1, 2, 3, 4)]
    files = list(services.paths.output_folder.glob("*.wav"))
    assert len(files) == 4 and with_take.controller.unsaved.count == 0


def test_sounds_that_wait_for_a_disk_can_be_heard(
    refused: MainWindow, disk: Disk, services: Services, qtbot: QtBot
) -> None:
    strip = refused.candidates.forming
    qtbot.waitUntil(lambda: len(strip.tiles) == 4)
    assert strip.isVisible()
    strip.tiles[2].click()
    assert services.playback.playing.key == strip.tiles[2].key
    disk.is_full = False
    with qtbot.waitSignal(refused.controller.candidates_changed):
        refused.controller.unsaved.save()
    qtbot.waitUntil(lambda: not strip.tiles and strip.isHidden())


def test_another_folder_takes_what_the_full_disk_refused(
    refused: MainWindow, disk: Disk, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    choose = next(
        one for one in refused.messages.findChildren(QPushButton) if one.text() == "Choose folder…"
    )
    choose.click()
    (dialog,) = refused.findChildren(QFileDialog)
    disk.is_full = False
    other = tmp_path / "other disk"
    other.mkdir()
    with qtbot.waitSignal(refused.controller.candidates_changed):
        dialog.fileSelected.emit(str(other))
    dialog.close()
    assert {path.parent for path in known(services)} == {other}
    assert refused.controller.output_folder == other


def stay(window: MainWindow, qtbot: QtBot, then: SignalInstance) -> None:
    window.close()
    box = window.findChildren(QMessageBox)[-1]
    with qtbot.waitSignal(then):
        box.button(QMessageBox.StandardButton.Cancel).click()
