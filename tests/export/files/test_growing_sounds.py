"""Chunks that come in become sounds in files; what was finished outlives a cancel."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scripted_engine import PROVENANCE, make_chunks, make_variations

from qvim_studio.audio.levels import loudness_lufs
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress, Variation
from qvim_studio.export.files.arriving_clips import ArrivingClips
from qvim_studio.export.files.clip_writer import reserve_name, write_result
from qvim_studio.export.files.growing_sounds import GrowingSounds
from qvim_studio.export.files.growing_wave import GrowingWave
from qvim_studio.export.files.recipe import read_recipe

REQUEST = GenerationRequest(text="rain", seed=7, variations=1, duration_s=2.0)
CHUNKS = make_chunks(REQUEST)
(SOUND,) = make_variations(REQUEST)


def result_of(*variations: Variation) -> GenerationResult:
    return GenerationResult(REQUEST, PROVENANCE, variations)


def empty(variation: Variation) -> Variation:
    return replace(variation, clip=AudioClip(variation.clip.samples[:0], 48_000))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_sound_grows_with_its_chunks_and_lies_in_its_file(tmp_path: Path) -> None:
    growing = GrowingSounds(tmp_path, "rain")
    for number, progress in enumerate(CHUNKS, 1):
        made = growing.with_sound(progress)
        assert made.chunk is None and made.arrived is not None
        (sound,) = made.arrived.variations
        end = number * len(SOUND.clip.samples) // 4
        np.testing.assert_array_equal(sound.clip.samples, SOUND.clip.samples[:end])
        assert sound.planned_s == 2.0
        samples, _ = soundfile.read(tmp_path / "rain_growing_7.wav", dtype="float32")
        assert len(samples) == end
    (whole,) = growing.filled(result_of(empty(SOUND))).variations
    np.testing.assert_array_equal(whole.clip.samples, SOUND.clip.samples)
    assert whole.planned_s is None


def test_a_sound_that_begins_once_more_takes_the_place_of_the_first(tmp_path: Path) -> None:
    growing = GrowingSounds(tmp_path, "rain")
    for progress in (CHUNKS[0], CHUNKS[1], CHUNKS[0]):
        made = growing.with_sound(progress)
    assert made.arrived is not None
    assert len(made.arrived.variations[0].clip.samples) == len(SOUND.clip.samples) // 4
    assert names(tmp_path) == ["rain_growing_7.wav"]


def test_messages_without_chunks_and_sounds_that_come_whole_stay_as_they_are(
    tmp_path: Path,
) -> None:
    growing = GrowingSounds(tmp_path, "rain")
    plain = Progress("denoise", 1, 4)
    assert growing.with_sound(plain) is plain
    arrived = growing.with_sound(Progress("decode", 1, 1, arrived=result_of(SOUND))).arrived
    assert arrived is not None and arrived.variations == (SOUND,)
    assert names(tmp_path) == []


def test_the_file_gets_its_recipe_and_its_number_when_the_sound_is_whole(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    for progress in CHUNKS:
        clips.take(progress)
    assert names(tmp_path) == ["rain_growing_7.wav"]
    clips.take(Progress("decode", 1, 1, arrived=result_of(empty(SOUND))))
    assert {"rain_seed_7.wav", "rain_seed_7.json"} <= set(names(tmp_path))
    result = clips.whole(result_of(empty(SOUND)))
    (written,) = clips.finish(result)
    assert names(tmp_path) == ["rain_01.json", "rain_01.wav"]
    samples, _ = soundfile.read(written.path, dtype="float32", always_2d=True)
    np.testing.assert_array_equal(samples, SOUND.clip.samples)
    inside, beside = read_recipe(written.path), json.loads(written.recipe_path.read_text())
    assert inside is not None and inside["seed"] == beside["seed"] == 7
    assert beside["title"] == "rain 01"
    assert beside["loudness_lufs"] == pytest.approx(loudness_lufs(SOUND.clip), abs=1e-6)


def test_it_measures_what_the_file_of_a_short_sound_would_say(tmp_path: Path) -> None:
    growing = GrowingSounds(tmp_path / "a", "rain")
    for progress in CHUNKS:
        growing.with_sound(progress)
    (long,) = write_result(growing.filled(result_of(empty(SOUND))), tmp_path / "a", "rain")
    (short,) = write_result(result_of(SOUND), tmp_path / "b", "rain")
    one, other = (json.loads(clip.recipe_path.read_text()) for clip in (long, short))
    for name in ("true_peak_dbfs", "soundness", "similarity", "notes"):
        assert one[name] == other[name]
    assert one["loudness_lufs"] == pytest.approx(other["loudness_lufs"], abs=1e-6)
    assert long.path.name == short.path.name == "rain_01.wav"
    assert names(tmp_path / "a") == ["rain_01.json", "rain_01.wav"]


def test_a_cancel_keeps_what_was_finished_and_says_so(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    for progress in CHUNKS[:3]:
        clips.take(progress)
    kept = clips.keep()
    assert kept is not None
    note = "Stopped: 0 of 1 sounds were made, and 1.5 of 2 s of another."
    assert kept[0].notes[-1] == note
    assert names(tmp_path) == ["rain_01_unfinished.json", "rain_01_unfinished.wav"]
    (written,) = kept[1]
    assert note in json.loads(written.recipe_path.read_text())["notes"]
    samples, _ = soundfile.read(written.path, dtype="float32", always_2d=True)
    assert len(samples) == 3 * len(SOUND.clip.samples) // 4 and abs(samples[-1, 0]) < 1e-6
    assert reserve_name(tmp_path, "rain") == "rain-2"


def test_a_cancel_keeps_whole_sounds_where_an_end_cannot_be_faded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(wave: GrowingWave) -> None:
        raise OutputError("The disk is gone.")

    monkeypatch.setattr(GrowingWave, "fade_end", refuse)
    clips = ArrivingClips(tmp_path, "rain")
    clips.take(Progress("decode", 1, 2, arrived=result_of(replace(SOUND, seed=8))))
    clips.take(CHUNKS[0])
    kept = clips.keep()
    assert kept is not None and {one.seed for one in kept[0].variations} == {7, 8}


def test_a_sound_that_cannot_begin_once_more_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(wave: GrowingWave, clip: AudioClip) -> None:
        raise OutputError("The disk is full.")

    growing = GrowingSounds(tmp_path, "rain")
    growing.with_sound(CHUNKS[0])
    monkeypatch.setattr(GrowingWave, "append", refuse)
    with pytest.raises(OutputError, match="full"):
        growing.with_sound(CHUNKS[0])
    growing.fade_ends()
    assert names(tmp_path) == []
    assert growing.filled(result_of(empty(SOUND))).variations[0].clip.duration_s == 0.0


def test_what_came_out_silent_leaves_no_file(tmp_path: Path) -> None:
    clips = ArrivingClips(tmp_path, "rain")
    for progress in CHUNKS:
        clips.take(progress)
    other = replace(SOUND, seed=8)
    assert [one.path.name for one in clips.finish(result_of(other))] == ["rain_01.wav"]
    assert names(tmp_path) == ["rain_01.json", "rain_01.wav"]
