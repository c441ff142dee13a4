"""Clips dragged with a real mouse into other programs on a private screen.

The test setup installs mhWaveEdit alone. After ``apt-get install pcmanfm ardour wmctrl`` the
folder of a file manager and the session of a DAW (half a minute) are tried too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sound_server
import soundfile
from pack_clips import make_clips
from screen import Point, Screen, is_available, wait_for

SOURCE = Path(__file__).parent.parent / "support" / "drag_source.py"
ARDOUR_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config><Option name="try-autostart-engine" value="1"/></Config>
<Extra><AudioMIDISetup><EngineStates>
<State backend="PulseAudio" driver="" device="Default Playback" input-device="" output-device=""
 sample-rate="48000" buffer-size="1024" n-periods="0" input-latency="0" output-latency="0"
 lm-input="" lm-output="" active="1" use-buffered-io="0" midi-option="None" lru="1">
<MIDIDevices/></State>
</EngineStates></AudioMIDISetup></Extra></Ardour>
"""
DAW = ("ardour", "ardour7-new_empty_session", "wmctrl")
pytestmark = pytest.mark.screen


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    screen = Screen(tmp_path)
    yield screen
    screen.stop()


def show_clips(screen: Screen, folder: Path, *options: str) -> tuple[list[Path], list[Point]]:
    """Two generated clips in the studio's list; the files, and where they are on the screen."""
    files = make_clips(folder / "clips", "dog bark", 2)
    reported = folder / "told.json"
    screen.start(sys.executable, SOURCE, *files, *options, output=reported)
    wait_for("the list of clips", lambda: reported.exists() and reported.read_text().endswith("\n"))
    return files, [(x, y) for x, y in json.loads(reported.read_text())]


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


@pytest.mark.slow
@pytest.mark.skipif(
    not (
        is_available("ardour", "ardour7-new_empty_session", "wmctrl")
        and sound_server.is_available()
    ),
    reason="Ardour 7, wmctrl or PulseAudio is not installed",
)
def test_clips_land_in_a_daw_sample_by_sample(screen: Screen, tmp_path: Path) -> None:
    server = sound_server.SoundServer(tmp_path)
    try:
        config = tmp_path / "home/.config/ardour7"
        screen.environment.update(server.environment, XDG_CONFIG_HOME=str(config.parent))
        config.mkdir(parents=True)
        (config / "config").write_text(ARDOUR_CONFIG)
        (config / ".a7").touch()  # not its first start
        session = tmp_path / "session"
        new = ["ardour7-new_empty_session", "-s", "48000", session]
        subprocess.run(new, env=screen.environment, check=True, capture_output=True)
        files, points = show_clips(screen, tmp_path, "--all")
        screen.start("wmctrl", "-r", SOURCE.name, "-b", "add,above")
        screen.start("ardour", "-a", "-n", "-d", session)
        window = wait_for("Ardour", lambda: screen.answer_dialogs("session - Ardour"), 120)
        screen.hands("windowmove", "--sync", window, 0, 0, "windowsize", window, 1200, 800)
        copies = session / "interchange/session/audiofiles"
        wanted = {file.name: soundfile.read(file)[0] for file in files}

        def has_landed() -> bool:
            return {file.name for file in copies.glob("*.wav")} == wanted.keys()

        screen.drag_until(points[0], (500, 560), has_landed)
        screen.hands("windowactivate", "--sync", window, "key", "ctrl+s")
        saved = session / "session.ardour"
        wait_for(
            "the saved session",
            lambda: all(f'<Source name="{name}"' in saved.read_text() for name in wanted),
        )
        for name, samples in wanted.items():
            np.testing.assert_array_equal(soundfile.read(copies / name)[0], samples)
    finally:
        server.stop()
