"""Calibrates how likely a sound is of the kind that a voice means (voice.likelihood).

It uses only recordings that the ears never learned from. Each source is held out in turn, so that a
curve is judged on people on whom it was not fitted.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from qvim_studio.core.match import DOTS
from qvim_studio.networks.ears import Ears, Features
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.training.corpus.labels import CLASS_OF
from qvim_studio.voice.likelihood import Calibration, Curve, KindJudge, dots_of, logs_of

log = logging.getLogger(__name__)

FITTED_TOP = 20  # sounds of each take that a curve is fitted on, the nearest first
SHOWN_TOP = 4  # of these, which are shown beside the made ones and counted
PENALTY = 1.0  # on squared weights of standardized numbers, against the weight of all takes
LEAST_SPREAD = 0.1  # of the logs: less is no difference
LEAST_TAKES = 10  # that must have sounds of so many dots for the dots to be given
BOOTSTRAP_ROUNDS = 2000
UNSURE = 0  # in the place of dots
_ANY = Curve(1.0, 1.0, 0.0)  # before there is one


@dataclass(frozen=True, eq=False)
class JudgedSounds:
    """Recordings of people or of real sounds with known classes.

    labels: what each is called; those of one label count together as the square root of their
    number. sources: who recorded each. classes: of each, any of which is right.
    """

    features: Features
    labels: tuple[str, ...]
    sources: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class KnownSounds:
    """The ears' embeddings of real sounds, (sounds, EARS_DIM), and the class of each."""

    embeddings: np.ndarray
    classes: tuple[str, ...]


@dataclass(frozen=True)
class DotRow:
    """The shown sounds with a number of dots (0: unsure): their number, the number of their takes,
    and the share that is right, with its 95 % interval over the takes."""

    dots: int
    sounds: int
    takes: int
    right: float
    low: float
    high: float

    def __str__(self) -> str:
        name = "unsure" if self.dots == UNSURE else f"{self.dots} of {DOTS} dots"
        return (
            f"{name}: {self.right:.2f} are right ({self.low:.2f} to {self.high:.2f}), "
            f"{self.sounds} sounds of {self.takes} takes"
        )


@dataclass(frozen=True, eq=False)
class Calibrated:
    """auc: how often a right sound is likelier than a wrong one, over all takes that were held
    out; by_cosine: likewise by the cosine of the ears. first, reordered: share that is right of the
    shown sounds, by the cosine and by the likelihood."""

    curve: Curve
    rows: tuple[DotRow, ...]
    auc: float
    by_cosine: float
    first: float
    reordered: float


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Takes with their nearest sounds: logs (takes, top, 2), cosines and is_right (takes, top);
    each (takes, classes, 2): the logs of sounds that are of one class alone."""

    logs: np.ndarray
    cosines: np.ndarray
    is_right: np.ndarray
    each: np.ndarray


def calibrate(ears: Ears, takes: JudgedSounds, known: KnownSounds, branch: Branch) -> Calibrated:
    """Fit and judge the curve of a branch. known: the sounds that the takes are compared with.
    branch: whether the takes are voices or sounds."""
    pairs = _make_pairs(ears, takes, known, branch)
    counts = Counter(takes.labels)
    weights = np.array([counts[label] ** -0.5 for label in takes.labels])
    sources = np.array(takes.sources)
    held_out = np.zeros(pairs.is_right.shape)
    is_unsure = np.zeros(len(weights), bool)
    for source in sorted(set(takes.sources)):
        out = sources == source
        curve = _fit(pairs.logs[~out], pairs.is_right[~out], weights[~out])
        held_out[out] = curve.of(pairs.logs[out])
        is_unsure[out] = curve.is_unsure(pairs.each[out])
    curve = _fit(pairs.logs, pairs.is_right, weights)
    shown = held_out[:, :SHOWN_TOP]
    highest = _highest(shown, pairs.is_right[:, :SHOWN_TOP], is_unsure)
    curve = replace(curve, highest=highest)
    by_likelihood = np.argsort(-held_out, axis=1, kind="stable")[:, :SHOWN_TOP]
    reordered = np.take_along_axis(pairs.is_right, by_likelihood, axis=1)
    return Calibrated(
        curve,
        _rows(np.minimum(shown, highest), pairs.is_right[:, :SHOWN_TOP], is_unsure),
        _auc(held_out, pairs.is_right, weights),
        _auc(pairs.cosines, pairs.is_right, weights),
        float(np.average(pairs.is_right[:, :SHOWN_TOP].mean(axis=1), weights=weights)),
        float(np.average(reordered.mean(axis=1), weights=weights)),
    )


def _make_pairs(ears: Ears, takes: JudgedSounds, known: KnownSounds, branch: Branch) -> _Pairs:
    sounds = known.embeddings
    own = tuple(CLASS_OF.get(kind, kind) for kind in ears.kinds)
    judge = KindJudge(ears, Calibration(own, _ANY, _ANY), lambda: sounds)
    hear = ears.hear_voices if branch == "imitation" else ears.hear_sounds
    embeddings = hear(takes.features).numpy()
    cosines = embeddings @ sounds.T
    expected = judge.expect(takes.features, embeddings, branch)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :FITTED_TOP]
    placed = judge.classes_of(sounds)
    one_class = np.eye(placed.shape[1])
    right = [np.isin(known.classes, own) for own in takes.classes]
    return _Pairs(
        np.stack([logs_of(one, placed[near]) for one, near in zip(expected, nearest, strict=True)]),
        np.take_along_axis(cosines, nearest, axis=1),
        np.take_along_axis(np.stack(right), nearest, axis=1),
        np.stack([logs_of(one, one_class) for one in expected]),
    )


def _fit(logs: np.ndarray, is_right: np.ndarray, weights: np.ndarray) -> Curve:
    """Logistic regression; the sounds of one take count together as one or a few."""
    values = logs.reshape(-1, logs.shape[-1])
    right = is_right.reshape(-1).astype(float)
    each = np.repeat(weights, is_right.shape[1]) * SHOWN_TOP / is_right.shape[1]
    mean = np.average(values, axis=0, weights=each)
    spread = np.maximum(values.std(axis=0), LEAST_SPREAD)
    inputs = np.column_stack([(values - mean) / spread, np.ones(len(values))])

    def loss(found: np.ndarray) -> tuple[float, np.ndarray]:
        logit = inputs @ found
        error = each * (expit(logit) - right)
        penalized = np.append(found[:-1], 0.0)
        total = (each * (np.logaddexp(0, logit) - right * logit)).sum()
        return (
            float(total + PENALTY * np.square(penalized).sum()),
            inputs.T @ error + 2 * PENALTY * penalized,
        )

    bounds = [(0.0, None)] * (inputs.shape[1] - 1) + [(None, None)]  # more expected, more likely
    start = np.zeros(inputs.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    placed, nearby = found[:-1] / spread
    return Curve(float(placed), float(nearby), float(found[-1] - found[:-1] @ (mean / spread)))


def _highest(shown: np.ndarray, is_right: np.ndarray, is_unsure: np.ndarray) -> float:
    """The share right of the most dots that enough takes have, where it is less than they say."""
    dots = np.vectorize(dots_of)(shown)
    for count in range(DOTS, 1, -1):
        has = (dots >= count) & ~is_unsure[:, None]
        if has.any(axis=1).sum() >= LEAST_TAKES and is_right[has].mean() >= (count - 1) / DOTS:
            return 1.0 if count == DOTS else count / DOTS - 0.01
    return 1 / DOTS


def _rows(
    shown: np.ndarray, is_right: np.ndarray, is_unsure: np.ndarray, seed: int = 0
) -> tuple[DotRow, ...]:
    dots = np.where(is_unsure[:, None], UNSURE, np.vectorize(dots_of)(shown))
    rng = np.random.default_rng(seed)
    found = []
    for count in range(UNSURE, DOTS + 1):
        has = dots == count
        takes = np.flatnonzero(has.any(axis=1))
        if not len(takes):
            continue
        counted, right = has[takes].sum(axis=1), (is_right & has)[takes].sum(axis=1)
        drawn = rng.integers(len(takes), size=(BOOTSTRAP_ROUNDS, len(takes)))
        shares = right[drawn].sum(axis=1) / counted[drawn].sum(axis=1)
        low, high = np.percentile(shares, [2.5, 97.5])
        share = right.sum() / counted.sum()
        found.append(DotRow(count, int(counted.sum()), len(takes), share, low, high))
    return tuple(found)


def _auc(scores: np.ndarray, is_right: np.ndarray, weights: np.ndarray) -> float:
    """Area under the ROC curve, weighted by take; 0.5 is chance."""
    order = np.argsort(scores, axis=None, kind="stable")
    right = is_right.reshape(-1)[order]
    each = np.repeat(weights, scores.shape[1])[order]
    positive, negative = each * right, each * ~right
    below = np.cumsum(negative) - negative / 2
    return float((positive * below).sum() / max(positive.sum() * negative.sum(), 1e-12))
