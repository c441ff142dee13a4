"""Sound in memory: buffers lose nothing, cuts stay inside, and edits change their part alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qvim_studio.audio.devices.ring_buffer import RingBuffer
from qvim_studio.audio.splice import MAX_PEAK, keep_outside, splice
from qvim_studio.audio.trim import active_range, take_range, trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit

RATE = 1000
SEEDS = st.integers(0, 2**16)


def noise(seed: int, frames: int, channels: int = 1, peak: float = 0.5) -> np.ndarray:
    values = np.random.default_rng(seed).uniform(-peak, peak, (frames, channels))
    return values.astype(np.float32)


@given(st.integers(1, 9), st.lists(st.none() | st.integers(0, 12), max_size=12))
def test_a_ring_buffer_gives_back_what_was_written_or_counts_it(
    capacity: int, steps: list[int | None]
) -> None:
    """None reads; a number writes so many frames. A list is the model."""
    ring, model, number, dropped = RingBuffer(capacity, 1), [], 0, 0
    for frames in [*steps, None]:
        if frames is None:
            assert ring.read()[:, 0].tolist() == model
            model = []
        else:
            block = list(range(number, number + frames))
            number += frames
            kept = min(frames, capacity - len(model))
            model += block[:kept]
            dropped += frames - kept
            ring.write(np.array(block, np.float32)[:, None])
        assert ring.dropped_frames == dropped


@given(SEEDS, st.integers(1, 2), st.floats(0.0, 0.9), st.floats(0.1, 1.5), st.floats(0.0, 4.0))
def test_an_edit_changes_its_part_alone(
    seed: int, channels: int, begin_s: float, part_s: float, loudness: float
) -> None:
    sound = AudioClip(noise(seed, RATE, channels), RATE)
    edit = Edit(sound, begin_s, begin_s + part_s)
    first, last = edit.window_s
    made = AudioClip(noise(seed + 1, round((last - first) * RATE), 1, loudness), RATE)
    edited = splice(edit, made)
    begin, end = round(edit.begin_s * RATE), round(edit.end_s * RATE)
    assert edited.samples.shape == (max(RATE, end), channels)
    np.testing.assert_array_equal(edited.samples[:begin], sound.samples[:begin])
    np.testing.assert_array_equal(edited.samples[end:], sound.samples[end:])
    # Two parts of at most that peak, mixed by an equal-power crossfade.
    limit = max(MAX_PEAK, float(np.abs(sound.samples).max()))
    assert np.abs(edited.samples).max() <= limit * np.sqrt(2) + 1e-6


@given(
    SEEDS,
    st.integers(1, 300),
    st.integers(1, 300),
    st.lists(st.tuples(st.integers(-50, 350), st.integers(-50, 350)), max_size=3),
)
def test_what_is_kept_outside_of_parts_is_the_very_sound(
    seed: int, made_frames: int, sound_frames: int, parts: list[tuple[int, int]]
) -> None:
    made, sound = noise(seed, made_frames), noise(seed + 1, sound_frames)
    kept = keep_outside(made, sound, parts, RATE)
    assert kept.shape == made.shape
    outside = np.ones(made_frames, bool)
    for begin, end in parts:
        outside[max(begin, 0) : max(end, 0)] = False
    both = min(made_frames, sound_frames)
    outside[both:] = False
    np.testing.assert_array_equal(kept[outside], sound[:both][outside[:both]])
    assert not np.shares_memory(kept, made)


@given(
    SEEDS,
    st.sampled_from([0, 1, 5, 10, 37, 400, 1200]),
    st.integers(0, 400),
    st.integers(0, 400),
    st.floats(-60.0, -10.0),
)
def test_a_cut_lies_inside_and_keeps_the_loudest_moment(
    seed: int, frames: int, before: int, after: int, threshold_db: float
) -> None:
    samples = np.concatenate(
        [np.zeros((before, 1), np.float32), noise(seed, frames), np.zeros((after, 1), np.float32)]
    )
    clip = AudioClip(samples, RATE)
    for begin, end in (active_range(clip, threshold_db), take_range(clip, threshold_db)):
        assert 0 <= begin <= end <= len(samples)
        loudest = int(np.abs(samples).argmax()) if len(samples) else 0
        assert frames < 10 or begin <= loudest < end
    assert trim_silence(clip, threshold_db).sample_rate == RATE


@given(SEEDS, st.sampled_from([0.25, 0.5, 2.0]))
def test_how_loud_a_recording_is_does_not_change_its_cut(seed: int, gain: float) -> None:
    samples = np.concatenate([np.zeros((300, 1), np.float32), noise(seed, 300, 1, 0.3)])
    clip, other = AudioClip(samples, RATE), AudioClip(samples * np.float32(gain), RATE)
    assert active_range(clip) == active_range(other)
    assert take_range(clip) == take_range(other)
