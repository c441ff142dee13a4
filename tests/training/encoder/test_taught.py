"""What was heard of sounds is kept, and heard again only where something is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import Features
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.training.encoder.efficientat_teacher import EfficientAtTeacher
from qvim_studio.training.encoder.taught import hear_as_teacher, hear_taught
from qvim_studio.voice.hearing import FeatureExtractor, PreparedSound


class CountingExtractor(FeatureExtractor):
    """Hears four numbers of each sound, its embedding for a branch alone."""

    def __init__(self) -> None:
        self.prepared_sounds = 0

    def features(
        self, prepared_sounds: Sequence[PreparedSound], branch: Branch | None, tagged: object = None
    ) -> Features:
        rows = len(prepared_sounds)
        self.prepared_sounds += rows
        numbers = torch.ones(rows, 4)
        return Features(numbers[:, : 4 if branch else 0], numbers, numbers, numbers)


def sounds(*names: str):
    tone = np.sin(np.arange(8000) / 9).astype(np.float32)
    return [(name, ("dog",), lambda: AudioClip.from_mono(tone, 16_000)) for name in names]


def test_known_sounds_are_not_heard_again(tmp_path: Path) -> None:
    extractor = CountingExtractor()
    hear_taught(tmp_path, "sounds", extractor, sounds("a", "b"))
    taught = hear_taught(tmp_path, "sounds", extractor, sounds("b", "c"))
    assert extractor.prepared_sounds == 3
    assert taught.names == ("b", "c") and taught.kinds == (("dog",), ("dog",))
    assert taught.features.tagged.shape == (2, 4)


def test_what_the_encoder_has_not_heard_is_heard_again(tmp_path: Path) -> None:
    extractor = CountingExtractor()
    hear_taught(tmp_path, "sounds", extractor, sounds("a"))
    taught = hear_taught(tmp_path, "sounds", extractor, sounds("a"), "reference")
    assert taught.features.embedding.shape == (1, 4)
    hear_taught(tmp_path, "sounds", extractor, sounds("a"), "reference")
    assert extractor.prepared_sounds == 2


class CountingTeacher(EfficientAtTeacher):
    """Hears the same in every sound."""

    def __init__(self) -> None:
        self.prepared_sounds = 0

    def features(self, sounds: Sequence[PreparedSound]) -> torch.Tensor:
        self.prepared_sounds += len(sounds)
        return torch.ones(len(sounds), 3)


def test_a_teacher_hears_each_sound_once(tmp_path: Path) -> None:
    teacher = CountingTeacher()
    hear_as_teacher(tmp_path, "sounds", teacher, sounds("a", "b"))
    heard = hear_as_teacher(tmp_path, "sounds", teacher, sounds("b", "c", "b"))
    assert teacher.prepared_sounds == 3 and heard.shape == (3, 3)
