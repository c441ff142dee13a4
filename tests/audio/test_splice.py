"""A new part in a sound: no seam, the same level, and every other sample as it was."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.splice import CROSSFADE_S, MAX_PEAK, keep_outside, splice
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit

RATE = 44_100
MADE_RATE = 48_000


def noise(seconds: float, rms: float, channels: int = 1, seed: int = 0) -> AudioClip:
    samples = np.random.default_rng(seed).standard_normal((round(seconds * RATE), channels))
    return AudioClip((samples * rms).astype(np.float32), RATE)


def made_for(edit: Edit, rms: float = 0.3) -> AudioClip:
    begin_s, end_s = edit.window_s
    count = round((end_s - begin_s) * MADE_RATE)
    return AudioClip.from_mono(np.random.default_rng(9).standard_normal(count) * rms, MADE_RATE)


def rms_of(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


@pytest.mark.parametrize(("begin_s", "end_s"), [(3.0, 4.0), (0.0, 0.5), (5.5, 6.0)])
def test_everything_outside_the_part_keeps_its_very_samples(begin_s: float, end_s: float) -> None:
    sound = noise(6.0, 0.1)
    edit = Edit(sound, begin_s, end_s)
    result = splice(edit, made_for(edit))
    begin, end = round(begin_s * RATE), round(end_s * RATE)
    assert result.sample_rate == RATE and result.samples.shape == sound.samples.shape
    assert np.array_equal(result.samples[:begin], sound.samples[:begin])
    assert np.array_equal(result.samples[end:], sound.samples[end:])
    middle = slice(begin + RATE // 10, end - RATE // 10)
    assert abs(np.corrcoef(result.samples[middle, 0], sound.samples[middle, 0])[0, 1]) < 0.05


def test_the_part_is_as_loud_in_each_channel_as_its_surroundings() -> None:
    loud, quiet = noise(6.0, 0.1), noise(6.0, 0.01, seed=1)
    sound = AudioClip(np.hstack([loud.samples, quiet.samples]), RATE)
    result = splice(edit := Edit(sound, 2.0, 4.0), made_for(edit))
    part = result.samples[round(2.1 * RATE) : round(3.9 * RATE)]
    assert [rms_of(part[:, c]) for c in range(2)] == pytest.approx([0.1, 0.01], rel=0.05)


def test_where_all_around_is_silent_the_part_is_as_loud_as_it_was() -> None:
    samples = np.zeros((6 * RATE, 1), np.float32)
    samples[2 * RATE : 4 * RATE] = noise(2.0, 0.05).samples
    result = splice(edit := Edit(AudioClip(samples, RATE), 2.0, 4.0), made_for(edit))
    assert rms_of(result.samples[round(2.1 * RATE) : round(3.9 * RATE)]) == pytest.approx(
        0.05, rel=0.05
    )


def test_a_continuation_makes_the_sound_longer() -> None:
    sound = noise(2.0, 0.1)
    edit = Edit.continuing(sound, 1.5)
    result = splice(edit, made_for(edit))
    assert result.duration_s == pytest.approx(3.5, abs=1 / RATE)
    begin = round(edit.begin_s * RATE)
    assert np.array_equal(result.samples[:begin], sound.samples[:begin])
    assert rms_of(result.samples[2 * RATE :]) == pytest.approx(0.1, rel=0.1)


def test_a_steady_sound_has_no_dip_and_no_jump_at_a_seam() -> None:
    sound = noise(6.0, 0.1)
    result = splice(edit := Edit(sound, 3.0, 4.0), made_for(edit))
    fade = round(CROSSFADE_S * RATE)
    for at in (3 * RATE, 4 * RATE - fade):
        assert rms_of(result.samples[at : at + fade]) == pytest.approx(0.1, rel=0.15)
    jumps = np.abs(np.diff(result.samples[:, 0]))
    assert jumps[3 * RATE - 1] <= jumps[: 2 * RATE].max()
    assert jumps[4 * RATE - 1] <= jumps[: 2 * RATE].max()


def test_a_new_part_never_clips() -> None:
    made = made_for(edit := Edit(noise(3.0, 0.1), 1.0, 2.0))
    spiky = made.samples.copy()
    spiky[round(1.5 * MADE_RATE)] = 60.0
    result = splice(edit, AudioClip(spiky, MADE_RATE))
    limit = max(MAX_PEAK, float(np.abs(edit.sound.samples).max()))
    assert np.abs(result.samples).max() <= limit + 1e-6


def likeness(result: AudioClip, sound: AudioClip, begin_s: float, length_s: float) -> float:
    part = slice(round(begin_s * RATE), round((begin_s + length_s) * RATE))
    return float(np.corrcoef(result.samples[part, 0], sound.samples[part, 0])[0, 1])


@pytest.mark.parametrize(
    ("begin_s", "end_s", "comes_out_of_it", "goes_back"),
    [(2.0, 4.0, True, True), (0.0, 2.0, False, True), (4.0, 6.0, True, False)],
)
def test_where_it_meets_the_sound_the_part_comes_out_of_it_and_goes_back(
    begin_s: float, end_s: float, comes_out_of_it: bool, goes_back: bool
) -> None:
    sound = noise(6.0, 0.1)
    result = splice(edit := Edit(sound, begin_s, end_s), made_for(edit))
    quarter_s = CROSSFADE_S / 4
    first = likeness(result, sound, begin_s, quarter_s)
    last = likeness(result, sound, end_s - quarter_s, quarter_s)
    assert (first > 0.9, last > 0.9) == (comes_out_of_it, goes_back)
    assert likeness(result, sound, begin_s + CROSSFADE_S, 0.1) < 0.1


def test_channels_of_what_was_made_stay_apart() -> None:
    sound = noise(6.0, 0.1, channels=2)
    edit = Edit(sound, 2.0, 4.0)
    made = noise(6.0, 0.1, channels=2, seed=1)
    part = slice(round(2.1 * RATE), round(3.9 * RATE))
    result = splice(edit, made)
    np.testing.assert_allclose(result.samples[part], made.samples[part], rtol=0.05)


def test_a_part_of_a_sound_on_the_left_stays_on_the_left() -> None:
    sound = noise(6.0, 0.1, channels=2)
    sound.samples[:, 1] = 0.0
    result = splice(Edit(sound, 2.0, 4.0), noise(6.0, 0.1, channels=2, seed=1))
    assert not np.any(result.samples[:, 1])
    assert rms_of(result.samples[3 * RATE : 4 * RATE, 0]) == pytest.approx(0.1, rel=0.1)


def test_a_channel_that_was_made_silent_is_not_blown_up() -> None:
    made = noise(6.0, 0.1, channels=2, seed=1)
    made.samples[:, 1] = 0.0
    result = splice(Edit(noise(6.0, 0.1, channels=2), 2.0, 4.0), made)
    assert np.abs(result.samples[round(2.1 * RATE) : round(3.9 * RATE), 1]).max() < 1e-9


def test_each_of_several_parts_is_as_loud_as_what_is_around_it() -> None:
    loud, quiet = noise(6.0, 0.1), noise(6.0, 0.01, seed=1)
    sound = AudioClip(np.concatenate([loud.samples, quiet.samples]), RATE)
    parts_s = [(2.0, 3.0), (9.0, 10.0)]
    result = splice(edit := Edit.of_parts(sound, parts_s), made_for(edit))
    is_kept = np.ones(12 * RATE, bool)
    for (begin_s, end_s), rms in zip(parts_s, (0.1, 0.01), strict=True):
        is_kept[round(begin_s * RATE) : round(end_s * RATE)] = False
        part = result.samples[round((begin_s + 0.1) * RATE) : round((end_s - 0.1) * RATE)]
        assert rms_of(part) == pytest.approx(rms, rel=0.05)
    assert np.array_equal(result.samples[is_kept], sound.samples[is_kept])


def test_a_part_whose_surroundings_came_out_silent_is_as_loud_as_what_it_replaces() -> None:
    sound = noise(6.0, 0.1)
    edit = Edit(sound, 3.0, 4.0)
    begin_s, end_s = edit.window_s
    samples = np.zeros(round((end_s - begin_s) * MADE_RATE))
    part = slice(round((3.0 - begin_s) * MADE_RATE), round((4.0 - begin_s) * MADE_RATE))
    samples[part] = 0.02 * np.random.default_rng(9).standard_normal(MADE_RATE)
    # Resampling rings a little around the part, far below what counts as sound.
    result = splice(edit, AudioClip.from_mono(samples, MADE_RATE)).samples
    assert np.isfinite(result).all()
    assert rms_of(result[round(3.1 * RATE) : round(3.9 * RATE)]) == pytest.approx(0.1, rel=0.1)


def test_silence_that_is_replaced_gets_the_part_as_it_was_made() -> None:
    edit = Edit(AudioClip(np.zeros((6 * RATE, 1), np.float32), RATE), 3.0, 4.0)
    result = splice(edit, made_for(edit, 0.1)).samples
    assert rms_of(result[round(3.1 * RATE) : round(3.9 * RATE)]) == pytest.approx(0.1, rel=0.1)


MS_RATE = 1_000  # a frame for each millisecond
FADE = round(CROSSFADE_S * MS_RATE)


def crossfaded(old: float, new: float, is_rising: bool) -> np.ndarray:
    """From one constant to another at equal power over the frames of a crossfade."""
    angle = 0.5 * np.pi * (np.arange(FADE) + 0.5) / FADE
    fade = old * np.cos(angle) + new * np.sin(angle)
    return fade if is_rising else fade[::-1]


def test_made_samples_are_kept_in_the_parts_alone_with_fades_inside() -> None:
    sound, made = np.ones((1_000, 1)), np.full((1_000, 1), -2.0)
    kept = keep_outside(made, sound, [(200, 400), (600, 900)], MS_RATE)[:, 0]
    wanted = np.ones(1_000)
    for begin, end in ((200, 400), (600, 900)):
        wanted[begin:end] = -2.0
        wanted[begin : begin + FADE] = crossfaded(1.0, -2.0, True)
        wanted[end - FADE : end] = crossfaded(1.0, -2.0, False)
    np.testing.assert_allclose(kept, wanted, atol=1e-12)
    assert (made == -2.0).all() and (sound == 1.0).all()


def test_behind_the_end_of_a_sound_everything_is_made_and_faces_no_fade() -> None:
    sound, made = np.ones((500, 1)), np.full((800, 1), -2.0)
    kept = keep_outside(made, sound, [(450, 700)], MS_RATE)[:, 0]
    assert (kept[:450] == 1.0).all() and (kept[500:] == -2.0).all()
    shorter = keep_outside(made[:300], sound, [(-50, 100), (250, 900), (400, 500)], MS_RATE)[:, 0]
    assert len(shorter) == 300 and shorter[0] == -2.0 and (shorter[100:250] == 1.0).all()
    np.testing.assert_allclose(shorter[100 - FADE : 100], crossfaded(1.0, -2.0, False), atol=1e-12)


def test_fades_take_at_most_a_quarter_of_a_part() -> None:
    sound, made = np.ones((100, 1)), np.full((100, 1), -2.0)
    kept = keep_outside(made, sound, [(50, 58)], MS_RATE)[:, 0]
    assert (kept[52:56] == -2.0).all()
    assert ((kept[50:52] < 1.0) & (kept[50:52] > -2.3)).all() and kept[58] == 1.0


def test_highs_that_would_clip_are_lowered_and_the_lows_are_not() -> None:
    at = np.arange(2 * RATE) / RATE
    sound = AudioClip.from_mono(0.9 * np.sin(2 * np.pi * 200 * at), RATE)
    edit = Edit(sound, 0.5, 1.5, above_hz=4000.0)
    result = splice(edit, made_for(edit)).samples[:, 0]
    part = result[round(0.6 * RATE) : round(1.4 * RATE)]
    assert 0.95 < np.abs(part).max() <= 1.0
    lows = np.fft.rfft(part)[: round(0.8 * 1000)]
    was = np.fft.rfft(sound.samples[round(0.6 * RATE) : round(1.4 * RATE), 0])[: round(0.8 * 1000)]
    assert np.abs(lows).max() == pytest.approx(np.abs(was).max(), rel=0.01)
