"""The whole daily loop, from outside: a real window, a real sound server, the real starter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import screen
import sound_server
import soundfile
from listening import RATE, best_match, place_of
from screen import Screen
from sound_server import SoundServer

from qvim_studio.core.program.device_key import DeviceKey
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Settings, Theme, save_settings

EXACT = 0.999  # cross-correlation of what was said and what was heard
TRIES = 3  # a machine under full load may starve one playing, but hardly three
PATIENCE_S = 120.0  # of a machine that does three other things
PLAYED_S = 0.3  # of the first sound before the second takes over
SILENCE_S = 0.6  # after a sound, for what is still under way between the programs
DROP_TARGET = "mhwaveedit"  # an editor that says in its title what it holds
SUPPORT = Path(screen.__file__).parent
EDITOR_X = 1450  # right of the studio
pytestmark = [
    pytest.mark.skipif(
        not (sound_server.is_available() and screen.is_available(DROP_TARGET)),
        reason="PulseAudio, Xvfb, openbox, xdotool or mhwaveedit is not installed",
    ),
    pytest.mark.sound_server,
    pytest.mark.slow,
]


class Studio:
    """The program in its own process; ``state`` is what it showed last."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        config = home / "config" / "qvim-studio"
        settings = Settings(
            theme=Theme.DARK, input_device=DeviceKey("qvim_mic"), variations=2, steps=4
        )
        save_settings(settings, config / "settings.json")
        places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA")}
        places |= {"HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_MUSIC_DIR": str(home)}
        self.state: dict[str, Any] = {}
        self._log = (home / "errors.txt").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reporting_studio"],
            env=os.environ | environment | places | {"PYTHONPATH": str(SUPPORT)},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait(self, is_reached: Callable[[dict[str, Any]], object], what: str) -> None:
        """Until the window shows it."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not (self.state and is_reached(self.state)):
            has_ended = self._process.poll() is not None
            if has_ended or time.monotonic() > deadline_s or self.state.get("messages"):
                self._log.seek(0)
                pytest.fail(f"waited for {what}, got {self.state}\n{self._log.read()}")
            time.sleep(0.01)

    def stop(self) -> int:
        """As the system asks programs to end; gives back the exit status."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(30)
        finally:
            self._process.kill()
            self._reader.join()
            self._process.stdout.close()
            self._log.close()

    def _read(self) -> None:
        for line in self._process.stdout:
            self.state = json.loads(line)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Screen]:
    desktop = Screen(tmp_path)
    yield desktop
    desktop.stop()


@pytest.fixture
def studio(tmp_path: Path, server: SoundServer, desktop: Screen) -> Iterator[Studio]:
    studio = Studio(tmp_path, server.environment | desktop.environment)
    yield studio
    assert studio.stop() == 0


def test_record_generate_compare_star_and_drag(
    studio: Studio, server: SoundServer, desktop: Screen, tmp_path: Path
) -> None:
    spoken, rate = soundfile.read(resource_path("examples", "thunder_krrum.flac"), dtype="float32")
    assert rate == RATE
    studio.wait(lambda s: s["ready"] and s["microphone"] == "qvim_mic", "the microphone")
    desktop.hands("windowmove", desktop.find("QVIM Studio"), 0, 0)

    record(studio, server, desktop, spoken)
    desktop.key("g")
    studio.wait(lambda s: len(s["candidates"]) >= 2, "candidates")
    first, second = (Path(path) for path in studio.state["candidates"][:2])

    made, other = mono(first), mono(second)
    exact = partial(is_exact, studio, server, desktop, tmp_path)
    assert any(exact(["1"], made, made[-RATE // 2 :]) for _ in range(TRIES))
    # B takes over where A stands, so both lie on one time line
    assert any(exact(["1", "2"], made[: RATE // 4], other[-RATE // 2 :]) for _ in range(TRIES))

    desktop.key("s")
    studio.wait(lambda s: s["starred"] == [str(second)], "a star")
    drop(studio, desktop, tmp_path)


def record(studio: Studio, server: SoundServer, desktop: Screen, spoken: np.ndarray) -> None:
    """A take by key; exact to more than 0.999, or else once more."""
    for _ in range(TRIES):
        before = studio.state["imitation"]
        desktop.key("r")
        studio.wait(lambda s: s["recording"] == "recording", "recording")
        server.speak(spoken.tobytes()).wait()
        time.sleep(SILENCE_S)
        desktop.key("r")
        studio.wait(partial(has_new_take, before=before), "the take")
        take, rate = soundfile.read(studio.state["imitation"], dtype="float32")
        assert rate == RATE
        if best_match(take, spoken) > EXACT:
            return
    pytest.fail("the take is not what was said")


def is_exact(
    studio: Studio,
    server: SoundServer,
    desktop: Screen,
    tmp_path: Path,
    keys: list[str],
    begin: np.ndarray,
    end: np.ndarray,
) -> bool:
    """Do these keys play ``begin`` and ``end`` exactly, as far apart as in one file?

    end: the last part of the clip that the last key plays.
    """
    played = listen(studio, server, desktop, tmp_path, keys)
    length = len(mono(Path(studio.state["candidates"][int(keys[-1]) - 1])))
    is_in_time = place_of(played, end) - place_of(played, begin) == length - len(end)
    return is_in_time and min(best_match(played, begin), best_match(played, end)) > EXACT


def listen(
    studio: Studio, server: SoundServer, desktop: Screen, tmp_path: Path, keys: list[str]
) -> np.ndarray:
    """What comes out of the loudspeakers after these keys, until it is silent again."""
    target = tmp_path / "heard.raw"
    recorder = server.listen(target)
    wait_until(lambda: target.stat().st_size > 0)
    for key in keys:
        desktop.key(key)
        wanted = studio.state["candidates"][int(key) - 1]
        studio.wait(partial(is_playing, wanted=wanted), f"sound {key}")
    studio.wait(lambda s: not s["heard"], "silence")
    time.sleep(SILENCE_S)
    recorder.terminate()
    recorder.wait()
    return np.fromfile(target, np.float32)


def drop(studio: Studio, desktop: Screen, tmp_path: Path) -> None:
    """Drag the first candidate into an audio editor, which then holds it."""
    clip = Path(studio.state["candidates"][0])
    editor = subprocess.Popen(
        [DROP_TARGET, "--driver", "dummy"],
        env=os.environ | desktop.environment | {"HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        window = desktop.find("mhWaveEdit")
        desktop.hands("windowsize", "--sync", window, 400, 400)
        desktop.hands("windowmove", "--sync", window, EDITOR_X, 300)
        desktop.drag(studio.state["places"][0], (EDITOR_X + 200, 550))
        wait_until(lambda: clip.name in desktop.title(window))
    finally:
        editor.kill()
        editor.wait()


def has_new_take(state: dict[str, Any], before: str | None) -> bool:
    return state["imitation"] not in (None, before)


def is_playing(state: dict[str, Any], wanted: str) -> bool:
    return state["heard"] == wanted and state["at_s"] > PLAYED_S


def mono(path: Path) -> np.ndarray:
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.mean(axis=1)


def wait_until(is_done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_done():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
