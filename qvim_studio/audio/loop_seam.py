"""Closes a sound into a loop by a crossfade from its end to its beginning."""

from __future__ import annotations

import numpy as np


def close_loop(samples: np.ndarray, overhang: int) -> np.ndarray:
    """(frames + overhang, channels) → (frames, channels), which repeats without a seam.

    The overhang fades into the beginning at constant power. The fade begins and ends with slope
    zero, so the first frame continues the last in value and slope. Raises ValueError for an
    overhang that is longer than the loop.
    """
    frames = len(samples) - overhang
    if not 0 < overhang <= frames:
        raise ValueError(f"expected an overhang of 1 to {frames} frames, got {overhang}")
    looped = samples[:frames].copy()
    looped[:overhang] = led_over(samples[frames:], samples[:overhang])
    return looped


def led_over(tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """A crossfade from ``tail`` to ``head`` at constant power, both (frames, channels)."""
    place = np.arange(len(head)) / len(head)
    angle = 0.25 * np.pi * (1.0 - np.cos(np.pi * place))[:, None]
    rising, falling = np.sin(angle), np.cos(angle)
    head, tail = head.astype(np.float64), tail.astype(np.float64)
    # Correlated parts would be louder in the middle than at the ends.
    power = np.sqrt(np.square(head).sum(axis=0) * np.square(tail).sum(axis=0)) + 1e-12
    shared = np.maximum((head * tail).sum(axis=0) / power, 0.0)
    return (head * rising + tail * falling) / np.sqrt(1.0 + 2.0 * shared * rising * falling)


def wrapped(samples: np.ndarray, overhang: int) -> np.ndarray:
    """Samples (frames, …), continued from their beginning for ``overhang`` frames."""
    repeats = -(-(len(samples) + overhang) // max(len(samples), 1))
    return np.concatenate([samples] * repeats)[: len(samples) + overhang]
