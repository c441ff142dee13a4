"""A flawed clip gets a sound copy beside it, with its recipe; the clip stays."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import scripted_engine

from qvim_studio.audio.files.reading import read_audio, read_sound_header, write_wav
from qvim_studio.audio.levels import true_peak_dbfs
from qvim_studio.audio.soundness import Flaw, soundness_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files import mended
from qvim_studio.export.files.clip_writer import write_one
from qvim_studio.export.files.mended import remedies, write_mended
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.files.riff import read_plain_wave

RATE = 48_000


def flawed() -> AudioClip:
    """It clicks, hisses and lies beside zero, and its tail is cut off."""
    at = np.arange(RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 300 * at)
    tone[10_000:25_000] = 0.002 * np.random.default_rng(0).standard_normal(15_000)
    tone += 0.02
    tone[30_000] += 0.6
    return AudioClip.from_mono(tone.astype(np.float32), RATE)


def written(folder: Path, clip: AudioClip) -> Path:
    request = GenerationRequest(text="dog")
    variation = Variation(clip, 3, None, 8000.0)
    result = GenerationResult(request, scripted_engine.PROVENANCE, (variation,))
    return write_one(result, variation, folder / "dog_01", "dog 01").path


def test_a_mended_copy_is_sound_and_knows_where_it_comes_from(tmp_path: Path) -> None:
    source = written(tmp_path, flawed())
    before = source.read_bytes()
    first, second = write_mended(source), write_mended(source)
    assert (first.name, second.name) == ("dog_01_mended.wav", "dog_01_mended-2.wav")
    assert source.read_bytes() == before
    assert soundness_of(read_audio(first)).flaws == ()
    recipe, original = read_recipe(first), read_recipe(source)
    assert recipe is not None and original is not None
    assert recipe["title"] == "dog 01 mended" and recipe["request"] == original["request"]
    kinds = [edit["kind"] for edit in recipe["edits"]]
    assert kinds == ["repair_clicks", "remove_dc", "silence_pauses", "fade"]
    assert Flaw.CLICKS not in soundness_of(read_audio(first)).flaws
    assert recipe["soundness"]["clicks"] == 0 < original["soundness"]["clicks"]


def test_a_sound_clip_needs_nothing() -> None:
    at = np.arange(RATE) / RATE
    ping = 0.5 * np.sin(2 * np.pi * 440 * at) * np.exp(-14 * at)
    assert not remedies(AudioClip.from_mono(ping.astype(np.float32), RATE))


def test_a_sound_without_a_recipe_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "own.wav", flawed(), "PCM_24")
    with pytest.raises(AudioFileError, match="holds no recipe"):
        write_mended(tmp_path / "own.wav")


def test_a_copy_that_cannot_be_written_leaves_no_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise OutputError("The disk is full.")

    source = written(tmp_path, flawed())
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(mended, "write_sound", refuse)
    with pytest.raises(OutputError, match="full"):
        write_mended(source)
    assert sorted(tmp_path.iterdir()) == before


def test_a_copy_keeps_the_bits_of_its_source_and_measures_itself(tmp_path: Path) -> None:
    source = written(tmp_path, flawed())
    path = write_mended(source)
    assert read_sound_header(path).bit_depth == read_sound_header(source).bit_depth == 24
    recipe, clip = read_recipe(path), read_audio(path)
    assert recipe is not None
    assert recipe["true_peak_dbfs"] == pytest.approx(true_peak_dbfs(clip), abs=0.01)
    wave = read_plain_wave(path)
    assert wave is not None
    assert recipe["audio_sha256"] == hashlib.sha256(wave.data).hexdigest()
    beside = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert beside["audio_sha256"] == recipe["audio_sha256"]
