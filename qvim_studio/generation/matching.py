"""Compares the sounds of a run with the imitation or another target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

import numpy as np

from qvim_studio.audio.following.movement import Movement
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Compared, Match
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.voice.hearing import Hearing
from qvim_studio.voice.likelihood import Expectation

AFTER_S = 1.0  # compared of a sound that continues after the take


class Comparison(TypedDict):
    """The fields of a variation that say how it compares, see core.result."""

    similarity: float | None
    match: Match | None


@dataclass(frozen=True, eq=False)
class Matcher:
    """Compares sounds with a target.

    embedding: float32 (EARS_DIM,) of the target, for the search of real sounds; expectation: the
    target's kind. movement, duration_s: of the followed sound.
    """

    hearing: Hearing
    embedding: np.ndarray
    expectation: Expectation
    movement: Movement
    duration_s: float
    compared: Compared

    @classmethod
    def of(
        cls,
        hearing: Hearing,
        target: AudioClip,
        branch: Branch,
        followed: AudioClip,
        compared: Compared = Compared.TAKE,
    ) -> Matcher:
        """The matcher of a target. branch: of the encoder, for the target. followed: the sound
        whose time course counts."""
        embedding, expectation = hearing.hear(target, branch)
        movement, duration_s = Movement.of(followed), followed.duration_s
        return cls(hearing, embedding, expectation, movement, duration_s, compared)

    @property
    def likelihoods(self) -> Callable[[np.ndarray], np.ndarray] | None:
        """A function from sounds (rows, EARS_DIM) to the likelihood of the target's kind, (rows,)
        in 0..1.

        None for a voice that is left to the encoder: of 503 rendered imitations, nearness finds the
        kind at a class MRR of 0.81 among unseen sounds, the order by likelihood at 0.24.
        """
        if self.expectation.is_familiar:
            return None
        return partial(self.hearing.kinds.likelihoods, self.expectation)

    def compare(self, clip: AudioClip) -> Comparison:
        """The similarity and match of a sound that was made or fitted."""
        embedding = self.hearing.embed(clip, "reference")
        similarity = float(np.dot(embedding, self.embedding))
        return {"similarity": similarity, "match": self.match(clip, embedding)}

    def match(self, clip: AudioClip, embedding: np.ndarray) -> Match:
        """embedding: of the clip, (EARS_DIM,). The clip begins when the take does."""
        kind, likelihood = self.hearing.kinds.judge(self.expectation, embedding)
        frames = round((self.duration_s + AFTER_S) * clip.sample_rate)
        beginning = AudioClip(clip.samples[:frames], clip.sample_rate)
        movement = Movement.of(beginning, with_pitch=self.movement.is_pitched).agreement_with(
            self.movement
        )
        return Match(kind, movement, likelihood, self.compared)


def query_of(
    hearing: Hearing,
    request: GenerationRequest,
    matcher: Matcher | None,
    imagined: np.ndarray | None,
) -> SoundQuery:
    """The query for real sounds. imagined: the embedding that the words are imagined as, (960,)."""
    if imagined is not None:
        imagined = hearing.imagined(imagined)
    if matcher is None:
        return SoundQuery(None, request.text, request.balance, imagined)
    return SoundQuery(
        matcher.embedding, request.text, request.balance, imagined, matcher.likelihoods
    )
