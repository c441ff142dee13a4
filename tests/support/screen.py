"""A private X screen with a window manager, and hands that drag across it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

TIMEOUT_S = 30.0  # for a machine that does ten other things
GESTURES = 3
PROGRAMS = ("Xvfb", "openbox", "xdotool")
Point = tuple[int, int]
Value = TypeVar("Value")


def is_available(*programs: str) -> bool:
    """Are the screen's programs and these installed?"""
    return all(shutil.which(name) for name in (*PROGRAMS, *programs))


def wait_for(what: str, condition: Callable[[], Value], timeout_s: float = TIMEOUT_S) -> Value:
    """The first value of ``condition`` that is true; TimeoutError where ``what`` does not come."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {timeout_s:.0f} s")
        time.sleep(0.05)
    return value


class Screen:
    """Running from birth to ``stop``; everything that was started on it ends with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        number = folder / "display"
        with number.open("wb") as file:
            fd = file.fileno()
            command = ["Xvfb", "-displayfd", str(fd), "-screen", "0", "1900x1000x24"]
            self._spawn([*command, "-nolisten", "tcp"], dict(os.environ), (fd,))
        wait_for("the screen", lambda: number.read_text().endswith("\n"))
        home = folder / "home"
        home.mkdir()
        self.environment = {
            **os.environ,
            "DISPLAY": f":{number.read_text().strip()}",
            "HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
        }
        self.environment.pop("XDG_RUNTIME_DIR", None)
        self.start("openbox")

    def start(self, *command: str | Path, output: Path | None = None) -> None:
        """Run a program on the screen. output: a file for what it prints."""
        self._spawn(list(map(str, command)), self.environment, output=output)

    def hands(self, *words: object) -> str:
        """Run xdotool and give back what it says."""
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()

    def key(self, name: str) -> None:
        """A key goes to the window that has the focus, as from a keyboard."""
        self.hands("key", name)

    def find(self, title: str) -> str:
        """The first window with that title, once it can be seen."""
        return wait_for(f"a window called {title}", lambda: self.windows(title))[0]

    def windows(self, title: str) -> list[str]:
        """Ids of the windows that can be seen and whose title holds ``title``."""
        found = self.hands("search", "--onlyvisible", "--name", title)
        return found.split()

    def title(self, window: str) -> str:
        return self.hands("getwindowname", window)

    def move(self, window: str, x: int, y: int) -> None:
        self.hands("windowmove", "--sync", window, x, y)

    def middle(self, window: str) -> Point:
        rows = self.hands("getwindowgeometry", "--shell", window).splitlines()
        values = {name: int(value) for name, _, value in (row.partition("=") for row in rows)}
        return values["X"] + values["WIDTH"] // 2, values["Y"] + values["HEIGHT"] // 2

    def answer_dialogs(self, title: str) -> str:
        """Press Return in windows without a title until there is one with ``title``; its id."""
        if found := self.windows(title):
            return found[0]
        listed = subprocess.run(
            ["wmctrl", "-l"], env=self.environment, capture_output=True, text=True
        )
        for row in listed.stdout.splitlines():
            if len(words := row.split()) == 3:
                self.hands("windowactivate", "--sync", words[0], "key", "Return")
        return ""

    def drag(self, begin: Point, end: Point) -> None:
        """As a hand does it: press, move in steps, wait a moment over the target, let go."""
        steps = 15
        commands = [["mousemove", *begin], ["sleep", 0.15], ["mousedown", 1], ["sleep", 0.1]]
        for step in range(1, steps + 1):
            point = [a + (b - a) * step // steps for a, b in zip(begin, end, strict=True)]
            commands += [["mousemove", *point], ["sleep", 0.03]]
        commands += [["sleep", 0.4], ["mousemove", end[0] + 1, end[1]], ["sleep", 0.3]]
        commands += [["mouseup", 1]]
        self.hands(*(word for command in commands for word in command))

    def drag_until(self, begin: Point, end: Point, has_landed: Callable[[], object]) -> None:
        """Drag; a target that was too busy to answer gets the same again, as from a person."""
        for attempt in range(GESTURES):
            self.drag(begin, end)
            try:
                wait_for("the drop", has_landed, TIMEOUT_S / GESTURES)
            except TimeoutError:
                if attempt + 1 == GESTURES:
                    raise
            else:
                return

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _spawn(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        fds: Sequence[int] = (),
        output: Path | None = None,
    ) -> None:
        stdout = subprocess.DEVNULL if output is None else output.open("wb")
        try:
            self._processes.append(
                subprocess.Popen(
                    command,
                    env=environment,
                    pass_fds=fds,
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=subprocess.DEVNULL,
                )
            )
        finally:
            if not isinstance(stdout, int):
                stdout.close()
