"""Long sounds: window by window, each behind the one before, with no more memory than a few."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from long_runs import (
    make,
    request_for,
    rms_db,
    voice,
)
from long_sounds import RATE, NoiseWindows, load_noise

from qvim_studio.core.capabilities import Windows
from qvim_studio.core.errors import CancelledError, EngineError
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.result import Progress, SoundChunk
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.finish.finishing import OUTPUT_RATE_HZ
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.run import SILENT_REST

pytestmark = pytest.mark.usefixtures("quick_ears")


def test_a_long_sound_is_as_long_as_asked_and_each_window_goes_on_from_the_one_before(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    ((sound,), _) = make(loaded, request_for(6.3))
    assert len(sound.clip.samples) == round(6.3 * OUTPUT_RATE_HZ)
    assert sound.clip.sample_rate == OUTPUT_RATE_HZ
    first, *others = generator.asked
    assert first.kept is None and first.goes_on is None
    for number, asked in enumerate(others):
        assert asked.goes_on == number and asked.kept is not None
        assert len(asked.kept.sound.samples) == round(0.64 * RATE)
        assert asked.kept.parts_s == ((0.64, asked.duration_s),)
    assert all(asked.duration_s <= 1.28 for asked in generator.asked)


def test_chunks_together_are_the_sound_that_comes_whole(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    ((whole,), _) = make(loaded, request_for(5.0))
    generator.asked.clear()
    chunks: list[SoundChunk] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            chunks.append(progress.chunk)

    ((sound,), _) = make(loaded, request_for(5.0), on_progress, in_chunks=True)
    assert len(sound.clip.samples) == 0
    assert [one.begin for one in chunks] == [0, *(one.end for one in chunks[:-1])]
    assert {one.planned for one in chunks} == {len(whole.clip.samples)} == {chunks[-1].end}
    together = np.concatenate([one.variation.clip.samples for one in chunks])
    np.testing.assert_array_equal(together, whole.clip.samples)


def test_nothing_jumps_where_chunks_meet(noise: tuple[Loaded, NoiseWindows]) -> None:
    loaded, _ = noise
    borders: list[int] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            borders.append(progress.chunk.end)

    make(loaded, request_for(8.0), on_progress, in_chunks=True)
    ((sound,), _) = make(loaded, request_for(8.0))
    samples = sound.clip.samples[:, 0].astype(np.float64)
    steps, bends = np.abs(np.diff(samples)), np.abs(np.diff(samples, 2))
    for border in borders[:-1]:
        for moved in (steps, bends):
            around = moved[border - 24_000 : border + 24_000]
            assert moved[border - 5 : border + 5].max() <= around.max()
            assert moved[border - 2 : border + 2].max() <= 3.0 * np.sqrt(np.mean(around**2)) + 1e-6


@pytest.mark.parametrize("has_pictures", [True, False])
def test_every_chunk_comes_with_a_picture_of_what_there_is(
    noise: tuple[Loaded, NoiseWindows], has_pictures: bool
) -> None:
    noise[1].has_pictures = has_pictures
    seen: list[float] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            assert progress.preview is not None
            seen.append(float((progress.preview > 0).any(axis=0).mean()))

    make(noise[0], request_for(4.0), on_progress, in_chunks=True)
    assert seen == sorted(seen) and seen[0] < 0.4 and seen[-1] == 1.0


def test_the_first_chunk_comes_before_the_second_window_is_made(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    windows_made: list[int] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            windows_made.append(len(generator.asked))

    make(loaded, request_for(5.0), on_progress, in_chunks=True)
    assert windows_made == list(range(1, len(generator.asked) + 1))


def test_progress_never_falls_and_ends_at_the_end(noise: tuple[Loaded, NoiseWindows]) -> None:
    shares: dict[str, list[float]] = {}
    make(
        noise[0],
        request_for(4.0, variations=2),
        lambda progress: shares.setdefault(progress.phase, []).append(progress.fraction),
    )
    for phase in ("denoise", "decode"):
        assert shares[phase] == sorted(shares[phase]) and shares[phase][-1] == 1.0


def test_variations_and_windows_have_seeds_of_their_own(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    made, _ = make(noise[0], request_for(4.0, variations=2))
    assert {one.seed for one in made} == {7, 8}
    (alone,), _ = make(noise[0], request_for(4.0, seed=8))
    eighth = next(one for one in made if one.seed == 8)
    np.testing.assert_array_equal(alone.clip.samples, eighth.clip.samples)
    second = round(1.28 * OUTPUT_RATE_HZ)
    assert not np.allclose(alone.clip.samples[:second], alone.clip.samples[second : 2 * second])


def test_what_lies_behind_the_take_is_silent_and_said(noise: tuple[Loaded, NoiseWindows]) -> None:
    take = voice((3.0, 0.2))
    ((sound,), run) = make(noise[0], request_for(6.0, imitation=take))
    assert len(sound.clip.samples) == 6 * OUTPUT_RATE_HZ
    assert rms_db(sound.clip, 4.0, 6.0) < -80.0 and SILENT_REST in run.notes


def test_a_sound_that_comes_out_silent_costs_the_others_nothing(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    generator.levels = dict.fromkeys(range(6), 0.0)  # of the first variation
    made, run = make(loaded, request_for(4.0, variations=2))
    assert [one.seed for one in made] == [8] and "no sound for seed 7" in run.notes[-1]
    generator.asked.clear()
    with pytest.raises(EngineError, match="no sound for seed 7"):
        make(loaded, request_for(4.0))


def test_a_cancel_ends_between_two_windows_and_leaves_the_chunks_that_came(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    chunks: list[SoundChunk] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            chunks.append(progress.chunk)

    with pytest.raises(CancelledError):
        make(
            loaded,
            request_for(8.0),
            on_progress,
            in_chunks=True,
            is_cancelled=lambda: len(generator.asked) > 3,
        )
    assert len(chunks) == 3


def test_a_window_that_comes_little_by_little_is_handed_over_every_few_seconds(
    folder: Path,
) -> None:
    loaded, generator = load_noise(folder, Windows(15.36, 2.56), max_s=120.0)
    request = request_for(35.0)
    ((whole,), _) = make(loaded, request)
    generator.streams = True
    came: list[tuple[float, int]] = []
    chunks: list[SoundChunk] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            chunks.append(progress.chunk)
            came.append((progress.chunk.end / OUTPUT_RATE_HZ, len(generator.asked)))

    generator.asked.clear()
    make(loaded, request, on_progress, in_chunks=True)
    assert came[0] == (pytest.approx(4.5), 1) and came[1] == (pytest.approx(9.0), 1)
    assert chunks[-1].end == chunks[-1].planned == len(whole.clip.samples)
    streamed = np.concatenate([one.variation.clip.samples for one in chunks])[:, 0]
    # The very same sound: only the level, and what is taken away below all hearing, are decided
    # by the piece.
    moves = [np.diff(one.astype(np.float64)) for one in (streamed, whole.clip.samples[:, 0])]
    share = float(moves[0] @ moves[1] / (moves[1] @ moves[1]))
    middle = slice(OUTPUT_RATE_HZ // 10, -OUTPUT_RATE_HZ // 5)
    np.testing.assert_allclose(moves[0][middle], share * moves[1][middle], atol=1e-4)


def test_a_cancel_within_a_window_keeps_the_pieces_that_came(folder: Path) -> None:
    loaded, generator = load_noise(folder, Windows(15.36, 2.56), max_s=120.0)
    generator.streams = True
    chunks: list[SoundChunk] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            chunks.append(progress.chunk)

    with pytest.raises(CancelledError):
        make(
            loaded,
            request_for(35.0),
            on_progress,
            in_chunks=True,
            is_cancelled=lambda: len(chunks) == 2,
        )
    assert len(generator.asked) == 1 and len(chunks) == 2


def test_a_window_that_follows_a_take_is_not_handed_over_before_it_is_whole(folder: Path) -> None:
    loaded, generator = load_noise(folder, Windows(15.36, 2.56), max_s=120.0)
    generator.streams = True
    ends: list[int] = []

    def on_progress(progress: Progress) -> None:
        if progress.chunk is not None:
            ends.append(progress.chunk.end)

    take = voice((31.0, 0.2))
    make(loaded, request_for(None, imitation=take), on_progress, in_chunks=True)
    assert len(ends) == 3


def peak_of(noise: tuple[Loaded, NoiseWindows], seconds: float) -> int:
    loaded, generator = noise
    generator.remembers = False
    tracemalloc.start()
    try:
        make(loaded, request_for(seconds), in_chunks=True)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_minutes_take_no_more_memory_than_one(folder: Path) -> None:
    noise = load_noise(folder, Windows(15.36, 2.56), max_s=120.0)
    make(noise[0], request_for(31.0), in_chunks=True)  # what is imported late
    minutes, minute = peak_of(noise, 600.0), peak_of(noise, 60.0)
    assert minute > 3_000_000 and minutes <= 1.3 * minute


def test_a_tiny_checkpoint_makes_half_a_minute_and_more_through_the_engine(folder: Path) -> None:
    request = GenerationRequest(
        voice((2.0, 0.2)), duration_s=30.5, steps=1, variations=1, start=Start.NOISE, follow=0.0,
        checkpoint=str(folder), extend_bandwidth=False,
    )  # fmt: skip
    engine = StudioEngine(lambda *asked: ())
    made, again = (engine.generate(request, lambda progress: None, lambda: False) for _ in range(2))
    clip = made.variations[0].clip
    assert len(clip.samples) == round(30.5 * OUTPUT_RATE_HZ) and np.abs(clip.samples).max() < 0.9
    np.testing.assert_array_equal(clip.samples, again.variations[0].clip.samples)
    levels = [rms_db(clip, begin, begin + 1.0) for begin in range(30)]
    assert max(abs(a - b) for a, b in itertools.pairwise(levels)) < 6.0
    whole = engine.generate(
        request.with_changes(in_windows=False), lambda progress: None, lambda: False
    )
    assert not np.array_equal(whole.variations[0].clip.samples, clip.samples)
