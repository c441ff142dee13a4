"""Commands start without what they do not need, and know whether a window can open."""

from __future__ import annotations

import argparse

import pytest

from qvim_studio import app
from qvim_studio.commands import entries
from qvim_studio.core.errors import StudioError


@pytest.mark.parametrize(
    ("system", "named", "value", "has_display"),
    [
        ("linux", "DISPLAY", ":0", True),
        ("linux", "WAYLAND_DISPLAY", "wayland-0", True),
        ("linux", "DISPLAY", "", False),
        ("darwin", "DISPLAY", "", True),
        ("win32", "DISPLAY", "", True),
        ("linux", "QT_QPA_PLATFORM", "xcb", True),
        ("linux", "QT_QPA_PLATFORM", "offscreen:size=9x9", False),
        ("win32", "QT_QPA_PLATFORM", "minimal", False),
    ],
)
def test_a_window_opens_on_a_desktop_or_where_qt_is_told_a_screen(
    system: str, named: str, value: str, has_display: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setenv(named, value)
    assert entries.has_display() == has_display


def test_a_window_that_ends_badly_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    statuses = iter((0, 3))
    monkeypatch.setattr(app, "main", lambda files: opened.append(files) or next(statuses))
    assert entries.studio(argparse.Namespace(imitation=None)) == {}
    with pytest.raises(StudioError, match="ended with status 3"):
        entries.studio(argparse.Namespace(imitation="take.wav"))
    assert opened == [[], ["take.wav"]]
