"""The embedding by which made clips are judged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.evaluation.features import modulation_spectra, qvim_embeddings
from qvim_studio.networks.qvim.encoder import QvimEncoder
from qvim_studio.networks.sound_effects_tower import SAMPLE_RATE
from qvim_studio.training.trainers.teacher import find_teacher_file, load_teacher

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JudgingEmbedding:
    """embed: clips → (clips, dim), unit norm, not centered. is_own: whether the model under test
    judges itself, so that its figures are too good."""

    name: str
    is_own: bool
    embed: Callable[[Sequence[AudioClip]], np.ndarray]


def untaught_judge(encoder: QvimEncoder) -> JudgingEmbedding:
    """A second judge without a network: the 2DFT baseline of the retrieval."""
    return JudgingEmbedding("2DFT", False, lambda clips: modulation_spectra(encoder, clips))


def find_judge(encoder: QvimEncoder) -> JudgingEmbedding:
    """aiSFX if its package is installed, else the encoder's own reference branch."""
    try:
        teacher = load_teacher(find_teacher_file())
    except StudioError as error:
        log.warning("%s Until then the encoder judges its own clips.", error)
        return JudgingEmbedding(
            "QVIM reference branch (960-d)",
            True,
            lambda clips: qvim_embeddings(encoder, "reference", clips),
        )

    def embed(clips: Sequence[AudioClip]) -> np.ndarray:
        rows = np.stack([teacher.embed(mono_at(clip, SAMPLE_RATE), SAMPLE_RATE) for clip in clips])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return JudgingEmbedding("aiSFX (512-d)", False, embed)
