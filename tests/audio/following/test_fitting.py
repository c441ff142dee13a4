"""Real sounds fitted to a voice: when they sound, how loud, how high, and without seams."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.arranging import find_events
from qvim_studio.audio.following.controls import extract_controls
from qvim_studio.audio.following.fitting import fit_sounds, lengthen
from qvim_studio.audio.following.shape_lock import HOP_S, envelope_db, fit_length
from qvim_studio.audio.levels import true_peak_dbfs
from qvim_studio.core.clip import AudioClip

TAKE_RATE, RATE = 16_000, 44_100
GLIDE_OCTAVES = 0.8


def noise(seconds: float, rate: int, seed: int = 0) -> np.ndarray:
    return 0.2 * np.random.default_rng(seed).standard_normal(int(seconds * rate))


def hum(seconds: float, rate: int = RATE, hz: float = 200.0) -> np.ndarray:
    at = np.arange(int(seconds * rate)) / rate
    return sum(0.2 / k * np.sin(2 * np.pi * k * hz * at) for k in range(1, 9))


def bark(seconds: float = 0.4) -> np.ndarray:
    """What dies away."""
    return noise(seconds, RATE, 3) * np.exp(-np.arange(int(seconds * RATE)) / (0.06 * RATE))


def clip(samples: np.ndarray, rate: int = RATE) -> AudioClip:
    return AudioClip.from_mono(samples, rate)


def bursts_take() -> AudioClip:
    samples = np.zeros(int(1.5 * TAKE_RATE))
    for begin_s, gain in ((0.1, 1.0), (0.8, 0.4)):
        begin = int(begin_s * TAKE_RATE)
        samples[begin : begin + 4000] = gain * noise(0.25, TAKE_RATE)
    return clip(samples, TAKE_RATE)


def swell_take() -> AudioClip:
    shape = np.sin(np.pi * np.arange(2 * TAKE_RATE) / (2 * TAKE_RATE)) ** 2
    return clip(noise(2.0, TAKE_RATE) * shape, TAKE_RATE)


def siren_take() -> AudioClip:
    at = np.arange(2 * TAKE_RATE) / TAKE_RATE
    hz = 300 * 2 ** (0.5 * GLIDE_OCTAVES * np.sin(2 * np.pi * 0.7 * at))
    phase = 2 * np.pi * np.cumsum(hz) / TAKE_RATE
    return clip(sum(0.2 / k * np.sin(k * phase) for k in range(1, 6)), TAKE_RATE)


def envelope_correlation(take: AudioClip, made: AudioClip) -> float:
    frames = int(take.duration_s / HOP_S)
    taken = envelope_db(take.mono(), take.sample_rate, frames)
    sounding = fit_length(made.mono(), round(take.duration_s * made.sample_rate))
    return float(np.corrcoef(taken, envelope_db(sounding, made.sample_rate, frames))[0, 1])


def onsets_s(sound: AudioClip) -> np.ndarray:
    return np.array([b for b, _ in find_events(sound.mono(), sound.sample_rate)]) / (
        sound.sample_rate
    )


TAKES = {"bursts": bursts_take, "swell": swell_take, "siren": siren_take}
SOUNDS = {"bark": bark(), "shot": bark(0.14), "hum": hum(0.7), "rain": noise(0.6, RATE, 5)}


@pytest.mark.parametrize("take", ["bursts", "swell"])
@pytest.mark.parametrize("sound", SOUNDS)
def test_loudness_follows_the_take(take: str, sound: str) -> None:
    made = fit_sounds([clip(SOUNDS[sound])], TAKES[take](), 1.0)
    assert envelope_correlation(TAKES[take](), made) >= 0.95


@pytest.mark.parametrize("follow", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("sound", SOUNDS)
def test_each_event_of_the_take_begins_a_sound_at_its_moment(sound: str, follow: float) -> None:
    made = fit_sounds([clip(SOUNDS[sound])], bursts_take(), follow)
    assert onsets_s(made) == pytest.approx(onsets_s(bursts_take()), abs=0.02)


@pytest.mark.parametrize("follow", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("sound", SOUNDS)
def test_pauses_of_the_take_are_silent(sound: str, follow: float) -> None:
    made = fit_sounds([clip(SOUNDS[sound])], bursts_take(), follow).mono()
    for begin_s, end_s in ((0.0, 0.085), (0.43, 0.785), (1.13, 1.5)):
        assert np.abs(made[int(begin_s * RATE) : int(end_s * RATE)]).max() <= 1e-3


@pytest.mark.parametrize(
    ("take", "sound"), [("bursts", "bark"), ("bursts", "rain"), ("swell", "hum"), ("siren", "rain")]
)
def test_level_offset_and_ends_are_those_of_a_finished_clip(take: str, sound: str) -> None:
    made = fit_sounds([clip(SOUNDS[sound] + 0.1)], TAKES[take](), 0.7)
    assert true_peak_dbfs(made) == pytest.approx(-1.0, abs=0.05)
    assert abs(made.samples.mean()) < 1e-4
    assert np.abs(made.samples[[0, -1]]).max() < 2e-3
    assert len(made.samples) / RATE == pytest.approx(TAKES[take]().duration_s, abs=0.51)
    assert len(made.samples) / RATE >= TAKES[take]().duration_s - 1 / RATE


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
def test_rate_and_channels_are_those_of_the_sound(rate: int) -> None:
    left, right = noise(0.5, rate, 1), 0.5 * noise(0.5, rate, 2)
    stereo = AudioClip(np.stack([left, right], axis=1).astype(np.float32), rate)
    made = fit_sounds([stereo], swell_take(), 1.0)
    assert (made.sample_rate, made.channels) == (rate, 2)
    assert len(made.samples) == 2 * rate
    levels = made.samples.std(axis=0)
    assert levels[0] / levels[1] == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_sound_on_the_left_stays_there_beside_one_of_one_channel(is_first: bool) -> None:
    left = AudioClip(np.stack([bark(), 0 * bark()], axis=1).astype(np.float32), RATE)
    sounds = [left, clip(bark())] if is_first else [clip(bark()), left]
    made = fit_sounds(sounds, bursts_take(), 0.5)
    assert made.channels == 2
    begins = [round(at * RATE) for at in onsets_s(made)]
    sides = [np.abs(made.samples[begin : begin + 2000]).max(axis=0) for begin in begins]
    levels = [right / left for left, right in (sides if is_first else sides[1:] + sides[:1])]
    assert levels[0] < 0.01 and levels[1] == pytest.approx(1.0, abs=0.01)


def test_pitch_follows_the_take_where_both_have_one() -> None:
    courses = []
    for sound in (siren_take(), fit_sounds([clip(hum(1.0))], siren_take(), 1.0)):
        controls = extract_controls(sound.mono(), sound.sample_rate)
        octaves = np.log2(np.maximum(controls.pitch_hz[4:44], 1.0))
        courses.append(octaves - np.median(octaves))
    assert np.ptp(courses[0]) == pytest.approx(GLIDE_OCTAVES, abs=0.1)
    assert np.abs(courses[0] - courses[1]).mean() < 0.05


def test_what_has_no_pitch_is_not_bent() -> None:
    rain = clip(noise(2.5, RATE, 5))
    steady = fit_sounds([rain], clip(hum(2.0, TAKE_RATE), TAKE_RATE), 0.0).mono()
    moved = fit_sounds([rain], siren_take(), 0.0).mono()
    assert np.corrcoef(steady[:80_000], moved[:80_000])[0, 1] > 0.99
    following = fit_sounds([rain], siren_take(), 1.0).mono()
    assert np.corrcoef(following[:80_000], moved[:80_000])[0, 1] > 0.9


@pytest.mark.parametrize("sound", ["hum", "rain"])
def test_repetition_has_no_seam(sound: str) -> None:
    samples = SOUNDS[sound].astype(np.float32)
    made = lengthen(samples[:, None], 4 * RATE, RATE)[:, 0]
    assert len(made) >= 4 * RATE
    assert np.abs(np.diff(made)).max() <= np.abs(np.diff(samples)).max()
    windows = made[: 4 * RATE].reshape(-1, RATE // 50).std(axis=1)
    assert windows.min() > 0.75 * samples.std() and windows.max() < 1.3 * samples.std()


def test_what_dies_away_early_fills_a_long_event_all_the_same() -> None:
    long_tail = np.concatenate([noise(0.5, RATE), 1e-4 * noise(1.4, RATE)])
    made = fit_sounds([clip(long_tail)], clip(noise(2.2, TAKE_RATE), TAKE_RATE), 1.0).mono()
    windows = made[: 2 * RATE].reshape(-1, RATE // 10).std(axis=1)
    assert windows.min() > 0.5 * windows.max()


def test_several_sounds_take_turns() -> None:
    low, high = (clip(hum(0.3, hz=hz)) for hz in (150.0, 600.0))
    made = fit_sounds([low, high], bursts_take(), 0.0).mono()
    peaks = [
        np.argmax(np.abs(np.fft.rfft(made[int(b * RATE) : int((b + 0.25) * RATE)]))) * 4
        for b in (0.1, 0.8)
    ]
    assert peaks == pytest.approx([150, 600], abs=8)


def test_sound_of_several_events_gives_one_to_each_event_of_the_take() -> None:
    steps = np.concatenate([bark(0.4), hum(0.2), np.zeros(RATE // 5)])
    made = fit_sounds([clip(np.concatenate([bark(0.4), np.zeros(RATE // 5), steps]))],
                      bursts_take(), 0.0)  # fmt: skip
    assert len(onsets_s(made)) == 2


def test_what_dies_away_rings_on_after_the_last_event() -> None:
    take = clip(noise(0.1, TAKE_RATE), TAKE_RATE)
    made = fit_sounds([clip(bark(0.9))], take, 0.0)
    assert 0.3 <= made.duration_s <= 0.6
    followed = fit_sounds([clip(bark(0.9))], take, 1.0).mono()
    assert np.abs(followed[int(0.16 * RATE) :]).max() < 0.02


@pytest.mark.parametrize("sound", [np.zeros(RATE), bark()])
def test_silence_is_refused(sound: np.ndarray) -> None:
    take = clip(np.zeros(TAKE_RATE), TAKE_RATE) if sound.any() else bursts_take()
    with pytest.raises(ValueError, match="silence"):
        fit_sounds([clip(sound)], take, 0.7)


def test_a_sound_that_is_long_enough_stays_as_it_is() -> None:
    sound = SOUNDS["hum"].astype(np.float32)[:, None]
    assert lengthen(sound, len(sound), RATE) is sound
    assert lengthen(sound, len(sound) // 2, RATE) is sound


@pytest.mark.parametrize("factor", [1.1, 1.4])
def test_a_slightly_short_sound_is_stretched_behind_its_attack(factor: float) -> None:
    sound = SOUNDS["rain"].astype(np.float32)[:, None]
    length = int(factor * len(sound))
    made = lengthen(sound, length, RATE)
    assert made.dtype == np.float32 and len(made) == pytest.approx(length, abs=3)
    attack = int(0.03 * RATE)
    assert np.corrcoef(made[:attack, 0], sound[:attack, 0])[0, 1] > 0.99


def test_a_lasting_sound_is_repeated_whole_up_to_nine_tenths() -> None:
    sound = SOUNDS["rain"].astype(np.float32)[:, None]
    made = lengthen(sound, 3 * RATE, RATE)
    body, joint = len(sound) * 9 // 10, int(0.03 * RATE)
    np.testing.assert_array_equal(made[: body - joint], sound[: body - joint])
    np.testing.assert_array_equal(made[-RATE // 4 :], sound[-RATE // 4 :])
    assert 3 * RATE <= len(made) < 3 * RATE + body


def test_a_sound_that_dies_away_is_repeated_from_its_beginning() -> None:
    sound = bark().astype(np.float32)[:, None]
    made = lengthen(sound, 2 * RATE, RATE)[:, 0]
    joint = int(0.03 * RATE)
    assert len(made) >= 2 * RATE
    np.testing.assert_array_equal(made[: RATE // 20], sound[: RATE // 20, 0])
    np.testing.assert_array_equal(made[joint - len(sound) :], sound[joint:, 0])


def test_a_short_silence_behind_a_short_sound_is_filled_by_stretching() -> None:
    sound = bark(0.14).astype(np.float32)[:, None]
    made = lengthen(sound, int(0.3 * RATE), RATE)
    assert len(made) == pytest.approx(0.3 * RATE, rel=0.3)
    assert len(onsets_s(clip(made[:, 0]))) == 1


def test_clicks_between_sounds_are_no_pieces() -> None:
    click = np.zeros(RATE // 2)
    click[:200] = 0.5
    sound = np.concatenate([hum(0.3, hz=150.0), np.zeros(RATE // 5), click])
    made = fit_sounds([clip(sound)], bursts_take(), 0.0).mono()
    for begin_s in (0.1, 0.8):
        spectrum = np.abs(np.fft.rfft(made[int(begin_s * RATE) : int((begin_s + 0.25) * RATE)]))
        assert np.argmax(spectrum) * 4 == pytest.approx(150, abs=8)


def test_the_gate_opens_in_three_and_closes_in_fifty_milliseconds() -> None:
    steady = clip(np.full(2 * RATE, 0.3) * np.sign(np.sin(np.arange(2 * RATE) * 0.7)))
    take = np.zeros(TAKE_RATE)
    take[4_000:10_000] = noise(0.375, TAKE_RATE)
    level = np.abs(fit_sounds([steady], clip(take, TAKE_RATE), 0.0).mono())
    begin, end = int(0.25 * RATE), int(0.625 * RATE)
    loud = np.median(level[begin + RATE // 20 : end - RATE // 20])
    first = int(np.flatnonzero(level > 0.9 * loud)[0])
    last = int(np.flatnonzero(level > 0.1 * loud)[-1])
    assert begin - 0.01 * RATE <= first <= begin + 0.005 * RATE
    assert end <= last <= end + 0.06 * RATE
