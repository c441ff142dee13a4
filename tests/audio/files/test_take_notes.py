"""What is odd about a recording is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.audio.files.reading import read_take
from qvim_studio.audio.files.take_notes import (
    clipped_share,
    mixing_notes,
    shortened_notes,
    take_notes,
)
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.resources import resource_path

RATE = 48_000


def hiss(seconds: float = 1.0) -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(round(seconds * RATE))


def through_headset(samples: np.ndarray, rate: int) -> np.ndarray:
    """At its rate, and back as the system hands it over, with the noise of 16 bits."""
    narrow = soxr.resample(soxr.resample(samples, RATE, rate), rate, RATE)
    return np.rint(narrow * 32_767) / 32_768


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_the_reach_of_a_headset_is_measured_and_said(rate: int) -> None:
    take = AudioClip.from_mono(through_headset(hiss(), rate), RATE)
    assert bandwidth_hz(take) == pytest.approx(rate / 2, rel=0.04)
    (note,) = take_notes(take)
    assert "holds nothing above" in note and "headset" in note


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_a_file_of_low_rate_is_said_too(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", hiss()[:rate], rate)
    assert f"{rate / 2000:.1f} kHz" in read_take(tmp_path / "a.wav").notes[0]


def test_takes_of_a_whole_band_have_nothing_to_say() -> None:
    take = AudioClip.from_mono(hiss(), RATE)
    assert bandwidth_hz(take) == RATE / 2 and take_notes(take) == []


def test_the_bundled_examples_have_nothing_to_say() -> None:
    for path in sorted(resource_path("examples").glob("*.flac")):
        assert read_take(path).notes == (), path.name


@pytest.mark.parametrize("seconds", [0.02, 0.05, 0.3])
def test_short_takes_can_be_measured(seconds: float) -> None:
    bandwidth_hz(AudioClip.from_mono(hiss(seconds), RATE))
    bandwidth_hz(AudioClip.from_mono(hiss(seconds), 8_000))


@pytest.mark.parametrize(("seconds", "count"), [(119.0, 0), (120.0, 0), (130.0, 1)])
def test_a_take_longer_than_what_is_made_of_it_is_said(seconds: float, count: int) -> None:
    clip = AudioClip.from_mono(np.ones(round(seconds * 1_000)), 1_000)
    notes = shortened_notes(clip, 120.0, "Tiny")
    assert len(notes) == count
    assert all(f"lasts {seconds:.1f} s: Tiny makes 120 s of it" in note for note in notes)
    assert not shortened_notes(None, 120.0, "Tiny")


def test_opposite_channels_are_said_with_what_was_done_and_what_helps() -> None:
    sound = hiss()
    clip = AudioClip(np.stack([0.5 * sound, -sound], axis=1).astype(np.float32), RATE)
    (note,) = mixing_notes(clip)
    assert "channel 2, the loudest, was used alone" in note and "flip the polarity" in note


def test_an_offset_is_said_and_hides_no_silence() -> None:
    sound = np.concatenate([np.zeros(RATE), hiss(0.5), np.zeros(RATE)])
    clip = AudioClip.from_mono(sound + 0.4, RATE)
    (note,) = mixing_notes(clip)
    assert "constant offset" in note
    assert trim_take(clip).duration_s == pytest.approx(0.57, abs=0.02)


def tone(peak: float) -> np.ndarray:
    return peak * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)


def test_a_clipped_take_says_how_much_of_it_is_and_what_to_do() -> None:
    samples = np.clip(tone(2.0), -1.0, 1.0)
    clip = AudioClip.from_mono(samples, RATE)
    assert clipped_share(clip) == pytest.approx(np.mean(np.abs(samples) == 1.0), abs=0.02)
    (note,) = take_notes(AudioClip.from_mono(samples + 1e-9 * hiss(), RATE))
    assert "66." in note and "clipped" in note and "Lower the gain" in note


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("peak", [1.0, 1.7])
def test_a_loud_take_that_is_not_clipped_has_nothing_to_say(peak: float, bits: int) -> None:
    scale = 2 ** (bits - 1)
    samples = np.rint(tone(peak) * (scale - 1)) / scale
    assert clipped_share(AudioClip.from_mono(samples, RATE)) < 0.0005


def test_a_very_quiet_take_is_told_with_its_level() -> None:
    (note,) = take_notes(AudioClip.from_mono(hiss() / np.abs(hiss()).max() * 0.001, RATE))
    assert "very quiet" in note and "-60 dBFS" in note
    assert take_notes(AudioClip.from_mono(hiss() * 0.1, RATE)) == []
