"""The checkpoint manager: choose, download, pause, cancel, add, check, remove."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_keeper import KNOWN, SHIPPED, FakeKeeper
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.jobs.checkpoint_shelf import CheckpointShelf, Transfer
from qvim_studio.jobs.engine.memory_watch import GIB, Memory
from qvim_studio.ui.checkpoints.checkpoint_dialog import CheckpointDialog
from qvim_studio.ui.checkpoints.checkpoint_row import CheckpointRow
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

ID = "audioldm-s-full-v2"
GB = 10**9


@pytest.fixture
def keeper() -> FakeKeeper:
    return FakeKeeper()


@pytest.fixture
def shelf(keeper: FakeKeeper, qtbot: QtBot) -> Iterator[CheckpointShelf]:
    shelf = CheckpointShelf(lambda: keeper)
    yield shelf
    assert shelf.shutdown()


@pytest.fixture
def dialog(shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot) -> CheckpointDialog:
    return opened(shelf, theme, qtbot)


def opened(
    shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot, gpu_bytes: int = 0
) -> CheckpointDialog:
    dialog = CheckpointDialog(theme, shelf, "starter", Memory(0, 16 * GIB, 0, gpu_bytes))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: ID in dialog.rows and dialog.rows[ID].isVisible())
    return dialog


def answer(dialog: CheckpointDialog, words: str, qtbot: QtBot) -> None:
    """Press the button with these words in the open question."""
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is not None)
    box = dialog.findChild(QMessageBox)
    next(button for button in box.buttons() if button.text() == words).click()


def begin(dialog: CheckpointDialog, qtbot: QtBot) -> CheckpointRow:
    """Start the download and wait until half of it is here."""
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.rows[ID].bar.value() == 500)
    return dialog.rows[ID]


def ended(shelf: CheckpointShelf) -> Callable[[], bool]:
    return lambda: shelf.transfer is None and shelf.is_idle


def test_rows_say_size_licence_and_what_fits(dialog: CheckpointDialog) -> None:
    row = dialog.rows[ID]
    assert row.facts.text() == "Not installed  ·  1.6 GB to download  ·  CC BY-NC-SA 4.0"
    assert row.fit.text() == "Fits this computer (no GPU needed): about 1.9 of 16 GB"
    assert row.download.isVisible() and not row.use.isVisible() and not row.more.isVisible()
    assert dialog.rows["starter"].use.text() == "In use"
    assert "75.0 GB free" in dialog.disk.text()


def test_tab_walks_through_the_rows_before_the_buttons_below(dialog: CheckpointDialog) -> None:
    dialog.activateWindow()
    assert dialog.focusWidget() is dialog._close
    order = []
    for _ in range(20):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        order.append(dialog.focusWidget())
        if dialog.focusWidget() is dialog._close:
            break
    assert order[-2:] == [dialog.add, dialog._close]
    assert dialog.rows[ID].download in order[:-2]
    inside = [
        row for widget in order[:-2] for row in dialog.rows.values() if row is widget.parent()
    ]
    assert len(inside) == len(order) - 2


@pytest.mark.parametrize(("gpu_bytes", "words"), [(6 * GIB, "high"), (2 * GIB, "low")])
def test_a_gpu_gets_the_highest_mode_that_fits(
    gpu_bytes: int, words: str, shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot
) -> None:
    dialog = opened(shelf, theme, qtbot, gpu_bytes)
    assert dialog.rows[ID].fit.text().startswith(f"Fits this GPU in mode {words}:")


def test_a_download_ends_installed_and_usable(
    dialog: CheckpointDialog, keeper: FakeKeeper, shelf: CheckpointShelf, qtbot: QtBot
) -> None:
    begin(dialog, qtbot)
    keeper.goes_on.set()
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())
    assert "installed and verified" in dialog.messages.text
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.rows[ID].use.click()
    assert chosen.args == [ID]
    assert dialog.rows[ID].use.text() == "In use"


def test_a_checkpoint_that_hears_words_only_gets_ears(
    keeper: FakeKeeper, shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot
) -> None:
    deaf = replace(KNOWN, is_installed=True, hears_voice=False, voice_part="clap", voice_bytes=GB)
    keeper.choices = [SHIPPED, deaf]
    dialog = opened(shelf, theme, qtbot)
    row = dialog.rows[ID]
    assert row.facts.text().endswith("hears words only")
    assert row.voice.isVisible() and "1.0 GB" in row.voice.toolTip()
    assert not dialog.rows["starter"].voice.isVisible()
    row.voice.click()
    qtbot.waitUntil(lambda: row.bar.isVisible() and row.bar.value() == 500)
    assert not row.voice.isVisible() and row.use.isVisible()
    assert row.facts.text().endswith("CC BY-NC-SA 4.0")
    keeper.goes_on.set()
    qtbot.waitUntil(lambda: dialog.rows[ID].choice.hears_voice)
    assert not dialog.rows[ID].voice.isVisible()
    assert "words only" not in dialog.rows[ID].facts.text()


def test_a_paused_download_keeps_what_came_and_goes_on(
    dialog: CheckpointDialog, keeper: FakeKeeper, shelf: CheckpointShelf, qtbot: QtBot
) -> None:
    begin(dialog, qtbot).pause.click()
    qtbot.waitUntil(ended(shelf))
    assert keeper.discarded == []
    keeper.goes_on.set()
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())


def test_a_cancelled_download_leaves_nothing(
    dialog: CheckpointDialog, keeper: FakeKeeper, shelf: CheckpointShelf, qtbot: QtBot
) -> None:
    begin(dialog, qtbot).cancel.click()
    qtbot.waitUntil(ended(shelf))
    assert keeper.discarded == [ID]
    assert dialog.rows[ID].download.isVisible()
    assert dialog.messages.text == ""


def test_a_download_goes_on_without_the_dialog(
    dialog: CheckpointDialog,
    keeper: FakeKeeper,
    shelf: CheckpointShelf,
    theme: StudioTheme,
    qtbot: QtBot,
) -> None:
    begin(dialog, qtbot)
    dialog.close()
    again = opened(shelf, theme, qtbot)
    assert again.rows[ID].bar.isVisible()
    keeper.goes_on.set()
    qtbot.waitUntil(lambda: again.rows[ID].use.isVisible())


def test_offline_mode_refuses_downloads(
    keeper: FakeKeeper, shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot
) -> None:
    keeper.offline = True
    dialog = opened(shelf, theme, qtbot)
    assert not dialog.rows[ID].download.isEnabled()
    assert "offline mode" in dialog.disk.text()


def drop(dialog: CheckpointDialog, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    dialog.dropEvent(QDropEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, keys))


def test_a_dropped_folder_is_added(dialog: CheckpointDialog, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    drop(dialog, folder)
    qtbot.waitUntil(lambda: "mine" in dialog.rows)
    assert dialog.rows["mine"].facts.text().startswith("Your own folder")


def test_a_dropped_file_is_refused_with_advice(
    dialog: CheckpointDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "audioldm.ckpt"
    path.touch()
    drop(dialog, path)
    qtbot.waitUntil(lambda: "Convert it" in dialog.messages.text)


def test_pickled_weights_ask_first(
    dialog: CheckpointDialog, keeper: FakeKeeper, tmp_path: Path, qtbot: QtBot
) -> None:
    keeper.pickled = ("unet/diffusion_pytorch_model.bin",)
    drop(dialog, tmp_path)
    answer(dialog, "Convert and add", qtbot)
    qtbot.waitUntil(lambda: keeper.consents == [True])


def test_a_download_of_pickled_weights_asks_first(
    dialog: CheckpointDialog, keeper: FakeKeeper, qtbot: QtBot
) -> None:
    keeper.pickled = ("vae/diffusion_pytorch_model.bin",)
    keeper.goes_on.set()
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is not None)
    assert keeper.pickled[0] in dialog.findChild(QMessageBox).text()
    assert dialog.rows[ID].download.isVisible() and keeper.consents == []
    answer(dialog, "Convert and add", qtbot)
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())
    assert keeper.consents == [True]


def test_removal_asks_first(
    dialog: CheckpointDialog, keeper: FakeKeeper, shelf: CheckpointShelf, qtbot: QtBot
) -> None:
    keeper.goes_on.set()
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())
    dialog.rows[ID].remove_clicked.emit(ID)
    answer(dialog, "Remove", qtbot)
    qtbot.waitUntil(lambda: dialog.rows[ID].download.isVisible())
    assert "1,600 MB are free again" in dialog.messages.text


@pytest.mark.parametrize(
    ("problems", "words"),
    [((), "matches the published one"), (("vae is missing",), "vae is missing")],
)
def test_checking_says_what_it_found(
    problems: tuple[str, ...],
    words: str,
    dialog: CheckpointDialog,
    keeper: FakeKeeper,
    qtbot: QtBot,
) -> None:
    keeper.problems = problems
    dialog.rows["starter"].verify_clicked.emit("starter")
    qtbot.waitUntil(lambda: words in dialog.messages.text)


def test_a_damaged_own_folder_can_be_checked_and_forgotten(
    dialog: CheckpointDialog, keeper: FakeKeeper, shelf: CheckpointShelf, qtbot: QtBot
) -> None:
    keeper.choices.append(replace(SHIPPED, id="mine", is_installed=False, is_own=True))
    shelf.refresh()
    qtbot.waitUntil(lambda: "mine" in dialog.rows)
    row = dialog.rows["mine"]
    assert row.facts.text().startswith("Your own folder, missing or damaged")
    qtbot.waitUntil(row.more.isVisible)
    assert not row.use.isVisible()
    assert all(action.isEnabled() for action in row.make_menu().actions())


def test_what_ships_cannot_be_removed(dialog: CheckpointDialog) -> None:
    actions = dialog.rows["starter"].make_menu().actions()
    assert [action.isEnabled() for action in actions] == [True, False]


def test_an_upscaler_stands_below_what_makes_sounds_and_is_never_in_use(
    keeper: FakeKeeper, shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot
) -> None:
    highs = replace(KNOWN, id="highs", title="Highs", makes="highs", reach_hz=24_000.0)
    music = replace(KNOWN, id="music", makes="music")
    keeper.choices += [replace(highs, is_installed=True), music]
    dialog = opened(shelf, theme, qtbot)
    assert [heading.text() for heading in dialog.headings] == [
        "Sound effects",
        "Music",
        "Highs for any sound",
    ]
    row = dialog.rows["highs"]
    assert row.badges[0].text() == "adds highs up to 24 kHz" and "hears" not in row.facts.text()
    assert row.use.isHidden() and not row.more.isHidden()


def test_what_is_converted_after_a_download_is_said(dialog: CheckpointDialog) -> None:
    row = dialog.rows[ID]
    row.show_state(False, False, Transfer(ID, 1_500_000_000, 3_000_000_000, 1e8, True))
    assert row.speed.text().startswith("Converting: 1,500 of 3,000 MB") and row.bar.value() == 500


@pytest.mark.parametrize(
    ("commercial", "words"),
    [
        ("yes", "sounds may be sold"),
        ("no", "not for sale"),
        ("conditional", "sale under conditions"),
    ],
)
def test_whether_sounds_may_be_sold_is_said_in_plain_words(
    theme: StudioTheme, qtbot: QtBot, commercial: str, words: str
) -> None:
    row = CheckpointRow(theme, replace(SHIPPED, commercial=commercial))
    qtbot.addWidget(row)
    badges = row.findChildren(QLabel, "badge")
    assert words in [badge.text() for badge in badges]


def test_the_time_left_follows_from_the_speed() -> None:
    assert Transfer("a", 400, 1000, 100.0).seconds_left == 6.0
    assert Transfer("a", 0, 0, 0.0).seconds_left is None


def test_the_window_uses_what_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.checkpoints.open()
    dialog.chosen.emit("big")
    assert window._services.store.settings.checkpoint == "big"
    qtbot.waitUntil(lambda: "starter" in dialog.rows)
    dialog.close()


def test_what_is_made_and_how_a_voice_enters_is_said_in_groups(
    keeper: FakeKeeper, shelf: CheckpointShelf, theme: StudioTheme, qtbot: QtBot
) -> None:
    makes_music = Capabilities(
        frozenset({Input.VOICE, Input.MELODY}), frozenset(), VoiceRoute.MELODY, 44_100, 2, 0.5, 30.0
    )
    music = replace(
        KNOWN, id="tunes", title="Tunes", makes="music", capabilities=makes_music, is_gated=True
    )
    keeper.choices = [music, SHIPPED, KNOWN]
    dialog = opened(shelf, theme, qtbot)
    assert list(dialog.rows) == ["starter", ID, "tunes"]
    assert [label.text() for label in dialog.headings] == ["Sound effects", "Music"]
    assert "terms to accept first" in dialog.rows["tunes"].facts.text()
    keeper.choices[0] = replace(music, is_installed=True)
    shelf.refresh()
    qtbot.waitUntil(lambda: dialog.rows["tunes"].choice.is_installed)
    row = dialog.rows["tunes"]
    assert "terms" not in row.facts.text()
    badges = [badge.text() for badge in row.badges]
    assert badges == ["44.1 kHz stereo", "needs 0.5 GB", "follows your melody"]
    keeper.choices = [SHIPPED, KNOWN]
    shelf.refresh()
    qtbot.waitUntil(lambda: "tunes" not in dialog.rows)
    assert dialog.headings == []
