"""A recipe as the defaults of a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted_engine import ScriptedEngine

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.rendering.recipe_values import recipe_values
from qvim_studio.rendering.row_request import request_of_row, usual_values

VOICE = AudioClip(np.ones((9600, 1), np.float32), 48_000)


def make_sound(folder: Path, **asked: Any) -> Path:
    """The second of two sounds."""
    request = GenerationRequest(variations=2, seed=5, **asked)
    result = ScriptedEngine().generate(request, lambda progress: None, lambda: False)
    return write_result(result, folder, "sound")[1].path


def test_a_sound_and_the_json_beside_it_set_the_same_values(tmp_path: Path) -> None:
    sound = make_sound(tmp_path, text="rain", negative_text="wind", duration_s=0.5, follow=0.2)
    values = recipe_values(sound)
    assert recipe_values(sound.with_suffix(".json")) == values
    asked = request_of_row(usual_values() | values, {})
    assert (asked.text, asked.negative_text, asked.follow) == ("rain", "wind", 0.2)
    assert (asked.seed, asked.variations, asked.duration_s) == (6, 2, 0.5)  # this very sound


@pytest.mark.parametrize(
    ("asked", "balance"),
    [
        ({"text": "rain", "balance": 0.2, "imitation": VOICE}, 0.2),
        ({"text": "rain"}, None),
        ({"imitation": VOICE}, None),
    ],
)
def test_what_followed_from_its_take_is_left_to_the_rows(
    asked: dict[str, Any], balance: float | None, tmp_path: Path
) -> None:
    values = recipe_values(make_sound(tmp_path, duration_s=0.2, **asked))
    assert values["balance"] == balance
    assert values["duration_s"] == (None if "imitation" in asked else 0.2)
    assert not {"vram_mode", "imitation_sha256"} & values.keys()


def test_files_without_a_recipe_are_told(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"name": "of another program"}))
    (tmp_path / "other.wav").write_bytes(b"RIFF")
    for name in ("other.json", "other.wav", "absent.json"):
        with pytest.raises(UsageError, match="recipe"):
            recipe_values(tmp_path / name)
