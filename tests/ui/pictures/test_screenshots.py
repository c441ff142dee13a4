from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from studio_fixtures import CHECKPOINTS, ScriptedEars

from qvim_studio.session.services import make_services
from qvim_studio.ui.pictures import screenshots

SCENES = {
    "empty",
    "recording",
    "generating",
    "results_dark",
    "results_light",
    "error",
    "settings",
    "spectrogram",
    "keyboard",
    "pack",
    "sketch",
    "history",
    "checkpoints",
}


def list_checkpoints() -> object:
    return CHECKPOINTS


@pytest.mark.slow  # leads a window through thirteen scenes: 5 s
def test_every_scene_is_pictured(
    qapp: QApplication, tmp_path: Path, take: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "load_factory", lambda name: list_checkpoints)
    hears_nothing = partial(
        make_services, hearing_factory="scripted_hearing:make_hearing_service", hear=ScriptedEars()
    )
    monkeypatch.setattr(screenshots, "make_services", hears_nothing)
    screenshots.take_pictures(
        tmp_path / "out",
        [take, take],
        "door",
        "scripted_engine:make_engine",
        "unused:here",
        history_clips=3,
    )
    pictures = {path.stem: path for path in (tmp_path / "out").glob("*.png")}
    assert set(pictures) == SCENES
    for path in pictures.values():
        assert path.stat().st_size <= 300_000
        assert QImage(str(path)).width() >= 500
    dark, light = (QImage(str(pictures[f"results_{name}"])) for name in ("dark", "light"))
    assert dark.pixelColor(2, 2).lightness() < 60 < 200 < light.pixelColor(2, 2).lightness()
