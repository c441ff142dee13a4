"""Running means and medians of curves, as in scipy.ndimage, which is slow to import."""

from __future__ import annotations

import numpy as np

GAUSSIAN_REACH = 4.0  # standard deviations at which the bell is cut off


def gaussian_smoothed(values: np.ndarray, deviation: float) -> np.ndarray:
    """(n,) smoothed by a bell of that standard deviation in values; the ends continue with their
    own values."""
    if not len(values):
        return values
    reach = int(GAUSSIAN_REACH * deviation + 0.5)
    at = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * np.square(at / deviation)) if reach else np.ones(1)
    padded = np.pad(np.asarray(values, np.float64), reach, mode="edge")
    return np.convolve(padded, bell / bell.sum(), "valid")


def median_smoothed(values: np.ndarray, size: int) -> np.ndarray:
    """(n,) with each value replaced by the median of the ``size`` values around it; the ends
    continue with their own values. An even window reaches one value further left, and its median is
    the upper of the two middle values."""
    if not len(values):
        return values
    before = size // 2
    padded = np.pad(values, (before, size - before - 1), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    return np.partition(windows, size // 2, axis=1)[:, size // 2]


def mean_smoothed(values: np.ndarray, size: int) -> np.ndarray:
    """(n,) with each value replaced by the mean of the ``size`` values around it; the ends are
    mirrored."""
    before = size // 2
    padded = np.pad(values, (before, size - before - 1), mode="symmetric")
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    return (sums[size:] - sums[:-size]) / size
