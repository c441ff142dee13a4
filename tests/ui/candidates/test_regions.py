"""The selected part of a candidate on its way into another program."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pack_clips import make_clips
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import AudioFileError, OutputError
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.files.region import write_region
from qvim_studio.ui.candidates import region_drag
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


def test_a_region_is_sample_exact_keeps_its_recipe_and_is_written_once(tmp_path: Path) -> None:
    (clip,) = make_clips(tmp_path, "dog bark", 1)
    path = write_region(clip, 0.05, 0.15, tmp_path / "Regions")
    assert re.fullmatch(r"dog_bark_01_50-150ms_[0-9a-f]{8}\.wav", path.name)
    whole, part = soundfile.read(clip)[0], soundfile.read(path)[0]
    np.testing.assert_array_equal(part, whole[2400:7200])
    recipe = read_recipe(path)
    assert recipe is not None and recipe["seed"] == 7
    assert recipe["edits"] == [{"kind": "trim", "begin_s": 0.05, "end_s": 0.15}]
    before = path.stat().st_mtime_ns
    assert write_region(clip, 0.05, 0.15, tmp_path / "Regions") == path
    assert path.stat().st_mtime_ns == before


def test_parts_of_sounds_of_one_name_are_files_of_their_own(tmp_path: Path) -> None:
    long = "a very long prompt that describes a big metal door"
    clips = make_clips(tmp_path / "a", long, 2) + make_clips(tmp_path / "b", long, 3)[2:]
    paths = [write_region(clip, 0.05, 0.15, tmp_path / "Regions") for clip in clips]
    assert len(set(paths)) == 3
    for clip, path in zip(clips, paths, strict=True):
        part = soundfile.read(clip)[0][2400:7200]
        np.testing.assert_array_equal(soundfile.read(path)[0], part)


def test_a_part_of_a_changed_sound_leaves_the_earlier_one_as_it_is(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "own.wav", np.tile([0.1, -0.1], 4800), 48_000)
    first = write_region(tmp_path / "own.wav", 0.0, 0.1, tmp_path / "Regions")
    before, changed_ns = first.read_bytes(), first.stat().st_mtime_ns + 10**9
    soundfile.write(tmp_path / "own.wav", np.tile([0.2, -0.2], 4800), 48_000)
    os.utime(tmp_path / "own.wav", ns=(changed_ns, changed_ns))
    second = write_region(tmp_path / "own.wav", 0.0, 0.1, tmp_path / "Regions")
    assert first.read_bytes() == before
    assert soundfile.read(second)[0].max() == pytest.approx(0.2, abs=1e-4)


def test_a_part_of_a_sound_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="still there"):
        write_region(tmp_path / "gone.wav", 0.0, 0.1, tmp_path)


def test_a_region_of_a_foreign_file_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "own.wav", np.tile([0.1, -0.1], 4800), 48_000)
    assert soundfile.info(write_region(tmp_path / "own.wav", 0.0, 0.1, tmp_path)).frames == 4800
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_region(tmp_path / "own.wav", 0.0, 0.2, tmp_path / "file")


def pull(window: MainWindow, begin: float, end: float) -> None:
    """Press and move the mouse over the candidate's view; shares of its width."""
    view = window.imitation.result
    points = [QPoint(round(view.width() * share), view.height() // 2) for share in (begin, end)]
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=points[0])
    QTest.mouseMove(view, points[1])
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=points[1])


def test_the_file_is_complete_before_the_drag(
    with_take: MainWindow,
    generate: Callable[[MainWindow], None],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dragged: list[list[Path]] = []
    monkeypatch.setattr(
        region_drag, "drag_clips", lambda view, paths, peaks, palette: dragged.append(paths)
    )
    window = with_take
    generate(window)
    qtbot.waitUntil(lambda: window.imitation.result.has_sound)
    pull(window, 0.1, 0.4)
    qtbot.waitUntil(lambda: window.regions.file is not None)
    file = window.regions.file
    assert file is not None and file.is_file() and file.parent.name == "Regions"
    selection = window.imitation.result.selection
    pull(window, 0.2, 0.9)
    assert dragged == [[file]] and window.imitation.result.selection == selection
    pull(window, 0.6, 0.8)
    qtbot.waitUntil(lambda: window.regions.file not in (None, file))
    window.imitation.result.select(None)
    assert window.regions.file is None


def test_new_clips_are_copied_into_the_watched_folder(
    with_take: MainWindow, generate: Callable[[MainWindow], None], tmp_path: Path, qtbot: QtBot
) -> None:
    store = with_take._services.store
    store.change(store.settings.with_changes(watch_folder=str(tmp_path / "watched")))
    generate(with_take)
    names = {entry.path.name for entry in with_take.controller.candidates}
    watched = tmp_path / "watched"
    qtbot.waitUntil(lambda: watched.is_dir() and {p.name for p in watched.iterdir()} == names)
