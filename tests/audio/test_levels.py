"""Levels against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.levels import (
    fade,
    loudness_lufs,
    match_loudness,
    normalize_peak,
    peak_dbfs,
    remove_dc,
    rms_dbfs,
    to_dbfs,
    true_peak_dbfs,
    with_silence,
)
from qvim_studio.core.clip import AudioClip

RATE = 48_000


def sine(frequency: float, amplitude: float, seconds: float = 1.0, phase: float = 0.0) -> AudioClip:
    t = np.arange(round(seconds * RATE)) / RATE
    return AudioClip.from_mono(amplitude * np.sin(2 * np.pi * frequency * t + phase), RATE)


def test_levels_of_a_half_scale_sine() -> None:
    clip = sine(1000, 0.5)
    assert peak_dbfs(clip) == pytest.approx(-6.02, abs=0.01)
    assert rms_dbfs(clip) == pytest.approx(-9.03, abs=0.01)


def test_true_peak_sees_between_the_samples() -> None:
    # Samples of a quarter-rate sine at 45 degrees lie 3 dB below its crest.
    clip = fade(sine(RATE / 4, 0.5, phase=np.pi / 4), 0.05, 0.05)
    assert peak_dbfs(clip) == pytest.approx(-9.03, abs=0.01)
    assert true_peak_dbfs(clip) == pytest.approx(-6.02, abs=0.1)


def test_loudness_of_the_reference_tone() -> None:
    # ITU-R BS.1770-4: a 997 Hz sine at 0 dBFS in one channel has -3.01 LKFS.
    assert loudness_lufs(sine(997, 1.0, seconds=3.0)) == pytest.approx(-3.01, abs=0.05)


def test_loudness_is_undefined_for_short_and_silent_sounds() -> None:
    assert loudness_lufs(sine(997, 1.0, seconds=0.3)) is None
    assert loudness_lufs(AudioClip(np.zeros((RATE, 1), np.float32), RATE)) is None


def test_normalizing_brings_the_true_peak_to_the_target() -> None:
    made = normalize_peak(fade(sine(RATE / 4, 0.1, phase=np.pi / 4), 0.05, 0.05), -1.0)
    assert true_peak_dbfs(made) == pytest.approx(-1.0, abs=0.01)


def test_silence_stays_silence() -> None:
    silence = AudioClip(np.zeros((100, 1), np.float32), RATE)
    assert normalize_peak(silence) is silence
    assert rms_dbfs(silence) == peak_dbfs(silence) == -120.0


def test_dc_is_removed_per_channel() -> None:
    clip = AudioClip(np.tile(np.float32([0.1, -0.2]), (50, 1)), RATE)
    assert np.abs(remove_dc(clip).samples).max() < 1e-6


def test_fades_start_and_end_at_zero_and_leave_the_middle() -> None:
    ones = AudioClip(np.ones((RATE, 1), np.float32), RATE)
    made = fade(ones, 0.01, 0.02).samples[:, 0]
    assert made[0] == made[-1] == 0.0
    assert (made[480 : RATE - 960] == 1.0).all()
    assert np.ptp(ones.samples) == 0.0, "the given clip is not touched"


@pytest.mark.parametrize("seconds", [0.1, 2.0])
def test_sounds_for_comparison_are_equally_loud_and_keep_their_peaks(seconds: float) -> None:
    quiet, loud = (match_loudness(sine(997, level, seconds)) for level in (0.01, 0.9))
    assert rms_dbfs(quiet) == pytest.approx(rms_dbfs(loud), abs=0.01)
    click = AudioClip(np.zeros((RATE, 1), np.float32), RATE)
    click.samples[100] = 0.5
    assert peak_dbfs(match_loudness(click)) <= 0.0


def test_the_comparison_level_is_the_broadcast_one() -> None:
    assert loudness_lufs(match_loudness(sine(997, 0.5, 3.0))) == pytest.approx(-23.0, abs=0.05)


def test_one_sample_a_second_has_a_peak_and_no_loudness() -> None:
    clip = AudioClip(np.full((10, 1), 0.5, np.float32), 1)
    assert loudness_lufs(clip) is None
    assert true_peak_dbfs(clip) == pytest.approx(-6.0, abs=1.5)
    assert match_loudness(clip) is clip


@pytest.mark.parametrize(
    ("amplitude", "level"), [(1.0, 0.0), (0.1, -20.0), (2.0, 6.02), (1e-9, -120.0), (0.0, -120.0)]
)
def test_decibels_of_an_amplitude_end_at_silence(amplitude: float, level: float) -> None:
    assert to_dbfs(amplitude) == pytest.approx(level, abs=0.01)


def test_silence_is_added_behind() -> None:
    longer = with_silence(np.ones((3, 2), np.float32), 2)
    assert longer.dtype == np.float32
    assert longer.tolist() == [[1, 1]] * 3 + [[0, 0]] * 2


def test_a_fade_is_half_of_the_clip_at_most_and_half_way_down_in_its_middle() -> None:
    ones = AudioClip(np.ones((8, 2), np.float32), 1_000)
    made = fade(ones, 9.0, 0.004).samples
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(4) / 4)
    np.testing.assert_allclose(made[:, 0], [*ramp, *ramp[::-1]], atol=1e-6)
    np.testing.assert_array_equal(made[:, 0], made[:, 1])
    np.testing.assert_array_equal(fade(ones, 0.0, 0.0).samples, ones.samples)
    assert fade(AudioClip(ones.samples[:1], 1_000), 1.0, 1.0).samples.tolist() == [[1, 1]]


def test_loudness_is_defined_from_four_tenths_of_a_second_on() -> None:
    tone = sine(997, 0.5, seconds=0.4)
    assert loudness_lufs(tone) is not None
    assert loudness_lufs(AudioClip(tone.samples[:-1], RATE)) is None


def test_peaks_of_silence_and_of_nothing_are_those_of_silence() -> None:
    for frames in (0, 10):
        silence = AudioClip(np.zeros((frames, 1), np.float32), RATE)
        assert peak_dbfs(silence) == -120.0


@pytest.mark.parametrize(("in_s", "out_s", "first", "last"), [(0.1, 0.2, 100, 200), (9, 9, 50, 50)])
def test_fades_are_raised_cosines_over_at_most_half_of_a_clip(
    in_s: float, out_s: float, first: int, last: int
) -> None:
    frames = 1_000 if in_s < 1 else 100
    made = fade(AudioClip(np.ones((frames, 2), np.float32), 1_000), in_s, out_s).samples
    wanted = np.ones(frames)
    wanted[:first] = 0.5 - 0.5 * np.cos(np.pi * np.arange(first) / first)
    wanted[frames - last :] = (0.5 - 0.5 * np.cos(np.pi * np.arange(last) / last))[::-1]
    np.testing.assert_allclose(made, np.stack([wanted, wanted], axis=1), atol=1e-6)


def test_silence_is_appended_in_every_channel() -> None:
    samples = np.ones((3, 2), np.float32)
    longer = with_silence(samples, 2)
    assert longer.dtype == np.float32
    assert longer.tolist() == [[1.0, 1.0]] * 3 + [[0.0, 0.0]] * 2


@pytest.mark.parametrize(
    ("amplitude", "level"), [(1.0, 0.0), (0.1, -20.0), (1e-6, -120.0), (1e-9, -120.0), (0, -120.0)]
)
def test_levels_are_in_decibels_of_full_scale_and_end_at_silence(
    amplitude: float, level: float
) -> None:
    assert to_dbfs(amplitude) == pytest.approx(level)
