"""Integrated loudness after ITU-R BS.1770-4 and EBU R128."""

from __future__ import annotations

import numpy as np

STEP_S = 0.1  # gating blocks of four steps begin at every step
STEPS_PER_BLOCK = 4
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_DB = -0.691  # a full-scale sine of 997 Hz in one channel is -3.01 LUFS
MIN_RATE_HZ = 4_000  # below it, the shelf of the K-weighting lies beyond what the rate can carry
CHUNK_STEPS = 100  # 10 s: long sounds take no more memory
SURROUND_WEIGHT = 1.41
# By number of channels, in the order of WAV files; the low-frequency channel does not count.
# Every channel of other layouts counts once.
CHANNEL_WEIGHTS = {
    4: (1.0, 1.0, SURROUND_WEIGHT, SURROUND_WEIGHT),
    5: (1.0, 1.0, 1.0, SURROUND_WEIGHT, SURROUND_WEIGHT),
    6: (1.0, 1.0, 1.0, 0.0, SURROUND_WEIGHT, SURROUND_WEIGHT),
}


def integrated_loudness(samples: np.ndarray, sample_rate: int) -> float | None:
    """LUFS of float samples of shape (frames, channels).

    None where loudness is undefined: under 400 ms, silence (all below -70 LUFS), values that are
    not finite, and sample rates under 4 kHz.
    """
    if sample_rate < MIN_RATE_HZ:
        return None
    energies = _block_energies(samples, sample_rate)
    gate = _energy(ABSOLUTE_GATE_LUFS)
    energies = energies[energies > gate]
    if not len(energies):
        return None
    gate = _energy(_lufs(energies.mean()) + RELATIVE_GATE_LU)
    loudness = _lufs(energies[energies > gate].mean())
    return loudness if np.isfinite(loudness) else None


def k_weighting(sample_rate: int) -> np.ndarray:
    """The two filters as second-order sections of shape (2, 6).

    BS.1770-4 gives coefficients for 48 kHz; these are the analog prototypes behind them, brought
    to any rate by the bilinear transform (Mansbridge et al., AES 132, 2012).
    """
    k = np.tan(np.pi * 1681.974450955533 / sample_rate)
    quality = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    scale = 1 + k / quality + k**2
    shelf = [
        (high + band * k / quality + k**2) / scale,
        2 * (k**2 - high) / scale,
        (high - band * k / quality + k**2) / scale,
        1.0,
        2 * (k**2 - 1) / scale,
        (1 - k / quality + k**2) / scale,
    ]
    k = np.tan(np.pi * 38.13547087602444 / sample_rate)
    quality = 0.5003270373238773
    scale = 1 + k / quality + k**2
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k**2 - 1) / scale, (1 - k / quality + k**2) / scale]
    return np.array([shelf, high_pass])


def _block_energies(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Weighted mean square of each gating block; empty under 400 ms."""
    from scipy.signal import sosfilt  # slow to import; the window starts without it

    step = round(STEP_S * sample_rate)
    steps = len(samples) // step
    channels = samples.shape[1]
    weights = np.array(CHANNEL_WEIGHTS.get(channels, (1.0,) * channels))
    sections = k_weighting(sample_rate)
    state = np.zeros((len(sections), 2, channels))
    per_step = np.empty(steps)
    for begin in range(0, steps, CHUNK_STEPS):
        end = min(begin + CHUNK_STEPS, steps)
        chunk = samples[begin * step : end * step].astype(np.float64)
        filtered, state = sosfilt(sections, chunk, axis=0, zi=state)
        squares = (filtered**2).reshape(end - begin, step, channels).mean(axis=1)
        per_step[begin:end] = squares @ weights
    if steps < STEPS_PER_BLOCK:
        return np.empty(0)
    return np.convolve(per_step, np.full(STEPS_PER_BLOCK, 1 / STEPS_PER_BLOCK), mode="valid")


def _lufs(energy: float) -> float:
    return float(OFFSET_DB + 10 * np.log10(energy))


def _energy(lufs: float) -> float:
    return 10 ** ((lufs - OFFSET_DB) / 10)
