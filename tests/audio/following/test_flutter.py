"""Flutter is found where loudness beats evenly, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.flutter import (
    EDGE,
    HOP_S,
    LOWEST_HZ,
    beating_db,
    flutter_share,
    levels_db,
)

RATE = 16_000


def hiss(seconds: float = 1.0) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(int(seconds * RATE)).astype(np.float32) * 0.1


def beaten(rate_hz: float, depth: float = 0.8) -> np.ndarray:
    at = np.arange(RATE) / RATE
    return hiss() * (1.0 + depth * np.sin(2 * np.pi * rate_hz * at)).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [18.0, 25.0, 50.0])
def test_even_beats_are_flutter_all_along(rate_hz: float) -> None:
    level_db = levels_db(beaten(rate_hz), RATE)
    assert flutter_share(level_db)[50:-50].mean() > 0.9
    spectrum = np.abs(np.fft.rfft(beating_db(level_db)))
    loudest_hz = np.fft.rfftfreq(len(level_db), HOP_S)[spectrum.argmax()]
    assert loudest_hz == pytest.approx(rate_hz, abs=1.5)


@pytest.mark.parametrize("sound", ["hiss", "tremolo", "buzz", "tone", "claps"])
def test_steady_slow_fast_and_single_sounds_do_not_flutter(sound: str) -> None:
    at = np.arange(RATE) / RATE
    claps = hiss() * (np.exp(-(at % 0.5) * 40)).astype(np.float32)
    sounds = {
        "hiss": hiss(),
        "tremolo": beaten(5.0),
        "buzz": beaten(110.0),
        "tone": np.sin(2 * np.pi * 150 * at).astype(np.float32),
        "claps": claps,
    }
    assert flutter_share(levels_db(sounds[sound], RATE)).mean() < 0.1


def test_silence_is_no_flutter() -> None:
    assert not flutter_share(levels_db(np.zeros(RATE, np.float32), RATE)).any()


@pytest.mark.parametrize(
    ("rate_hz", "kept"), [(5.0, 0.0), (LOWEST_HZ * (1 + 1 / EDGE) / 2, 0.5), (30.0, 1.0)]
)
def test_slower_beats_are_left_out_little_by_little(rate_hz: float, kept: float) -> None:
    level_db = np.sin(2 * np.pi * rate_hz * np.arange(1000) * HOP_S)
    beating = beating_db(level_db)[200:-200]
    assert beating.std() == pytest.approx(kept * level_db[200:-200].std(), abs=0.1)
