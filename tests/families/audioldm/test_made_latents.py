"""Which latents hold highs: bins are equal steps of mel, four bands each."""

from __future__ import annotations

import numpy as np
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.families.audioldm.made_latents import band_ends_hz, high_bins, made_mask
from qvim_studio.families.protocol import Kept


def test_bins_rise_to_half_the_rate() -> None:
    ends = band_ends_hz()
    assert ends.shape == (16,) and bool((ends.diff() > 0).all())
    assert 7_900 < ends[-1] <= 8_000


def test_bins_that_reach_above_the_frequency_are_made() -> None:
    for above_hz in (500.0, 3_000.0, 7_000.0):
        bins = high_bins(above_hz)
        assert torch.equal(bins, band_ends_hz() > above_hz)
        assert bool(bins[-1]) and not bool(bins[0])
    assert high_bins(None).tolist() == [True]


def test_silence_behind_the_end_is_held_unless_a_part_reaches_there() -> None:
    sound = AudioClip.from_mono(np.zeros(1_000), 1_000)
    for part_s, made in (((0.4, 0.8), range(10, 20)), ((0.4, 1.0), range(10, 32))):
        mask = made_mask(Kept(sound, (part_s,)), 32, holds_silence=True)
        assert mask.shape == (1, 1, 32, 1)
        assert mask.flatten().nonzero().flatten().tolist() == list(made)
    mask = made_mask(Kept(sound, ((0.4, 0.8),), 3_000.0), 32)
    assert mask.shape == (1, 1, 32, 16)
    assert torch.equal(mask[0, 0, 12], high_bins(3_000.0)) and not mask[0, 0, 5].any()
