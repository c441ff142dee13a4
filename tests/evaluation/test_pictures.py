"""A spectrogram shows a tone as a bright line at its height, and silence dark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.pictures import (
    COLOR_STOPS,
    HEIGHT,
    LOWEST_HZ,
    RATE_HZ,
    WIDTH,
    save_spectrogram,
)


def picture_of(hz: float, folder: Path) -> np.ndarray:
    """The brightness, (HEIGHT, WIDTH), of a tone that begins in the middle."""
    samples = 0.5 * np.sin(2 * np.pi * hz * np.arange(48_000) / 48_000)
    samples[:24_000] = 0.0
    save_spectrogram(AudioClip.from_mono(samples, 48_000), folder / "tone.png")
    with Image.open(folder / "tone.png") as picture:
        return np.asarray(picture).sum(axis=2, dtype=int)


def test_a_tone_is_a_line_at_the_height_of_its_frequency(tmp_path: Path) -> None:
    octaves = np.log2(RATE_HZ / 2 / LOWEST_HZ)
    for hz in (500.0, 4000.0):
        picture = picture_of(hz, tmp_path)
        assert picture.shape == (HEIGHT, WIDTH)
        row = picture[:, 3 * WIDTH // 4].argmax()
        assert abs(row - HEIGHT * np.log2(RATE_HZ / 2 / hz) / octaves) < 3


def test_silence_is_as_dark_and_the_loudest_as_bright_as_can_be(tmp_path: Path) -> None:
    picture = picture_of(1000.0, tmp_path)
    assert (picture[:, : WIDTH // 4] == COLOR_STOPS[0].sum()).all()
    assert picture.max() == COLOR_STOPS[-1].sum()
