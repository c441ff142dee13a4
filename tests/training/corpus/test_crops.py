"""Augmentation: what is trained on must hold what is met later."""

from __future__ import annotations

import numpy as np

from qvim_studio.training.corpus.crops import random_color, random_stretch

RATE = 16_000


def test_the_highest_band_is_never_lost() -> None:
    """A gentle filter here once left the vocoder helpless above 6 kHz: garbage in every band."""
    noise = np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    whole = 0
    for seed in range(40):
        stretched = random_stretch(noise, np.random.default_rng(seed))
        ratio = len(stretched) / len(noise)
        whole += ratio == 1.0
        power = np.abs(np.fft.rfft(stretched)) ** 2
        share = np.arange(len(power)) / len(power)
        edge = min(1.0, 1.0 / ratio)  # a slower tape brings the band's end down
        band = power[(share > 0.82 * edge) & (share < 0.88 * edge)].mean()
        middle = power[(share > 0.3 * edge) & (share < 0.5 * edge)].mean()
        assert band > 0.7 * middle
    assert 10 < whole < 30


def test_color_of_an_onset_does_not_come_out_at_the_end() -> None:
    onset = np.zeros(RATE, np.float32)
    onset[: RATE // 100] = np.sin(2 * np.pi * 3000 * np.arange(RATE // 100) / RATE + 1.0)
    for seed in range(10):
        colored = random_color(onset, RATE, np.random.default_rng(seed))
        hiss = colored[RATE // 2 : RATE // 2 + 100].std()
        assert colored[-100:].std() < 2 * hiss
