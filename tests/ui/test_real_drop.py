"""Clips dragged with a real mouse into other programs on a private screen.

The folder of a file manager is tried where pcmanfm is installed (``apt-get install pcmanfm``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pack_clips import make_clips
from screen import Point, Screen, is_available, wait_for

SOURCE = Path(__file__).parent.parent / "support" / "drag_source.py"
pytestmark = pytest.mark.screen


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    screen = Screen(tmp_path)
    yield screen
    screen.stop()


def show_clips(screen: Screen, folder: Path, *options: str) -> tuple[list[Path], list[Point]]:
    """Two generated clips in the studio's list; the files, and where they are on the screen."""
    files = make_clips(folder / "clips", "dog bark", 2)
    told = folder / "told.json"
    screen.start(sys.executable, SOURCE, *files, *options, output=told)
    wait_for("the list of clips", lambda: told.exists() and told.read_text().endswith("\n"))
    return files, [(x, y) for x, y in json.loads(told.read_text())]


@pytest.mark.skipif(not is_available("mhwaveedit"), reason="mhwaveedit is not installed")
def test_a_clip_lands_in_an_audio_editor(screen: Screen, tmp_path: Path) -> None:
    screen.start("mhwaveedit", "--driver", "dummy")
    files, points = show_clips(screen, tmp_path)
    (window,) = wait_for("the editor", lambda: screen.windows("mhWaveEdit"))
    screen.move(window, 430, 100)
    title = f"mhWaveEdit: {files[1].name} (00:00.2): 48000 Hz, 24 bit"
    screen.drag_until(points[1], screen.middle(window), lambda: screen.title(window) == title)


@pytest.mark.skipif(not is_available("pcmanfm"), reason="pcmanfm is not installed")
def test_several_clips_land_in_a_folder_byte_by_byte(screen: Screen, tmp_path: Path) -> None:
    target = tmp_path / "dropped"
    target.mkdir()
    screen.start("pcmanfm", "--no-desktop", target)
    files, points = show_clips(screen, tmp_path, "--all")
    (window,) = wait_for("the file manager", lambda: screen.windows("dropped"))
    screen.move(window, 430, 100)
    wanted = {file.name: file.read_bytes() for file in files}

    def has_landed() -> bool:
        return {file.name: file.read_bytes() for file in target.iterdir()} == wanted

    screen.drag_until(points[0], screen.middle(window), has_landed)
    assert all(file.is_file() for file in files)
