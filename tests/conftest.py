"""For all tests: the helpers of tests/support, no display, and a home of their own."""

from __future__ import annotations

import faulthandler
import gc
import itertools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import qvim_studio  # noqa: F401  (switches telemetry off before a test imports a library)
from qvim_studio.core.program.logging_setup import HANDLER_NAME

PATIENCE_MS = 20_000  # a machine that has much else to do; what comes at once waits no longer
SUPPORT = Path(__file__).parent / "support"
if str(SUPPORT) not in sys.path:
    sys.path.insert(0, str(SUPPORT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
# Torch's threads of one worker would wait for the other worker's; and sums stay the same anywhere.
os.environ.setdefault("OMP_NUM_THREADS", "1")

QLocale.setDefault(QLocale.c())  # whatever the computer speaks
os.environ["LANGUAGE"] = "C"  # without it, argparse looks for translations hundreds of times
gc.disable()  # until everything is imported
NUMBERS = itertools.count()  # of homes
HOMES = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HF_HOME")
WINDOWS = ("tests/ui/", "tests/session/")  # whose tests open windows


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's offscreen platform says this of every window that has a minimum size."""
    mark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
    for item in items:
        if item.nodeid.startswith(WINDOWS):
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
def homes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where all homes lie: pytest looks through every folder of its own to number the next."""
    return str(tmp_path_factory.mktemp("homes"))


@pytest.fixture(autouse=True)
def own_home(homes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs, caches and settings of a test never touch the user's own; no folder is made before its
    first file."""
    home = f"{homes}/{next(NUMBERS)}"
    for name in HOMES:
        monkeypatch.setenv(name, f"{home}/{name.lower()}")


@pytest.fixture(autouse=True)
def crash_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Leaves pytest's own fault handler and the root logger as they were.

    A handler left behind would write what later tests log to a closed stderr.
    """
    files: list[int] = []
    monkeypatch.setattr(faulthandler, "enable", files.append)
    root = logging.getLogger()
    level = root.level
    yield files
    for file in files:
        os.close(file)
    for handler in [h for h in root.handlers if h.name == HANDLER_NAME]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
