from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QDrag, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.core.match import Match
from qvim_studio.jobs.playback import NOTHING, PlayingSound
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.ui.sounds.clip_delegate import paint_match
from qvim_studio.ui.sounds.clip_drag import mime_data
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.widgets.theme import StudioTheme

PEAKS = np.tile(np.array([[-1.0, 1.0]], dtype=np.float32), (64, 1))


def entry(folder: Path, name: str, group: str = "g", peaks: np.ndarray | None = PEAKS) -> ClipEntry:
    path = folder / f"{name}.wav"
    path.touch()
    return ClipEntry(
        path, group, group, time.time(), 2.0, Match(4, 0.87, 0.7), 5, "Starter", "Apache-2.0", peaks
    )


@pytest.fixture
def view(theme: StudioTheme, qtbot: QtBot) -> ClipListView:
    view = ClipListView(theme, ClipListModel(with_sections=True))
    qtbot.addWidget(view)
    view.resize(320, 400)
    view.show()
    return view


def fill(view: ClipListView, entries: list[ClipEntry]) -> None:
    view.model().set_entries(entries)


def center(view: ClipListView, row: int) -> QPoint:
    return view.visualRect(view.model().index(row)).center()


def test_a_click_asks_to_play(view: ClipListView, tmp_path: Path, qtbot: QtBot) -> None:
    clip = entry(tmp_path, "a")
    fill(view, [clip])
    with qtbot.waitSignal(view.play_requested) as asked:
        QTest.mouseClick(
            view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            center(view, 0),
        )
    assert asked.args == [clip]


def test_a_click_with_control_selects_without_playing(
    view: ClipListView, tmp_path: Path, qtbot: QtBot
) -> None:
    fill(view, [entry(tmp_path, "a"), entry(tmp_path, "b")])
    with qtbot.assertNotEmitted(view.play_requested):
        for row in (1, 0):
            QTest.mouseClick(
                view.viewport(),
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.ControlModifier,
                center(view, row),
            )
    assert [e.path.stem for e in view.selected_entries()] == ["a", "b"]


def test_a_click_on_the_reveal_icon_shows_the_file(
    view: ClipListView, tmp_path: Path, qtbot: QtBot
) -> None:
    clip = entry(tmp_path, "a")
    fill(view, [clip])
    area = view._delegate.reveal_area(view.visualRect(view.model().index(0)))
    with qtbot.waitSignal(view.reveal_requested) as asked:
        QTest.mouseClick(
            view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            area.center(),
        )
    assert asked.args == [clip.path]


def test_enter_plays_the_current_clip(view: ClipListView, tmp_path: Path, qtbot: QtBot) -> None:
    clip = entry(tmp_path, "a")
    fill(view, [clip])
    view.select_entry(clip)
    with qtbot.waitSignal(view.play_requested):
        QTest.keyClick(view, Qt.Key.Key_Return)


def test_a_drag_offers_copies_of_the_selected_files_only(
    view: ClipListView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[tuple[Qt.DropAction, QMimeData]] = []

    def record(drag: QDrag, actions: Qt.DropAction, default: Qt.DropAction) -> Qt.DropAction:
        offered.append((actions, [url.toLocalFile() for url in drag.mimeData().urls()]))
        return default

    monkeypatch.setattr(QDrag, "exec", record)
    clips = [entry(tmp_path, name) for name in "abc"]
    clips[1].path.unlink()
    fill(view, clips)
    view.selectAll()
    view.startDrag(Qt.DropAction.MoveAction)
    expected = [str(clips[0].path), str(clips[2].path)]
    assert offered == [(Qt.DropAction.CopyAction, expected)]


def test_a_dragged_file_has_a_file_address(tmp_path: Path) -> None:
    data = mime_data([tmp_path / "door_01.wav"])
    assert data.hasFormat("text/uri-list")
    assert bytes(data.data("text/uri-list")).decode().startswith("file:///")


def test_copy_puts_files_on_the_clipboard(view: ClipListView, tmp_path: Path) -> None:
    clip = entry(tmp_path, "a")
    fill(view, [clip])
    view.select_entry(clip)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    urls = QGuiApplication.clipboard().mimeData().urls()
    assert [url.toLocalFile() for url in urls] == [str(clip.path)]


def test_what_is_heard_is_drawn_in_the_accent(
    view: ClipListView, tmp_path: Path, theme: StudioTheme
) -> None:
    clip = entry(tmp_path, "a")
    fill(view, [clip])

    def accented() -> int:
        image = view.grab().toImage()
        colors = [image.pixelColor(x, y).name() for x in range(0, 320, 2) for y in range(4, 56, 4)]
        return colors.count(theme.palette.accent)

    view.show_playing(NOTHING)
    assert accented() == 0
    view.show_playing(PlayingSound(str(clip.path), 0.5))
    quarter = accented()
    view.show_playing(PlayingSound(str(clip.path), 2.0))
    assert accented() > quarter > 0


def test_rows_are_spoken(view: ClipListView, tmp_path: Path) -> None:
    fill(view, [entry(tmp_path, "a", "door creak")])
    index = view.model().index(0)
    assert (
        index.data(Qt.ItemDataRole.AccessibleTextRole)
        == "door creak, kind 4 of 5, movement 0.87, 2.0 s"
    )


def test_numbered_candidates_are_spoken_by_number(tmp_path: Path) -> None:
    model = ClipListModel(with_sections=False)
    model.set_entries([entry(tmp_path, f"c{n}") for n in range(12)])
    spoken = [
        model.index(n).data(Qt.ItemDataRole.AccessibleTextRole).split(",")[0] for n in (0, 8, 9)
    ]
    assert spoken == ["Candidate 1", "Candidate 9", "g"]


def painted(theme: StudioTheme, match: Match) -> QImage:
    image = QImage(60, 24, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.palette.surface))
    painter = QPainter(image)
    paint_match(painter, QRectF(0, 0, 60, 24), theme.palette, match)
    painter.end()
    return image


@pytest.mark.parametrize("dots", range(1, 6))
def test_as_many_dots_are_full_as_the_kind_has(theme: StudioTheme, dots: int) -> None:
    image = painted(theme, Match(dots, 0.0, 0.5))
    colors = [image.pixelColor(x, 8).name() for x in range(60)]
    full = [now for before, now in pairwise(colors) if now != before].count(theme.palette.text)
    assert full == dots


def test_the_bar_is_as_long_as_the_movement(theme: StudioTheme) -> None:
    def length(movement: float) -> int:
        image = painted(theme, Match(None, movement, 0.5))
        colors = [image.pixelColor(x, 20).name() for x in range(60)]
        return colors.count(theme.palette.secondary)

    assert length(0.0) == 0 and length(0.5) == pytest.approx(length(1.0) / 2, abs=1)


def test_a_row_explains_its_match_but_not_in_a_blind_comparison(
    view: ClipListView, tmp_path: Path
) -> None:
    fill(view, [entry(tmp_path, "a", "door creak")])
    model = view.model()
    assert "4 of 5 dots" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    model.is_blind = True
    assert "dots" not in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
