"""Edits of long stretches and of parts that lie far apart: one window after the other."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from long_sounds import RATE, NoiseWindows, load_noise
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.capabilities import EditKind, Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import CancelledError, EngineError
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.result import Progress, Variation
from qvim_studio.generation.edit_chain import (
    JOINT_S,
    EditChain,
    Stretch,
    is_edited_in_windows,
    stretches_of,
)
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.starts import NearestSound

pytestmark = pytest.mark.usefixtures("quick_ears")
WINDOWS = Windows(1.28, 0.32)
Noise = tuple[Loaded, NoiseWindows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def noise(folder: Path) -> Noise:
    return load_noise(folder, WINDOWS, max_s=2.0)


def tone(seconds: float, channels: int = 1) -> AudioClip:
    wave = 0.1 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)
    return AudioClip(np.repeat(wave[:, None], channels, axis=1).astype(np.float32), RATE)


def request_of(edit: Edit, **changes: object) -> GenerationRequest:
    values = {"text": "rain", "variations": 1, "seed": 7, "extend_bandwidth": False, **changes}
    return GenerationRequest(edit=edit, start=Start.NOISE, **values)  # type: ignore[arg-type]


def make(
    loaded: Loaded, request: GenerationRequest, reported: list[Progress] | None = None
) -> tuple[tuple[Variation, ...], EditChain]:
    run = EditChain(loaded, request)
    run.encode(lambda *asked: ())
    on_progress = (lambda progress: None) if reported is None else reported.append
    made = run.make(on_progress, lambda: False, lambda sound, picture: None, PhaseClock())
    return made, run


def test_a_long_part_is_divided_evenly_and_each_window_fits() -> None:
    edit = Edit(tone(10.0), 1.0, 8.0)
    stretches = stretches_of(edit, WINDOWS, 2.0)
    parts = [stretch.parts_s[0] for stretch in stretches]
    assert parts[0][0] == 1.0 and parts[-1][1] == pytest.approx(8.0)
    lengths = [end_s - begin_s for begin_s, end_s in parts]
    assert lengths == pytest.approx([lengths[0]] * len(parts)) and lengths[0] <= 0.96
    for (_, end_s), (begin_s, _) in pairwise(parts):
        assert end_s - begin_s == pytest.approx(JOINT_S)
    assert [one.is_open for one in stretches] == [True] * (len(parts) - 1) + [False]


def test_parts_that_lie_near_each_other_share_a_window() -> None:
    edit = Edit.of_parts(tone(9.0), [(1.0, 1.3), (1.5, 1.8), (7.0, 7.5)])
    near, far = stretches_of(edit, WINDOWS, 2.0)
    assert near == Stretch(((1.0, 1.3), (1.5, 1.8))) and far == Stretch(((7.0, 7.5),))


def test_windows_begin_where_one_piece_would_be_too_long(noise: Noise) -> None:
    can = noise[0].capabilities
    short, long = (request_of(Edit(tone(9.0), 3.0, 3.0 + length)) for length in (0.5, 6.0))
    # Four seconds around it count: a window of this checkpoint lasts 2 s.
    assert is_edited_in_windows(long, can) and is_edited_in_windows(short, can)
    can = replace(can, max_s=120.0)
    assert not is_edited_in_windows(long, can)
    longer = request_of(Edit(tone(40.0), 3.0, 33.0))
    assert is_edited_in_windows(longer, can)
    assert not is_edited_in_windows(longer.with_changes(in_windows=False), can)
    assert not is_edited_in_windows(GenerationRequest(text="rain", duration_s=60.0), can)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_long_part_is_made_again_and_everything_around_it_stays(
    noise: Noise, channels: int
) -> None:
    loaded, generator = noise
    sound = tone(8.0, channels)
    edit = Edit(sound, 1.0, 6.0)
    reported: list[Progress] = []
    ((made,), run) = make(loaded, request_of(edit), reported)
    assert made.clip.samples.shape == sound.samples.shape and made.seed == 7
    first, last = RATE, 6 * RATE
    outside = np.r_[0:first, last : len(sound.samples)]
    np.testing.assert_array_equal(made.clip.samples[outside], sound.samples[outside])
    changed = np.abs(made.clip.samples - sound.samples)[first:last].reshape(-1, RATE // 4, channels)
    assert changed.max(axis=(1, 2)).min() > 0.05
    # Each window goes on from what the one before made, and only the last hears what follows.
    assert len(generator.asked) == len(stretches_of(edit, WINDOWS, 2.0)) > 4
    assert all(asked.duration_s <= 2.0 for asked in generator.asked)
    shares = [each.fraction for each in reported if each.phase == "denoise"]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert [note for note in run.notes if "Regenerated" in note] == ["Regenerated: 1.00 to 6.00 s."]
    assert (
        len(
            {
                round(float(np.abs(asked.kept.sound.samples[:100]).sum()), 6)
                for asked in generator.asked
                if asked.kept is not None
            }
        )
        > 3
    )


def test_nothing_jumps_where_stretches_meet(noise: Noise) -> None:
    ((made,), _) = make(noise[0], request_of(Edit(tone(8.0), 1.0, 6.0)))
    samples = made.clip.samples[RATE : 6 * RATE, 0].astype(np.float64)
    moves = np.abs(np.diff(samples))
    for stretch in stretches_of(Edit(tone(8.0), 1.0, 6.0), WINDOWS, 2.0)[1:]:
        at = round((stretch.parts_s[0][0] - 1.0) * RATE)
        assert moves[at - 5 : at + 400].max() <= 1.3 * moves.max()
    levels = [part.std() for part in np.array_split(samples, 20)]
    assert max(levels) < 2.5 * min(levels)


def test_a_sound_is_continued_for_longer_than_a_checkpoint_hears(noise: Noise) -> None:
    loaded, generator = noise
    can = replace(loaded.capabilities, edits=frozenset({EditKind.CONTINUE}))
    loaded = replace(loaded, capabilities=can)
    sound = tone(3.0)
    ((made,), _) = make(loaded, request_of(Edit.continuing(sound, 5.0)))
    assert made.clip.duration_s == pytest.approx(8.0)
    kept = round(2.8 * RATE)
    np.testing.assert_array_equal(made.clip.samples[:kept], sound.samples[:kept])
    quarters = made.clip.samples[len(sound.samples) :, 0].reshape(20, -1).std(axis=1)
    assert quarters.min() > 0.02 and len(generator.asked) > 4


def test_parts_far_apart_are_regenerated_without_what_lies_between(noise: Noise) -> None:
    loaded, generator = noise
    sound = tone(60.0)
    edit = Edit.of_parts(sound, [(1.0, 1.5), (55.0, 55.5)])
    ((made,), _) = make(loaded, request_of(edit))
    assert len(generator.asked) == 2
    changed = np.flatnonzero(np.abs(made.clip.samples - sound.samples).max(axis=1)) / RATE
    assert all(1.0 <= at < 1.5 or 55.0 <= at < 55.5 for at in changed[[0, -1]])
    assert not np.any((changed > 1.5) & (changed < 55.0))


def test_every_window_has_its_own_section_of_the_imitation_and_pauses_are_silent(
    noise: Noise,
) -> None:
    loaded, generator = noise
    rng = np.random.default_rng(0)
    take = rng.standard_normal(5 * RATE).astype(np.float32) * 0.2
    take[round(1.5 * RATE) : 4 * RATE] = 0.0
    edit = Edit(tone(8.0), 1.0, 6.0)
    voice = AudioClip.from_mono(take, RATE)
    ((made,), _) = make(loaded, request_of(edit, imitation=voice, text=""))
    assert len(generator.asked) < len(stretches_of(edit, WINDOWS, 2.0))
    assert np.abs(made.clip.samples[round(3.6 * RATE) : round(4.4 * RATE)]).max() < 1e-3
    assert made.clip.samples[round(1.2 * RATE) : 2 * RATE].std() > 0.01
    assert made.clip.samples[round(5.3 * RATE) : round(5.9 * RATE)].std() > 0.01


def test_all_windows_start_from_the_same_sound_and_variations_differ(noise: Noise) -> None:
    made, _ = make(noise[0], request_of(Edit(tone(5.0), 1.0, 4.0), variations=2))
    assert {one.seed for one in made} == {7, 8}
    assert not np.array_equal(made[0].clip.samples, made[1].clip.samples)
    (again,), _ = make(noise[0], request_of(Edit(tone(5.0), 1.0, 4.0), seed=8))
    eighth = next(one for one in made if one.seed == 8)
    np.testing.assert_array_equal(again.clip.samples, eighth.clip.samples)


def test_all_windows_start_from_what_was_found_for_the_first(noise: Noise) -> None:
    loaded, generator = noise
    asked: list[object] = []

    def find(query: object, folder: object, hearing: object) -> tuple[NearestSound, ...]:
        asked.append(query)
        return (NearestSound(f"rain {len(asked)}", tone(0.5)), NearestSound("wind", tone(0.4)))

    request = request_of(Edit(tone(6.0), 1.0, 5.0), variations=2).with_changes(start=Start.NEAREST)
    run = EditChain(loaded, request)
    run.encode(find)
    made = run.make(lambda progress: None, lambda: False, lambda sound, picture: None, PhaseClock())
    assert len(asked) == 1 and {one.start_name for one in made} == {"rain 1", "wind"}
    assert len(generator.asked) > 6 and all(one.starts for one in generator.asked)


@pytest.mark.parametrize("seconds", [6.0, 0.0])
def test_stretches_that_come_out_louder_do_not_add_up(noise: Noise, seconds: float) -> None:
    """What this generator makes is 4 dB louder than what it goes on from, whatever that is."""
    loaded, generator = noise
    generator.gain = 10 ** (4 / 20)
    sound = AudioClip.from_mono(0.05 * np.random.default_rng(1).standard_normal(8 * RATE), RATE)
    edit = Edit(sound, 1.0, 1.0 + seconds) if seconds else Edit.continuing(sound, 6.0)
    ((made,), _) = make(loaded, request_of(edit))
    begin, end = (round(at * RATE) for at in (edit.begin_s, edit.end_s))
    levels = 20 * np.log10(made.clip.samples[begin:end, 0].reshape(-1, RATE // 10).std(axis=1))
    third = len(levels) // 3
    assert levels[-third:].mean() == pytest.approx(levels[1:third].mean(), abs=1.5)
    if seconds:  # what follows is met at its own level
        after = 20 * np.log10(made.clip.samples[end : end + RATE // 2].std())
        assert levels[-2:].mean() == pytest.approx(after, abs=6.0)


def test_the_last_stretch_of_a_continuation_keeps_its_level_to_the_end(folder: Path) -> None:
    loaded, generator = load_noise(folder, Windows(4.0, 1.0), max_s=6.0)
    generator.gain = 10 ** (4 / 20)
    sound = AudioClip.from_mono(0.05 * np.random.default_rng(1).standard_normal(4 * RATE), RATE)
    ((made,), _) = make(loaded, request_of(Edit.continuing(sound, 7.0)))
    last, before = (
        20 * np.log10(made.clip.samples[round(at * RATE) : round((at + 0.3) * RATE), 0].std())
        for at in (10.5, 7.0)
    )
    assert last == pytest.approx(before, abs=0.4)


def test_silence_is_refused_and_a_cancel_ends_between_two_windows(noise: Noise) -> None:
    loaded, generator = noise
    generator.levels = dict.fromkeys(range(9), 0.0)
    with pytest.raises(EngineError, match="no sound"):
        make(loaded, request_of(Edit(tone(5.0), 1.0, 4.0)))
    generator.asked.clear()
    generator.levels = {}
    run = EditChain(loaded, request_of(Edit(tone(5.0), 1.0, 4.0)))
    run.encode(lambda *asked: ())
    with pytest.raises(CancelledError):
        run.make(
            lambda progress: None,
            lambda: len(generator.asked) > 1,
            lambda sound, picture: None,
            PhaseClock(),
        )
    assert len(generator.asked) == 2


@pytest.mark.slow
def test_memory_beside_the_sound_itself_does_not_grow(folder: Path) -> None:
    loaded, generator = load_noise(folder, Windows(15.36, 2.56), max_s=120.0)
    generator.remembers = False

    def peak(seconds: float) -> float:
        request = request_of(Edit(tone(seconds + 10.0), 2.0, 2.0 + seconds))
        tracemalloc.start()
        try:
            make(loaded, request)
            return tracemalloc.get_traced_memory()[1] - 3 * 4 * seconds * RATE
        finally:
            tracemalloc.stop()

    peak(31.0)  # what is imported late
    assert peak(160.0) < 1.25 * peak(40.0)


def test_the_engine_takes_such_an_edit(folder: Path) -> None:
    sound = tone(34.0)
    edit = Edit(sound, 1.0, 32.0)
    request = GenerationRequest(
        edit=edit, checkpoint=str(folder), steps=1, variations=1, extend_bandwidth=False
    )
    result = StudioEngine(lambda *asked: ()).generate(request, lambda progress: None, lambda: False)
    (made,) = result.variations
    assert made.clip.samples.shape == sound.samples.shape
    np.testing.assert_array_equal(made.clip.samples[:RATE], sound.samples[:RATE])
    assert np.abs(made.clip.samples - sound.samples)[RATE : 32 * RATE].max() > 0.01
