"""Spectrogram pictures for the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.signal
from PIL import Image

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip

RATE_HZ = 16_000
N_FFT = 1024
RANGE_DB = 70.0
HEIGHT = 160  # pixels, log frequency from LOWEST_HZ to 8 kHz
WIDTH = 320
LOWEST_HZ = 60.0
# Dark blue over violet and orange to pale yellow: even steps of lightness.
COLOR_STOPS = np.array(
    [(8, 10, 28), (58, 20, 96), (140, 36, 110), (214, 72, 74), (250, 146, 50), (252, 240, 190)]
)


def save_spectrogram(clip: AudioClip, path: Path) -> None:
    """PNG of the clip's level over time and log frequency, 70 dB below its loudest point."""
    samples = np.pad(mono_at(clip, RATE_HZ), (0, N_FFT))
    bins_hz, _, spectrum = scipy.signal.stft(samples, RATE_HZ, nperseg=N_FFT, noverlap=N_FFT - 128)
    level = 20 * np.log10(np.abs(spectrum) + 1e-9)
    share = np.clip(1 + (level - level.max()) / RANGE_DB, 0.0, 1.0)
    edges_hz = np.geomspace(LOWEST_HZ, RATE_HZ / 2, HEIGHT + 1)
    rows = np.interp(edges_hz[:-1], bins_hz, np.arange(len(bins_hz))).round().astype(int)
    columns = np.linspace(0, share.shape[1], WIDTH, endpoint=False).astype(int)
    # A pixel shows the loudest that it covers: a thin line between two pixels would be lost.
    covered = np.maximum.reduceat(np.maximum.reduceat(share, rows, axis=0), columns, axis=1)
    Image.fromarray(_color(covered[::-1])).save(path, "PNG", optimize=True)


def _color(share: np.ndarray) -> np.ndarray:
    stops = np.linspace(0.0, 1.0, len(COLOR_STOPS))
    channels = [np.interp(share, stops, COLOR_STOPS[:, k]) for k in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)
