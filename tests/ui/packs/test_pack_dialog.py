"""From the history to a verified pack, in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pack_clips import FREE, NOT_FOR_SALE, make_clips
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvim_studio.export.packs.pack_manifest import read_manifest, verify_pack
from qvim_studio.export.ucs.ucs_neighbors import LabelledSounds
from qvim_studio.jobs.listening import category_listening
from qvim_studio.library.folders import FolderKind
from qvim_studio.session.services import Services
from qvim_studio.ui.packs import pack_actions
from qvim_studio.ui.packs.chosen_sounds import short_title
from qvim_studio.ui.packs.pack_dialog import PackDialog
from qvim_studio.ui.packs.pack_table import CATEGORY, LICENCE, NAME, TITLE
from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

OpenPack = Callable[..., PackDialog]


@pytest.fixture
def open_pack(window: MainWindow, services: Services, qtbot: QtBot) -> OpenPack:
    """Clips of some texts in the history, and the dialog over them, ready."""

    def open_it(*texts: str, count: int = 2, provenance: object = FREE) -> PackDialog:
        folder = window.controller.output_folder
        files = [file for text in texts for file in make_clips(folder, text, count, provenance)]
        folder_id = services.library.folders.add(folder, FolderKind.MADE)
        services.library.adoption.add_result(folder_id, files, None)
        window.controller.history.reload()
        qtbot.waitUntil(lambda: window.history.model.count == len(files))
        dialog = window.packs.open_pack()
        assert dialog is not None
        qtbot.waitUntil(lambda: bool(dialog.sources))
        dialog.form.creator.setText("MK")
        dialog.form.name.setText("My Pack")
        dialog.refresh()
        return dialog

    return open_it


def cells(dialog: PackDialog, column: int) -> list[str]:
    model = dialog.model
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def retype(dialog: PackDialog, row: int, column: int, text: str) -> None:
    dialog.model.setData(dialog.model.index(row, column), text)
    dialog.refresh()


def test_four_clicks_make_a_verified_pack(
    open_pack: OpenPack, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    revealed: list[Path] = []
    monkeypatch.setattr(pack_actions, "reveal_in_folder", revealed.append)
    dialog = open_pack("dog bark")
    with qtbot.waitSignal(window.packs._services.exporter.finished):
        QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    folder = dialog.form.target / "My Pack"
    assert verify_pack(folder) == [] and folder.with_name("My Pack.zip").is_file()
    assert dialog.form.target not in window.controller.output_folder.parents
    assert window.controller.output_folder not in folder.parents
    QTest.mouseClick(dialog.reveal, Qt.MouseButton.LeftButton)
    assert revealed == [folder] and not dialog.export.isEnabled()


def test_names_are_seen_while_they_are_typed(open_pack: OpenPack, qtbot: QtBot) -> None:
    dialog = open_pack("dog bark")
    assert cells(dialog, NAME) == [f"ANMLDog_Dog Bark_MK_QVIM_00{n}.wav" for n in (1, 2)]
    dialog.form.template.setText("{fxname}_{creator}")
    qtbot.waitUntil(lambda: cells(dialog, NAME) == ["Dog Bark_MK_001.wav", "Dog Bark_MK_002.wav"])
    dialog.form.template.setText("{nonsense}")
    qtbot.waitUntil(lambda: "{nonsense}" in dialog.problem.text())
    assert not dialog.export.isEnabled()


def test_one_edit_renames_every_selected_sound(open_pack: OpenPack) -> None:
    dialog = open_pack("dog bark", "glass breaking", count=1)
    before = cells(dialog, NAME)
    retype(dialog, 0, TITLE, "Thing")
    assert [a == b for a, b in zip(before, cells(dialog, NAME), strict=True)] == [False, True]
    dialog.table.selectAll()
    retype(dialog, 0, TITLE, "Monster")
    retype(dialog, 1, CATEGORY, "creadrgn")
    assert cells(dialog, NAME) == [f"CREADrgn_Monster_MK_QVIM_00{n}.wav" for n in (1, 2)]
    retype(dialog, 0, CATEGORY, "Nonsense")
    assert cells(dialog, CATEGORY) == ["CREADrgn", "CREADrgn"]


def test_what_is_renamed_here_reaches_the_pack(
    open_pack: OpenPack, window: MainWindow, qtbot: QtBot
) -> None:
    dialog = open_pack("dog bark", count=1)
    retype(dialog, 0, TITLE, "Hell Hound")
    dialog.form.finishing.setCurrentIndex(dialog.form.finishing.findData("peak_3"))
    dialog.form.bits.setCurrentIndex(dialog.form.bits.findData("16"))
    with qtbot.waitSignal(window.packs._services.exporter.finished):
        dialog.export.click()
    manifest = read_manifest(dialog.form.target / "My Pack")
    assert "Hell Hound" in manifest["clips"][0]["path"]
    assert manifest["edits"][-1] == {"kind": "normalize_true_peak", "target_dbtp": -3.0}
    assert manifest["clips"][0]["true_peak_dbfs"] == pytest.approx(-3.0, abs=0.05)


def test_the_licence_guard_lists_what_it_refuses_and_leaves_it_out(open_pack: OpenPack) -> None:
    dialog = open_pack("cat", provenance=NOT_FOR_SALE)
    assert dialog.export.isEnabled()
    dialog.form.commercial.setChecked(True)
    dialog.refresh()
    assert "cat_01.wav (CC-BY-NC-4.0)" in dialog.problem.text()
    assert cells(dialog, LICENCE) == ["CC-BY-NC-4.0"] * 2
    assert not dialog.export.isEnabled() and dialog.leave_out.isVisible()
    dialog.leave_out.click()
    assert cells(dialog, NAME) == [] and not dialog.export.isEnabled()
    assert not dialog.leave_out.isVisible()


def test_stopping_keeps_what_is_done_and_the_next_export_goes_on(
    open_pack: OpenPack, window: MainWindow, qtbot: QtBot
) -> None:
    dialog = open_pack("dog bark", count=8)
    exporter = window.packs._services.exporter
    with qtbot.waitSignal(exporter.ended) as ended:
        dialog.export.click()
        exporter.cancel()
    assert ended.args == [None]
    assert not (dialog.form.target / "My Pack").exists()
    assert dialog.export.text() == "Go on" and "kept" in dialog.summary.text()
    with qtbot.waitSignal(exporter.finished):
        dialog.export.click()
    assert verify_pack(dialog.form.target / "My Pack") == []


def test_a_folder_that_cannot_be_written_is_told_and_the_dialog_lives_on(
    open_pack: OpenPack, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = open_pack("dog bark")
    (tmp_path / "file").touch()
    dialog.form.folder.setText(str(tmp_path / "file"))
    with qtbot.waitSignal(window.packs._services.exporter.ended):
        dialog._timer.stop()
        dialog.export.click()
    assert "Nothing can be written" in dialog.problem.text() and dialog.form.isEnabled()


def test_the_fields_are_remembered(open_pack: OpenPack, window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_pack("dog bark")
    dialog.form.source.setText("Dogs")
    with qtbot.waitSignal(window.packs._services.exporter.finished):
        dialog.export.click()
    dialog.reject()
    again = window.packs.open_pack()
    assert again is not None
    assert (again.form.creator.text(), again.form.source.text()) == ("MK", "Dogs")
    assert again.form.name.text() == "Dog Bark"


def test_the_selection_comes_first_and_rows_can_be_left_out(
    open_pack: OpenPack, window: MainWindow, qtbot: QtBot
) -> None:
    open_pack("dog bark", count=3).reject()
    window.history.view.selectAll()
    dialog = window.packs.open_pack()
    assert dialog is not None
    assert dialog.choice.itemText(0) == "Selected sounds (3)"
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 3)
    assert "Still to fill in: Creator" in dialog.summary.text() and not dialog.export.isEnabled()
    dialog.form.creator.setText("MK")
    dialog.refresh()
    assert dialog.export.isEnabled()
    dialog.table.selectRow(1)
    QTest.keyClick(dialog.table, Qt.Key.Key_Delete)
    assert len(dialog.sources) == 2 and dialog.model.rowCount() == 2


def test_an_empty_history_says_so(window: MainWindow) -> None:
    assert window.packs.open_pack() is None
    assert "no sound to export" in window.messages.text


def test_sounds_without_telling_words_get_a_category_by_ear(
    open_pack: OpenPack, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = LabelledSounds("scripted", np.eye(2, dtype=np.float32), ("RAIN", "CREADrgn"))
    monkeypatch.setattr(category_listening, "labelled_sounds", lambda: known)
    dialog = open_pack("dog bark", "qqqq", count=1)
    assert sorted(cells(dialog, CATEGORY)) == ["ANMLDog", "DSGNSynth"]
    dialog.listen.click()
    qtbot.waitUntil(lambda: sorted(cells(dialog, CATEGORY)) == ["ANMLDog", "RAIN"])
    dialog.listen.click()
    assert "already name its category" in dialog.summary.text()
    other = LabelledSounds("other", known.embeddings, known.cat_ids)
    monkeypatch.setattr(category_listening, "labelled_sounds", lambda: other)
    dialog.table.selectAll()
    dialog.listen.click()
    qtbot.waitUntil(lambda: "by hand" in dialog.problem.text())


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("dog bark", "Dog Bark"),
        ("heavy wooden door, slow creak, far away in a castle", "Heavy Wooden Door"),
        ("alte schwere Holztür knarrt langsam im Wind", "Alte Schwere Holztür Knarrt"),
        ("don't stop; never", "Don't Stop"),
        ("UFO landing", "UFO Landing"),
        ("Rhabarberbarbarabarbaren" * 3, "RhabarberbarbarabarbarenRhabarbe"),
        (", what", ""),
        ("", ""),
    ],
)
def test_a_pack_is_named_by_a_short_title(asked: str, title: str) -> None:
    assert short_title(asked) == title


@pytest.mark.usefixtures("dressed")
def test_a_small_dialog_shows_every_line_of_its_fields(open_pack: OpenPack) -> None:
    dialog = open_pack("dog")
    dialog.show()
    dialog.resize(dialog.minimumSizeHint().width(), 560)
    QApplication.processEvents()
    formats = dialog.form.findChild(Reflow)
    assert formats.is_narrow
    assert formats.height() == formats.minimumSizeHint().height()
    assert dialog.form.height() == dialog.form.minimumSizeHint().height()
