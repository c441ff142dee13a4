"""The engine on a checkpoint with random weights: interfaces and promises, not quality."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_runs import find_nothing, find_two, generate, make_silent, noise_burst
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, EngineError, UsageError
from qvim_studio.core.match import goodness
from qvim_studio.core.request import SamplerName, Start, VramMode
from qvim_studio.families.audioldm import generator
from qvim_studio.families.audioldm.listener import LISTENER_FOLDER, LatentListener, ListenerConfig
from qvim_studio.generation import run as run_module
from qvim_studio.generation.engine import StudioEngine

pytestmark = pytest.mark.usefixtures("quick_ears")


def test_clips_are_48_khz_audible_and_unclipped(engine: StudioEngine, tiny: str) -> None:
    result = generate(engine, tiny)
    assert len(result.variations) == 2
    for variation in result.variations:
        assert variation.clip.sample_rate == 48_000
        assert variation.clip.duration_s == pytest.approx(0.7, abs=1e-3)
        peak = np.abs(variation.clip.samples).max()
        assert 0.5 < peak <= 10 ** (-1 / 20) + 1e-4
    ranks = [goodness(variation.match) for variation in result.variations]
    assert ranks == sorted(ranks, reverse=True)


def test_seed_alone_decides_the_bits(engine: StudioEngine, tiny: str) -> None:
    both = generate(engine, tiny, seed=4, variations=2)
    alone = generate(engine, tiny, seed=5, variations=1)
    again = next(v for v in both.variations if v.seed == 5)
    assert np.array_equal(alone.variations[0].clip.samples, again.clip.samples)
    other = next(v for v in both.variations if v.seed == 4)
    assert not np.array_equal(other.clip.samples, again.clip.samples)


def test_highs_are_added_where_they_are_wanted(engine: StudioEngine, tiny: str) -> None:
    shares, reaches = [], []
    for is_wanted in (True, False):
        (made,) = generate(engine, tiny, extend_bandwidth=is_wanted, variations=1).variations
        power = np.abs(np.fft.rfft(made.clip.mono())) ** 2
        hertz = np.fft.rfftfreq(len(made.clip.mono()), 1 / made.clip.sample_rate)
        shares.append(power[(hertz > 8_500) & (hertz < 15_000)].sum() / power.sum())
        reaches.append(made.extended_to_hz)
        assert made.bandwidth_hz == 8_000
    assert reaches == [15_250, None]
    assert shares[0] > 1e-4 > 1e-6 > shares[1]


@pytest.mark.parametrize(
    ("sampler", "is_led"), [(SamplerName.DPM_SOLVER, True), (SamplerName.DDIM, False)]
)
def test_a_listener_leads_where_the_checkpoint_wants_it(
    engine: StudioEngine, tmp_path: Path, sampler: SamplerName, is_led: bool
) -> None:
    made = []
    for weight in (0.0, 100.0):
        folder = build_tiny_checkpoint(tmp_path / f"led_{weight:.0f}")
        listener = LatentListener(ListenerConfig(channels=16, blocks=2, directions=3))
        torch.manual_seed(0)
        for values in (*listener.parameters(), listener.basis):
            values.data = 0.1 * torch.randn_like(values)
        listener.save_pretrained(folder / LISTENER_FOLDER)
        card = json.loads((folder / "studio.json").read_text())
        card["defaults"]["steering"] = weight
        write_card(folder, card)
        (variation,) = generate(engine, str(folder), sampler=sampler, variations=1).variations
        made.append(variation.clip.samples)
    assert np.array_equal(*made) != is_led


def test_open_values_are_filled_from_the_checkpoint(engine: StudioEngine, tiny: str) -> None:
    request = generate(engine, tiny).request
    assert (request.steps, request.guidance, request.start) == (3, 2.0, Start.NOISE)
    assert request.vram_mode is VramMode.CPU


@pytest.mark.parametrize(
    ("sampler", "share"), [(SamplerName.DPM_SOLVER, 0.7), (SamplerName.DDIM, 1.0)]
)
def test_the_checkpoint_says_how_many_steps_are_guided(
    engine: StudioEngine,
    tiny: str,
    monkeypatch: pytest.MonkeyPatch,
    sampler: SamplerName,
    share: float,
) -> None:
    shares: list[float] = []
    sample = generator.sample_latents

    def noted(*args: object, guided_share: float, **options: object) -> object:
        shares.append(guided_share)
        return sample(*args, guided_share=guided_share, **options)

    monkeypatch.setattr(generator, "sample_latents", noted)
    generate(engine, tiny, sampler=sampler, variations=1)
    assert shares == [share]


@pytest.mark.parametrize("seconds", [0.2, 0.23, 1.01])
def test_any_duration_is_kept_to_the_sample(
    engine: StudioEngine, tiny: str, seconds: float
) -> None:
    clip = generate(engine, tiny, duration_s=seconds, variations=1).variations[0].clip
    assert len(clip.samples) == round(seconds * 48_000)


def test_what_lasts_longer_than_the_voice_is_silent(engine: StudioEngine, tiny: str) -> None:
    result = generate(engine, tiny, duration_s=2.0)
    for variation in result.variations:
        assert len(variation.clip.samples) == 96_000
        assert variation.clip.samples[: int(0.7 * 48_000)].any()
        assert np.abs(variation.clip.samples[int(1.21 * 48_000) :]).max() < 1e-3
    assert run_module.SILENT_REST in result.notes


def test_a_free_sound_may_last_longer_than_the_voice(engine: StudioEngine, tiny: str) -> None:
    clip = generate(engine, tiny, duration_s=2.0, follow=0.0, start=Start.NOISE).variations[0].clip
    assert np.abs(clip.samples[int(1.3 * 48_000) :]).max() > 0.01


def test_opposite_channels_are_said_beside_the_sounds(tiny: str) -> None:
    burst = noise_burst(0.2)
    opposite = AudioClip(
        np.concatenate([burst.samples, -0.5 * burst.samples], 1), burst.sample_rate
    )
    (note,) = generate(StudioEngine(find_two), tiny, imitation=opposite, start=Start.NOISE).notes
    assert "flip the polarity" in note


def test_a_silent_variation_does_not_cost_the_others(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 2)
    result = generate(engine, tiny, variations=3)
    assert sorted(variation.seed for variation in result.variations) == [0, 2]
    assert any("no sound for seed 1" in note for note in result.notes)


def test_nothing_but_silence_is_an_error(
    engine: StudioEngine, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 1, 2)
    with pytest.raises(EngineError, match="no sound for seed"):
        generate(engine, tiny, variations=2)


def test_text_without_a_text_tower_is_refused_with_advice(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(CheckpointError, match="no text tower"):
        generate(engine, tiny, imitation=None, text="dog bark")


def test_gpu_mode_without_a_gpu_says_so(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(UsageError, match="needs a GPU that PyTorch can use"):
        generate(engine, tiny, vram_mode=VramMode.HIGH)


def test_adapter_of_another_encoder_is_refused(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    text = (folder / "adapter" / "config.json").read_text()
    (folder / "adapter" / "config.json").write_text(text.replace("tiny-clap", "foreign"))
    with pytest.raises(CheckpointError, match=r"'foreign'.*'tiny-clap'"):
        generate(StudioEngine(find_nothing), str(folder))
