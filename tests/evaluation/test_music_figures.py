"""Figures of music are 1 for the music itself, and fall with what is changed."""

from __future__ import annotations

import numpy as np
import pytest
from songs import RATE_HZ, played, sung

from qvim_studio.audio.beats import Beats
from qvim_studio.audio.musical_key import MusicalKey
from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.distances import frechet_distance
from qvim_studio.evaluation.music_figures import (
    MusicFeatures,
    beat_f1,
    chroma_cosine,
    embed_by_tagger,
    frechet_scores,
    key_match,
    music_scores,
    score_differences,
)
from qvim_studio.voice.tagger import Tagger

NOTHING = np.zeros((12, 0))


def clip_of(samples: np.ndarray) -> AudioClip:
    return AudioClip.from_mono(samples.astype(np.float32), RATE_HZ)


def found(bpm: float = 120.0, chord: tuple[int, ...] = (0, 4, 7), seed: int = 0) -> MusicFeatures:
    pieces = np.random.default_rng(seed).standard_normal((2, 4))
    return MusicFeatures.of(clip_of(played(4.0, bpm, chord)), lambda clip: pieces)


def with_beats(times_s: list[float]) -> MusicFeatures:
    return MusicFeatures(NOTHING, Beats(np.array(times_s), 120.0), None, np.zeros((1, 4)))


def test_music_itself_scores_one_and_a_foreign_chord_none() -> None:
    music, foreign = found(), found(chord=(1, 5, 8))
    assert chroma_cosine(music, music) == pytest.approx(1.0)
    tones = [
        MusicFeatures.of(clip_of(sung(2.0, hz)), lambda clip: NOTHING) for hz in (220.0, 311.1)
    ]
    assert chroma_cosine(*tones) < 0.1
    assert beat_f1(music, music) == key_match(music, music) == 1.0
    assert key_match(foreign, music) == 0.0


def test_beats_within_70_ms_count_once_each() -> None:
    wanted = with_beats([0.0, 0.5, 1.0, 1.5])
    assert beat_f1(with_beats([0.06, 0.58, 1.0]), wanted) == pytest.approx(2 * 2 / 7)
    assert beat_f1(with_beats([0.49, 0.51]), wanted) == pytest.approx(2 * 1 / 6)
    assert beat_f1(with_beats([0.05]), with_beats([0.0, 0.1])) == pytest.approx(2 * 1 / 3)
    silent = MusicFeatures(NOTHING, None, None, np.zeros((1, 4)))
    assert beat_f1(silent, wanted) == 0.0
    assert beat_f1(wanted, silent) is None


def test_what_the_wanted_music_lacks_is_not_judged() -> None:
    silence = MusicFeatures.of(clip_of(np.zeros(RATE_HZ)), lambda clip: np.zeros((1, 4)))
    assert silence.beats is None and silence.key is None
    assert chroma_cosine(found(), silence) == 0.0
    assert key_match(found(), silence) is None
    scores = music_scores([found()], [silence], rounds=2)
    assert scores["key_match"] is None and scores["beat_f1"] is None


def test_chroma_is_compared_only_while_the_wanted_music_is_audible() -> None:
    samples = sung(4.0)
    samples[2 * RATE_HZ :] *= 1e-4
    chroma = MusicFeatures.of(clip_of(samples), lambda clip: NOTHING).chroma
    is_compared = chroma.any(axis=0)
    assert is_compared[: len(is_compared) // 3].all()
    assert not is_compared[-len(is_compared) // 3 :].any()


def test_scores_hold_means_intervals_and_the_distance_of_the_sets() -> None:
    wanted = [found(seed=n) for n in range(3)]
    made = [found(seed=n + 10, chord=(2, 6, 9)) for n in range(3)]
    scores = music_scores(made, wanted, rounds=4)
    assert scores["beat_f1"]["mean"] == 1.0 and scores["beat_f1"]["takes"] == 3
    frechet = scores["frechet"]
    sides = [np.concatenate([one.pieces for one in side]) for side in (made, wanted)]
    assert frechet["distance"] == pytest.approx(frechet_distance(*sides))
    assert frechet["low"] < frechet["high"]  # other pairs in every round


def test_single_pieces_have_no_distance() -> None:
    alone = [MusicFeatures(NOTHING, None, MusicalKey(0, False), np.zeros((1, 4)))]
    assert frechet_scores(alone, alone, 2) is None


def test_differences_are_those_of_pairs() -> None:
    wanted = [found(), found()]
    better, worse = [found(), found()], [found(chord=(1, 5, 8)), found(chord=(1, 5, 8))]
    difference = score_differences(better, worse, wanted)
    assert difference["key_match"]["mean"] == difference["key_match"]["low"] == 1.0
    assert difference["beat_f1"]["mean"] == 0.0


def test_pieces_of_five_seconds_are_embedded_by_the_tagger_that_ships() -> None:
    embed = embed_by_tagger(Tagger.from_folder())
    assert embed(clip_of(played(11.0))).shape == (2, 1024)
    assert embed(clip_of(played(1.0))).shape == (1, 1024)
