"""Edits: what they do to sound, how they are stored, what they refuse."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from qvim_studio.audio.levels import loudness_lufs, peak_dbfs, true_peak_dbfs
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.export.files.edits import (
    KINDS,
    Edit,
    EditList,
    Fade,
    FlipChannel,
    NormalizeLoudness,
    NormalizePeak,
    NormalizeTruePeak,
    RemoveDc,
    Resample,
    SeamlessLoop,
    SetChannels,
    Trim,
    TrimSilence,
)
from qvim_studio.export.files.finishing import (
    apply_edits,
    fit_full_scale,
    noise_floor_dbfs,
    warnings_of,
)
from qvim_studio.export.files.metadata import Loop

RATE = 48_000


def sine(seconds: float = 1.0, amplitude: float = 0.5, hz: float = 440.0) -> AudioClip:
    time_s = np.arange(int(seconds * RATE)) / RATE
    return AudioClip.from_mono(amplitude * np.sin(2 * np.pi * hz * time_s), RATE)


def finish(clip: AudioClip, *edits: Edit) -> AudioClip:
    return apply_edits(clip, EditList(edits)).clip


@pytest.mark.parametrize("bits", [16, 24])
def test_what_is_beyond_full_scale_is_lowered_and_said(bits: int) -> None:
    loud = sine(amplitude=2.2)
    fitted, (note,) = fit_full_scale(loud, bits)
    assert peak_dbfs(fitted) == pytest.approx(-0.1, abs=0.01)
    np.testing.assert_allclose(fitted.samples, loud.samples * (0.98855 / 2.2), atol=1e-4)
    assert "reach +6.8 dBFS" in note and "6.9 dB quieter" in note and "32 bits" in note


def test_floats_hold_what_is_beyond_full_scale() -> None:
    loud = sine(amplitude=2.2)
    kept, (note,) = fit_full_scale(loud, 32)
    assert kept is loud and "players and samplers cut" in note


def test_full_scale_itself_is_left_alone() -> None:
    clip = AudioClip.from_mono(np.array([-1.0, 1.0, 0.0]), RATE)
    assert fit_full_scale(clip, 16) == (clip, [])


def opposite() -> AudioClip:
    mono = sine().samples
    return AudioClip(np.concatenate([mono, -mono], axis=1), RATE)


def test_opposite_channels_are_warned_of_and_flipped() -> None:
    assert "in mono most of the sound is lost" in " ".join(warnings_of(opposite()))
    flipped = finish(opposite(), FlipChannel(2))
    np.testing.assert_array_equal(flipped.samples[:, 0], flipped.samples[:, 1])
    assert "in mono" not in " ".join(warnings_of(flipped))
    assert finish(opposite(), FlipChannel(2), SetChannels(1)).channels == 1


def test_opposite_channels_made_mono_keep_their_sound() -> None:
    assert peak_dbfs(finish(opposite(), SetChannels(1))) == pytest.approx(-6.0, abs=0.1)


def test_a_channel_that_is_not_there_cannot_be_flipped() -> None:
    with pytest.raises(UsageError, match="no channel 3 to flip, the clip has 2"):
        finish(opposite(), FlipChannel(3))


def test_an_offset_is_warned_of() -> None:
    clip = AudioClip(sine().samples + np.float32(0.3), RATE)
    assert "constant offset" in " ".join(warnings_of(clip))
    assert "constant offset" not in " ".join(warnings_of(finish(clip, RemoveDc())))


@pytest.mark.parametrize(("begin_s", "end_s"), [(1e308, None), (2.0, None), (1.0, 1e308)])
def test_a_trim_behind_the_end_is_refused(begin_s: float, end_s: float | None) -> None:
    with pytest.raises(UsageError, match="nothing is left"):
        finish(sine(), Trim(begin_s, end_s))


def test_a_trim_to_long_after_the_end_keeps_all() -> None:
    assert len(finish(sine(), Trim(0.0, 1e308)).samples) == RATE


def test_the_clip_itself_stays_as_it_is() -> None:
    clip = sine()
    before = clip.samples.copy()
    finish(clip, Trim(0.1, 0.9), Fade(0.1, 0.1), RemoveDc(), NormalizePeak(), SeamlessLoop())
    np.testing.assert_array_equal(clip.samples, before)


def test_every_kind_survives_json() -> None:
    every = EditList(tuple(kind() for kind in KINDS.values()))
    assert EditList.from_json(json.loads(json.dumps(every.as_json()))) == every
    assert len({type(edit) for edit in every.edits}) == len(KINDS) == 13


def test_trim_takes_exact_frames() -> None:
    clip = sine()
    np.testing.assert_array_equal(finish(clip, Trim(0.25, 0.5)).samples, clip.samples[12000:24000])
    assert len(finish(clip, Trim(0.25)).samples) == 36_000


def test_silence_is_trimmed_by_the_given_threshold() -> None:
    samples = np.concatenate([np.zeros((RATE, 1), np.float32), sine(0.5).samples])
    assert 0.5 <= finish(AudioClip(samples, RATE), TrimSilence(-40)).duration_s < 0.6


def test_levels_land_on_their_targets() -> None:
    clip = sine(1.0, 0.05, 11_000.0)
    assert peak_dbfs(finish(clip, NormalizePeak(-3))) == pytest.approx(-3, abs=0.01)
    assert true_peak_dbfs(finish(clip, NormalizeTruePeak(-6))) == pytest.approx(-6, abs=0.05)
    assert loudness_lufs(finish(clip, NormalizeLoudness(-23))) == pytest.approx(-23, abs=0.05)


def test_loudness_never_passes_the_ceiling() -> None:
    loud = finish(sine(), NormalizeLoudness(0.0, -1.0))
    assert true_peak_dbfs(loud) == pytest.approx(-1, abs=0.05)


def test_a_short_sound_is_leveled_by_its_peak() -> None:
    short = finish(sine(0.2), NormalizeLoudness(-23.0, -1.0))
    assert true_peak_dbfs(short) == pytest.approx(-1, abs=0.05)


def test_silence_is_not_blown_up() -> None:
    silence = AudioClip(np.zeros((RATE, 1), np.float32), RATE)
    for edit in (NormalizePeak(), NormalizeTruePeak(), NormalizeLoudness()):
        np.testing.assert_array_equal(finish(silence, edit).samples, silence.samples)


def test_dc_goes_and_rates_and_channels_change() -> None:
    offset = AudioClip(sine().samples + np.float32(0.1), RATE)
    assert abs(finish(offset, RemoveDc()).samples.mean()) < 1e-6
    assert len(finish(sine(), Resample(44_100)).samples) == 44_100
    stereo = finish(sine(), SetChannels(2))
    np.testing.assert_array_equal(stereo.samples[:, 0], stereo.samples[:, 1])
    np.testing.assert_allclose(finish(stereo, SetChannels(1)).samples, sine().samples, atol=1e-7)


def test_a_loop_has_no_seam() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE)
    smooth = np.convolve(noise, np.hanning(200) / 100, "same") * 0.1
    clip = AudioClip.from_mono(smooth, RATE)
    finished = apply_edits(clip, EditList((SeamlessLoop(0.1),)))
    looped = finished.clip.samples[:, 0]
    assert finished.loop == Loop(0, len(looped)) and len(looped) == 43_200
    # across the seam the sound goes on exactly as the original did at that place
    assert looped[0] == clip.samples[43_200, 0]
    assert looped[-1] == clip.samples[43_199, 0]
    steps = np.abs(np.diff(looped))
    assert abs(looped[0] - looped[-1]) <= steps.max()
    # equal power: the crossfade is as loud as the rest
    assert np.std(looped[:4800]) == pytest.approx(np.std(looped[4800:]), rel=0.25)


@pytest.mark.parametrize("late", [Fade(), Trim(), Resample(), TrimSilence()])
def test_nothing_may_break_the_seam_afterwards(late: Edit) -> None:
    with pytest.raises(UsageError, match="would break the seam"):
        EditList((SeamlessLoop(), late))
    EditList((late, SeamlessLoop(), NormalizePeak()))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"kind": "reverb"}, "is not known"),
        ({}, "is not known"),
        ({"kind": "fade", "wet": 1}, "'fade' takes in_s, out_s, got 'wet'"),
        ({"kind": "remove_dc", "wet": 1}, "takes nothing more, got 'wet'"),
        ({"kind": "fade", "in_s": "long"}, "in_s of the edit 'fade' must be a number, got 'long'"),
        ({"kind": "fade", "in_s": None}, "must be a number, got None"),
        (["fade"], "is not known"),
        ({"kind": ["fade"]}, "is not known"),
        ({"kind": "channels", "count": 2.0}, "count .* must be a whole number, got 2.0"),
        ({"kind": "fade", "in_s": True}, "must be a number, got True"),
        ({"kind": "fade", "in_s": -1}, "fade-in must lie between"),
        ({"kind": "trim", "begin_s": 2, "end_s": 1}, "0 <= begin < end"),
        ({"kind": "resample", "sample_rate": 8000}, "must be one of 44100"),
        ({"kind": "channels", "count": 6}, "mono"),
        ({"kind": "normalize_peak", "target_dbfs": float("nan")}, "peak target"),
    ],
)
def test_impossible_edits_are_one_sentence(row: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        EditList.from_json([row])


def test_what_leaves_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing is left"):
        finish(sine(), Trim(2.0))
    with pytest.raises(UsageError, match="shorter crossfade"):
        finish(sine(), SeamlessLoop(0.6))


def test_noise_and_cut_tails_are_told() -> None:
    hiss = 0.01 * np.random.default_rng(0).standard_normal(RATE)
    noisy = AudioClip.from_mono(hiss, RATE)
    assert noise_floor_dbfs(noisy) == pytest.approx(-40, abs=1)
    assert [text.split()[0:2] for text in warnings_of(noisy)] == [
        ["The", "quietest"],
        ["The", "sound"],
    ]
    clean = np.concatenate([sine(0.3).samples, np.zeros((14_400, 1), np.float32)])
    assert warnings_of(AudioClip(clean, RATE)) == []
    assert warnings_of(noisy, is_loop=True) == []


def test_a_loop_leads_from_its_end_to_its_beginning_at_equal_power() -> None:
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (400, 2)).astype(np.float32)
    looped = finish(AudioClip(sound, 1_000), SeamlessLoop(0.1)).samples
    angle = 0.5 * np.pi * np.arange(100)[:, None] / 100
    fading = np.sin(angle) * sound[:100] + np.cos(angle) * sound[300:]
    np.testing.assert_allclose(looped, np.concatenate([fading, sound[100:300]]), atol=1e-6)


def test_a_crossfade_takes_at_most_half_of_a_clip() -> None:
    clip = AudioClip(np.ones((400, 1), np.float32), 1_000)
    assert len(finish(clip, SeamlessLoop(0.2)).samples) == 200
    with pytest.raises(UsageError, match=r"crossfade of 0.201 s needs .* got 0.40 s"):
        finish(clip, SeamlessLoop(0.201))


def test_of_many_channels_the_first_two_are_kept() -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (10, 4)).astype(np.float32)
    for channels in (3, 4):
        clip = AudioClip(np.ascontiguousarray(samples[:, :channels]), RATE)
        np.testing.assert_array_equal(finish(clip, SetChannels(2)).samples, samples[:, :2])
    mono = finish(AudioClip(samples[:, :1], RATE), SetChannels(2))
    np.testing.assert_array_equal(mono.samples, samples[:, [0, 0]])


def test_a_flip_turns_one_channel_over_and_leaves_the_others() -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (10, 3)).astype(np.float32)
    for channel in (1, 2, 3):
        flipped = finish(AudioClip(samples, RATE), FlipChannel(channel)).samples
        signs = np.where(np.arange(1, 4) == channel, -1, 1)
        np.testing.assert_array_equal(flipped, samples * signs)


@pytest.mark.parametrize(
    ("trim", "first", "last"), [(Trim(0.0, 0.1), 0, 100), (Trim(0.1004), 100, 400)]
)
def test_a_trim_rounds_to_the_nearest_frame(trim: Trim, first: int, last: int) -> None:
    sound = np.arange(400, dtype=np.float32)[:, None] / 400
    trimmed = finish(AudioClip(sound, 1_000), trim).samples
    np.testing.assert_array_equal(trimmed, sound[first:last])


def test_clips_that_are_no_loops_say_so() -> None:
    assert apply_edits(sine(), EditList((RemoveDc(),))).loop is None
    looped = apply_edits(sine(), EditList((SeamlessLoop(0.1), NormalizePeak())))
    assert looped.loop == Loop(0, len(looped.clip.samples))


def test_loudness_is_lowered_to_its_target_when_the_ceiling_allows_it() -> None:
    quieter = finish(sine(amplitude=0.9), NormalizeLoudness(-30.0, -1.0))
    assert loudness_lufs(quieter) == pytest.approx(-30.0, abs=0.05)
    assert true_peak_dbfs(finish(sine(), NormalizeLoudness(-1.0, -9.0))) == pytest.approx(
        -9.0, abs=0.05
    )
