"""The waveform of a growing take: the same columns, however the samples come."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.take_wave import COLUMN_S, TakeWave

RATE = 1000  # ten samples a column


@pytest.mark.parametrize("block", [1, 7, 10, 25, 400])
def test_columns_are_minima_and_maxima_whatever_the_blocks(block: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 123).astype(np.float32)
    wave = TakeWave(RATE, 60.0)
    for begin in range(0, len(samples), block):
        wave.add(samples[begin : begin + block])
    whole = samples[:120].reshape(12, 10)
    assert len(wave.columns) == 12
    np.testing.assert_array_equal(wave.columns, np.stack([whole.min(1), whole.max(1)], axis=1))


def test_what_is_longer_than_the_longest_take_is_not_drawn() -> None:
    wave = TakeWave(RATE, 0.05)
    wave.add(np.ones(200, np.float32))
    wave.add(np.ones(200, np.float32))
    assert len(wave.columns) == round(0.05 / COLUMN_S)


def test_less_than_a_column_shows_nothing_yet() -> None:
    wave = TakeWave(RATE, 1.0)
    wave.add(np.ones(9, np.float32))
    assert wave.columns.shape == (0, 2)
