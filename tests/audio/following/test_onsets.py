"""Several sounds in one take become one piece each."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.onsets import (
    MIN_PIECE_S,
    attack_frames,
    onset_frames,
    split_at_onsets,
)
from qvim_studio.core.clip import AudioClip

RATE = 16_000


def hits(starts_s: list[float], seconds: float = 2.0, floor: float = 0.0005) -> AudioClip:
    """Decaying noise at each time over a quiet room; every second one 12 dB quieter."""
    rng = np.random.default_rng(0)
    samples = floor * rng.standard_normal(int(seconds * RATE))
    for number, start in enumerate(starts_s):
        begin = int(start * RATE)
        length = min(int(0.2 * RATE), len(samples) - begin)
        decay = np.exp(-25 * np.arange(length) / RATE)
        samples[begin : begin + length] += (
            0.4 * 0.25 ** (number % 2) * decay * rng.uniform(-1, 1, length)
        )
    return AudioClip.from_mono(samples, RATE)


@pytest.mark.parametrize(
    "starts", [[0.3], [0.2, 0.6, 1.0, 1.5], [0.0, 0.5], [0.1, 0.3, 0.5, 0.7, 0.9, 1.1]]
)
def test_every_sound_is_found_where_it_begins(starts: list[float]) -> None:
    found = [frame / RATE for frame in onset_frames(hits(starts))]
    assert found == pytest.approx(starts, abs=0.03)


def test_pieces_hold_one_sound_each() -> None:
    pieces = split_at_onsets(hits([0.2, 0.6, 1.0]))
    assert len(pieces) == 3
    for piece in pieces:
        assert MIN_PIECE_S <= piece.duration_s < 0.45
        assert len(onset_frames(piece)) == 1
        assert abs(piece.samples[-1, 0]) < 1e-3


def test_a_trembling_sound_stays_one_piece() -> None:
    time_s = np.arange(RATE) / RATE
    rolled = (0.6 + 0.4 * np.sin(2 * np.pi * 25 * time_s)) * np.sin(2 * np.pi * 150 * time_s)
    assert onset_frames(AudioClip.from_mono(0.3 * rolled, RATE)) == [0]


def test_breath_below_the_gate_is_no_sound() -> None:
    clip = hits([0.5])
    samples = clip.samples.copy()
    samples[:3000] *= 8  # a breath 34 dB below the hit
    assert len(onset_frames(AudioClip(samples, RATE))) == 1


def test_an_attack_is_heard_where_a_sound_is_half_as_loud_as_it_gets() -> None:
    at = np.arange(2 * RATE) / RATE
    noise = np.random.default_rng(0).uniform(-1, 1, len(at))
    level_db = np.interp(at, [0.0, 0.1, 0.3, 0.5, 0.9, 1.3, 2.0], [0, 0, -60, -60, -40, 0, 0])
    swell = AudioClip.from_mono(noise * 10 ** (level_db / 20), RATE)
    first, second = (frame / RATE for frame in attack_frames(swell))
    assert first == 0.0
    assert second == pytest.approx(1.1, abs=0.03)
    assert onset_frames(swell)[1] / RATE < 1.0


def test_a_sound_that_never_pauses_is_heard_from_its_beginning() -> None:
    at = np.arange(RATE) / RATE
    swelling = AudioClip.from_mono(np.sin(2 * np.pi * 300 * at) * (0.2 + 0.8 * at), RATE)
    assert attack_frames(swelling) == [0]


def test_a_piece_fades_out_over_its_last_milliseconds() -> None:
    time_s = np.arange(RATE) / RATE
    steady = 0.3 * np.sin(2 * np.pi * 440 * time_s)
    [piece] = split_at_onsets(AudioClip.from_mono(steady, RATE))
    end = np.abs(piece.samples[-int(0.02 * RATE) :, 0])
    assert end[-1] == 0.0 and end[: len(end) // 4].max() > 0.29
