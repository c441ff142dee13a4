"""A shorter part of the take is proposed only where it makes the one sound shorter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest
from qvim_studio.session.requests.long_job import LONG_TAKE_S, LongJob


def take(seconds: float) -> AudioClip:
    return AudioClip.from_mono(np.full(int(seconds * 100), 0.1), 100)


LONG = GenerationRequest(imitation=take(LONG_TAKE_S + 1))


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ((LONG,), True),
        ((replace(LONG, imitation=take(LONG_TAKE_S - 1)),), False),
        ((replace(LONG, duration_s=2.0),), False),
        ((GenerationRequest(text="rain", duration_s=30.0),), False),
        ((LONG, LONG), False),
    ],
)
def test_one_sound_as_long_as_its_long_take_would_be_made_sooner_of_a_part(
    requests: tuple[GenerationRequest, ...], expected: bool
) -> None:
    assert LongJob(90.0, requests, lambda: None).is_of_long_take is expected
