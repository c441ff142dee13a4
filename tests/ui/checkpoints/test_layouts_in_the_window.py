"""Every published layout is imported, checked, chosen and makes a sound in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile
from fake_audio import FakeAudio
from published_layouts import LAYOUTS, VARIANTS
from pytestqt.qtbot import QtBot
from quick_ears import quick_ears  # noqa: F401
from studio_fixtures import ScriptedEars
from tqdm import tqdm

from qvim_studio.app import known_checkpoints
from qvim_studio.core.program.paths import StudioPaths
from qvim_studio.core.program.settings import Settings, save_settings
from qvim_studio.core.request import VramMode
from qvim_studio.session.services import Services, make_services
from qvim_studio.session.settings_store import SettingsStore
from qvim_studio.ui.window.main_window import MainWindow

QUICK = {"audioldm", "stable-audio-3-small"}  # the others are tried slowly
pytestmark = pytest.mark.usefixtures("undressed", "quick_ears")


@pytest.fixture
def services(
    tmp_path: Path,
    audio: FakeAudio,
    ears: ScriptedEars,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    """The real engine and the real list of checkpoints."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # its thread would outlive the test
    paths = StudioPaths.below(tmp_path)
    settings = Settings(engine_in_own_process=False, variations=1, steps=2, vram_mode=VramMode.CPU)
    save_settings(settings, paths.settings_file)
    services = make_services(
        paths,
        SettingsStore(paths.settings_file),
        audio,
        "published_layouts:make_engine",
        known_checkpoints,
        "scripted_hearing:make_hearing_service",
        hear=ears,
    )
    yield services
    assert services.shutdown()


@pytest.mark.parametrize(
    "layout",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in sorted(LAYOUTS.keys() - VARIANTS)
    ],
)
def test_a_folder_is_imported_checked_chosen_and_makes_a_sound(
    layout: str,
    with_take: MainWindow,
    services: Services,
    generate: Callable[[MainWindow], None],
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    LAYOUTS[layout](tmp_path / "mine")
    manager = services.checkpoint_manager
    dialog = with_take.checkpoints.open()
    manager.import_source(tmp_path / "mine")
    qtbot.waitUntil(lambda: "mine" in dialog.rows)
    with qtbot.waitSignal(manager.noticed) as told:
        manager.verify("mine")
    assert "mine" in str(told.args)
    dialog.chosen.emit("mine")
    dialog.close()
    panel = with_take.request
    qtbot.waitUntil(lambda: panel.checkpoint is not None and panel.checkpoint.id == "mine")
    if panel.text.isEnabled():
        panel.text.setText("a door")
    generate(with_take)
    (entry,) = with_take.controller.candidates
    assert soundfile.info(entry.path).samplerate == 48_000
