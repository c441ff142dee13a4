"""The engine on a checkpoint with random weights: interfaces and promises, not quality."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_runs import generate
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.match import goodness
from qvim_studio.core.request import SamplerName, Start, VramMode
from qvim_studio.families.audioldm import generator
from qvim_studio.families.audioldm.listener import LISTENER_FOLDER, LatentListener, ListenerConfig
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


def test_text_without_a_text_tower_is_refused_with_advice(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(CheckpointError, match="no text tower"):
        generate(engine, tiny, imitation=None, text="dog bark")


def test_gpu_mode_without_a_gpu_says_so(engine: StudioEngine, tiny: str) -> None:
    with pytest.raises(UsageError, match="needs a GPU that PyTorch can use"):
        generate(engine, tiny, vram_mode=VramMode.HIGH)
