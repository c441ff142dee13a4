"""Clips hold numbers, and their channels become one without losing the sound."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip, Mixing, has_offset, without_offset

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


def test_channels_a_third_of_a_turn_apart_are_mixed() -> None:
    later = np.sin(2 * np.pi * (300 * np.arange(RATE) / RATE + 1 / 3))
    assert not clip(tone(), 0.3 * later).mixing.cancels


OPPOSITE = {
    "opposite and very quiet": (1e-4 * tone(), -1e-4 * tone()),
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


@pytest.mark.parametrize(
    "samples",
    [np.zeros(4, np.float32), np.zeros((4, 1)), np.zeros((1, 4, 1), np.float32)],
    ids=["flat", "float64", "batched"],
)
def test_samples_of_another_form_make_no_clip(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"must be float32 of shape \(frames, channels\)"):
        AudioClip(samples, RATE)


@pytest.mark.parametrize("rate", [0, -1])
def test_a_clip_has_a_rate(rate: int) -> None:
    with pytest.raises(ValueError, match="sample_rate must be positive"):
        AudioClip(np.zeros((4, 1), np.float32), rate)


def test_a_clip_of_the_lowest_rate_lasts_as_many_seconds_as_it_has_frames() -> None:
    slow = AudioClip(np.zeros((4, 2), np.float32), 1)
    assert (slow.duration_s, slow.channels) == (4.0, 2)
    assert slow.mixing == Mixing((0, 1), 0, cancels=False)


def test_channels_cancel_only_where_a_third_of_the_energy_does() -> None:
    """Each window is judged for itself, and only a third of the energy decides."""
    opposite = np.repeat([1.0, -1.0], [RATE * 3 // 4, RATE // 4])
    assert not clip(tone(), tone() * opposite).mixing.cancels
    assert clip(tone(), tone() * -opposite).mixing.cancels


@pytest.mark.parametrize(("level", "counts"), [(0.011, True), (0.009, False)])
def test_a_channel_counts_from_forty_decibels_below_the_loudest(level: float, counts: bool) -> None:
    assert (clip(tone(), level * tone()).mixing.channels == (0, 1)) is counts


@pytest.mark.parametrize(("offset", "is_large"), [(0.0, False), (0.02, False), (-0.0213, True)])
def test_an_offset_counts_from_a_tenth_of_the_level_around_it(
    offset: float, is_large: bool
) -> None:
    sound = tone() + offset  # of 0.212 RMS
    assert has_offset(sound, offset) is is_large
    assert not has_offset(sound[:0], 0.5)
