"""Events, flutter, pauses and variety are measured as they are heard."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.clips import MadeClip
from qvim_studio.evaluation.events import (
    event_scores,
    flutter_agreement,
    onset_f1,
    pair_correlation,
    pauses_kept,
)
from qvim_studio.evaluation.sets import Phrase, Query

RATE = 16_000


def hiss(seed: int, seconds: float = 1.0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * 0.1).astype("f4")


def knocks(*begins_s: float, seed: int = 0) -> AudioClip:
    at = np.arange(RATE) / RATE
    envelope = sum((at >= begin) * np.exp(-np.maximum(at - begin, 0) * 60) for begin in begins_s)
    return AudioClip.from_mono(hiss(seed) * np.asarray(envelope, np.float32), RATE)


@pytest.mark.parametrize(
    ("begins_s", "f1"),
    [((0.1, 0.5), 1.0), ((0.12, 0.52), 1.0), ((0.1,), 2 / 3), ((0.1, 0.3, 0.5), 4 / 5)],
)
def test_onsets_are_matched_once_within_40_ms(begins_s: tuple[float, ...], f1: float) -> None:
    assert onset_f1(knocks(0.1, 0.5), knocks(*begins_s, seed=1)) == pytest.approx(f1)


def test_flutter_counts_where_the_take_has_it() -> None:
    beats = (1.0 + 0.8 * np.sin(2 * np.pi * 25 * np.arange(RATE) / RATE)).astype(np.float32)
    take = AudioClip.from_mono(hiss(0) * beats, RATE)
    alike, steady = (AudioClip.from_mono(one, RATE) for one in (hiss(1) * beats, hiss(1)))
    agreements = [flutter_agreement(take, one) for one in (alike, steady)]
    assert agreements[0] is not None and agreements[0] > 0.9
    assert agreements[1] is not None and abs(agreements[1]) < 0.3
    assert flutter_agreement(steady, take) is None


@pytest.mark.parametrize(("left", "share"), [(0.0, 1.0), (0.3, 0.0)])
def test_a_pause_is_kept_where_it_is_silent(left: float, share: float) -> None:
    gate = np.ones(RATE, np.float32)
    gate[5000:11000] = 0.0
    take = AudioClip.from_mono(hiss(0) * gate, RATE)
    made = AudioClip.from_mono(hiss(1) * np.maximum(gate, np.float32(left)), RATE)
    assert pauses_kept(take, made) == share
    assert pauses_kept(AudioClip.from_mono(hiss(0), RATE), made) is None


def test_equal_sounds_correlate_and_high_and_low_ones_do_not() -> None:
    high = np.diff(hiss(1), prepend=np.float32(0.0))
    low = np.cumsum(hiss(2)) * np.float32(0.05)
    clips = [AudioClip.from_mono(one.astype(np.float32), RATE) for one in (high, high, low)]
    assert pair_correlation(clips[:2]) == pytest.approx(1.0)
    assert (pair_correlation(clips[1:]) or 0.0) < 0.2
    assert pair_correlation(clips[:1]) is None


def test_scores_say_their_intervals_and_how_many_takes_they_are_of() -> None:
    takes = [knocks(0.1, 0.5), knocks(0.2)]
    made = [
        MadeClip(Query("knock", take, ("knock",)), (take, take), (), "", 1.0, 2, 0)
        for take in takes
    ]
    scores = event_scores(
        [*made, MadeClip(Phrase("rain", ("rain",)), (takes[0],), (), "", 1, 1, 0)]
    )
    assert scores["onset_f1"] == {"mean": 1.0, "median": 1.0, "low": 1.0, "high": 1.0, "takes": 2}
    assert scores["flutter"] is None
    assert scores["pair_correlation"]["mean"] == pytest.approx(1.0)
