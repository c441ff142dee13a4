"""Trains the refinement of the encoder's embeddings (networks.ears) on its own renders.

The encoder learned that an imitation is near to the one sound that it imitates. A sound designer
wants any sound of the kind. A matrix of low rank is all that some thousand renders can teach
without losing what the encoder knows of all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from qvim_studio.networks.ears import Ears
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.training.corpus.labels import CATCH_ALL, CLASS_OF
from qvim_studio.training.encoder.taught import Taught

SPREAD_ROWS = 1000  # of each side, for the estimate of the spread
SPEAKER = "#"  # between the names of a sound and its speaker


@dataclass(frozen=True)
class RefinementTraining:
    """Hyper-parameters with their reasons.

    renders, sounds: of a step, each render against all of its sounds. own: how much the one sound
    that a render imitates counts, against its kind and class together; without it unseen sounds
    are found less well. temperature: of the cosines. dropout: before the matrix.
    """

    steps: int = 600
    renders: int = 128
    sounds: int = 1024
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    own: float = 1.0
    temperature: float = 0.1
    dropout: float = 0.3
    seed: int = 0


def learn_refinement(
    ears: Ears, sounds: Taught, renders: Taught, options: RefinementTraining | None = None
) -> None:
    """Move the embeddings so that renders come near to their sounds, kinds and classes.

    renders: named after their sounds by ``render_name``. Sounds of unknown kinds teach nothing.
    """
    options = options or RefinementTraining()
    known, of_known = _levels(sounds)
    voices, of_voices = _levels(renders)
    if not len(voices):
        return
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    nn.init.normal_(ears.to_refinement.weight, 0, EMBEDDING_DIM**-0.5)
    trained = [ears.to_refinement.weight, ears.from_refinement.weight]
    ears.common.copy_(functional.normalize(known.mean(dim=0), dim=0))
    optimizer = torch.optim.AdamW(trained, options.learning_rate, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    for _ in range(options.steps):
        drawn = rng.choice(len(voices), options.renders)
        own = np.flatnonzero(np.isin(of_known[0], of_voices[0][drawn]))
        among = np.union1d(rng.permutation(len(known))[: options.sounds], own)
        asked, found = (
            ears.moved(side, functional.dropout(side, options.dropout))
            for side in (voices[drawn], known[among])
        )
        cosines = asked @ found.T
        scores = (cosines / options.temperature).log_softmax(dim=1)
        loss = torch.zeros(())
        for share, voice, sound in zip((options.own, 0.5, 0.5), of_voices, of_known, strict=True):
            is_right = torch.from_numpy(voice[drawn][:, None] == sound[among])
            has_any = is_right.any(dim=1)
            right = scores.masked_fill(~is_right, float("-inf"))[has_any].logsumexp(dim=1)
            loss = loss - share * right.sum() / options.renders
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    ears.spread.fill_(_spread(ears, known))


def render_name(sound: str, speaker: int) -> str:
    """The name of an imitation of a sound, by a speaker of the voice renderer."""
    return f"{sound}{SPEAKER}{speaker}"


def _sound_of(name: str) -> str:
    """The sound that a render imitates; a sound is its own."""
    sound, _, speaker = name.rpartition(SPEAKER)
    return sound if speaker.isdigit() else name


@torch.no_grad()
def _spread(ears: Ears, known: torch.Tensor) -> float:
    """How much the cosines of a sound with others spread by the encoder, against moved ones."""
    asked, others = known[::2][:SPREAD_ROWS], known[1::2][:SPREAD_ROWS]
    own, moved = asked @ others.T, ears.moved(asked) @ ears.moved(others).T
    return min(1.0, float(own.std(dim=1).mean() / moved.std(dim=1).mean()))


def _levels(taught: Taught) -> tuple[torch.Tensor, tuple[np.ndarray, ...]]:
    """The embeddings whose kind is known, with the sound, the kind and the class of each."""
    rows = [row for row, (kind,) in enumerate(taught.kinds) if kind != CATCH_ALL]
    sounds = np.array([_sound_of(taught.names[row]) for row in rows])
    kinds = np.array([taught.kinds[row][0] for row in rows])
    classes = np.array([CLASS_OF.get(kind, kind) for kind in kinds])
    return taught.features.embedding[rows], (sounds, kinds, classes)
