"""For all tests: the helpers of tests/support, no display, and a home of their own."""

from __future__ import annotations

import gc
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

PATIENCE_MS = 20_000  # a machine that has much else to do; what comes at once waits no longer
SUPPORT = Path(__file__).parent / "support"
if str(SUPPORT) not in sys.path:
    sys.path.insert(0, str(SUPPORT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
# Torch's threads of one worker would wait for the other worker's; and sums stay the same anywhere.
os.environ.setdefault("OMP_NUM_THREADS", "1")

gc.disable()  # until everything is imported
NUMBERS = itertools.count()  # of homes
WINDOWS = ("ui", "session")  # folders whose tests open windows


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's offscreen platform says this of every window that has a minimum size."""
    folders = [SUPPORT.parent / name for name in WINDOWS]
    for item in items:
        if any(folder in item.path.parents for folder in folders):
            mark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
            item.add_marker(mark)


def pytest_collection_finish() -> None:
    """What was imported stays: no garbage collection has to look through it, then or later."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # by default it takes twice the time that makes many objects
    gc.enable()


class PatientQtBot(QtBot):
    """Waits longer than pytest-qt's 5 s for what a busy machine does late."""

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **how: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **how)

    def waitSignals(self, signals: list[Any], *, timeout: int = PATIENCE_MS, **how: Any) -> Any:
        return super().waitSignals(signals, timeout=timeout, **how)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientQtBot(request)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all homes lie: pytest looks through every folder of its own to number the next."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def own_home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Logs, caches and settings of a test never touch the user's own."""
    home = homes / str(next(NUMBERS))
    home.mkdir()
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("HF_HOME", str(home / "hf"))
    return home
