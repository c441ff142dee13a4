"""Fixtures of the tests of the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from studio_fixtures import (  # noqa: F401
    audio,
    ears,
    generate,
    services,
    take,
    theme,
    window,
    with_take,
)
from thread_leaks import no_leaked_threads  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's offscreen platform says this of every window that has a minimum size."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            mark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
            item.add_marker(mark)


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QGuiApplication) -> Iterator[None]:
    """The offscreen platform destroys what is left on it after the interpreter: a crash at exit."""
    yield
    qapp.clipboard().clear()
