"""What a model gives becomes a clip without offset, clicks or clipping, or a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.levels import true_peak_dbfs
from qvim_studio.audio.soundness import is_tail_cut
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, EngineError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.evaluation.fidelity import measure_fidelity
from qvim_studio.generation.finish.finishing import TARGET_PEAK_DBFS, finish
from qvim_studio.networks.bandwidth import load_extender

RATE = 16_000


def thump(seconds: float) -> np.ndarray:
    """Low and lopsided, loudest where the fades are: a short kick."""
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.6 * np.cos(2 * np.pi * 30 * t) + 0.2).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.04, 0.2, 1.0])
def test_clip_swings_around_zero_and_begins_and_ends_there(seconds: float) -> None:
    clip = finish(thump(seconds)[:, None], RATE, None, 1.0, seed=0)
    samples = clip.samples[:, 0]
    assert abs(samples.mean(dtype=np.float64)) < 1e-6
    assert samples[0] == samples[-1] == 0.0
    assert true_peak_dbfs(clip) == pytest.approx(TARGET_PEAK_DBFS, abs=0.05)


@pytest.mark.parametrize("samples", [np.zeros(800), np.full(800, np.nan), np.array([])])
def test_silence_and_invalid_numbers_are_refused_with_advice(samples: np.ndarray) -> None:
    with pytest.raises(EngineError, match="seed 7"):
        finish(samples.astype(np.float32)[:, None], RATE, None, 1.0, seed=7)


def test_pitch_and_brightness_follow_the_imitation() -> None:
    at = np.arange(2 * RATE) / RATE
    rising = np.cumsum(200.0 * 2.0 ** (0.4 * at)) / RATE
    imitation = sum(np.sin(2 * np.pi * k * rising) / (4 * k) for k in range(1, 6))
    buzz = sum(np.sin(2 * np.pi * k * 300.0 * at) / (4 * k) for k in range(1, 12))
    for follow, off in ((0.0, (0.19, 0.21)), (1.0, (0.0, 0.03))):
        clip = finish(np.float32(buzz)[:, None], RATE, np.float32(imitation), follow, seed=0)
        fidelity = measure_fidelity(AudioClip.from_mono(imitation, RATE), clip)
        assert off[0] <= fidelity.pitch_cents / 1200 <= off[1]
        assert off[0] - 0.05 <= fidelity.centroid_octaves <= off[1] + 0.05


def test_highs_follow_the_imitation_too() -> None:
    """Level by level, also where the highs alone would make a steady sound louder."""
    rng = np.random.default_rng(0)
    steady = (0.2 * rng.standard_normal(RATE)).astype(np.float32)
    imitation = (steady * np.linspace(1.0, 0.05, RATE)).astype(np.float32)
    extender = load_extender(resource_path("starter"))
    clip = finish(steady[:, None], RATE, imitation, 1.0, seed=0, extender=extender)
    levels_db = [
        20 * np.log10(np.sqrt(np.square(part).mean()))
        for samples in (clip.mono(), imitation)
        for part in np.array_split(samples, 8)
    ]
    made, wanted = np.array(levels_db).reshape(2, 8)
    np.testing.assert_allclose(made - made[0], wanted - wanted[0], atol=1.0)


def test_a_cancel_ends_the_edits_one_by_one() -> None:
    looks: list[int] = []
    with pytest.raises(CancelledError):
        finish(
            thump(0.5)[:, None], RATE, thump(0.5), 1.0, seed=0,
            is_cancelled=lambda: bool(looks) or looks.append(1) is not None,
        )  # fmt: skip
    assert looks == [1]


def test_nothing_is_left_where_the_imitation_pauses_unless_it_is_not_followed() -> None:
    voice = np.zeros(RATE * 3 // 2, np.float32)
    rng = np.random.default_rng(3)
    for begin in (0, RATE):
        voice[begin : begin + RATE // 3] = 0.4 * rng.standard_normal(RATE // 3)
    hiss = 0.3 * rng.standard_normal((len(voice), 1)).astype(np.float32)

    def gap_db(follow: float, clean_pauses: bool) -> float:
        clip = finish(hiss, RATE, voice, follow, seed=0, clean_pauses=clean_pauses)
        sound = clip.mono()
        gap, event = sound[26_000:45_000], sound[2_000:15_000]
        return float(10 * np.log10(np.mean(gap**2) / np.mean(event**2)))

    assert gap_db(0.5, clean_pauses=True) < -60
    assert gap_db(0.5, clean_pauses=False) > -50
    assert gap_db(0.0, clean_pauses=True) > -6


def test_channels_that_follow_courses_of_their_own_each_keep_theirs() -> None:
    rng = np.random.default_rng(0)
    made = (0.2 * rng.standard_normal((RATE, 2))).astype(np.float32)
    course = np.zeros((RATE, 2), np.float32)
    course[: RATE // 2, 0] = 0.2 * rng.standard_normal(RATE // 2)
    clip = finish(made, RATE, course, 1.0, seed=0)
    half, edge = len(clip.samples) // 2, round(0.05 * clip.sample_rate)
    assert not np.any(clip.samples[:, 1])  # what follows silence is silent
    early, late = np.std(clip.samples[:half, 0]), np.std(clip.samples[half + edge :, 0])
    assert early > 30 * late


def test_opposite_channels_follow_a_voice_as_others_do() -> None:
    rng = np.random.default_rng(0)
    noise = (0.2 * rng.standard_normal(RATE)).astype(np.float32)
    voice = (noise * np.linspace(1.0, 0.05, RATE)).astype(np.float32)
    alike, opposite = (
        finish(np.stack([noise, sign * noise], axis=1), RATE, voice, 1.0, seed=0).samples
        for sign in (1, -1)
    )
    np.testing.assert_allclose(opposite[:, 0], alike[:, 0], atol=1e-6)
    np.testing.assert_allclose(opposite[:, 1], -alike[:, 1], atol=1e-6)


def test_what_still_rings_at_its_end_dies_away_there() -> None:
    rng = np.random.default_rng(0)
    hiss = (0.3 * rng.standard_normal((RATE, 1))).astype(np.float32)
    now, before = (finish(hiss, RATE, None, 1.0, seed=0, finishing=way) for way in (2, 1))
    assert is_tail_cut(before) and not is_tail_cut(now)
    ended = hiss * np.exp(-9 * np.arange(RATE) / RATE)[:, None].astype(np.float32)
    kept = [finish(ended, RATE, None, 1.0, seed=0, finishing=way).samples for way in (2, 1)]
    np.testing.assert_array_equal(*kept)


def test_attacks_of_the_voice_are_kept_unless_the_recipe_is_of_before() -> None:
    rng = np.random.default_rng(0)
    at = np.arange(RATE) / RATE
    knocks = sum(np.exp(-np.maximum(at - begin, 0) * 40) * (at >= begin) for begin in (0.1, 0.4))
    voice = (rng.standard_normal(RATE) * np.asarray(knocks) * 0.3).astype(np.float32)
    hiss = (0.3 * rng.standard_normal((RATE, 1))).astype(np.float32)
    rises = []
    for way in (2, 1):
        made = finish(hiss, RATE, voice, 0.6, seed=0, finishing=way).mono()
        before, after = made[int(0.38 * 48_000) : 19_200], made[19_200 : int(0.42 * 48_000)]
        rises.append(10 * np.log10(np.mean(after**2) / np.mean(before**2)))
    assert rises[0] > rises[1] + 3.0


def test_the_highest_band_stays_where_a_voice_falls_unless_the_recipe_is_of_before() -> None:
    rng = np.random.default_rng(0)
    octaves = np.linspace(0.7, -0.7, RATE)
    turns = np.cumsum(200 * 2.0**octaves) / RATE
    voice = sum(np.sin(2 * np.pi * k * turns) / (4 * k) for k in range(1, 8))
    for channels in (1, 2):
        hiss = 0.3 * rng.standard_normal((RATE, channels)).astype(np.float32)
        tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)[:, None]
        made = (hiss + tone).astype(np.float32)
        top = []
        for way in (3, 2):
            late = finish(made, RATE, voice, 1.0, seed=0, finishing=way).samples[36_000:46_000, 0]
            power = np.abs(np.fft.rfft(late)) ** 2
            hz = np.fft.rfftfreq(len(late), 1 / 48_000)
            top.append(power[(hz > 6_000) & (hz < 7_000)].mean())
        assert top[0] > 10 * top[1]


def test_a_loop_is_as_long_as_asked_and_goes_on_over_its_seam() -> None:
    rng = np.random.default_rng(0)
    made = (0.2 * rng.standard_normal((RATE + 4_000, 2))).astype(np.float32)
    clip = finish(made, RATE, None, 1.0, seed=0, overhang=4_000)
    assert len(clip.samples) == 48_000
    twice = np.concatenate([clip.samples, clip.samples]).astype(np.float64)
    for order in (1, 2):
        moves = np.abs(np.diff(twice, order, axis=0))
        assert moves[47_990:48_010].max() <= moves[20_000:40_000].max()
    assert np.abs(clip.samples[[0, -1]]).max() > 1e-3  # nothing fades
    assert true_peak_dbfs(clip) == pytest.approx(TARGET_PEAK_DBFS, abs=0.05)
