"""What the sounds of a run are compared with, and how well each of them answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

import numpy as np

from qvim_studio.audio.following.movement import Movement
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Compared, Match
from qvim_studio.networks.qvim import Branch
from qvim_studio.voice.hearing import Hearing
from qvim_studio.voice.likelihood import Expectation

AFTER_S = 1.0  # of a sound that goes on when the take is over: more of it tells nothing new


class Comparison(TypedDict):
    """What a variation says of how it compares, see core.result."""

    similarity: float | None
    match: Match | None


@dataclass(frozen=True, eq=False)
class Matcher:
    """Compares sounds with what they should be like.

    heard: float32 (EARS_DIM,) of what says which kind of sound is meant, by which real sounds are
    looked for; expectation: what kind that is. movement, duration_s: of what gives the time.
    """

    hearing: Hearing
    heard: np.ndarray
    expectation: Expectation
    movement: Movement
    duration_s: float
    compared: Compared

    @classmethod
    def of(
        cls,
        hearing: Hearing,
        meant: AudioClip,
        branch: Branch,
        followed: AudioClip,
        compared: Compared = Compared.TAKE,
    ) -> Matcher:
        """branch: of the encoder, which hears what is meant. followed: what gives the time."""
        heard, expectation = hearing.hear(meant, branch)
        movement, duration_s = Movement.of(followed), followed.duration_s
        return cls(hearing, heard, expectation, movement, duration_s, compared)

    @property
    def likelihoods(self) -> Callable[[np.ndarray], np.ndarray] | None:
        """Says how likely sounds (rows, EARS_DIM) are of the kind that is meant, (rows,) 0..1.

        None for a voice that is left to the encoder: of 400 rendered imitations, nearness finds the
        kind at a class MRR of 0.76 among unseen sounds, the order by likelihood at 0.47.
        """
        if self.expectation.is_familiar:
            return None
        return partial(self.hearing.kinds.likelihoods, self.expectation)

    def compare(self, clip: AudioClip) -> Comparison:
        """Of a sound that was made or fitted."""
        embedding = self.hearing.embed(clip, "reference")
        similarity = float(np.dot(embedding, self.heard))
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
