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

    None if the loudness is undefined: for less than 400 ms, silence (all below -70 LUFS), values
    that are not finite, and sample rates under 4 kHz.
    """
    running = RunningLoudness(sample_rate, samples.shape[1])
    size = max(1, CHUNK_STEPS * round(STEP_S * sample_rate))
    for begin in range(0, len(samples), size):
        running.push(samples[begin : begin + size])
    return running.lufs()


class RunningLoudness:
    """The integrated loudness of a sound that arrives in pieces."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._step = round(STEP_S * sample_rate)
        self._is_defined = sample_rate >= MIN_RATE_HZ
        self._weights = np.array(CHANNEL_WEIGHTS.get(channels, (1.0,) * channels))
        self._sections = k_weighting(sample_rate) if self._is_defined else np.zeros((2, 6))
        self._state = np.zeros((len(self._sections), 2, channels))
        self._rest = np.zeros((0, channels))
        self._per_step: list[np.ndarray] = []  # weighted mean squares

    def push(self, samples: np.ndarray) -> None:
        """The next samples, (frames, channels)."""
        from scipy.signal import sosfilt  # slow to import; the window starts without it

        if not self._is_defined:
            return
        given = np.concatenate([self._rest, samples.astype(np.float64)])
        steps = len(given) // self._step
        whole, self._rest = given[: steps * self._step], given[steps * self._step :]
        if steps:
            filtered, self._state = sosfilt(self._sections, whole, axis=0, zi=self._state)
            squares = (filtered**2).reshape(steps, self._step, -1).mean(axis=1)
            self._per_step.append(squares @ self._weights)

    def lufs(self) -> float | None:
        """The loudness of all pieces so far; None if undefined, see ``integrated_loudness``."""
        per_step = np.concatenate([np.empty(0), *self._per_step])
        if len(per_step) < STEPS_PER_BLOCK:
            return None
        block = np.full(STEPS_PER_BLOCK, 1 / STEPS_PER_BLOCK)
        energies = np.convolve(per_step, block, mode="valid")
        energies = energies[energies > _energy(ABSOLUTE_GATE_LUFS)]
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


def _lufs(energy: float) -> float:
    return float(OFFSET_DB + 10 * np.log10(energy))


def _energy(lufs: float) -> float:
    return 10 ** ((lufs - OFFSET_DB) / 10)
