"""What a sound fails by is found, and sound ones pass."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.soundness import Flaw, count_clicks, joined_soundness, soundness_of
from qvim_studio.core.clip import AudioClip

RATE = 48_000


def ping(level: float = 0.5) -> np.ndarray:
    at = np.arange(RATE) / RATE
    return (level * np.sin(2 * np.pi * 440 * at) * np.exp(-12 * at)).astype(np.float32)


def clip_of(samples: np.ndarray) -> AudioClip:
    return AudioClip.from_mono(samples.astype(np.float32), RATE)


def test_a_ping_that_dies_away_is_sound() -> None:
    report = soundness_of(clip_of(ping()))
    assert report.flaws == ()
    assert report.true_peak_dbfs == pytest.approx(-6.1, abs=0.2)
    assert report.noise_floor_dbfs is not None and report.noise_floor_dbfs < -80


def test_every_flaw_is_found_by_itself() -> None:
    rng = np.random.default_rng(0)
    clicked = ping()
    clicked[[20_000, 30_000]] += 0.3
    hissing = ping() + 0.003 * rng.standard_normal(RATE) * np.hanning(RATE) ** 0.1
    broken = {
        Flaw.NOISE: hissing,
        Flaw.PEAK: ping(1.2),
        Flaw.OFFSET: ping() + 0.02 * np.hanning(RATE),
        Flaw.CLICKS: clicked,
        Flaw.TAIL: ping()[: RATE // 4],
    }
    for flaw, samples in broken.items():
        assert flaw in soundness_of(clip_of(samples)).flaws
    assert soundness_of(clip_of(clicked)).clicks == 2


def test_what_dies_away_or_never_pauses_is_not_noisy() -> None:
    rng = np.random.default_rng(0)
    decay = np.exp(-7 * np.arange(RATE) / RATE)
    for samples in (0.3 * rng.standard_normal(RATE), 0.3 * rng.standard_normal(RATE) * decay):
        assert Flaw.NOISE not in soundness_of(clip_of(samples)).flaws


def test_attacks_and_hiss_are_no_clicks() -> None:
    rng = np.random.default_rng(0)
    hiss = 0.2 * rng.standard_normal(RATE)
    snare = hiss * np.exp(-20 * (np.arange(RATE) % (RATE // 4)) / RATE)
    for samples in (hiss, snare, np.zeros(RATE), np.zeros(10)):
        assert count_clicks(clip_of(samples)) == 0


def test_a_sound_in_parts_fails_by_what_its_parts_fail_by() -> None:
    rng = np.random.default_rng(0)
    clicked = ping()
    clicked[[20_000, 30_000]] += 0.3
    loud = 0.3 * rng.standard_normal(RATE)
    parts = [soundness_of(clip_of(samples)) for samples in (loud, clicked, ping())]
    joined = joined_soundness(parts)
    assert joined.clicks == 2 and not joined.is_cut and parts[0].is_cut
    assert joined.reach_hz == max(part.reach_hz for part in parts)
    assert joined.true_peak_dbfs == max(part.true_peak_dbfs for part in parts)
    floors = [part.noise_floor_dbfs for part in parts if part.noise_floor_dbfs is not None]
    assert joined.noise_floor_dbfs == min(floors)
    assert joined_soundness(parts[:1]) == parts[0]
