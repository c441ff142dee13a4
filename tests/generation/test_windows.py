"""Where the windows of a long sound lie, how loud they are and how they join."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qvim_studio.audio.levels import true_peak_dbfs
from qvim_studio.audio.loop_seam import led_over
from qvim_studio.core.capabilities import Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.generation.windows import (
    CEILING_DBFS,
    FIRST_DBFS,
    MOST_GAIN,
    Joiner,
    LoopCloser,
    Pieces,
    RunningLevel,
    WholePicture,
    Window,
    crossfaded,
    loudest_rms,
    windows_of,
)

RATE = 8_000
WINDOWS = Windows(2.0, 0.75)


def noise(frames: int, seed: int = 0, level: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((frames, 1))).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 15_999, 16_000, 16_001, 26_000, 80_123])
def test_windows_cover_a_sound_and_overlap_by_what_is_kept(frames: int) -> None:
    found = windows_of(frames, RATE, WINDOWS)
    assert found[0].begin == found[0].kept == 0 and found[-1].end == frames
    assert all(one.end - one.begin <= 16_000 for one in found)
    for before, after in pairwise(found):
        assert before.end - after.begin == after.kept == 6_000
        assert after.end > before.end


def test_windows_that_overlap_by_more_than_half_are_refused() -> None:
    with pytest.raises(ValueError, match="half of their length"):
        Windows(2.0, 1.5)
    assert Windows.within(45.0, 5.0, 3.0) == Windows(3.0, 1.0)


def joined(signal_of: list[np.ndarray], windows: list[Window]) -> list[np.ndarray]:
    joiner = Joiner(RATE)
    behind = [one.kept for one in windows[1:]] + [0]
    return [
        joiner.push(samples, window.kept, kept)
        for samples, window, kept in zip(signal_of, windows, behind, strict=True)
    ]


def test_windows_of_one_sound_join_to_that_very_sound() -> None:
    sound = noise(30_000)
    windows = windows_of(len(sound), RATE, WINDOWS)
    pieces = joined([sound[one.begin : one.end] for one in windows], windows)
    np.testing.assert_allclose(np.concatenate(pieces), sound, atol=1e-6)


def test_neither_samples_nor_slopes_jump_where_windows_join() -> None:
    at = np.arange(30_000) / RATE
    windows = windows_of(len(at), RATE, WINDOWS)
    tones = [  # each window at a phase and a level of its own
        ((0.2 + 0.1 * number) * np.sin(2 * np.pi * 220 * at[one.begin : one.end] + number)).astype(
            np.float32
        )[:, None]
        for number, one in enumerate(windows)
    ]
    pieces = joined(tones, windows)
    sound = np.concatenate(pieces)[:, 0]
    assert len(sound) == len(at)
    steps, bends = np.abs(np.diff(sound)), np.abs(np.diff(sound, 2))
    for border in np.cumsum([len(piece) for piece in pieces])[:-1]:
        near = slice(border - 400, border + 400)
        far = [slice(border - 3_000, border - 2_600), slice(border + 4_600, border + 5_000)]
        for moved in (steps, bends):
            assert moved[near].max() <= 1.05 * max(float(moved[one].max()) for one in far)


@pytest.mark.parametrize("new_seed", [1, 0])
def test_a_crossfade_is_as_loud_as_what_it_leads_from_and_to(new_seed: int) -> None:
    old, new = noise(8_000, 0), noise(8_000, new_seed)
    made = crossfaded(old, new, RATE).reshape(10, -1)
    levels = 20 * np.log10(made.std(axis=1) / 0.1)
    assert np.abs(levels).max() < 1.0


def test_highs_that_differ_stay_as_loud_where_lows_are_alike() -> None:
    at = np.arange(8_000) / RATE
    low = (0.3 * np.sin(2 * np.pi * 100 * at)).astype(np.float32)[:, None]
    highs = [noise(8_000, seed, 0.02) for seed in (0, 1)]
    made = crossfaded(low + highs[0], low + highs[1], RATE) - low
    levels = 20 * np.log10(made.reshape(10, -1).std(axis=1) / 0.02)
    assert np.abs(levels).max() < 1.0
    np.testing.assert_allclose(crossfaded(low, low, RATE), low, atol=1e-6)


def test_opposite_windows_and_silence_are_joined_without_numbers_that_are_none() -> None:
    old = noise(800)
    assert np.isfinite(crossfaded(old, -old, RATE)).all()
    assert not crossfaded(0 * old, 0 * old, RATE).any()


def test_the_first_window_sets_the_level_and_a_loud_one_lowers_it_for_good() -> None:
    level = RunningLevel(None, RATE, 0.7)
    plain, loud = (AudioClip(noise(8_000, level=scale), RATE) for scale in (0.05, 0.5))
    first = level.gain(plain, None)
    assert true_peak_dbfs(AudioClip(plain.samples * np.float32(first), RATE)) == pytest.approx(
        FIRST_DBFS, abs=0.01
    )
    assert level.gain(plain, None) == first
    lowered = level.gain(loud, None)
    assert true_peak_dbfs(AudioClip(loud.samples * np.float32(lowered), RATE)) == pytest.approx(
        CEILING_DBFS, abs=0.01
    )
    assert level.gain(plain, None) == lowered < first
    assert level.gain(AudioClip(0 * plain.samples, RATE), None) == 0.0


def test_a_quiet_beginning_is_not_made_as_loud_as_what_may_come() -> None:
    level = RunningLevel(None, RATE, 0.7)
    assert level.gain(AudioClip(noise(8_000, level=1e-4), RATE), None) == MOST_GAIN


def test_a_take_says_how_loud_its_windows_are_against_each_other() -> None:
    quiet, loud = noise(8_000, 1, 0.01)[:, 0], noise(8_000, 2, 0.2)[:, 0]
    level = RunningLevel(np.concatenate([quiet, loud]), RATE, 1.0)
    made = [AudioClip(noise(8_000, seed, 0.3), RATE) for seed in (3, 4)]
    levels = [
        level.gain(clip, section) * loudest_rms(clip.mono(), RATE)
        for clip, section in zip(made, (quiet, loud), strict=True)
    ]
    wanted = loudest_rms(loud, RATE) / loudest_rms(quiet, RATE)
    assert levels[1] / levels[0] == pytest.approx(wanted, rel=0.01)


def test_the_picture_of_a_long_sound_fills_from_the_left() -> None:
    picture = WholePicture(100_000)
    assert picture.with_window(Window(0, 50_000, 0), None, is_kept=True) is None
    first = np.full((4, 20), 200, np.uint8)
    forming = picture.with_window(Window(0, 50_000, 0), first, is_kept=False)
    assert forming is not None and forming[:, :600].all() and not forming[:, 600:].any()
    kept = picture.with_window(Window(50_000, 100_000, 0), first, is_kept=True)
    assert kept is not None and not kept[:, :600].any() and kept[:, 600:].all()


@pytest.mark.parametrize("sizes", [(1, 400, 5_000, 699), (6_100,), (100,) * 61])
def test_a_loop_in_pieces_is_closed_as_it_is_at_once(sizes: tuple[int, ...]) -> None:
    sound, ahead = noise(sum(sizes)), 600
    closer, begins = LoopCloser(ahead), np.cumsum([0, *sizes])
    made = [
        closer.push(sound[begin:end], is_last=end == len(sound)) for begin, end in pairwise(begins)
    ]
    loop = np.concatenate(made)
    assert len(loop) == len(sound) - ahead and sum(map(len, made[:-1])) <= len(loop) - ahead
    np.testing.assert_array_equal(loop[:-ahead], sound[ahead:-ahead])
    np.testing.assert_allclose(loop[-ahead:], led_over(sound[-ahead:], sound[:ahead]), atol=1e-6)
    np.testing.assert_array_equal(LoopCloser(0).push(sound, is_last=True), sound)


def test_pieces_of_a_window_overlap_and_leave_a_rest_that_is_worth_a_piece() -> None:
    window = noise(20 * RATE)
    pieces = Pieces(2 * RATE, len(window), RATE)
    assert pieces.held(12_000) == 12_000
    made = []
    for begin in range(0, len(window), RATE // 3):
        for piece in pieces.push(window[begin : begin + RATE // 3]):
            assert pieces.begin + len(piece) <= begin + RATE // 3
            made.append((pieces.begin, piece))
    assert [begin for begin, _ in made] == [16_000, 52_000, 88_000]
    for begin, piece in made:
        np.testing.assert_array_equal(piece, window[begin : begin + 5 * RATE])
    assert pieces.begin == 124_000 and pieces.held(12_000) == pieces.overlap == 4_000
    assert pieces.held(0) == 0


def test_channels_are_compared_by_the_power_of_all() -> None:
    left = noise(RATE)
    both = np.concatenate([left, left], axis=1)
    assert loudest_rms(both, RATE) == pytest.approx(loudest_rms(left[:, 0], RATE))
    one = np.concatenate([left, 0 * left], axis=1)
    assert loudest_rms(one, RATE) == pytest.approx(loudest_rms(left[:, 0], RATE) / np.sqrt(2))
