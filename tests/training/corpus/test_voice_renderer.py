"""The synthetic mouth: audible, repeatable, within a voice's range, in time with the sound."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.controls import extract_controls
from qvim_studio.training.corpus.voice_renderer import VOICE_RANGE_HZ, render_imitation

RATE = 32_000


def chirp() -> np.ndarray:
    seconds = np.arange(RATE) / RATE
    return (0.4 * np.sin(2 * np.pi * (1500 + 800 * seconds) * seconds)).astype(np.float32)


def test_render_is_finite_audible_and_unclipped() -> None:
    take = render_imitation(chirp(), RATE, np.random.default_rng(0))
    assert take.dtype == np.float32
    assert np.isfinite(take).all()
    assert 0.05 < np.abs(take).max() <= 0.51
    assert len(take) == pytest.approx(RATE, rel=0.5)


def test_same_generator_gives_the_same_take() -> None:
    a, b = (render_imitation(chirp(), RATE, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(a, b)


def test_high_tone_is_sung_in_a_human_register() -> None:
    takes = [render_imitation(chirp(), RATE, np.random.default_rng(i)) for i in range(4)]
    pitch = np.concatenate([extract_controls(take, RATE).pitch_hz for take in takes])
    voiced = pitch[pitch > 0]
    assert len(voiced) > 10
    assert np.median(voiced) < VOICE_RANGE_HZ[1]


def test_gap_of_the_sound_is_heard_in_the_take() -> None:
    sound = chirp()
    sound[RATE // 3 : 2 * RATE // 3] = 0.0
    take = render_imitation(sound, RATE, np.random.default_rng(2))
    thirds = [np.sqrt(np.mean(part**2)) for part in np.array_split(take, 9)]
    assert thirds[4] < 0.3 * max(thirds[1], thirds[7])


@pytest.mark.parametrize("samples", [np.ones(40, np.float32) * 0.1, np.zeros(5000, np.float32)])
def test_degenerate_sounds_do_not_break_it(samples: np.ndarray) -> None:
    assert np.isfinite(render_imitation(samples, RATE, np.random.default_rng(0))).all()
