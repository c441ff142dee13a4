"""Estimates how likely a sound is of the kind that a voice means, calibrated on recordings of
people.

The cosine of the ears shows which of two sounds is nearer, but not whether the nearest sound is
right. Two other facts do: how surely the ears place a voice among the known kinds, and the kinds of
its nearest real sounds. A sound is likely right if both agree on its kind.
training.encoder.calibration learns the few numbers that turn this into a share of right sounds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.match import DOTS
from qvim_studio.networks.ears import KIND_DIM, Ears, Features
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM

FILE = "likelihood.json"
TEMPERATURE = 0.1  # temperature of the cosines with the kinds' centers, as in training
NEARBY = 20  # real sounds whose kinds are counted
LEAST_SHARE = 1e-3  # least expectation; smaller ones are not distinguished
MOSTLY = 0.5  # share from which on a voice is left to the encoder
SURE = 0.4  # below this likelihood of the most likely class, the ears disagree
_KINDS = slice(EMBEDDING_DIM, EMBEDDING_DIM + KIND_DIM)  # of an embedding (EARS_DIM,)


@dataclass(frozen=True, eq=False)
class Expectation:
    """The kinds that are expected of a sound, from the voice or sound that it is compared with.

    placed: shares (classes,), together 1, by the ears' placement. nearby: likewise, by the nearest
    real sounds. is_voice: False if a real sound is compared. is_familiar: whether the voice is left
    to the encoder, whose nearness is more reliable than the expectation.
    """

    placed: np.ndarray
    nearby: np.ndarray
    is_voice: bool
    is_familiar: bool = False


@dataclass(frozen=True)
class Curve:
    """Logistic regression on the logarithms of two shares: the expectation for the classes of a
    sound by placement and by nearby sounds. highest: the greatest share of right sounds that takes
    of other people confirmed."""

    placed: float
    nearby: float
    offset: float
    highest: float = 1.0

    def of(self, logs: np.ndarray) -> np.ndarray:
        """The likelihood (…), 0..1, of values (…, 2) from ``logs_of``."""
        logit = self.placed * logs[..., 0] + self.nearby * logs[..., 1] + self.offset
        return np.minimum(0.5 + 0.5 * np.tanh(0.5 * logit), self.highest)

    def is_unsure(self, each: np.ndarray) -> np.ndarray:
        """Whether the ears disagree because no class has a sufficient expectation in both ways;
        ``each``: (…, classes, 2), the logs of sounds of a single class → (…) bool."""
        return self.of(each).max(axis=-1) < SURE


@dataclass(frozen=True)
class Calibration:
    """classes: the class of each of the ears' kinds, in their order. voices, sounds: the curves for
    comparisons with a voice and with a sound."""

    classes: tuple[str, ...]
    voices: Curve
    sounds: Curve

    @classmethod
    def load(cls, folder: Path) -> Calibration:
        """Raises CheckpointError if the file is absent or damaged."""
        try:
            stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
            voices, sounds = (Curve(**stored[name]) for name in ("voices", "sounds"))
            return cls(tuple(stored["classes"]), voices, sounds)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                f"{folder / FILE} cannot be read ({reason_of(error)}). Install the program again."
            ) from error

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


class KindJudge:
    """Estimates how likely sounds are of an expected kind.

    read_known: returns the ears' embeddings of real sounds, (sounds, EARS_DIM), when they are first
    needed."""

    def __init__(
        self, ears: Ears, calibration: Calibration, read_known: Callable[[], np.ndarray]
    ) -> None:
        self._ears = ears
        self._calibration = calibration
        self._read_known = read_known

    def expect(
        self, features: Features, embeddings: np.ndarray, branch: Branch
    ) -> list[Expectation]:
        """embeddings: (rows, EARS_DIM) of the features' voices ("imitation") or sounds
        ("reference")."""
        is_voice = branch == "imitation"
        standardized = self._ears.standardized(features)
        place = self._ears.kinds_of_voices if is_voice else self._ears.kinds_of_sounds
        similarity = embeddings @ self._known.T
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :NEARBY]
        nearby = self._classes_of_known[nearest].mean(axis=1)
        familiar = [False] * len(embeddings)
        if is_voice:
            familiar = (self._ears.shares(features)[0][:, 0] > MOSTLY).tolist()
        placed = self._spread(place(standardized))
        return [
            Expectation(by_place, by_nearness, is_voice, is_familiar)
            for by_place, by_nearness, is_familiar in zip(placed, nearby, familiar, strict=True)
        ]

    def classes_of(self, embeddings: np.ndarray) -> np.ndarray:
        """Shares (rows, classes) of sounds (rows, EARS_DIM), together 1 in each row."""
        return self._spread(torch.from_numpy(embeddings[:, _KINDS]))

    def likelihoods(self, expected: Expectation, embeddings: np.ndarray) -> np.ndarray:
        """(rows,) 0..1, of sounds (rows, EARS_DIM)."""
        return self._curve(expected).of(logs_of(expected, self.classes_of(embeddings)))

    def judge(self, expected: Expectation, embedding: np.ndarray) -> tuple[int | None, float]:
        """Dots and likelihood of a sound (EARS_DIM,), see core.match."""
        likelihood = float(self.likelihoods(expected, embedding[None])[0])
        each = logs_of(expected, np.eye(len(expected.placed)))
        is_unsure = bool(self._curve(expected).is_unsure(each))
        return None if is_unsure else dots_of(likelihood), likelihood

    def _curve(self, expected: Expectation) -> Curve:
        return self._calibration.voices if expected.is_voice else self._calibration.sounds

    def _spread(self, placed: torch.Tensor) -> np.ndarray:
        """Vectors (rows, 96) in the space of kinds → shares (rows, classes)."""
        centers = functional.normalize(self._ears.centers, dim=1)
        unit = functional.normalize(placed, dim=1)
        return (unit @ centers.T / TEMPERATURE).softmax(dim=1).numpy() @ self._class_of_kind

    @cached_property
    def _class_of_kind(self) -> np.ndarray:
        """(kinds, classes) float32, 1 where a kind is of a class."""
        of_kind = self._calibration.classes
        return np.array([[own == name for name in sorted(set(of_kind))] for own in of_kind], "f4")

    @cached_property
    def _known(self) -> np.ndarray:
        return self._read_known()

    @cached_property
    def _classes_of_known(self) -> np.ndarray:
        return self.classes_of(self._known)


def logs_of(expected: Expectation, classes: np.ndarray) -> np.ndarray:
    """(rows, 2), what a Curve weighs, of sounds by their shares (rows, classes)."""
    both = np.stack([expected.placed, expected.nearby], axis=1)
    return np.log(classes @ both + LEAST_SHARE)


def dots_of(likelihood: float) -> int:
    """1..5, in steps of a fifth."""
    return min(int(likelihood * DOTS) + 1, DOTS)
