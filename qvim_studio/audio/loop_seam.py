"""Closes a sound into a loop: its end goes over into its beginning."""

from __future__ import annotations

import numpy as np


def close_loop(samples: np.ndarray, overhang: int) -> np.ndarray:
    """(frames + overhang, channels) → (frames, channels), which repeats without a seam.

    What follows after the end fades into the beginning, at constant power. The fade begins and
    ends with slope zero, so that the first frame is the one which follows the last, and value and
    slope go on there. Raises ValueError for an overhang that is longer than the loop.
    """
    frames = len(samples) - overhang
    if not 0 < overhang <= frames:
        raise ValueError(f"expected an overhang of 1 to {frames} frames, got {overhang}")
    place = np.arange(overhang) / overhang
    angle = 0.25 * np.pi * (1.0 - np.cos(np.pi * place))[:, None]
    rising, falling = np.sin(angle), np.cos(angle)
    head, tail = samples[:overhang].astype(np.float64), samples[frames:].astype(np.float64)
    # What both have in common would be louder in the middle than at the ends.
    power = np.sqrt(np.square(head).sum(axis=0) * np.square(tail).sum(axis=0)) + 1e-12
    shared = np.maximum((head * tail).sum(axis=0) / power, 0.0)
    faded = (head * rising + tail * falling) / np.sqrt(1.0 + 2.0 * shared * rising * falling)
    looped = samples[:frames].copy()
    looped[:overhang] = faded
    return looped


def wrapped(samples: np.ndarray, overhang: int) -> np.ndarray:
    """Samples of any shape, continued from their beginning for so many frames."""
    repeats = -(-(len(samples) + overhang) // max(len(samples), 1))
    return np.concatenate([samples] * repeats)[: len(samples) + overhang]
