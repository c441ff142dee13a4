"""Timing measures on sounds whose timing is known; gates on clips that must fail."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.fidelity import failed_gates, measure_fidelity

RATE = 16_000


def bursts(starts_s: tuple[float, ...], pitch_hz: float = 220.0) -> AudioClip:
    """Decaying tones of 0.2 s in 1.5 s of silence."""
    samples = np.zeros(int(1.5 * RATE))
    at = np.arange(int(0.2 * RATE)) / RATE
    harmonics = sum(np.sin(2 * np.pi * k * pitch_hz * at) / k for k in range(1, 6))
    for start in starts_s:
        begin = int(start * RATE)
        samples[begin : begin + len(at)] = 0.2 * harmonics * np.exp(-6 * at)
    return AudioClip.from_mono(samples, RATE)


def test_a_clip_follows_itself() -> None:
    clip = bursts((0.2, 0.8))
    fidelity = measure_fidelity(clip, clip)
    assert fidelity.envelope_correlation == pytest.approx(1.0)
    assert fidelity.onset_ms == fidelity.centroid_octaves == fidelity.pitch_cents == 0.0


def test_a_late_clip_is_late_by_as_much() -> None:
    fidelity = measure_fidelity(bursts((0.2, 0.8)), bursts((0.25, 0.85)))
    assert fidelity.onset_ms == pytest.approx(50, abs=11)
    assert fidelity.envelope_correlation < 0.9


def glide(octaves: float, base_hz: float) -> AudioClip:
    """A second that rises steadily."""
    at = np.arange(RATE) / RATE
    turns = np.cumsum(base_hz * 2.0 ** (octaves * at)) / RATE
    tones = sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, 6))
    return AudioClip.from_mono(0.2 * tones, RATE)


def test_courses_are_compared_each_from_its_own_middle() -> None:
    same = measure_fidelity(glide(1.0, 200.0), glide(1.0, 400.0))
    assert same.pitch_cents == pytest.approx(0.0, abs=10)
    assert same.centroid_octaves == pytest.approx(0.0, abs=0.05)
    steady = measure_fidelity(glide(1.0, 200.0), glide(0.0, 400.0))
    assert steady.pitch_cents == pytest.approx(300, abs=20)  # of -600 to 600, evenly
    assert steady.centroid_octaves == pytest.approx(0.25, abs=0.05)


def test_noise_has_no_pitch_to_compare() -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, RATE)
    clip = AudioClip.from_mono(noise, RATE)
    assert measure_fidelity(clip, clip).pitch_cents is None


@pytest.mark.parametrize(
    ("samples", "failures"),
    [
        (np.sin(np.arange(4800) / 5) * 0.5, []),
        (np.zeros(4800), ["silent"]),
        (np.clip(np.sin(np.arange(4800) * np.pi / 24) * 3, -1, 1), ["clipped"]),
        (np.sin(np.arange(4800) / 5) * 0.3 + 0.1, ["dc"]),
    ],
)
def test_gates(samples: np.ndarray, failures: list[str]) -> None:
    assert failed_gates(AudioClip.from_mono(samples, 48_000)) == failures
