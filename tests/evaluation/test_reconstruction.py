"""What autoencoder and vocoder lose of a sound is measured where it sounds, over its beginning."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import VramMode
from qvim_studio.evaluation.reconstruction import _harmonic_share, reconstruct
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint, load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for

RATE = 16_000


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedCheckpoint:
    folder = build_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))
    checkpoint = find_checkpoint(str(folder))
    return load_checkpoint(checkpoint, plan_for(checkpoint, VramMode.CPU))


def tone(seconds: float) -> np.ndarray:
    """With partials, as a voice has them."""
    phase = 2 * np.pi * 220.0 * np.arange(round(seconds * RATE)) / RATE
    return np.sum([0.3 / part * np.sin(part * phase) for part in range(1, 8)], axis=0)


def test_both_sides_have_the_length_of_whole_blocks_of_the_beginning(
    loaded: LoadedCheckpoint,
) -> None:
    for given_s, used_s in ((0.5, 2 * 0.32), (6.0, 13 * 0.32)):  # of 4 s
        made = reconstruct(loaded, AudioClip.from_mono(tone(given_s), RATE))
        assert made.original.duration_s == pytest.approx(used_s)
        assert made.rebuilt.duration_s == made.original.duration_s
        assert made.vae_db > 0 and made.total_db > 0


def test_tones_that_stay_are_counted_among_those_that_were_there() -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE)
    steady = tone(1.0)
    half = np.concatenate([steady[: RATE // 2], noise[RATE // 2 :]])
    assert _harmonic_share(steady, steady) == 1.0
    share = _harmonic_share(steady, half)
    assert share is not None and 0.35 < share < 0.65
    assert _harmonic_share(noise, steady) is None
