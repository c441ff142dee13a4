"""A private X server with a window manager, and hands at its keyboard and mouse."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

SIZE = "1900x1000x24"
START_TIMEOUT_S = 20.0
STEP_S = 0.03  # between two moves of a drag: as quick as a hurried hand
MOVES = 12


def is_available() -> bool:
    """Are the X server, the window manager and the hands installed?"""
    return all(shutil.which(name) for name in ("Xvfb", "openbox", "xdotool"))


class Screen:
    """Running from birth to ``stop``; ``environment`` leads programs to it."""

    def __init__(self, folder: Path) -> None:
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SIZE, "-nolisten", "tcp"]
        self._server = _quietly(command, pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.environment = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        own = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        self._manager = _quietly(["openbox"], env=os.environ | self.environment | own)

    def hands(self, *arguments: object) -> str:
        """Run xdotool; gives back what it says. Raises CalledProcessError."""
        words = ["xdotool", *map(str, arguments)]
        environment = os.environ | self.environment
        done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def key(self, name: str) -> None:
        """A key goes to the window that has the focus, as from a keyboard."""
        self.hands("key", name)

    def find(self, title: str) -> str:
        """The id of the window with that title, once it can be seen."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline_s:
            try:
                return self.hands("search", "--onlyvisible", "--name", title).split()[0]
            except (subprocess.CalledProcessError, IndexError):
                time.sleep(STEP_S)
        raise RuntimeError(f"No window is called {title!r}")

    def title(self, window: str) -> str:
        return self.hands("getwindowname", window)

    def drag(self, begin: tuple[int, int], end: tuple[int, int]) -> None:
        """Press, move with the button held and let go, as a hand does it."""
        self.hands("mousemove", *begin, "mousedown", 1)
        for move in range(1, MOVES + 1):
            at = [round(a + (b - a) * move / MOVES) for a, b in zip(begin, end, strict=True)]
            self.hands("mousemove", *at)
            time.sleep(STEP_S)
        time.sleep(5 * STEP_S)  # the target says whether it takes the drop
        self.hands("mousemove", end[0] + 1, end[1])
        time.sleep(5 * STEP_S)
        self.hands("mouseup", 1)

    def stop(self) -> None:
        for process in (self._manager, self._server):
            process.kill()
            process.wait()


def _quietly(command: list[str], **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
