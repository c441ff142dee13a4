"""Keeps the pauses of a voice silent in the sounds made from it."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.following.arranging import find_events

MIN_PAUSE_S = 0.08  # between two events; shorter ones are part of a rhythm that rings on
HOLD_S = 0.03  # after an event: the sound is unchanged this long
RELEASE_S = 0.12  # then it fades out in this time
ATTACK_S = 0.005  # before the next event the sound returns, so that its onset is whole
FLOOR = 10 ** (-80 / 20)  # of what is left in a pause


def pause_gain(imitation: np.ndarray, sample_rate: int, length: int) -> np.ndarray:
    """Factors for a sound of ``length`` frames, float32 (length,): 1 where the voice sounds, FLOOR
    in its pauses.

    imitation: mono at ``sample_rate``. The time after its last event does not count as a pause.
    """
    gain = np.ones(length, np.float32)
    if not np.any(imitation):
        return gain
    events = find_events(imitation, sample_rate)
    hold, release, attack = (round(s * sample_rate) for s in (HOLD_S, RELEASE_S, ATTACK_S))
    ends = [-hold - release, *(end for _, end in events)]
    for end, (begin, _) in zip(ends, events, strict=False):
        if begin - max(end, 0) < MIN_PAUSE_S * sample_rate:
            continue
        at = np.arange(max(end, 0), min(begin, length))
        falling = _fade((at - end - hold) / release)
        rising = _fade((begin - attack - at) / attack)
        gain[at] = np.maximum(falling, rising)
    return gain


def _fade(share: np.ndarray) -> np.ndarray:
    """From 1 at 0 to FLOOR at 1, smooth at both ends."""
    cosine = np.cos(0.5 * np.pi * np.clip(share, 0.0, 1.0)) ** 2
    return FLOOR + (1.0 - FLOOR) * cosine
