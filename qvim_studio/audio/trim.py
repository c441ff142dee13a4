"""Cuts the silence around a take by an RMS gate; a voice detector would discard imitated barks."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip, without_offset

WINDOW_S = 0.01
HEAD_S = 0.01  # kept before the onset
TAIL_S = 0.06  # kept after the last loud window: endings are quieter than the gate
DEFAULT_THRESHOLD_DB = -40.0

# Steady sound at the ends of a recording, far below its loudest moment, is the room's noise.
EDGE_WINDOWS = 20
SMOOTHED_WINDOWS = 5  # rumble swings faster than this and still counts as steady
STEADY_RANGE_DB = 3.0  # around the median, most windows of an edge
STEADY_SHARE = 0.7  # of its windows: a mouse may click
STEADY_DRIFT_DB = 1.5  # between the halves: a fade is sound
SAME_DB = 4.0  # noise before the sound and noise after it
LONE_NOISE_BELOW_DB = -30.0  # noise at one end alone, because a long decay is nearly as steady
HIGHEST_GATE_DB = -6.0  # in a noisier take, sound and noise cannot be separated
_SILENCE_DB = -120.0


def active_range(clip: AudioClip, threshold_db: float = DEFAULT_THRESHOLD_DB) -> tuple[int, int]:
    """First and last + 1 frame louder than ``threshold_db`` below the loudest 10 ms window."""
    return _louder_range(clip, _levels_db(clip), threshold_db)


def take_range(clip: AudioClip, threshold_db: float = DEFAULT_THRESHOLD_DB) -> tuple[int, int]:
    """As active_range, for a recording: steady noise before and after the sound is left out as
    well."""
    levels_db = _levels_db(clip)
    gate_db = _noise_gate_db(levels_db)
    if gate_db is not None and gate_db <= HIGHEST_GATE_DB:
        threshold_db = max(threshold_db, gate_db)
    return _louder_range(clip, levels_db, threshold_db)


def trim_silence(clip: AudioClip, threshold_db: float = DEFAULT_THRESHOLD_DB) -> AudioClip:
    """The clip from its onset to its last audible moment, with a margin.

    >>> silence, tone = np.zeros(8000), np.sin(np.arange(8000))
    >>> samples = np.concatenate([silence, tone, silence]).astype(np.float32)
    >>> trim_silence(AudioClip.from_mono(samples, 16_000)).duration_s
    0.57
    """
    return _part(clip, active_range(clip, threshold_db))


def trim_take(clip: AudioClip, threshold_db: float = DEFAULT_THRESHOLD_DB) -> AudioClip:
    """A recorded take from its onset to the last moment that stands out of the room's noise."""
    return _part(clip, take_range(clip, threshold_db))


def _part(clip: AudioClip, frames: tuple[int, int]) -> AudioClip:
    return AudioClip(np.ascontiguousarray(clip.samples[slice(*frames)]), clip.sample_rate)


def _levels_db(clip: AudioClip) -> np.ndarray:
    """RMS of 10 ms windows, relative to the loudest; the last may be shorter."""
    step = _step(clip)
    mono = without_offset(clip.mono())
    count = len(mono) // step
    windows, rest = mono[: count * step].reshape(count, step), mono[count * step :]
    # without a copy of the samples: a file of ten minutes opens in half the time
    energies = np.append(np.einsum("ij,ij->i", windows, windows), rest @ rest)
    loudest = energies.max()
    if loudest == 0.0:
        return np.zeros(len(energies))
    return 10 * np.log10(np.maximum(energies / loudest, 10 ** (_SILENCE_DB / 10)))


def _noise_gate_db(levels_db: np.ndarray) -> float | None:
    """A level that the noise around the sound hardly ever reaches; None without such noise."""
    whole = levels_db[:-1]
    if len(whole) < 3 * EDGE_WINDOWS:
        return None
    noises = [edge for edge in (whole[:EDGE_WINDOWS], whole[-EDGE_WINDOWS:]) if _is_steady(edge)]
    if not noises:
        return None
    medians = [float(np.median(noise)) for noise in noises]
    is_around = len(medians) == 2 and abs(medians[0] - medians[1]) <= SAME_DB
    if not is_around and min(medians) > LONE_NOISE_BELOW_DB:
        return None
    floor_db = max(medians) if is_around else min(medians)
    spread_db = max(float(np.percentile(noise, 75) - np.percentile(noise, 25)) for noise in noises)
    return floor_db + STEADY_RANGE_DB + 2 * spread_db


def _is_steady(levels_db: np.ndarray) -> bool:
    window = np.full(SMOOTHED_WINDOWS, 1 / SMOOTHED_WINDOWS)
    smooth_db = 10 * np.log10(np.convolve(10 ** (levels_db / 10), window, "valid"))
    near = np.abs(smooth_db - np.median(smooth_db)) <= STEADY_RANGE_DB
    before, after = np.array_split(smooth_db, 2)
    drift_db = abs(float(np.median(after) - np.median(before)))
    return bool(near.mean() >= STEADY_SHARE and drift_db <= STEADY_DRIFT_DB)


def _louder_range(clip: AudioClip, levels_db: np.ndarray, threshold_db: float) -> tuple[int, int]:
    step = _step(clip)
    loud = np.flatnonzero(levels_db >= threshold_db)
    begin = int(loud[0] * step - HEAD_S * clip.sample_rate)
    end = int((loud[-1] + 1) * step + TAIL_S * clip.sample_rate)
    return max(0, begin), min(len(clip.samples), end)


def _step(clip: AudioClip) -> int:
    return max(1, int(WINDOW_S * clip.sample_rate))
