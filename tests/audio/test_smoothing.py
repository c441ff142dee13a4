"""Smoothed curves are those of scipy.ndimage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d

from qvim_studio.audio.smoothing import gaussian_smoothed, mean_smoothed, median_smoothed

VALUES = np.random.default_rng(0).standard_normal(50)


@pytest.mark.parametrize("deviation", [0.05, 0.4, 3.2, 20.0])
def test_a_bell_is_scipys(deviation: float) -> None:
    theirs = gaussian_filter1d(VALUES, deviation, mode="nearest")
    np.testing.assert_allclose(gaussian_smoothed(VALUES, deviation), theirs, atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 15])
def test_medians_and_means_are_scipys(size: int) -> None:
    np.testing.assert_array_equal(
        median_smoothed(VALUES, size), median_filter(VALUES, size, mode="nearest")
    )
    theirs = uniform_filter1d(VALUES, size)
    np.testing.assert_allclose(mean_smoothed(VALUES, size), theirs, atol=1e-12)
