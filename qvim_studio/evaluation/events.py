"""Compares clips with a take event by event, and variations with each other.

Each onset of the take should be in the clip, flutter should carry over, pauses should be silent,
and four variations should be four different sounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from qvim_studio.audio.following.arranging import find_events
from qvim_studio.audio.following.controls import ANALYSIS_RATE_HZ
from qvim_studio.audio.following.flutter import beating_db, flutter_share, levels_db
from qvim_studio.audio.following.onsets import attack_frames
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.evaluation.clips import MadeClip
from qvim_studio.evaluation.sets import Query
from qvim_studio.training.loop.ranks import bootstrap_interval

ONSET_TOLERANCE_S = 0.04
SETTLED_S = 0.18  # after an event, in which a sound may die away
MIN_PAUSE_S = 0.05  # of a pause that must be left after that
SILENT_DBFS, LIKE_TAKE_DB = -60.0, 2.0  # either criterion suffices for a pause
MIN_FLUTTER_SHARE = 0.25  # share of a take's time from which on the take counts as fluttering
ACTIVE_DB = -40.0  # below its loudest frame a clip is not compared
RATE_HZ, FRAME, HOP, BANDS = 32_000, 1024, 320, 48
LOWEST_HZ = 60.0
LEVEL_FLOOR = 1e-10


@dataclass(frozen=True)
class Spread:
    """Mean and median over takes, and the 95 % bootstrap interval of the mean."""

    mean: float
    median: float
    low: float
    high: float
    takes: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """None without any."""
        if not values:
            return None
        array = np.array(values)
        low, high = bootstrap_interval(array, 0)
        return cls(float(array.mean()), float(np.median(array)), low, high, len(values))


def event_scores(made: Sequence[MadeClip]) -> dict[str, Any]:
    """Scores of clips made for imitations: each ``Spread`` as a dict, by name; None without values.

    The clips of a take are averaged first, because they are not independent.
    """
    rows: dict[str, list[float]] = {
        name: [] for name in ("onset_f1", "flutter", "pauses", "pair_correlation")
    }
    for one in made:
        if not isinstance(one.query, Query):
            continue
        take = one.query.clip
        measured = {
            "onset_f1": [onset_f1(take, clip) for clip in one.clips],
            "flutter": [flutter_agreement(take, clip) for clip in one.clips],
            "pauses": [pauses_kept(take, clip) for clip in one.clips],
            "pair_correlation": [pair_correlation(one.clips)],
        }
        for name, values in measured.items():
            known = [value for value in values if value is not None]
            if known:
                rows[name].append(float(np.mean(known)))
    spreads = {name: Spread.of(values) for name, values in rows.items()}
    return {name: spread and asdict(spread) for name, spread in spreads.items()}


def onset_f1(take: AudioClip, clip: AudioClip) -> float:
    """F1 of the take's attacks and the clip's, each matched at most once, within 40 ms."""
    wanted, got = (
        np.array(attack_frames(side)) / side.sample_rate
        for side in (_analyzed(take), _analyzed(clip))
    )
    left, matched = list(got), 0
    for onset in wanted:
        near = min(left, key=lambda other: abs(other - onset), default=None)
        if near is not None and abs(near - onset) <= ONSET_TOLERANCE_S:
            left.remove(near)
            matched += 1
    return 2 * matched / (len(wanted) + len(got))


def flutter_agreement(take: AudioClip, clip: AudioClip) -> float | None:
    """Pearson's correlation of the beating levels (15 to 60 a second) where the take flutters; None
    for a take without flutter."""
    wanted, got = _analyzed(take).samples[:, 0], _analyzed(clip).samples[:, 0]
    level_db = levels_db(wanted, ANALYSIS_RATE_HZ)
    where = flutter_share(level_db) > 0.5
    if where.mean() < MIN_FLUTTER_SHARE:
        return None
    other_db = levels_db(fit_length(got, len(wanted)), ANALYSIS_RATE_HZ, len(level_db))
    return _correlation(beating_db(level_db)[where], beating_db(other_db)[where])


def pauses_kept(take: AudioClip, clip: AudioClip) -> float | None:
    """The share of the take's pauses that are also pauses of the clip: silent, or as far below the
    events as in the take; None for a take without pauses."""
    wanted, got = _analyzed(take).samples[:, 0], _analyzed(clip).samples[:, 0]
    got = fit_length(got, len(wanted))
    events = find_events(wanted, ANALYSIS_RATE_HZ)
    settled, shortest = (round(s * ANALYSIS_RATE_HZ) for s in (SETTLED_S, MIN_PAUSE_S))
    gaps = [
        slice(end + settled, begin - shortest // 10)
        for (_, end), (begin, _) in pairwise(events)
        if begin - end >= settled + shortest
    ]
    if not gaps:
        return None
    sounding = np.concatenate([np.arange(begin, end) for begin, end in events])
    kept = []
    for gap in gaps:
        below = [_rms_db(side[gap]) - _rms_db(side[sounding]) for side in (wanted, got)]
        is_silent = _rms_db(got[gap]) < SILENT_DBFS
        kept.append(is_silent or below[1] - below[0] <= LIKE_TAKE_DB)
    return float(np.mean(kept))


def pair_correlation(clips: Sequence[AudioClip]) -> float | None:
    """Median over all pairs of Pearson's correlation of their log-spectra, over the frames in which
    both are heard; None for fewer than two."""
    spectra = [_log_spectrum(clip) for clip in clips]
    pairs = []
    for first, second in combinations(spectra, 2):
        frames = min(first.shape[1], second.shape[1])
        first, second = first[:, :frames], second[:, :frames]
        audible = np.ones(frames, dtype=bool)
        for one in (first, second):
            loudness = 10 * np.log10((10 ** (one / 10)).sum(axis=0))
            audible &= loudness > loudness.max() + ACTIVE_DB
        if audible.sum() > 1:
            pairs.append(_correlation(first[:, audible].ravel(), second[:, audible].ravel()))
    return float(np.median(pairs)) if pairs else None


def _analyzed(clip: AudioClip) -> AudioClip:
    return AudioClip.from_mono(mono_at(clip, ANALYSIS_RATE_HZ), ANALYSIS_RATE_HZ)


def _log_spectrum(clip: AudioClip) -> np.ndarray:
    """(bands, frames) in dB, of bands as wide as the ear's at high frequencies, no more than 80 dB
    below the loudest."""
    samples = np.pad(mono_at(clip, RATE_HZ), (FRAME // 2, FRAME))
    begins = np.arange(0, len(samples) - FRAME, HOP)
    frames = samples[begins[:, None] + np.arange(FRAME)] * np.hanning(FRAME)
    power = np.square(np.abs(np.fft.rfft(frames))).T
    edges = np.geomspace(LOWEST_HZ, RATE_HZ / 2, BANDS + 1) / (RATE_HZ / FRAME)
    lows = np.floor(edges[:-1]).astype(int)
    highs = np.maximum(np.ceil(edges[1:]).astype(int), lows + 1)
    bands = np.stack([power[low:high].mean(axis=0) for low, high in zip(lows, highs, strict=True)])
    level_db = 10 * np.log10(bands + LEVEL_FLOOR)
    return np.maximum(level_db, level_db.max() - 80.0)


def _rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + LEVEL_FLOOR))


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() < 1e-9 or second.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
