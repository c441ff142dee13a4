"""Clips hold numbers, and their channels become one without losing the sound."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip, Mixing, without_offset

RATE = 16_000


def tone(hertz: float = 300.0, seconds: float = 1.0) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def noise(seed: int, seconds: float = 1.0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def clip(*channels: np.ndarray) -> AudioClip:
    return AudioClip(np.stack(channels, axis=1).astype(np.float32), RATE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_make_no_clip(value: float) -> None:
    samples = np.zeros((100, 2), np.float32)
    samples[50, 1] = value
    with pytest.raises(ValueError, match="finite"):
        AudioClip(samples, RATE)


def test_related_channels_are_mixed() -> None:
    stereo = clip(tone(), 0.5 * tone())
    assert not stereo.mixing.cancels
    np.testing.assert_allclose(stereo.mono(), stereo.samples.mean(axis=1), atol=1e-7)


def test_unrelated_channels_are_mixed() -> None:
    stereo = clip(noise(0), noise(1))
    assert not stereo.mixing.cancels
    np.testing.assert_allclose(stereo.mono(), stereo.samples.mean(axis=1), atol=1e-7)


OPPOSITE = {
    "opposite": (tone(), -tone()),
    "opposite and quieter": (tone(), -0.7 * tone()),
    "opposite with a room": (tone() + 0.1 * noise(0), 0.1 * noise(1) - tone()),
    "opposite in pairs": (tone(), -tone(), noise(0), -noise(0)),
    "opposite in its second half": (tone(), tone() * np.repeat([1, -1], RATE // 2)),
    "opposite beside an offset": (0.4 + tone(), 0.4 - tone()),
    "opposite beside a silent channel": (tone(), 0 * tone(), -tone()),
}


@pytest.mark.parametrize("name", OPPOSITE)
def test_opposite_channels_keep_their_sound(name: str) -> None:
    stereo = clip(*OPPOSITE[name])
    assert stereo.mixing.cancels
    np.testing.assert_array_equal(stereo.mono(), stereo.samples[:, stereo.mixing.loudest])


@pytest.mark.parametrize("seconds", [0.02, 0.2, 0.31, 130.0])
def test_opposite_channels_of_any_length(seconds: float) -> None:
    sound = tone(300.0, seconds)
    assert clip(sound, -sound).mixing.cancels and not clip(sound, sound).mixing.cancels


def test_opposite_offsets_are_no_opposite_sound() -> None:
    stereo = clip(tone() + 0.5, tone() - 0.5)
    assert not stereo.mixing.cancels
    np.testing.assert_allclose(stereo.mono(), tone(), atol=1e-6)


def test_silent_channels_cost_no_level() -> None:
    only_third = clip(*(1e-4 * noise(i) if i != 2 else tone() for i in range(6)))
    np.testing.assert_array_equal(only_third.mono(), only_third.samples[:, 2])
    two_of_three = clip(tone(), tone(), np.zeros(RATE))
    np.testing.assert_allclose(two_of_three.mono(), tone(), atol=1e-6)


def test_silence_is_mixed_to_silence() -> None:
    assert not clip(np.zeros(100), np.zeros(100)).mono().any()
    assert AudioClip(np.zeros((0, 2), np.float32), RATE).mono().shape == (0,)


def test_a_large_offset_is_taken_away_and_a_small_one_left() -> None:
    sound = tone().astype(np.float32)
    np.testing.assert_allclose(without_offset(sound + np.float32(0.5)), sound, atol=1e-6)
    assert without_offset(sound) is sound


def test_a_clip_without_frames_has_no_channel_that_sounds() -> None:
    empty = AudioClip(np.zeros((0, 2), np.float32), RATE)
    assert empty.mixing == Mixing((), 0, cancels=False)
    assert empty.mono().shape == (0,)
    assert len(without_offset(empty.mono())) == 0


def test_an_offset_alone_is_taken_away_whatever_it_is() -> None:
    for offset in (-0.5, 1.0):
        samples = np.full(100, offset, np.float32)
        np.testing.assert_array_equal(without_offset(samples), np.zeros(100, np.float32))
