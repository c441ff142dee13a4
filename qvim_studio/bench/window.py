"""Measures the window: its start, its history, and its event loop while sounds are made."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot

from qvim_studio.bench.filled_library import fill_history
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Theme
from qvim_studio.jobs.engine.job import JobEnded
from qvim_studio.library.library import Library
from qvim_studio.session.services import Services, make_services
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.pictures.screenshots import StillAudio
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.application import make_application
from qvim_studio.ui.window.main_window import MainWindow

ENGINE = "qvim_studio.assembly:make_engine"
TYPED = ("door", "large dog", "apache", "2023-12", "starter metal")
STARTS, QUICK_STARTS = 3, 1  # the best of three is a warm one
TICK_MS = 5
WAIT_LIMIT_S = 300.0
_SHOWN = "shown"


def measure_window(clips: int, engine: str = ENGINE, *, is_quick: bool = False) -> dict[str, Any]:
    """The keys of ``qvim-studio bench ui``; wall times on this machine in its present state.

    clips: length of the history. is_quick: start the window once and generate nothing.
    """
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    visible_s = _window_visible_s(QUICK_STARTS if is_quick else STARTS)
    result: dict[str, Any] = {"clips": clips, "window_visible_s": visible_s}
    application = make_application()
    theme = StudioTheme(application, Theme.DARK)
    with tempfile.TemporaryDirectory() as home:
        paths = StudioPaths.below(Path(home))
        library = Library(paths.library_file)
        fill_history(library, clips, Path(home) / "not there")
        library.close()
        store = SettingsStore(paths.settings_file)
        services = make_services(paths, store, StillAudio(), engine, lambda: ())
        try:
            window = MainWindow(services, theme)
            window.show()
            _wait(lambda: window.has_looked_around and services.tasks.is_idle)
            result["history_open_s"] = _history_open_s(window)
            result |= _search_times(window)
            if not is_quick:
                result |= _stalls(window, services)
            window.close()
        finally:
            services.shutdown()
    return result


def show_first_window(home: Path) -> None:
    """Show the studio's window as at its start and report it; runs in the measured child."""
    application = make_application()
    paths = StudioPaths.below(home)
    store = SettingsStore(paths.settings_file)
    theme = StudioTheme(application, store.settings.theme)
    services = make_services(paths, store, StillAudio(), ENGINE, lambda: ())
    window = MainWindow(services, theme)
    window.show()
    application.processEvents()
    window.repaint()
    print(_SHOWN, flush=True)
    window.close()
    services.shutdown()


def _window_visible_s(starts: int) -> float:
    """Seconds from the start of a process to its painted window, the best of ``starts`` starts."""
    code = (
        "import sys; from pathlib import Path; from qvim_studio.bench.window import "
        "show_first_window; show_first_window(Path(sys.argv[1]))"
    )
    times = []
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as home:
            began_s = time.perf_counter()
            child = subprocess.Popen(
                [sys.executable, "-c", code, home], stdout=subprocess.PIPE, text=True
            )
            with child:
                line = child.stdout.readline() if child.stdout else ""
                times.append(time.perf_counter() - began_s)
                child.communicate()
            if line.strip() != _SHOWN:
                raise StudioError(
                    f"The window did not open (exit status {child.returncode}). See the log above."
                )
    return round(min(times), 3)


def _history_open_s(window: MainWindow) -> float:
    """Seconds from the request for the whole history to its painted list."""
    began_s = time.perf_counter()
    loaded: list[float] = []
    window.controller.history.loaded.connect(loaded.append)
    window.controller.history.reload()
    _wait(lambda: bool(loaded))
    window.history.view.viewport().repaint()
    return round(time.perf_counter() - began_s, 3)


def _search_times(window: MainWindow) -> dict[str, float]:
    """The slowest key press and the slowest page of scrolling, in ms, painting included."""
    keys: list[float] = []
    search, viewport = window.history.search, window.history.view.viewport()
    for text in TYPED:
        for length in range(len(text) + 1):
            began_s = time.perf_counter()
            search.setText(text[:length])
            viewport.repaint()
            keys.append(time.perf_counter() - began_s)
    search.clear()
    bar = window.history.view.verticalScrollBar()
    pages: list[float] = []
    for position in np.linspace(0, bar.maximum(), 100):
        began_s = time.perf_counter()
        bar.setValue(int(position))
        viewport.repaint()
        pages.append(time.perf_counter() - began_s)
    return {
        "history_search_ms": round(1000 * max(keys), 1),
        "history_scroll_ms": round(1000 * max(pages), 1),
    }


class _Ticker(QObject):
    """Records the delay of a timer in the event loop, and the busy time of the loop's own thread.

    The busy time tells the window's own work from waiting for other programs of the machine.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.late_ms: list[float] = []
        self.busy_ms: list[float] = []
        self._last_s = time.perf_counter()
        self._last_busy_s = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    @Slot()
    def _on_tick(self) -> None:
        now_s = time.perf_counter()
        self.late_ms.append(max(1000 * (now_s - self._last_s) - TICK_MS, 0.0))
        self._last_s = now_s
        busy_s = time.thread_time()
        self.busy_ms.append(1000 * (busy_s - self._last_busy_s))
        self._last_busy_s = busy_s


def _stalls(window: MainWindow, services: Services) -> dict[str, Any]:
    """The stalls of the event loop while the engine's process started and generated."""
    take = sorted(resource_path("examples").glob("*.flac"))[0]
    window.controller.open_file(take)
    _wait(lambda: window.controller.imitation is not None)
    ended: list[JobEnded] = []
    services.queue.ended.connect(ended.append)
    ticker = _Ticker(window)
    window.request.generate_button.click()
    _wait(lambda: bool(window.controller.candidates or ended))
    if ended and ended[0].error is not None:
        raise ended[0].error
    late = np.array(ticker.late_ms)
    return {
        "stall_p99_ms": round(float(np.percentile(late, 99)), 1),
        "stall_max_ms": round(float(late.max()), 1),
        "busy_max_ms": round(max(ticker.busy_ms), 1),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "measured_s": round(float((late + TICK_MS).sum()) / 1000, 1),
    }


def _wait(is_done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + WAIT_LIMIT_S
    while not is_done():
        if time.monotonic() > deadline_s:
            raise StudioError(f"The window did not answer within {WAIT_LIMIT_S:.0f} s.")
        loop = QEventLoop()
        QTimer.singleShot(TICK_MS, loop.quit)
        loop.exec()
