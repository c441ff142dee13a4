"""Compares made music with the music of a voice: harmony, beats, key, and whole sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qvim_studio.audio.beats import Beats, beats_of
from qvim_studio.audio.melody import AUDIBLE_DB, MELODY_RATE_HZ, chroma_powers
from qvim_studio.audio.musical_key import MusicalKey, musical_key_of
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.distances import frechet_distance
from qvim_studio.evaluation.events import Spread
from qvim_studio.training.loop.ranks import CONFIDENCE
from qvim_studio.voice.tagger import Tagger, tagger_samples

BEAT_TOLERANCE_S = 0.07  # Davies, Degara & Plumbley, "Evaluation methods for musical audio" (2009)
EMBEDDING = "YAMNet (1024-d), pieces of 5 s"
EMBEDDED_S = 5.0
FRECHET_ROUNDS = 20  # of the bootstrap, about a second each
PAIR_FIGURES = ("chroma_cosine", "beat_f1", "key_match")
EmbedPieces = Callable[[AudioClip], np.ndarray]


@dataclass(frozen=True, eq=False)
class MusicFeatures:
    """The features of a piece of music that are compared. chroma: (12, frames), unit columns, zero
    in silence. pieces: (pieces, dim) embeddings."""

    chroma: np.ndarray
    beats: Beats | None
    key: MusicalKey | None
    pieces: np.ndarray

    @classmethod
    def of(cls, clip: AudioClip, embed: EmbedPieces) -> MusicFeatures:
        return cls(_unit_chroma(clip), beats_of(clip), musical_key_of(clip), embed(clip))


def embed_by_tagger(tagger: Tagger) -> EmbedPieces:
    """Mean embeddings of YAMNet, one for each whole 5 s of a clip, at least one: (pieces, 1024)."""

    def embed(clip: AudioClip) -> np.ndarray:
        width = round(EMBEDDED_S * clip.sample_rate)
        begins = range(0, max(len(clip.samples) - width, 0) + 1, width)
        parts = [
            AudioClip(np.ascontiguousarray(clip.samples[begin : begin + width]), clip.sample_rate)
            for begin in begins
        ]
        return tagger.listen([tagger_samples(part) for part in parts]).embeddings

    return embed


def chroma_cosine(made: MusicFeatures, wanted: MusicFeatures) -> float:
    """Mean cosine of the powers of the pitch classes, moment by moment, where the wanted music is
    heard; 0..1. After Copet et al. 2023, section 4.2, who quantize them first."""
    frames = min(made.chroma.shape[1], wanted.chroma.shape[1])
    cosines = (made.chroma[:, :frames] * wanted.chroma[:, :frames]).sum(axis=0)
    is_audible = wanted.chroma[:, :frames].any(axis=0)
    return float(cosines[is_audible].mean()) if is_audible.any() else 0.0


def beat_f1(made: MusicFeatures, wanted: MusicFeatures) -> float | None:
    """F measure of the beats within 70 ms, each used once; None where the wanted music has none."""
    if wanted.beats is None:
        return None
    if made.beats is None:
        return 0.0
    places, hits = list(made.beats.times_s), 0
    for time_s in wanted.beats.times_s:
        near = next((one for one in places if abs(one - time_s) <= BEAT_TOLERANCE_S), None)
        if near is not None:
            places.remove(near)
            hits += 1
    return 2 * hits / (len(made.beats.times_s) + len(wanted.beats.times_s))


def key_match(made: MusicFeatures, wanted: MusicFeatures) -> float | None:
    """1 for the same key, else 0; None if the wanted music has no key."""
    return None if wanted.key is None else float(made.key == wanted.key)


def pair_values(
    made: Sequence[MusicFeatures], wanted: Sequence[MusicFeatures]
) -> dict[str, list[float | None]]:
    """Each figure of each pair."""
    measures = dict(zip(PAIR_FIGURES, (chroma_cosine, beat_f1, key_match), strict=True))
    return {
        name: [measure(*pair) for pair in zip(made, wanted, strict=True)]
        for name, measure in measures.items()
    }


def music_scores(
    made: Sequence[MusicFeatures], wanted: Sequence[MusicFeatures], rounds: int = FRECHET_ROUNDS
) -> dict[str, Any]:
    """Means over pairs and the Fréchet distance of the two sets, with 95 % bootstrap intervals over
    pairs; None for a figure that no pair has."""
    values = pair_values(made, wanted)
    return {
        **{name: _spread(some) for name, some in values.items()},
        "frechet": frechet_scores(made, wanted, rounds),
    }


def score_differences(
    first: Sequence[MusicFeatures], second: Sequence[MusicFeatures], wanted: Sequence[MusicFeatures]
) -> dict[str, Any]:
    """First − second, pair by pair. An interval without 0 means that the choice of pairs does not
    explain the difference."""
    sides = pair_values(first, wanted), pair_values(second, wanted)
    return {
        name: _spread(
            [
                None if one is None or other is None else one - other
                for one, other in zip(sides[0][name], sides[1][name], strict=True)
            ]
        )
        for name in PAIR_FIGURES
    }


def frechet_scores(
    made: Sequence[MusicFeatures], wanted: Sequence[MusicFeatures], rounds: int
) -> dict[str, float] | None:
    """The distance and its bootstrap interval; None for fewer than two pieces on a side, which have
    no spread. Whole clips are drawn, for the pieces of one clip are alike."""
    sides = [[one.pieces for one in side] for side in (made, wanted)]
    if min(sum(map(len, side)) for side in sides) < 2:
        return None
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(rounds):
        picked = rng.integers(len(made), size=len(made))
        parts = [np.concatenate([side[place] for place in picked]) for side in sides]
        drawn.append(frechet_distance(*parts))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(drawn, [tail, 100 - tail])
    whole = frechet_distance(*(np.concatenate(side) for side in sides))
    return {"distance": whole, "low": float(low), "high": float(high)}


def _unit_chroma(clip: AudioClip) -> np.ndarray:
    powers = chroma_powers(mono_at(clip, MELODY_RATE_HZ))
    loudness = powers.sum(axis=0)
    is_audible = loudness > loudness.max(initial=0.0) * 10 ** (AUDIBLE_DB / 10)
    return powers * is_audible / np.maximum(np.linalg.norm(powers, axis=0), 1e-12)


def _spread(values: Sequence[float | None]) -> dict[str, Any] | None:
    spread = Spread.of([value for value in values if value is not None])
    return None if spread is None else asdict(spread)
