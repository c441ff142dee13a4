"""What EfficientAT's tagger hears in whole sounds (networks.qvim.efficientat)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from qvim_studio.networks.fused import fused
from qvim_studio.networks.qvim.efficientat import load_efficientat
from qvim_studio.networks.qvim.qvim_front_end import (
    QVIM_SAMPLE_RATE,
    QVIM_WINDOW_SAMPLES,
    QvimFrontEnd,
)
from qvim_studio.voice.hearing import PreparedSound

LEAST_SAMPLES = QVIM_SAMPLE_RATE  # shorter sounds are followed by silence


class EfficientAtTeacher:
    """Loads the weights of ``mn04_as``. Raises CheckpointError if they misfit."""

    def __init__(self, weights: Path) -> None:
        self._network = fused(load_efficientat(weights))
        self._front_end = QvimFrontEnd()

    @torch.inference_mode()
    def features(self, sounds: Sequence[PreparedSound]) -> torch.Tensor:
        """(sounds, 384) of the first 10 s of each."""
        return torch.cat([self._hear(sound.encoder) for sound in sounds])

    def _hear(self, samples: np.ndarray) -> torch.Tensor:
        samples = samples[:QVIM_WINDOW_SAMPLES]
        padded = np.pad(samples, (0, max(0, LEAST_SAMPLES - len(samples))))
        spectrogram = self._front_end(torch.from_numpy(padded.astype(np.float32))[None])
        return self._network(spectrogram)[0]
