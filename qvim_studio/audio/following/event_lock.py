"""Event-lock: attacks and flutter of a voice appear in the sound.

The loudness that shape_lock imposes is smooth, so that it does not buzz. Smoothing loses attacks,
which event-lock restores around each onset of the voice, and beats of 15 to 60 a second, which it
carries over if the voice has them.
"""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.following.arranging import find_events
from qvim_studio.audio.following.flutter import (
    HOP_S,
    beating_db,
    flutter_share,
    levels_db,
)
from qvim_studio.audio.following.onsets import attack_frames
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.core.clip import AudioClip

BEFORE_S, AFTER_S = 0.08, 0.05  # an onset, where the levels are the voice's in full
FADE_S = 0.02  # at both ends of that
LOWEST_DB, HIGHEST_DB = -24.0, 12.0  # limit of the change, against pumping and raised noise
ROUNDS = 3  # leakage between neighboring windows shows only after they are changed


def event_gain(
    samples: np.ndarray, imitation: np.ndarray, sample_rate: int, follow: float
) -> np.ndarray:
    """Factors (frames,) that give mono ``samples`` the attacks and the flutter of an ``imitation``
    at the same rate, of any length. follow: 0 not at all, 1 in full."""
    if follow <= 0.0 or not np.any(samples) or not np.any(imitation):
        return np.ones(len(samples))
    voice = fit_length(imitation, len(samples)).astype(np.float32)
    wanted = levels_db(voice, sample_rate)
    near_onset = _near_onsets(voice, sample_rate, len(wanted))
    fluttering = flutter_share(wanted) * (1.0 - near_onset)
    at = np.arange(len(samples)) / sample_rate / HOP_S
    gain, change_db = np.ones(len(samples)), np.zeros(len(wanted))
    if not near_onset.any() and not fluttering.any():
        return gain
    for _ in range(ROUNDS):
        missing = wanted - levels_db(samples * gain, sample_rate, len(wanted))
        missing = near_onset * missing + fluttering * beating_db(missing)
        change_db = np.clip(change_db + follow * missing, LOWEST_DB, HIGHEST_DB)
        gain = 10 ** (np.interp(at, np.arange(len(wanted)), change_db) / 20)
    return gain


def _near_onsets(voice: np.ndarray, sample_rate: int, frames: int) -> np.ndarray:
    """(frames,) from 0 to 1: how much the levels around an onset count."""
    at_s = np.arange(frames) * HOP_S
    near = np.zeros(frames)
    sharp = [begin for begin, _ in find_events(voice, sample_rate)]
    slow = attack_frames(AudioClip.from_mono(voice, sample_rate))
    for onset in (*sharp, *slow):
        away = at_s - onset / sample_rate
        outside = np.maximum(-BEFORE_S - away, away - AFTER_S)
        near = np.maximum(near, np.clip(1.0 - outside / FADE_S, 0.0, 1.0))
    return near
