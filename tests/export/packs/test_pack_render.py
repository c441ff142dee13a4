"""A sound in a pack keeps its samples, and its levels are those of what it holds."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pack_clips import OPTIONS, make_clips

from qvim_studio.core.clip import AudioClip
from qvim_studio.export.files import pcm
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.files.sound_file import FileFormat
from qvim_studio.export.packs import pack_render
from qvim_studio.export.packs.pack_plan import plan_pack
from qvim_studio.export.packs.pack_render import render_clip


@pytest.mark.parametrize("bits", [16, 24])
def test_what_is_beyond_full_scale_is_not_cut(tmp_path: Path, bits: int) -> None:
    time_s = np.arange(24_000) / 48_000
    loud = 2.2 * np.sin(2 * np.pi * 440 * time_s) * np.exp(-4 * time_s)
    soundfile.write(tmp_path / "loud.wav", loud, 48_000, "FLOAT")
    options = replace(OPTIONS, file_format=FileFormat(bit_depth=bits))
    plan = plan_pack([tmp_path / "loud.wav"], options)
    _, data, texts = render_clip(plan.clips[0], options)
    samples, _ = soundfile.read(io.BytesIO(data))
    as_loud = loud * (np.abs(samples).max() / np.abs(loud).max())
    np.testing.assert_allclose(samples, as_loud, atol=1e-3)
    assert 0.98 < np.abs(samples).max() < 1.0
    assert any("dB quieter" in text for text in texts)


def test_a_sound_of_one_sample_a_second_is_packed_without_a_loudness(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "slow.wav", np.tile([0.25, -0.25], 10), 1)
    entry = render_clip(plan_pack([tmp_path / "slow.wav"], OPTIONS).clips[0], OPTIONS)[0]
    assert entry.loudness_lufs is None and entry.true_peak_dbfs < 0


def test_levels_are_those_of_the_samples_even_if_an_editor_kept_the_recipe(tmp_path: Path) -> None:
    (clip,) = make_clips(tmp_path, "dog bark", 1, seconds=0.5)
    as_made = render_clip(plan_pack([clip], OPTIONS).clips[0], OPTIONS)[0]
    whole = clip.read_bytes()
    at = whole.rindex(b"data") + 8
    samples = pcm.decode(whole[at:], 24, 1) / 4
    clip.write_bytes(whole[:at] + pcm.encode(AudioClip(samples, 48_000), 24))
    edited = render_clip(plan_pack([clip], OPTIONS).clips[0], OPTIONS)[0]
    quarter_db = 20 * np.log10(1 / 4)
    assert edited.true_peak_dbfs - as_made.true_peak_dbfs == pytest.approx(quarter_db, abs=0.01)
    assert as_made.loudness_lufs is not None and edited.loudness_lufs is not None
    assert edited.loudness_lufs - as_made.loudness_lufs == pytest.approx(quarter_db, abs=0.01)


def test_levels_of_the_recipe_are_taken_where_the_samples_are_those_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(clip: AudioClip) -> float:
        raise AssertionError("measured again")

    (clip,) = make_clips(tmp_path, "dog bark", 1)
    monkeypatch.setattr(pack_render, "true_peak_dbfs", refuse)
    monkeypatch.setattr(pack_render, "loudness_lufs", refuse)
    recipe = read_recipe(clip)
    entry = render_clip(plan_pack([clip], OPTIONS).clips[0], OPTIONS)[0]
    assert recipe is not None and entry.true_peak_dbfs == recipe["true_peak_dbfs"]
