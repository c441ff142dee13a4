"""Of a long sound the most active stretch is heard."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.activity import most_active
from qvim_studio.core.clip import AudioClip

RATE = 1_000


def clip_with(*bursts: tuple[float, float, float], seconds: float = 40.0) -> AudioClip:
    """Bursts of noise: begin and end in seconds, level."""
    rng = np.random.default_rng(0)
    samples = 1e-4 * rng.standard_normal(round(seconds * RATE))
    for begin_s, end_s, level in bursts:
        first, last = round(begin_s * RATE), round(end_s * RATE)
        samples[first:last] += level * rng.standard_normal(last - first)
    return AudioClip.from_mono(samples, RATE)


def begin_of(part: AudioClip, whole: AudioClip) -> float:
    lined = np.lib.stride_tricks.sliding_window_view(whole.samples[:, 0], 50)
    return int(np.argmax((lined == part.samples[:50, 0]).all(axis=1))) / RATE


@pytest.mark.parametrize("seconds", [0.5, 9.9, 10.0])
def test_what_is_short_enough_is_heard_as_it_is(seconds: float) -> None:
    clip = clip_with(seconds=seconds)
    assert most_active(clip, 10.0) is clip


def test_a_late_sound_is_heard_and_the_silence_before_it_is_not() -> None:
    clip = clip_with((0.0, 0.3, 0.05), (22.0, 30.0, 0.3))
    part = most_active(clip, 10.0)
    assert part.duration_s == 10.0
    assert 19.9 <= begin_of(part, clip) <= 22.0


def test_of_equally_active_stretches_the_first_counts() -> None:
    clip = clip_with((0.0, 40.0, 0.2))
    assert begin_of(most_active(clip, 10.0), clip) == 0.0


def test_what_follows_is_kept_as_far_as_it_is_there() -> None:
    clip = clip_with((15.0, 25.0, 0.3))
    assert most_active(clip, 10.0, tail_s=1.0).duration_s == 11.0
    late = clip_with((30.0, 40.0, 0.3))
    assert 10.0 <= most_active(late, 10.0, tail_s=1.0).duration_s <= 11.0


def test_an_offset_is_no_activity() -> None:
    clip = clip_with((25.0, 35.0, 0.05))
    shifted = AudioClip(clip.samples + np.float32(0.3), RATE)
    assert begin_of(most_active(shifted, 10.0), shifted) >= 20.0


def test_channels_count_together() -> None:
    quiet, loud = clip_with((2.0, 12.0, 0.1)), clip_with((28.0, 38.0, 0.4))
    clip = AudioClip(np.hstack([quiet.samples, loud.samples]), RATE)
    part = most_active(clip, 10.0)
    assert part.channels == 2 and np.square(part.samples[:, 1]).mean() > 0.1


def seconds_of(*levels: float) -> AudioClip:
    """Alternating samples of one level for each tenth of a second, at 1 kHz in two channels."""
    signs = np.where(np.arange(100 * len(levels)) % 2, -1.0, 1.0)
    samples = (np.repeat(levels, 100) * signs).astype(np.float32)
    return AudioClip(np.stack([samples, 0 * samples], axis=1), 1_000)


@pytest.mark.parametrize(
    ("levels", "first"),
    [
        ([0.1] * 20 + [0.5] * 10 + [0.1] * 10, 2_000),
        ([0.5] * 40, 0),
        ([0.49] * 10 + [0.1] * 10 + [0.5] * 10, 0),  # about as much at the beginning
        ([0.4] * 10 + [0.1] * 10 + [0.5] * 10, 2_000),
    ],
)
def test_the_stretch_begins_where_most_energy_is(levels: list[float], first: int) -> None:
    clip = seconds_of(*levels)
    for tail_s, length in ((0.0, 1_000), (0.3, 1_300)):
        part = most_active(clip, 1.0, tail_s)
        assert part.sample_rate == 1_000
        np.testing.assert_array_equal(part.samples, clip.samples[first : first + length])


def test_a_clip_as_long_as_the_stretch_is_returned_as_it_is() -> None:
    clip = seconds_of(*[0.1] * 10)
    assert most_active(clip, 1.0) is clip and most_active(clip, 2.0) is clip
    assert len(most_active(clip, 0.9).samples) == 900


def test_a_constant_offset_is_no_activity() -> None:
    clip = seconds_of(*[0.1] * 20, *[0.3] * 10)
    lifted = AudioClip(clip.samples + np.float32(0.6), 1_000)
    np.testing.assert_array_equal(most_active(lifted, 1.0).samples, lifted.samples[2_000:3_000])
