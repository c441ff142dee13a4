"""Movement: one number for how much two sounds rise, brighten and glide together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from qvim_studio.audio.following.movement import Movement
from qvim_studio.core.clip import AudioClip

RATE = 16_000


def clip(samples: np.ndarray, rate: int = RATE) -> AudioClip:
    return AudioClip.from_mono(np.asarray(samples, np.float32), rate)


def noise(seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def pulses(count: int, late_s: float = 0.0, seed: int = 0) -> np.ndarray:
    """Bursts that die away, evenly over a second."""
    t = np.arange(RATE) / RATE
    gate = np.exp(-30 * ((t - late_s) * count % 1.0) / count) * (t >= late_s)
    return noise(seed=seed) * gate


def glide(from_hz: float, to_hz: float, seconds: float = 1.0) -> np.ndarray:
    hz = np.geomspace(from_hz, to_hz, round(seconds * RATE))
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    return 0.1 * sum(np.sin(k * phase) / k for k in range(1, 5))


def brightening(seed: int, reverse: bool = False) -> np.ndarray:
    """Noise that turns from dull to bright."""
    dull, bright = (
        sosfilt(butter(4, hz, kind, fs=RATE, output="sos"), noise(seed=seed))
        for hz, kind in ((500, "low"), (3_000, "high"))
    )
    mix = np.linspace(0, 1, RATE)[:: -1 if reverse else 1]
    return dull * np.sqrt(1 - mix) * 3 + bright * np.sqrt(mix)


def agreement(sound: np.ndarray, take: np.ndarray) -> float:
    return Movement.of(clip(sound)).agreement_with(Movement.of(clip(take)))


@pytest.mark.parametrize("sound", [noise(), pulses(4), glide(200, 400), noise(0.01)])
def test_a_sound_moves_as_itself_whatever_its_level(sound: np.ndarray) -> None:
    assert agreement(0.01 * sound, sound) == pytest.approx(1.0, abs=0.01)


def test_two_steady_sounds_of_one_length_move_alike() -> None:
    assert agreement(noise(seed=1), noise(seed=2)) > 0.9


def test_events_at_the_same_moments_count_and_others_do_not() -> None:
    together = agreement(pulses(4, seed=1), pulses(4, seed=2))
    late = agreement(pulses(4, late_s=0.12, seed=1), pulses(4, seed=2))
    assert together > 0.9 and late < 0.75
    assert agreement(noise(seed=1), pulses(4)) < together - 0.2


def test_pitch_that_goes_the_same_way_in_another_register_agrees() -> None:
    same = agreement(glide(300, 600), glide(150, 300))
    against = agreement(glide(600, 300), glide(150, 300))
    assert same > 0.9 and against < 0.65


def test_brightness_that_goes_the_other_way_costs_its_share() -> None:
    same = agreement(brightening(1), brightening(2))
    against = agreement(brightening(1, reverse=True), brightening(2))
    assert same > 0.85 and against < same - 0.25


def test_a_sound_that_goes_on_when_the_take_is_over_agrees_less() -> None:
    take = noise(0.5)
    assert agreement(noise(1.5, seed=1), take) < 0.75 < agreement(noise(0.5, seed=1), take)


def test_the_number_lies_between_nothing_and_all_also_for_silence_and_at_other_rates() -> None:
    silent = Movement.of(clip(np.zeros(800)))
    assert silent.agreement_with(Movement.of(clip(noise()))) == 0.0
    fast = np.repeat(pulses(3), 3)
    found = Movement.of(clip(fast, 3 * RATE)).agreement_with(Movement.of(clip(pulses(3))))
    assert 0.8 < found <= 1.0


def test_pitch_is_not_looked_for_where_there_is_none_to_compare_with() -> None:
    take, hummed = Movement.of(clip(noise())), glide(200, 400)
    assert not take.is_pitched and Movement.of(clip(hummed)).is_pitched
    quick = Movement.of(clip(hummed), with_pitch=take.is_pitched)
    assert not quick.curves.pitch_hz.any()
    assert quick.agreement_with(take) == Movement.of(clip(hummed)).agreement_with(take)
