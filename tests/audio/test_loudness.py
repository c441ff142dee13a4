"""Integrated loudness against EBU Tech 3341's signals in closed form and against ffmpeg."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import sosfilt, sosfreqz

from qvim_studio.audio.loudness import (
    CHUNK_STEPS,
    RunningLoudness,
    integrated_loudness,
    k_weighting,
)

RATE = 16_000


def tones(levels_dbfs: list[float], seconds: list[float], channels: int = 2) -> np.ndarray:
    """1 kHz sines one after the other, the same in every channel."""
    parts = []
    for level, length in zip(levels_dbfs, seconds):
        phase = 2 * np.pi * 1000 * np.arange(round(length * RATE)) / RATE
        parts.append(10 ** (level / 20) * np.sin(phase))
    return np.repeat(np.concatenate(parts)[:, None], channels, axis=1).astype(np.float32)


@pytest.mark.parametrize(
    ("levels_dbfs", "seconds", "expected"),
    [
        ([-23.0], [20.0], -23.0),  # case 1
        ([-33.0], [20.0], -33.0),  # case 2
        ([-36.0, -23.0, -36.0], [10.0, 60.0, 10.0], -23.0),  # case 3
        ([-72.0, -36.0, -23.0, -36.0, -72.0], [10.0, 10.0, 60.0, 10.0, 10.0], -23.0),  # case 4
        ([-26.0, -20.0, -26.0], [20.0, 20.1, 20.0], -23.0),  # case 5
    ],
)
def test_signals_of_the_ebu_have_their_loudness(
    levels_dbfs: list[float], seconds: list[float], expected: float
) -> None:
    loudness = integrated_loudness(tones(levels_dbfs, seconds), RATE)
    assert loudness == pytest.approx(expected, abs=0.1)


def test_five_channels_of_the_ebu_have_their_loudness() -> None:
    """Case 6: surround channels count 1.5 dB more."""
    gains_db = np.array([-28.0, -28.0, -24.0, -30.0, -30.0])
    samples = tones([0.0], [20.0], channels=5) * 10 ** (gains_db / 20)
    assert integrated_loudness(samples, RATE) == pytest.approx(-23.0, abs=0.1)
    with_bass = np.insert(samples, 3, 1.0 * samples[:, 0], axis=1)
    assert integrated_loudness(with_bass, RATE) == integrated_loudness(samples, RATE)


@pytest.mark.parametrize("sample_rate", [8_000, 11_025, 44_100, 96_000, 192_000])
def test_full_scale_sine_of_997_hz_is_minus_3_lufs_at_every_rate(sample_rate: int) -> None:
    phase = 2 * np.pi * 997 * np.arange(2 * sample_rate) / sample_rate
    assert integrated_loudness(np.sin(phase)[:, None], sample_rate) == pytest.approx(-3.01, abs=0.1)


def test_weighting_at_48_khz_has_the_coefficients_of_the_standard() -> None:
    shelf, high_pass = k_weighting(48_000)
    assert shelf == pytest.approx(
        [
            1.53512485958697,
            -2.69169618940638,
            1.19839281085285,
            1,
            -1.69065929318241,
            0.73248077421585,
        ],
        abs=1e-8,
    )
    assert high_pass == pytest.approx([1, -2, 1, 1, -1.99004745483398, 0.99007225036621], abs=1e-8)


def test_weighting_is_the_same_curve_at_other_rates() -> None:
    curves = []
    for rate in (44_100, 48_000, 96_000):
        _, response = sosfreqz(k_weighting(rate), np.array([50, 200, 1000, 4000]), fs=rate)
        curves.append(20 * np.log10(np.abs(response)))
    assert curves[0] == pytest.approx(curves[1], abs=0.1)
    assert curves[2] == pytest.approx(curves[1], abs=0.1)


def test_short_silent_and_very_slow_sounds_have_no_loudness() -> None:
    assert integrated_loudness(np.ones((RATE * 4 // 10 - 1, 1)), RATE) is None
    assert integrated_loudness(np.zeros((RATE, 2)), RATE) is None
    assert integrated_loudness(tones([-71.0], [1.0], channels=1), RATE) is None
    assert integrated_loudness(np.ones((100, 1)), 1) is None
    assert integrated_loudness(np.zeros((0, 1)), RATE) is None


def test_pieces_of_a_long_sound_are_measured_without_seams() -> None:
    rumble = np.sin(2 * np.pi * 25 * np.arange(CHUNK_STEPS * 800 * 2 + 4000) / 8000)
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, len(rumble))
    filtered = sosfilt(k_weighting(8000), rumble + noise)
    starts = range(0, len(filtered) - 3200 + 1, 800)
    energies = np.array([np.mean(filtered[start : start + 3200] ** 2) for start in starts])
    expected = -0.691 + 10 * np.log10(energies.mean())  # nothing is below a gate
    measured = integrated_loudness((rumble + noise)[:, None], 8000)
    assert measured == pytest.approx(expected, abs=1e-6)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("channels", [1, 2])
def test_loudness_is_what_ffmpeg_measures(tmp_path: Path, channels: int) -> None:
    random = np.random.default_rng(3)
    bursts = np.abs(np.sin(np.pi * np.arange(4 * 44_100) / 30_000))[:, None] ** 8
    samples = bursts * random.uniform(-0.5, 0.5, (4 * 44_100, channels))
    soundfile.write(tmp_path / "a.wav", samples, 44_100, subtype="FLOAT")
    command = [
        "ffmpeg",
        "-nostdin",
        "-i",
        str(tmp_path / "a.wav"),
        "-af",
        "ebur128",
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured = float(re.findall(r"I:\s+(-[\d.]+) LUFS", done.stderr)[-1])
    assert integrated_loudness(samples, 44_100) == pytest.approx(measured, abs=0.1)


def test_the_loudness_of_pieces_is_that_of_the_whole() -> None:
    samples = tones([-20.0, -40.0], [2.0, 3.0])
    running = RunningLoudness(RATE, samples.shape[1])
    for piece in np.array_split(samples, [1, 3_000, 3_001, 100_000]):
        running.push(piece)
    assert running.lufs() == pytest.approx(integrated_loudness(samples, RATE), abs=1e-9)
    assert RunningLoudness(RATE, 1).lufs() is None


@pytest.mark.parametrize(("channels", "louder_db"), [(2, 3.01), (3, 4.77), (4, 6.83), (5, 7.65)])
def test_channels_add_up_and_those_behind_count_more(channels: int, louder_db: float) -> None:
    one, all_ = (integrated_loudness(tones([-23.0], [1.0], n), RATE) for n in (1, channels))
    assert one is not None and all_ is not None
    assert all_ - one == pytest.approx(louder_db, abs=0.02)


def test_rates_from_four_kilohertz_on_have_a_loudness() -> None:
    wave = np.sin(np.arange(8_000))[:, None]
    assert integrated_loudness(wave, 4_000) is not None
    assert integrated_loudness(wave, 3_999) is None


def test_four_tenths_of_a_second_are_enough_and_numbers_are_needed() -> None:
    assert integrated_loudness(tones([-23.0], [0.4]), RATE) is not None
    broken = tones([-23.0], [1.0])
    broken[100] = np.nan
    assert integrated_loudness(broken, RATE) is None
