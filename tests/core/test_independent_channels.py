"""Which channels of a sound hold something of their own."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.independent_channels import independent_channels


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(4_000)


def columns(*channels: np.ndarray) -> np.ndarray:
    return np.stack(channels, axis=1).astype(np.float32)


def test_channels_that_are_alike_and_silence_are_one_signal() -> None:
    for samples in (columns(noise(0)), columns(noise(0), noise(0)), np.zeros((9, 2), np.float32)):
        assert independent_channels(samples) is None


def test_the_loudest_comes_first_and_the_others_are_shares_of_it() -> None:
    found = independent_channels(columns(0.5 * noise(0), noise(1), 0.25 * noise(0)))
    assert found is not None and found[0] == (1, 0)
    np.testing.assert_allclose(found[1], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.5]], atol=0.05)


@pytest.mark.parametrize("gain", [0.0, -1.0])
def test_a_silent_or_opposite_side_is_a_share_of_the_other(gain: float) -> None:
    found = independent_channels(columns(noise(0), gain * noise(0)))
    assert found is not None and found[0] == (0,)
    np.testing.assert_allclose(found[1], [[1.0, gain]], atol=1e-6)
