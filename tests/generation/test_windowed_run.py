"""Each window of a long sound is led by its own section of the takes and sounds of a request."""

from __future__ import annotations

import numpy as np
import pytest
from long_runs import (
    make,
    request_for,
    rms_db,
    voice,
)
from long_sounds import RATE, NoiseWindows

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import Start
from qvim_studio.generation.finish.finishing import OUTPUT_RATE_HZ
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.long_run import LongRun
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.starts import NearestSound
from qvim_studio.generation.windowed_run import fitted

pytestmark = pytest.mark.usefixtures("quick_ears")


def test_a_window_follows_its_own_section_of_the_take(noise: tuple[Loaded, NoiseWindows]) -> None:
    loaded, generator = noise
    take = voice((2.0, 0.2), (2.0, 0.02), (2.0, 0.2))
    ((sound,), run) = make(loaded, request_for(None, imitation=take, follow=1.0))
    begins = np.cumsum([0.0, *(one.duration_s - 0.64 for one in generator.asked[:-1])])
    for begin_s, asked in zip(begins, generator.asked, strict=True):
        assert asked.followed is not None and asked.voice is not None
        begin = round(begin_s * RATE)
        wanted = take.samples[begin : begin + round(asked.duration_s * RATE)]
        np.testing.assert_allclose(asked.followed.samples, wanted, atol=1e-6)
        np.testing.assert_array_equal(asked.voice.clip.samples, wanted)
    loud, quiet = rms_db(sound.clip, 0.3, 1.7), rms_db(sound.clip, 2.3, 3.7)
    assert loud - quiet == pytest.approx(20.0, abs=1.5)
    assert rms_db(sound.clip, 4.3, 5.7) == pytest.approx(loud, abs=1.5)
    assert sound.match is not None and run.matcher is not None


def test_a_window_in_which_the_take_pauses_costs_nothing_and_is_silent(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    take = voice((1.5, 0.2), (3.0, 0.0), (1.5, 0.2))
    ((sound,), _) = make(loaded, request_for(None, imitation=take))
    assert len(generator.asked) < 9 and sum(one.kept is None for one in generator.asked) == 2
    assert rms_db(sound.clip, 2.5, 4.0) < -80.0 < rms_db(sound.clip, 5.0, 5.8)


def test_every_window_is_led_to_the_sound_that_was_found(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    found = NearestSound("hiss", voice((0.5, 0.1)), likelihood=0.6)
    request = request_for(3.0, imitation=voice((3.0, 0.2)), start=Start.NEAREST)
    run = LongRun(loaded, request, in_chunks=False)
    run.encode(lambda query, folder, hearing: (found,))
    run.make(lambda progress: None, lambda: False, lambda made, picture: None, PhaseClock())
    assert len(generator.asked) > 1
    for asked in generator.asked:
        assert asked.found.keys() == asked.starts.keys()
        assert list(asked.found.values()) == [found.clip]


def test_a_window_starts_from_its_section_of_the_take(noise: tuple[Loaded, NoiseWindows]) -> None:
    loaded, generator = noise
    take = voice((4.0, 0.2))
    make(loaded, request_for(None, imitation=take, start=Start.IMITATION))
    for asked in generator.asked:
        (start,) = asked.starts.values()
        assert asked.followed is not None
        np.testing.assert_array_equal(start.samples, asked.followed.samples)


def stereo_take(seconds: float) -> AudioClip:
    """The left channel sounds in the first half, the right one more quietly in the second."""
    rng, half = np.random.default_rng(5), round(seconds * RATE / 2)
    samples = np.zeros((2 * half, 2), np.float32)
    samples[:half, 0] = 0.2 * rng.standard_normal(half)
    samples[half:, 1] = 0.02 * rng.standard_normal(half)
    return AudioClip(samples, RATE)


@pytest.mark.parametrize("follow", [0.0, 1.0])
def test_a_long_take_that_is_regenerated_keeps_its_channels(
    noise: tuple[Loaded, NoiseWindows], follow: float
) -> None:
    loaded, generator = noise
    take = stereo_take(6.0)
    request = request_for(None, imitation=take, start=Start.IMITATION, follow=follow)
    ((sound,), _) = make(loaded, request)
    assert sound.clip.channels == 2 and len(sound.clip.samples) == 6 * OUTPUT_RATE_HZ
    left, right = (AudioClip.from_mono(sound.clip.samples[:, side], 48_000) for side in (0, 1))
    first, second = (0.5, 2.2), (3.8, 5.5)
    assert rms_db(right, *first) < rms_db(left, *first) - 40.0
    assert rms_db(left, *second) < rms_db(right, *second) - 40.0
    assert rms_db(left, *first) - rms_db(right, *second) == pytest.approx(20.0, abs=2.0)
    # Each side goes on from what was made of that side alone, and follows that side.
    starts = [next(iter(asked.starts.values())) for asked in generator.asked]
    assert all(start.channels == 1 for start in starts)
    kept = [asked.kept.sound for asked in generator.asked if asked.kept is not None]
    assert kept and all(clip.channels == 1 for clip in kept)


def test_a_long_morph_is_of_the_sections_of_both_sounds(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    first, second = voice((4.0, 0.2)), AudioClip.from_mono(voice((5.0, 0.1)).mono()[::-1], RATE)
    request = request_for(
        None, imitation=first, morph_sound=second, morph_at=None, start=Start.IMITATION
    )
    ((sound,), run) = make(loaded, request)
    assert len(sound.clip.samples) == 5 * OUTPUT_RATE_HZ and len(generator.asked) > 2
    begins = np.cumsum([0.0, *(one.duration_s - 0.64 for one in generator.asked[:-1])])
    ends, voices = [], []
    for begin_s, asked in zip(begins, generator.asked, strict=True):
        begin, frames = round(begin_s * RATE), round(asked.duration_s * RATE)
        (start,), morph = asked.starts.values(), asked.morph
        assert morph is not None and asked.voice is not None
        np.testing.assert_array_equal(morph.second.samples, second.samples[begin : begin + frames])
        from_first = first.samples[begin : begin + frames]
        np.testing.assert_array_equal(start.samples[: len(from_first)], from_first)
        assert morph.span == pytest.approx((begin_s / 5.0, begin_s / 5.0 + asked.duration_s / 5.0))
        ends.append(morph.span[1])
        voices.append(asked.voice.embedding)
    assert ends == sorted(ends) and ends[-1] == pytest.approx(1.0)
    assert float(voices[0] @ voices[-1]) < float(voices[0] @ voices[1])
    assert run.matcher is None and sound.start_name == "both sounds"


def test_sections_are_cut_or_followed_by_silence_to_their_length() -> None:
    samples = np.ones((3, 2), np.float32)
    assert fitted(samples, 2).shape == (2, 2)
    assert fitted(samples, 5)[:, 1].tolist() == [1.0, 1.0, 1.0, 0.0, 0.0]


def test_a_section_too_short_to_be_heard_is_conditioned_by_the_whole_take(
    noise: tuple[Loaded, NoiseWindows],
) -> None:
    loaded, generator = noise
    take = voice((2.1, 0.2))
    make(loaded, request_for(4.0, imitation=take))
    voices = [asked.voice.clip.duration_s for asked in generator.asked if asked.voice is not None]
    assert min(voices) >= 0.3 and voices[-1] == take.duration_s
