"""Rendered takes sound as if a microphone in a room had heard them; people's stay as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qvim_studio.training.corpus.imitations import ImitationSet, TakeRows
from qvim_studio.training.corpus.recording import Recording, random_recording, recorded_row

RATE = 32_000
DRY = Recording(room_odds=0.0, noise_odds=0.0, pauses_s=(0.0, 0.0))


def click() -> np.ndarray:
    """20 ms of a high tone."""
    return (0.8 * np.sin(2 * np.pi * 3000 * np.arange(RATE // 50) / RATE)).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples)) + 1e-20))


def seeds() -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(20)]


def test_a_room_rings_on_after_the_sound() -> None:
    room = replace(DRY, room_odds=1.0, decay_s=(0.4, 0.4), room_db=(-6.0, -6.0), pauses_s=(0, 2.0))
    dry, wet = (
        np.median([len(random_recording(click(), RATE, rng, kind)) for rng in seeds()])
        for kind in (replace(DRY, pauses_s=(0, 2.0)), room)
    )
    assert dry < 0.1 * RATE
    assert 0.2 * RATE < wet < 0.5 * RATE


def test_the_direct_sound_comes_first_in_a_room() -> None:
    room = replace(DRY, room_odds=1.0, room_db=(-12.0, -12.0))
    for rng in seeds():
        made = random_recording(click(), RATE, rng, room)[: len(click())]
        assert np.corrcoef(made, click())[0, 1] > 0.8


@pytest.mark.parametrize("snr_db", [15.0, 30.0])
def test_noise_lies_as_far_below_the_sound_as_asked(snr_db: float) -> None:
    noisy = replace(DRY, noise_odds=1.0, snr_db=(snr_db, snr_db), pauses_s=(0.0, 1.0))
    found = []
    for rng in seeds():
        made = random_recording(click(), RATE, rng, noisy)
        if len(made) > 2 * len(click()):
            found.append(level_db(made[: len(click())]) - level_db(made[2 * len(click()) :]))
    assert len(found) > 10
    assert np.median(found) == pytest.approx(snr_db, abs=3.0)  # the color is another each time


def test_silence_around_the_sound_is_not_kept() -> None:
    quiet = replace(DRY, pauses_s=(0.5, 0.5))
    lengths = [len(random_recording(click(), RATE, rng, quiet)) for rng in seeds()]
    assert np.median(lengths) < 0.12 * RATE  # a microphone's own hiss is louder at times


def make_takes(is_real: bool) -> ImitationSet:
    """Two items with two takes each."""
    audio = np.tile(click(), 4).astype(np.float16)
    ends = len(click()) * np.arange(1, 5)
    spans = np.stack([ends - len(click()), ends], axis=1)
    rows = TakeRows(np.array([0, 2, 4]))
    return ImitationSet(rows, spans, np.full(4, is_real), audio, audio)


def test_the_first_take_of_each_item_stays_as_rendered() -> None:
    takes = make_takes(is_real=False)
    same = [
        np.array_equal(recorded_row(takes, row, Recording()), takes.row(row)) for row in range(4)
    ]
    assert same == [True, False, True, False]


def test_a_recorded_take_is_always_the_same_and_unlike_the_others() -> None:
    takes = make_takes(is_real=False)
    first, again, other = (recorded_row(takes, row, Recording()) for row in (1, 1, 3))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_people_s_takes_have_been_recorded_already() -> None:
    takes = make_takes(is_real=True)
    assert np.array_equal(recorded_row(takes, 1, Recording()), takes.row(1))
