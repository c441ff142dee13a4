"""Sounds given to requests are found again by their hashes, if they are what they were."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.given_sound import SoundUse, read_given
from qvim_studio.core.request import clip_hash
from qvim_studio.session.used_sounds import MAX_KEPT, UsedSounds


@pytest.fixture
def door(tmp_path: Path) -> Path:
    path = tmp_path / "door-slam_01.wav"
    soundfile.write(path, 0.5 * np.exp(-np.arange(8_000) / 800), 16_000)
    return path


def test_places_of_used_sounds_are_remembered_by_hash(tmp_path: Path, door: Path) -> None:
    given = read_given(door)
    UsedSounds(tmp_path / "used.json").remember(given)
    again = UsedSounds(tmp_path / "used.json")
    assert again.place(clip_hash(given.clip)) == door
    recipe = {"start_sound_sha256": clip_hash(given.clip), "start_sound_name": "my door"}
    found, gone = again.find(recipe)
    assert found[SoundUse.START].name == "my door" and gone == ()
    soundfile.write(door, np.full(800, 0.1), 16_000)
    assert again.find(recipe) == ({}, ("my door",))
    (tmp_path / "used.json").write_text("[]")
    assert UsedSounds(tmp_path / "used.json").place("x") is None


def test_only_the_latest_places_are_kept(tmp_path: Path, door: Path) -> None:
    file, given = tmp_path / "used.json", read_given(door)
    name = clip_hash(given.clip)
    oldest = {name: "elsewhere.wav"}
    file.write_text(json.dumps(oldest | {str(n): f"{n}.wav" for n in range(MAX_KEPT)}))
    used = UsedSounds(file)
    used.remember(given)
    assert used.place(name) == door  # given again, it is the latest
    assert used.place("0") is None and used.place("1") == Path("1.wav")
    assert len(json.loads(file.read_text())) == MAX_KEPT


def test_a_recipe_without_given_sounds_misses_none(tmp_path: Path) -> None:
    used = UsedSounds(tmp_path / "used.json")
    assert used.find({}) == used.find({"start_sound_sha256": None}) == ({}, ())
    assert used.find({"start_sound_sha256": "ab", "start_sound_name": "door"}) == ({}, ("door",))


def test_a_place_that_cannot_be_written_holds_for_the_session(
    tmp_path: Path, door: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    used = UsedSounds(tmp_path / "file" / "used.json")
    given = read_given(door)
    with caplog.at_level("WARNING"):
        used.remember(given)
    assert used.place(clip_hash(given.clip)) == door
    assert "cannot be kept" in caplog.text
