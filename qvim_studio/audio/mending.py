"""Removes single clicks and the noise in pauses from recordings."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.levels import remove_dc
from qvim_studio.audio.smoothing import gaussian_smoothed
from qvim_studio.audio.soundness import CLICK_S, click_windows, noise_floor_dbfs
from qvim_studio.core.clip import AudioClip

DEFAULT_PAUSE_DB = -45.0
LOWEST_PAUSE_DB, HIGHEST_PAUSE_DB = -70.0, -20.0
ABOVE_FLOOR_DB = 8.0  # noise of 10 ms swings by a few dB around that of 100
WINDOW_S = 0.01
HELD_WINDOWS = 3  # around every loud window, in which a sound begins or dies away
SMOOTHED_WINDOWS = 1.0


def repair_clicks(clip: AudioClip) -> AudioClip:
    """The clip with a straight line in place of each click, in all channels."""
    size = max(2, round(CLICK_S * clip.sample_rate))
    samples, last = clip.samples.copy(), len(clip.samples) - 1
    for window in click_windows(clip):
        begin, end = max(window * size - 2, 0), min((window + 1) * size + 2, last)
        share = np.linspace(0.0, 1.0, end - begin + 1, dtype=np.float32)[:, None]
        samples[begin : end + 1] = (1.0 - share) * samples[begin] + share * samples[end]
    return AudioClip(samples, clip.sample_rate)


def pause_threshold_db(clip: AudioClip) -> float:
    """For ``silence_pauses``: a little above a clip's noise floor, below the loudest 10 ms."""
    level_db = 10 * np.log10(np.maximum(_powers(clip), 1e-12))
    floor = noise_floor_dbfs(remove_dc(clip))
    if floor is None or not len(level_db):
        return DEFAULT_PAUSE_DB
    return float(
        np.clip(floor + ABOVE_FLOOR_DB - level_db.max(), LOWEST_PAUSE_DB, HIGHEST_PAUSE_DB)
    )


def silence_pauses(clip: AudioClip, threshold_db: float = DEFAULT_PAUSE_DB) -> AudioClip:
    """The clip, silent where its level is more than ``threshold_db`` below the loudest 10 ms. The
    edges are soft; beginnings and decays beside loud windows are kept."""
    size = max(1, round(WINDOW_S * clip.sample_rate))
    level = _powers(clip)
    if not level.any():
        return clip
    is_loud = level > level.max() * 10 ** (threshold_db / 10)
    kept = np.convolve(is_loud, np.ones(2 * HELD_WINDOWS + 1), "same") > 0
    gain = gaussian_smoothed(kept.astype(np.float64), SMOOTHED_WINDOWS)
    gain = np.where(gain < 1e-3, 0.0, gain)
    at = np.arange(len(clip.samples)) / size - 0.5
    by_frame = np.interp(at, np.arange(len(gain)), gain)[:, None].astype(np.float32)
    return AudioClip(clip.samples * by_frame, clip.sample_rate)


def _powers(clip: AudioClip) -> np.ndarray:
    """Mean power of every 10 ms, of the loudest channel."""
    size = max(1, round(WINDOW_S * clip.sample_rate))
    padded = np.pad(clip.samples, ((0, -len(clip.samples) % size), (0, 0)))
    power = np.square(padded, dtype=np.float64).reshape(-1, size, clip.channels)
    return power.mean(axis=1).max(axis=1, initial=0.0)
