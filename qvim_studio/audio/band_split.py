"""Joins the lows of one sound and the highs of another at a frequency."""

from __future__ import annotations

import numpy as np

CROSSOVER_SHARE = 0.9  # of the frequency: from there up to it one band goes over into the other
LEVEL_SHARE = 0.5  # the band from here to the crossover says how loud the highs should be
MAX_GAIN_DB = 20.0  # of made highs
SILENT_RMS = 1e-5  # -100 dBFS: quieter bands say nothing of the level


def with_highs_of(
    low: np.ndarray, high: np.ndarray, above_hz: float, sample_rate: int
) -> np.ndarray:
    """The content of ``low`` below a frequency and of ``high`` above it, (frames, channels) each.

    The bands add up to one without a change in phase. In each channel the highs are scaled so that
    both sounds are equally loud just below the frequency.
    """
    frequencies = np.fft.rfftfreq(len(low), 1 / sample_rate)
    begin = CROSSOVER_SHARE * above_hz
    share = np.clip((frequencies - begin) / (above_hz - begin), 0.0, 1.0)
    rising = 0.5 - 0.5 * np.cos(np.pi * share)[:, None]
    spectra = [np.fft.rfft(samples.astype(np.float64), axis=0) for samples in (low, high)]
    is_beside = (frequencies >= LEVEL_SHARE * above_hz) & (frequencies < begin)
    levels = [np.sqrt(np.square(np.abs(one[is_beside])).sum(axis=0)) / len(low) for one in spectra]
    gain = np.ones(low.shape[1])
    is_usable = np.minimum(*levels) > SILENT_RMS / 2
    limit = 10 ** (MAX_GAIN_DB / 20)
    gain[is_usable] = np.clip(levels[0][is_usable] / levels[1][is_usable], 1 / limit, limit)
    mixed = spectra[0] * (1.0 - rising) + spectra[1] * gain * rising
    return np.fft.irfft(mixed, len(low), axis=0).astype(np.float32)
