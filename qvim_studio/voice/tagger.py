"""The tagger: scores a sound for each of AudioSet's classes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from qvim_studio.audio.activity import most_active
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.sound_words import SoundWord, words_of_scores
from qvim_studio.networks.channels_last import channels_last
from qvim_studio.networks.yamnet import (
    CLASSES,
    HOP,
    PATCH_HOP,
    PATCH_SAMPLES,
    SAMPLE_RATE,
    LogMel,
    Yamnet,
    patches_of,
)
from qvim_studio.voice.embedder import WINDOW_S

WEIGHTS_FILE, CLASSES_FILE = "model.safetensors", "classes.csv"
MAX_PATCHES = 8  # of one sound, evenly spread; more would add nothing
LEVEL_RMS = 0.1  # -20 dBFS: the level of the recordings in YAMNet's training
QUIETEST_RMS = 1e-5  # a quieter sound counts as silence and is not raised


@dataclass(frozen=True, eq=False)
class Tagged:
    """The results for some sounds, a row each: the network's mean embedding (n, 1024), the scores
    as ``Tagger.scores_of`` gives them, and the scores of the mean embedding, both (n, classes)."""

    embeddings: np.ndarray
    scores: np.ndarray
    steady_scores: np.ndarray


class Tagger:
    """Wraps a network; ``classes`` are the names of its scores."""

    def __init__(self, network: Yamnet, classes: Sequence[str]) -> None:
        self._network = channels_last(network)
        self._log_mel = LogMel()
        self.classes = tuple(classes)

    @classmethod
    def from_folder(cls, folder: Path | None = None) -> Tagger:
        """The tagger of a folder with weights and class names, by default the one that ships.
        Raises CheckpointError."""
        folder = folder or resource_path("tagger")
        try:
            with (folder / CLASSES_FILE).open(newline="", encoding="utf-8") as file:
                classes = [row["display_name"] for row in csv.DictReader(file)]
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise CheckpointError(
                f"The class names of the tagger in {folder} cannot be read ({reason_of(error)}). "
                "Install the program again."
            ) from error
        if len(classes) != CLASSES:
            raise CheckpointError(
                f"{folder / CLASSES_FILE} names {len(classes)} classes, expected {CLASSES}. "
                "Install the program again."
            )
        return cls(Yamnet.from_file(folder / WEIGHTS_FILE), classes)

    def scores(self, clip: AudioClip) -> np.ndarray:
        """float32 (classes,) in 0..1 for the most active 10 s, independent of their level."""
        return self.scores_of([tagger_samples(clip)])[0]

    def words(self, clip: AudioClip) -> tuple[SoundWord, ...]:
        """Words for what a clip sounds like, the surest first."""
        return words_of_scores(self.named(self.scores(clip)))

    def named(self, scores: np.ndarray) -> dict[str, float]:
        """Scores (classes,) by the display names of the classes, for ``words_of_scores``."""
        return dict(zip(self.classes, scores.tolist(), strict=True))

    def scores_of(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (n, classes) of many sounds at once, each as ``tagger_samples`` gives it.

        A class counts by the geometric mean of its average and its loudest patch: what sounds once
        in a long take is heard, and what sounds all the time is heard better.
        """
        return self.listen(sounds).scores

    @torch.inference_mode()
    def listen(self, sounds: Sequence[np.ndarray]) -> Tagged:
        """All that is heard of many sounds at once, each as ``tagger_samples`` gives it."""
        patches = [_patches(self._log_mel, samples) for samples in sounds]
        batch = torch.cat(patches).contiguous()
        every = self._network.embed(batch).split([len(some) for some in patches])
        embeddings = torch.stack([some.mean(dim=0) for some in every])
        scores = [self._network.head(some).sigmoid() for some in every]
        counted = [(some.mean(dim=0) * some.amax(dim=0)).sqrt() for some in scores]
        steady = self._network.head(embeddings).sigmoid()
        return Tagged(embeddings.numpy(), torch.stack(counted).numpy(), steady.numpy())


def tagger_samples(clip: AudioClip) -> np.ndarray:
    """The tagger's input for a clip: mono at 16 kHz and the tagger's level, float32 (samples,)."""
    samples = mono_at(most_active(clip, WINDOW_S), SAMPLE_RATE)
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    gain = LEVEL_RMS / rms if rms > QUIETEST_RMS else 1.0
    return (samples * gain).astype(np.float32)


def _patches(log_mel: LogMel, samples: np.ndarray) -> torch.Tensor:
    """At least one patch, (patches, 96, 64); silence completes the last."""
    hop = PATCH_HOP * HOP
    count = max(-(-(len(samples) - PATCH_SAMPLES) // hop), 0) + 1
    filled = np.zeros(PATCH_SAMPLES + (count - 1) * hop, np.float32)
    filled[: len(samples)] = samples
    found = patches_of(log_mel(torch.from_numpy(filled)[None])[0])
    if count <= MAX_PATCHES:
        return found
    return found[np.linspace(0, count - 1, MAX_PATCHES).round().astype(int)]
