"""A kit from one take, in the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.ui.window import main_window
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


def beat(path: Path, count: int) -> Path:
    """Sounds of 0.2 s with 0.3 s of silence after each."""
    t = np.arange(9600) / 48_000
    hit = np.concatenate([0.5 * np.sin(2 * np.pi * 200 * t) * np.exp(-9 * t), np.zeros(14_400)])
    soundfile.write(path, np.tile(hit, count), 48_000)
    return path


def open_beat(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    window.controller.open_file(path)
    qtbot.waitUntil(lambda: window.controller.imitation is not None)
    window.request.variations.setValue(2)


def test_every_sound_of_a_take_becomes_a_sound_of_the_kit(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    revealed: list[Path] = []
    monkeypatch.setattr(main_window, "reveal_in_folder", revealed.append)
    open_beat(window, beat(tmp_path / "beat.wav", 3), qtbot)
    with qtbot.waitSignal(window.controller.kits.made) as made:
        window.keys.actions["kit"].trigger()
    (report,) = made.args
    assert [len(sounds) for sounds in report.sounds] == [2, 2, 2]
    assert {preset.suffix for preset in report.presets} == {".sfz", ".dspreset", ".multisample"}
    (button,) = [
        b for b in window.messages.findChildren(QPushButton) if b.text() == "Show in folder"
    ]
    button.click()
    assert revealed == [report.folder]
    qtbot.waitUntil(lambda: window.history.model.count == 6)
    entry = window.history.model.entries[0]
    window.controller.reopening.use_recipe(entry)
    wanted = read_recipe(entry.path)["request"]["imitation_sha256"]
    qtbot.waitUntil(lambda: window.controller.imitation.path.parent.name == "kit pieces")
    assert "trimmed differently" not in window.messages.text and wanted


def test_a_stopped_kit_leaves_none_behind(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_beat(window, beat(tmp_path / "beat.wav", 3), qtbot)
    window.request.text.setText("wait")
    window.keys.actions["kit"].trigger()
    queue = window._services.queue
    qtbot.waitUntil(lambda: queue.running is not None and len(queue.waiting) == 2)
    queue.cancel(queue.running)
    qtbot.waitUntil(lambda: queue.running is None and not queue.waiting)
    assert "was canceled" in window.messages.text
    assert not list(tmp_path.rglob("*.sfz"))


def test_a_kit_whose_sounds_are_not_all_made_is_none(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_beat(window, beat(tmp_path / "beat.wav", 2), qtbot)
    window.request.text.setText("2 then fail")
    window.request.variations.setValue(3)
    noticed: list[str] = []
    window.controller.kits.noticed.connect(noticed.append)
    window.keys.actions["kit"].trigger()
    queue = window._services.queue
    with qtbot.waitSignal(queue.finished):
        pass
    qtbot.waitUntil(lambda: queue.running is None and not queue.waiting)
    qtbot.waitUntil(lambda: window.history.model.count == 2)
    assert "was canceled" in noticed[-1]
    assert not list(tmp_path.rglob("*.sfz"))


def test_one_sound_is_no_kit(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.keys.actions["kit"].trigger()
    assert "got none" in window.messages.text
    open_beat(window, beat(tmp_path / "one.wav", 1), qtbot)
    window.keys.actions["kit"].trigger()
    qtbot.waitUntil(lambda: "Only one sound" in window.messages.text)
    assert window._services.queue.running is None
