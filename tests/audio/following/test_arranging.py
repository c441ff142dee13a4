"""Arranging a found sound along an imitation."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.arranging import (
    arrange,
    find_events,
    goes_on,
    let_ring,
    levels_db,
    loop,
    sustain,
)

RATE = 16_000


def bursts(starts_s: list[float], length_s: float, total_s: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    samples = rng.standard_normal(int(total_s * RATE)) * 1e-4
    for start in starts_s:
        begin = int(start * RATE)
        samples[begin : begin + int(length_s * RATE)] = 0.3 * rng.standard_normal(
            int(length_s * RATE)
        )
    return samples.astype(np.float32)


def test_every_burst_is_an_event() -> None:
    events = find_events(bursts([0.1, 0.5, 1.0], 0.2, 1.5), RATE)
    assert [begin / RATE for begin, _ in events] == pytest.approx([0.1, 0.5, 1.0], abs=0.02)
    assert [(end - begin) / RATE for begin, end in events] == pytest.approx([0.2] * 3, abs=0.03)


def test_steady_sound_is_one_event() -> None:
    assert len(find_events(bursts([0.0], 2.0, 2.0), RATE)) == 1


def test_found_sound_begins_with_every_event() -> None:
    sound = np.zeros(800, np.float32)
    sound[0] = 1.0
    made = arrange(sound, bursts([0.1, 0.6], 0.15, 1.0), RATE)
    assert len(made) == RATE
    clicks = np.flatnonzero(np.abs(made) > 0.5) / RATE
    assert clicks[[0, -1]] == pytest.approx([0.1, 0.6], abs=0.02)


def test_short_sound_is_looped_through_a_long_event_without_a_gap() -> None:
    sound = np.full(3200, 0.2, np.float32)
    made = arrange(sound, bursts([0.0], 2.0, 2.0), RATE)
    assert made[: int(1.9 * RATE)].min() > 0.15
    assert made.max() < 0.35


def test_what_goes_on_is_looped_and_what_dies_away_stays() -> None:
    hum = np.sin(np.arange(8000) * 0.1).astype(np.float32)
    decay = hum * np.exp(-np.arange(8000) / 800).astype(np.float32)
    assert len(sustain(hum, 3 * RATE, RATE)) == 3 * RATE
    assert sustain(decay, 3 * RATE, RATE) is decay
    assert len(sustain(hum[:1600], 3 * RATE, RATE)) == 1600
    assert sustain(hum, 4000, RATE) is hum


def test_what_rings_on_fades_away() -> None:
    rung = let_ring(np.ones(2 * RATE, np.float32), RATE, RATE)
    assert len(rung) == 1.5 * RATE
    assert rung[RATE - 1] == 1.0 and np.all(np.diff(rung[RATE:]) <= 0)
    assert rung[-1] == pytest.approx(0.0, abs=1e-6)


def test_channels_of_a_sound_are_laid_out_alike() -> None:
    left = np.sin(np.arange(8000) * 0.1).astype(np.float32)
    sound = np.stack([left, 0 * left], axis=1)
    voice = bursts([0.1, 0.6], 0.15, 1.0)
    laid = {
        "arranged": (arrange(sound, voice, RATE), arrange(left, voice, RATE)),
        "sustained": (sustain(sound, 3 * RATE, RATE), sustain(left, 3 * RATE, RATE)),
        "looped": (loop(sound, 3 * RATE, RATE), loop(left, 3 * RATE, RATE)),
        "short": (loop(sound[:3], 10, RATE), loop(left[:3], 10, RATE)),
    }
    for both, alone in laid.values():
        np.testing.assert_array_equal(both[:, 0], alone)
        assert not np.any(both[:, 1])


HOPS_RATE = 1_000  # one hop of 10 ms is 10 frames


def hops(*levels: float) -> np.ndarray:
    """A sound with one level in dB for each hop."""
    return np.repeat(10 ** (np.array(levels) / 20), 10).astype(np.float32)


def events_in_hops(*levels: float) -> list[tuple[int, int]]:
    return [(begin // 10, end // 10) for begin, end in find_events(hops(*levels), HOPS_RATE)]


def test_levels_are_of_each_hop_and_what_is_missing_of_the_last_counts_as_silence() -> None:
    levels = levels_db(np.array([1.0, 1.0, 2.0, 2.0, 0.0, 0.0, 1.0]), 2)
    assert levels == pytest.approx([0.0, 6.0206, -180.0, -3.0103], abs=1e-4)


@pytest.mark.parametrize(("level", "end"), [(-31.5, 30), (-32.5, 20)])
def test_events_end_at_the_gate_below_the_loudest_moment(level: float, end: int) -> None:
    assert events_in_hops(*[0] * 20, *[level] * 10, *[-80] * 5) == [(0, end)]


@pytest.mark.parametrize(("rise", "begins"), [(8.5, [5]), (9.5, [5, 20])])
def test_only_a_rise_of_more_than_the_attack_begins_an_event(
    rise: float, begins: list[int]
) -> None:
    found = events_in_hops(*[-80] * 5, *[-rise] * 15, *[0] * 15)
    assert found == list(zip(begins, [*begins[1:], 35], strict=True))


@pytest.mark.parametrize(("hops_of_rise", "count"), [(3, 2), (8, 1)])
def test_a_rise_must_happen_at_once_to_begin_an_event(hops_of_rise: int, count: int) -> None:
    rising = np.linspace(-14, 0, hops_of_rise + 1)
    assert len(events_in_hops(*[-80] * 2, *[-14] * 20, *rising, *[0] * 15)) == count


@pytest.mark.parametrize(("size", "events"), [(8, [(20, 40)]), (9, [(2, 11), (20, 40)])])
def test_events_shorter_than_the_shortest_are_left_out(
    size: int, events: list[tuple[int, int]]
) -> None:
    levels = [*[-80] * 2, *[0] * size, *[-80] * (18 - size), *[0] * 20]
    assert events_in_hops(*levels) == events


@pytest.mark.parametrize(("size", "events"), [(8, [(2, 30)]), (9, [(2, 11), (11, 30)])])
def test_an_attack_soon_after_another_belongs_to_the_same_event(
    size: int, events: list[tuple[int, int]]
) -> None:
    assert events_in_hops(*[-80] * 2, *[-12] * size, *[0] * (28 - size)) == events


def test_sounds_without_an_event_are_one() -> None:
    assert events_in_hops(*[-80] * 5, *[0] * 3, *[-80] * 5) == [(0, 13)]


@pytest.mark.parametrize(("level", "lasts"), [(-13.5, True), (-14.5, False)])
def test_a_sound_lasts_if_its_last_fifth_is_nearly_as_loud_as_its_loudest_moment(
    level: float, lasts: bool
) -> None:
    assert goes_on(hops(*[0] * 40, *[level] * 10), HOPS_RATE) is lasts
    assert goes_on(hops(*[0] * 39, -60, *[level] * 10), HOPS_RATE) is lasts


@pytest.mark.parametrize(("frames", "lasts"), [(199, False), (200, True)])
def test_too_short_a_sound_does_not_last(frames: int, lasts: bool) -> None:
    assert goes_on(np.ones(frames, np.float32), HOPS_RATE) is lasts


def test_what_is_looped_joins_its_end_to_its_first_quarter_at_equal_power() -> None:
    sound = np.random.default_rng(0).standard_normal(400).astype(np.float32)
    made = loop(sound, 700, HOPS_RATE)
    angle = 0.5 * np.pi * np.arange(20) / 19
    joint = sound[340:360] * np.cos(angle) + sound[100:120] * np.sin(angle)
    first = np.concatenate([sound[:340], joint, sound[120:340], joint, sound[120:220]])
    np.testing.assert_allclose(made, first, atol=1e-6)
    assert made.dtype == np.float32


def test_what_is_too_short_for_a_crossfade_is_repeated_as_it_is() -> None:
    assert loop(np.arange(3.0), 7, HOPS_RATE).tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert len(loop(np.ones(4, np.float32), 9, HOPS_RATE)) == 9


def test_a_sound_that_the_next_event_interrupts_fades_out_just_before() -> None:
    sound = np.ones(900, np.float32)
    made = arrange(sound, hops(*[0] * 20, *[-80] * 10, *[0] * 20), HOPS_RATE)
    falling = np.linspace(1, 0, 20)
    np.testing.assert_allclose(made[:280], 1.0)
    np.testing.assert_allclose(made[280:300], falling, atol=1e-6)
    np.testing.assert_allclose(made[300:480], 1.0)
    np.testing.assert_allclose(made[480:], falling, atol=1e-6)


def test_a_sound_that_ends_before_the_next_event_rings_out() -> None:
    made = arrange(np.ones(250, np.float32), hops(*[0] * 20, *[-80] * 10, *[0] * 10), HOPS_RATE)
    assert made[:300].tolist() == [1.0] * 250 + [0.0] * 50


def test_every_channel_fades_by_the_square_of_a_cosine_after_the_end() -> None:
    sound = np.stack([np.ones(900), -2 * np.ones(900)], axis=1).astype(np.float32)
    rung = let_ring(sound, 300, HOPS_RATE)
    fading = np.cos(0.5 * np.pi * np.arange(500) / 499) ** 2
    np.testing.assert_allclose(rung[300:, 0], fading, atol=1e-6)
    np.testing.assert_allclose(rung[300:, 1], -2 * fading, atol=1e-6)
    assert (rung[:300] == sound[:300]).all() and (sound[:, 0] == 1.0).all()
