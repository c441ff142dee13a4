"""Features are of unit length, one row for each clip, and blind to what they should not hear."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.features import (
    BATCH,
    MODULATION_BINS,
    mean_spectra,
    modulation_spectra,
)
from qvim_studio.networks.qvim.encoder import QvimEncoder

RATE = 32_000


@pytest.fixture(scope="module")
def encoder() -> QvimEncoder:
    torch.manual_seed(0)
    return QvimEncoder().eval()


def tone(hz: float, begin_s: float = 0.0, level: float = 0.5) -> AudioClip:
    samples = np.zeros(RATE)
    begin = round(begin_s * RATE)
    samples[begin : begin + RATE // 4] = level * np.sin(
        np.arange(RATE // 4) * hz * 2 * np.pi / RATE
    )
    return AudioClip.from_mono(samples, RATE)


def test_a_mean_spectrum_tells_pitches_apart_and_not_levels_or_moments(
    encoder: QvimEncoder,
) -> None:
    clips = [tone(400), tone(400, begin_s=0.5, level=0.1), tone(3000)]
    rows = mean_spectra(encoder, clips)
    assert rows.shape == (3, 128)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(rows.mean(axis=1), 0.0, atol=1e-5)
    assert rows[0] @ rows[1] > 0.9 > rows[0] @ rows[2]


def test_modulations_do_not_tell_when_a_sound_comes(encoder: QvimEncoder) -> None:
    rows = modulation_spectra(encoder, [tone(400), tone(400, begin_s=0.5)])
    assert rows.shape == (2, MODULATION_BINS[0] * MODULATION_BINS[1])
    assert rows[0] @ rows[1] > 0.95


def test_clips_of_several_batches_keep_their_order(encoder: QvimEncoder) -> None:
    clips = [tone(200 + 300 * number) for number in range(BATCH + 1)]
    rows = mean_spectra(encoder, clips)
    for place in (0, BATCH - 1, BATCH):
        np.testing.assert_allclose(rows[place], mean_spectra(encoder, [clips[place]])[0], atol=1e-4)
