"""The example of the guide is a family: found as a plugin's, run by the engine."""

from __future__ import annotations

import json
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.families import known
from qvim_studio.families.known import all_families
from qvim_studio.generation.engine import StudioEngine

FOLDER = resource_path("guide", "example_family")


def test_the_example_of_the_guide_makes_sounds_as_a_plugin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, target),) = project["entry-points"]["qvim_studio.families"].items()
    monkeypatch.syspath_prepend(str(FOLDER))
    point = EntryPoint(name, target, known.PLUGINS)
    monkeypatch.setattr(known, "entry_points", lambda group: [point])
    monkeypatch.setattr(known, "all_families", all_families.__wrapped__)
    (tmp_path / "example.json").write_text(json.dumps({"example": 1}))
    voice = AudioClip(
        np.random.default_rng(0).uniform(-0.5, 0.5, (24_000, 1)).astype(np.float32), 48_000
    )
    request = GenerationRequest(
        voice,
        checkpoint=str(tmp_path),
        variations=2,
        options=OptionValues({"color": 2.0}),
        vram_mode=VramMode.CPU,
    )
    result = StudioEngine(lambda *asked: ()).generate(request, lambda p: None, lambda: False)
    assert len(result.variations) == 2 and result.request.options["color"] == 2.0
    assert any("example family" in note for note in result.notes)
