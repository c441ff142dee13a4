"""The gate keeps the sound and what belongs to it."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.trim import (
    HEAD_S,
    TAIL_S,
    active_range,
    take_range,
    trim_silence,
    trim_take,
)
from qvim_studio.core.clip import AudioClip

RATE = 16_000


def take(level: float = 0.5, noise: float = 1e-4) -> AudioClip:
    """One second of hum, half a second of tone, one second of hum."""
    samples = noise * np.random.default_rng(0).standard_normal(int(2.5 * RATE))
    t = np.arange(RATE // 2) / RATE
    samples[RATE : RATE + RATE // 2] += level * np.sin(2 * np.pi * 300 * t)
    return AudioClip.from_mono(samples, RATE)


def test_silence_around_a_sound_is_cut_to_its_head_and_tail() -> None:
    made = trim_silence(take())
    assert 0.5 < made.duration_s < 0.6
    onset = np.flatnonzero(np.abs(made.samples[:, 0]) > 0.01)[0] / RATE
    assert 0.005 < onset < 0.025


def test_the_gate_follows_the_level() -> None:
    loud, quiet = trim_silence(take(0.5)), trim_silence(take(0.05, 1e-5))
    assert len(loud.samples) == len(quiet.samples)


def test_two_sounds_keep_the_pause_between_them() -> None:
    pair = np.concatenate([take().samples, take().samples])
    assert trim_silence(AudioClip(pair, RATE)).duration_s > 2.9


def test_a_sound_without_silence_is_kept_whole() -> None:
    clip = AudioClip.from_mono(0.5 * np.ones(RATE), RATE)
    assert len(trim_silence(clip).samples) == RATE


def room_noise(seconds: float, slope: float, seed: int = 0) -> np.ndarray:
    """RMS 1; slope: 0 for white, 1 for brown."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(int(seconds * RATE)))
    hertz = np.maximum(np.fft.rfftfreq(int(seconds * RATE), 1 / RATE), 40.0)
    noise = np.fft.irfft(spectrum / hertz**slope)
    return noise / noise.std()


@pytest.mark.parametrize(("slope", "snr_db"), [(0.0, 15.0), (0.0, 30.0), (0.5, 15.0), (1.0, 30.0)])
def test_a_room_s_noise_around_a_take_is_cut(slope: float, snr_db: float) -> None:
    samples = take(noise=0.0).samples[:, 0]
    samples = samples + 0.35 * 10 ** (-snr_db / 20) * room_noise(2.5, slope)
    clip = AudioClip.from_mono(samples, RATE)
    assert trim_silence(clip).duration_s == 2.5  # what this is about
    assert 0.5 < trim_take(clip).duration_s < 0.65


def decay(falls_by_db_a_second: float) -> np.ndarray:
    seconds = np.arange(2 * RATE) / RATE
    return room_noise(2.0, 0.0) * 10 ** (-falls_by_db_a_second * seconds / 20)


def accent(below_db: float) -> np.ndarray:
    """A tenth of a second, then a hold far below it until the recording ends."""
    sound = room_noise(2.0, 0.0)
    sound[RATE // 10 :] *= 10 ** (-below_db / 20)
    return sound


def pulses() -> np.ndarray:
    """A quiet rolled r around something loud."""
    sound = 0.016 * room_noise(2.0, 0.0)
    sound.reshape(-1, RATE // 20)[::2] *= 0.25
    sound[RATE // 2 : RATE] = room_noise(0.5, 0.0)
    return sound


def hum_before_a_shout() -> np.ndarray:
    return np.concatenate(
        [level * room_noise(0.5, 0.0) for level in (0.2, 1.0)] + [1e-3 * room_noise(0.5, 0.0)]
    )


def tap_in_the_middle() -> np.ndarray:
    """Too short to say what is before it and what is behind it."""
    sound = 0.02 * room_noise(0.45, 0.0)
    sound[RATE // 5 : RATE // 4] *= 50.0
    return sound


SOUNDS = {
    "a hum before a shout": hum_before_a_shout(),
    "pulses": pulses(),
    "a tap": tap_in_the_middle(),
    "a decay": decay(60.0),
    "a slow decay": decay(20.0),
    "a swell": room_noise(2.0, 0.0) * np.sin(np.pi * np.arange(2 * RATE) / (2 * RATE)) ** 2,
    "shh": room_noise(2.0, 0.0),
    "an accent": accent(25.0),
    "a moment": room_noise(0.3, 0.0),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_that_fades_or_stays_is_no_noise(name: str) -> None:
    clip = AudioClip.from_mono(0.1 * SOUNDS[name], RATE)
    assert take_range(clip) == active_range(clip)


def test_noise_with_a_mouse_click_in_it_is_still_noise() -> None:
    samples = take(noise=0.0).samples[:, 0] + 0.01 * room_noise(2.5, 0.0)
    samples[int(0.05 * RATE) : int(0.06 * RATE)] *= 4.0
    begin, end = take_range(AudioClip.from_mono(samples, RATE))
    assert (begin / RATE, end / RATE) == pytest.approx((0.04, 1.55), abs=0.02)


def test_the_gate_that_was_asked_for_is_not_lowered() -> None:
    sound = 1e-3 * room_noise(2.5, 0.0)
    sound[RATE : RATE + RATE // 2] += 0.5 * room_noise(0.5, 0.0) * np.hanning(RATE // 2)
    clip = AudioClip.from_mono(sound, RATE)
    assert take_range(clip, -12.0) == active_range(clip, -12.0) != take_range(clip)


def test_where_noise_drowns_the_sound_nothing_is_cut() -> None:
    samples = take(noise=0.0).samples[:, 0] + 0.3 * room_noise(2.5, 0.5)
    assert trim_take(AudioClip.from_mono(samples, RATE)).duration_s == 2.5


def test_silence_alone_is_no_noise() -> None:
    clip = AudioClip.from_mono(np.zeros(RATE, np.float32), RATE)
    assert take_range(clip) == active_range(clip) == (0, RATE)


@pytest.mark.parametrize(("windows", "is_cut"), [(60, True), (59, False)])
def test_noise_is_told_from_sound_where_the_take_is_long_enough(windows: int, is_cut: bool) -> None:
    """20 windows of 10 ms at each end say what is noise, and as many between them what is not."""
    step = RATE // 100
    samples = 0.02 * np.random.default_rng(0).standard_normal(windows * step)
    t = np.arange(10 * step) / RATE
    samples[25 * step : 35 * step] += 0.5 * np.sin(2 * np.pi * 300 * t)
    begin, end = take_range(AudioClip.from_mono(samples, RATE))
    assert (begin, end) == ((24 * step, 41 * step) if is_cut else (0, windows * step))


def stepped(*levels_db: float, offset: float = 0.0) -> AudioClip:
    """One level for each window of 10 ms, at 1 kHz."""
    signs = np.where(np.arange(10 * len(levels_db)) % 2, -1.0, 1.0)
    levels = np.repeat(10 ** (np.array(levels_db) / 20), 10)
    return AudioClip.from_mono(0.5 * levels * signs + offset, 1_000)


@pytest.mark.parametrize(("edge_db", "first", "last"), [(-29.0, 10, 20), (-31.0, 11, 19)])
def test_the_range_is_of_what_is_louder_than_the_threshold_with_its_margins(
    edge_db: float, first: int, last: int
) -> None:
    clip = stepped(*[-90] * 10, edge_db, *[0] * 8, edge_db, *[-90] * 20)
    assert active_range(clip, -30.0) == (
        10 * first - round(HEAD_S * 1_000),
        10 * last + round(TAIL_S * 1_000),
    )
    trimmed = trim_silence(clip, -30.0)
    np.testing.assert_array_equal(trimmed.samples, clip.samples[slice(*active_range(clip, -30.0))])


def test_the_margins_end_where_the_clip_does() -> None:
    clip = stepped(*[0] * 10)
    assert active_range(clip) == (0, 100)
    partial = AudioClip(clip.samples[:95], 1_000)
    assert active_range(partial) == (0, 95)


def test_an_offset_does_not_count_as_loud() -> None:
    levels = [*[-90] * 20, *[0] * 20, *[-90] * 20]
    assert active_range(stepped(*levels, offset=0.2)) == active_range(stepped(*levels))
