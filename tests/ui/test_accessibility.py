"""What a screen reader is told, through AT-SPI, and where the Tab key leads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import screen
from library_fixtures import add_clips
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from screen import Screen

from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

SUPPORT = Path(screen.__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"  # the bindings of AT-SPI live there
PATIENCE_S = 120.0
LINE_PX = 20  # what stands on one line differs by less in its middle
INNER_ROLES = {"list"}  # the closed list of a combo box, which itself has the name


def has_accessibility() -> bool:
    if not (screen.is_available() and shutil.which("dbus-run-session")):
        return False
    probe = [SYSTEM_PYTHON, "-c", "import pyatspi"]
    return (
        Path(SYSTEM_PYTHON).exists() and subprocess.run(probe, capture_output=True).returncode == 0
    )


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Screen]:
    desktop = Screen(tmp_path)
    yield desktop
    desktop.stop()


def reported(desktop: Screen, home: Path, *pressed: str) -> list[dict[str, Any]]:
    """Every control of the studio, after these were pressed, as AT-SPI has it."""
    places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE")}
    switches = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_ACCESSIBILITY": "1"}
    script = (
        f'"{sys.executable}" -m qvim_studio studio 2>"$HOME/errors.txt" & studio=$!\n'
        f'"{SYSTEM_PYTHON}" "$@"; status=$?\n'
        "kill $studio; wait $studio; exit $status"
    )
    walk = [str(SUPPORT / "walk_accessibility.py"), "QVIM Studio", *pressed]
    done = subprocess.run(
        ["dbus-run-session", "bash", "-c", script, "bash", *walk],
        env=os.environ | desktop.environment | places | switches | {"HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])  # the bus and the studio may talk before


@pytest.mark.slow
@pytest.mark.skipif(not has_accessibility(), reason="AT-SPI, Xvfb or openbox is not installed")
@pytest.mark.parametrize(
    "dialog", ["Settings…", "Keyboard shortcuts…", "Checkpoints…", "About QVIM Studio"]
)
def test_a_screen_reader_finds_a_name_on_every_control(
    desktop: Screen, tmp_path: Path, dialog: str
) -> None:
    controls = reported(desktop, tmp_path, "More settings", dialog)
    shown = [control for control in controls if control["is_shown"]]
    assert {"push button", "check box", "combo box", "slider", "spin button", "text", "list"} <= {
        control["role"] for control in shown
    }
    assert any("dialog" in parent for control in shown for parent in control["inside"])
    assert not [control for control in shown if not control["name"]]
    hidden = [c for c in controls if not c["is_shown"] and c["role"] not in INNER_ROLES]
    assert len([c for c in hidden if c["role"] == "menu item" and c["name"]]) > 40


def test_tab_walks_through_the_panels_from_top_to_bottom(
    with_take: MainWindow, generate: Callable[[MainWindow], None]
) -> None:
    generate(with_take)
    with_take.rest()
    panels = (
        with_take.header,
        with_take.imitation,
        with_take.request,
        with_take.candidates,
        with_take.library,
    )
    order: list[QWidget] = []
    while (focused := next_by_tab(with_take)) not in order:
        order.append(focused)
    order = from_the_top(with_take, order)
    places = [next(n for n, p in enumerate(panels) if p.isAncestorOf(w)) for w in order]
    assert places == sorted(places)
    assert set(places) == set(range(len(panels)))


def test_tab_walks_through_the_candidates_as_they_are_seen(
    with_take: MainWindow, generate: Callable[[MainWindow], None], qtbot: QtBot
) -> None:
    generate(with_take)
    panel = with_take.candidates
    with_take.request.text.setText("2 then wait")
    with_take.request.generate_button.click()
    qtbot.waitUntil(lambda: len(panel.forming.tiles) == 2)
    panel.sketch.setFocus()
    walked = [next_by_tab(with_take) for _ in range(5)]
    assert walked == [panel.match, panel.blind, *panel.forming.tiles, panel.view]
    with_take.controller.cancel()


@pytest.mark.usefixtures("dressed")
def test_tab_walks_through_a_panel_as_it_is_read(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    add_clips(services.library, services.paths.output_folder)
    with qtbot.waitSignal(window.controller.history.loaded):
        window.controller.load_history()
    window.history.view.select_row(1)
    window.rest()
    order: list[QWidget] = []
    while (focused := next_by_tab(window)) not in order:
        order.append(focused)
    order = from_the_top(window, order)
    for panel in (window.imitation, window.library):
        lines = lines_of(panel, [widget for widget in order if panel.isAncestorOf(widget)])
        rounds = [lines[n:] + lines[:n] for n in range(len(lines))]
        assert sorted(lines) in rounds  # the record bar, where the main flow begins, comes first


@pytest.mark.usefixtures("dressed")
def test_tab_walks_through_the_pack_as_it_is_read(
    with_take: MainWindow, generate: Callable[[MainWindow], None]
) -> None:
    generate(with_take)
    dialog = with_take.packs.open_pack()
    assert dialog.focusWidget() is dialog.form.name
    dialog.listen.setFocus()
    order: list[QWidget] = [dialog.listen]
    while (focused := next_by_tab(dialog)) not in order:
        order.append(focused)
    assert len(order) > 10
    assert lines_of(dialog, order) == sorted(lines_of(dialog, order))
    dialog.reject()


def from_the_top(window: MainWindow, order: list[QWidget]) -> list[QWidget]:
    """The same round of the keyboard, which begins at the main flow, told from the header on."""
    first = next(n for n, widget in enumerate(order) if window.header.isAncestorOf(widget))
    return order[first:] + order[:first]


def lines_of(panel: QWidget, widgets: Sequence[QWidget]) -> list[int]:
    """The lines of the panel that they stand on."""
    return [widget.mapTo(panel, widget.rect().center()).y() // LINE_PX for widget in widgets]


def next_by_tab(window: QWidget) -> QWidget:
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    return window.focusWidget()
