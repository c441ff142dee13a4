"""Assistants make new sounds of given sounds, and kits, of allowed sounds alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tool_calls import call, message

OF_SOUNDS = {
    "edit_sound": {"sound": "SOUND", "parts": [[0.05, 0.15]], "variations": 1},
    "vary_sound": {"sound": "SOUND", "strength": 0.4, "variations": 1},
    "restyle_sound": {"sound": "SOUND", "text": "rain", "variations": 1},
    "morph_sounds": {"sound": "SOUND", "other": "SOUND", "at": 0.25, "variations": 1},
    "upscale_sound": {"sound": "SOUND", "upscaler": "audiosr-basic"},
    "make_kit": {"take": "SOUND", "variations": 1},
}


def asked_of(name: str, sound: Path) -> dict[str, Any]:
    return {
        key: str(sound) if value == "SOUND" else value for key, value in OF_SOUNDS[name].items()
    }


@pytest.mark.usefixtures("any_upscaler")
@pytest.mark.parametrize("name", OF_SOUNDS)
def test_sounds_are_made_of_allowed_sounds_alone(talk: Any, tmp_path: Path, name: str) -> None:
    places = [tmp_path / place / "hiss.wav" for place in ("made", "private")]
    for place in places:
        place.parent.mkdir()
        soundfile.write(place, 0.5 * np.sin(np.arange(9600) / 5), 48_000)
    made = call(talk, name, **asked_of(name, places[0]))
    assert not made.is_error, message(made)
    if name == "make_kit":
        assert Path(made.structured_content["folder"]) == tmp_path / "made" / "kits" / "hiss"
    else:
        (clip,) = made.structured_content["clips"]
        assert Path(clip["path"]).parent == tmp_path / "made" and Path(clip["path"]).is_file()
    refused = call(talk, name, **asked_of(name, places[1]))
    assert refused.is_error and "outside the folders" in message(refused)


def test_a_kit_that_fails_names_what_is_kept(talk: Any, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    take = tmp_path / "made" / "hiss.wav"
    soundfile.write(take, 0.5 * np.sin(np.arange(9600) / 5), 48_000)
    result = call(talk, "make_kit", take=str(take), text="2 then fail", variations=3)
    assert result.is_error and "The checkpoint is gone." in message(result)
    assert f"kept in {tmp_path / 'made' / 'kits' / 'hiss'}" in message(result)
