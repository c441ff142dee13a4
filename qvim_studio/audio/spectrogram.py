"""A spectrogram for the eye: logarithmic frequencies, levels in dB below the loudest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BANDS = 160
LOW_HZ = 50.0
HIGH_HZ = 20_000.0
RANGE_DB = 80.0
WINDOW_S = 0.032  # 31 Hz between bins: the partials of a voice stand apart
MIN_HOP_S = 0.002
MAX_COLUMNS = 4000  # about the pixels of a large screen; a long sound is drawn in less detail
BATCH = 512  # columns transformed at once: bounds the memory


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """levels: uint8 (bands, columns), 255 loudest, 0 at -80 dB; band 0 is the lowest.

    hop_s: between the centers of two columns, the first of which lies at 0 s.
    """

    levels: np.ndarray
    hop_s: float
    high_hz: float


def compute_spectrogram(samples: np.ndarray, sample_rate: int) -> Spectrogram:
    """The spectrogram of mono samples (frames,). It has at most 4000 columns, so ten minutes take
    as long as ten seconds."""
    size = 1 << round(np.log2(WINDOW_S * sample_rate))
    hop = max(round(MIN_HOP_S * sample_rate), -(-len(samples) // MAX_COLUMNS))
    padded = np.pad(samples, (size // 2, size))
    starts = np.arange(0, max(len(samples), 1), hop)
    window = np.hanning(size).astype(np.float32)
    high_hz = min(HIGH_HZ, sample_rate / 2)
    bands = _band_weights(size, sample_rate, high_hz)
    power = np.empty((BANDS, len(starts)), dtype=np.float32)
    for first in range(0, len(starts), BATCH):
        part = starts[first : first + BATCH]
        frames = padded[part[:, None] + np.arange(size)] * window
        power[:, first : first + len(part)] = bands @ (np.abs(np.fft.rfft(frames)) ** 2).T
    level_db = 10 * np.log10(np.maximum(power, 1e-12))
    share = 1.0 + (level_db - level_db.max()) / RANGE_DB
    levels = (255 * np.clip(share, 0.0, 1.0)).astype(np.uint8)
    return Spectrogram(levels, hop / sample_rate, high_hz)


def band_of(hz: float, high_hz: float) -> float:
    """The position of a frequency on the picture's height, 0 bottom .. 1 top."""
    return float(np.log(max(hz, LOW_HZ) / LOW_HZ) / np.log(high_hz / LOW_HZ))


def _band_weights(size: int, sample_rate: int, high_hz: float) -> np.ndarray:
    """(bands, bins): triangles around logarithmic centers, at least one bin wide."""
    bins_hz = np.fft.rfftfreq(size, 1 / sample_rate)
    edges = np.geomspace(LOW_HZ, high_hz, BANDS + 2)
    width_hz = np.maximum(np.diff(edges)[:-1], bins_hz[1])[:, None]
    distance = np.abs(bins_hz[None, :] - edges[1:-1, None]) / width_hz
    weights = np.maximum(1.0 - distance, 0.0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
