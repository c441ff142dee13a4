"""The starter's audio tower: repeated short sounds, any level, and weights that come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.sound_effects_tower import (
    BLOCK_FRAMES,
    HOP,
    SAMPLE_RATE,
    SoundEffectsEar,
    SoundEffectsNetwork,
    SoundEffectsTower,
)


@pytest.fixture(scope="module")
def tower() -> SoundEffectsTower:
    """Random weights."""
    torch.manual_seed(0)
    ear = SoundEffectsEar(SoundEffectsNetwork())
    return SoundEffectsTower(ear, torch.randn(512) * 1e-3, torch.randn(512, 512))


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, samples).astype(np.float32)


def test_short_sound_counts_as_its_repetition(tower: SoundEffectsTower) -> None:
    short = noise(SAMPLE_RATE // 2)
    repeated = np.tile(short, 5)[: BLOCK_FRAMES * HOP]
    torch.testing.assert_close(tower.embed(short), tower.embed(repeated), atol=1e-4, rtol=0)


def test_level_does_not_matter(tower: SoundEffectsTower) -> None:
    sound = noise(BLOCK_FRAMES * HOP)
    loud, quiet = tower.embed(sound), tower.embed(0.1 * sound)
    assert loud.shape == (1, 512)
    torch.testing.assert_close(loud, quiet, atol=1e-3, rtol=0)


def test_long_sound_is_the_mean_of_its_blocks(tower: SoundEffectsTower) -> None:
    sound = noise(2 * BLOCK_FRAMES * HOP)
    blocks = tower.ear.blocks(sound, SAMPLE_RATE)
    assert blocks.shape == (3, BLOCK_FRAMES, 96)
    with torch.no_grad():
        rows = torch.cat([tower.ear.network(block[None]) for block in blocks])
    wanted = tower.place(rows.mean(dim=0, keepdim=True))
    torch.testing.assert_close(tower.embed(sound), wanted, atol=1e-4, rtol=0)


def test_mean_is_taken_off_before_the_whitening(tower: SoundEffectsTower) -> None:
    flipped = torch.eye(512).flip(0)
    other = SoundEffectsTower(tower.ear, torch.full((512,), 2.0), 3.0 * flipped)
    torch.testing.assert_close(other.place(torch.eye(512) + 2.0), flipped)


def test_saved_tower_hears_the_same(tower: SoundEffectsTower, tmp_path: Path) -> None:
    tower.save(tmp_path / "tower")
    loaded = SoundEffectsTower.load(tmp_path / "tower")
    sound = noise(SAMPLE_RATE)
    likeness = torch.cosine_similarity(tower.embed(sound), loaded.embed(sound))
    assert likeness.item() > 0.999
    assert "CC-BY-4.0" in (tmp_path / "tower" / "config.json").read_text()


@pytest.mark.parametrize("damage", ["absent", "cut", "another"])
def test_broken_weights_give_a_sentence(
    tower: SoundEffectsTower, tmp_path: Path, damage: str
) -> None:
    tower.save(tmp_path)
    weights = tmp_path / "model.safetensors"
    if damage == "absent":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    else:
        SoundEffectsTower(
            SoundEffectsEar(SoundEffectsNetwork()), torch.zeros(512), torch.eye(512)
        ).save(tmp_path)
        stored = weights.read_bytes().replace(
            b"network.conv_block4.conv2", b"network.conv_block9.conv2"
        )
        weights.write_bytes(stored)
    with pytest.raises(CheckpointError, match=r"audio tower in .* cannot be loaded"):
        SoundEffectsTower.load(tmp_path)
