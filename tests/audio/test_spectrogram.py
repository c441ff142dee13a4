from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.spectrogram import BANDS, MAX_COLUMNS, band_of, compute_spectrogram

RATE = 48_000


@pytest.mark.parametrize("hz", [200.0, 1000.0, 8000.0])
def test_a_tone_is_loudest_in_its_band(hz: float) -> None:
    tone = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE).astype(np.float32)
    spectrogram = compute_spectrogram(tone, RATE)
    loudest = int(spectrogram.levels[:, 200].argmax())
    assert loudest == pytest.approx(band_of(hz, spectrogram.high_hz) * BANDS, abs=3)
    assert spectrogram.levels.max() == 255


def test_a_click_stands_where_it_sounds() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[RATE // 4] = 1.0
    spectrogram = compute_spectrogram(samples, RATE)
    loud = np.flatnonzero(spectrogram.levels.max(axis=0) > 128)
    assert loud.mean() * spectrogram.hop_s == pytest.approx(0.25, abs=0.004)


def test_long_sounds_have_no_more_columns_and_silence_is_dark() -> None:
    spectrogram = compute_spectrogram(np.zeros(60 * 8000, np.float32), 8000)
    assert spectrogram.levels.shape == (BANDS, MAX_COLUMNS)
    assert spectrogram.high_hz == 4000.0
