"""Batches of audible crops, with cheap augmentation."""

from __future__ import annotations

import numpy as np
import soxr

from qvim_studio.training.corpus.corpus import Corpus

MAX_STRETCH = 0.25  # octaves
GAIN_RANGE_DB = (-12.0, 0.0)
RINGING = 2048  # samples of a response's beginning and end


def random_stretch(
    samples: np.ndarray, rng: np.random.Generator, octaves: float = MAX_STRETCH
) -> np.ndarray:
    """Pitch and speed moved together by a random ratio, at most ``octaves``, as a tape would.

    Half of the sounds stay as they are, and the filter is steep, because networks do not know a
    highest band that training never contains.
    """
    if rng.random() < 0.5:
        return samples
    ratio = 2 ** rng.uniform(-octaves, octaves)
    return soxr.resample(samples, 1000 * ratio, 1000, quality="HQ")


def random_color(samples: np.ndarray, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """The samples as by another microphone: a random smooth frequency response within about ±9 dB,
    and a little noise."""
    length = len(samples) + RINGING  # ringing before an onset must not wrap around to the end
    spectrum = np.fft.rfft(samples, length)
    octaves = np.log2(np.fft.rfftfreq(length, 1 / sample_rate) + 40.0)
    knots = np.linspace(octaves[0], octaves[-1], 8)
    gain_db = np.interp(octaves, knots, rng.normal(0.0, 4.0, size=len(knots)))
    colored = np.fft.irfft(spectrum * 10 ** (gain_db / 20), length)[: len(samples)]
    noise_db = rng.uniform(-80.0, -35.0)
    noise = 10 ** (noise_db / 20) * np.abs(colored).max() * rng.standard_normal(len(samples))
    return (colored + noise).astype(np.float32)


def random_crop(samples: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """``length`` samples: a random part of a long sound, a short one placed near the start."""
    spare = len(samples) - length
    if spare > 0:
        start = rng.integers(spare + 1)
        return samples[start : start + length]
    lead = rng.integers(min(-spare, length // 8) + 1)
    return np.pad(samples, (lead, -spare - lead))


def crop_batch(
    corpus: Corpus,
    indices: np.ndarray,
    sample_rate: int,
    batch: int,
    length: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """float32 (batch, length): stretched, cropped, at random gain.

    Long recordings are drawn more often, with weight sqrt(length).
    """
    weights = np.sqrt([corpus.items[i].length for i in indices])
    drawn = rng.choice(indices, size=batch, p=weights / weights.sum())
    rows = []
    for index in drawn:
        samples = corpus.samples(corpus.items[index], sample_rate)
        need = min(len(samples), int(length * 2**MAX_STRETCH) + 1)
        samples = random_stretch(random_crop(samples, need, rng), rng)
        gain = 10 ** (rng.uniform(*GAIN_RANGE_DB) / 20)
        rows.append(random_crop(samples, length, rng) * gain)
    return np.stack(rows).astype(np.float32)
