"""What a model makes behind the followed sound fades out, and its picture ends with it."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.arranging import RING_S
from qvim_studio.families.protocol import Made
from qvim_studio.generation.finish.endings import ended

RATE = 1000
RING = int(RING_S * RATE)


def made(frames: int, columns: int = 100) -> Made:
    return Made(3, np.ones((frames, 2), np.float32), np.zeros((4, columns), np.uint8))


def test_a_sound_rings_briefly_behind_its_end() -> None:
    sound = ended(made(4000), 1000, RATE, None)
    assert sound.seed == 3 and sound.samples.shape == (1000 + RING, 2)
    assert (sound.samples[:1001] == 1.0).all()
    tail = sound.samples[1000:, 1]
    assert (np.diff(tail) < 0).all() and tail[-1] == pytest.approx(0.0, abs=1e-6)


def test_with_a_length_silence_follows_and_the_picture_stays_whole() -> None:
    sound = ended(made(4000), 1000, RATE, 4000)
    assert sound.samples.shape == (4000, 2) and not sound.samples[1000 + RING :].any()
    assert sound.picture is not None and sound.picture.shape == (4, 100)


def test_the_picture_keeps_every_column_that_still_sounds() -> None:
    sound = ended(made(4000, columns=7), 1000, RATE, None)
    assert sound.picture is not None
    assert sound.picture.shape[1] == int(np.ceil(7 * (1000 + RING) / 4000))
    without = Made(3, np.ones((4000, 1), np.float32))
    assert ended(without, 1000, RATE, None).picture is None
