"""QVIM embeddings for callers that know nothing of torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.models.fused import fused
from qvim_studio.models.mobilenet import MobileNetV3
from qvim_studio.models.qvim import Branch, QvimEncoder, encoder_id, load_qvim_encoder
from qvim_studio.models.qvim_front_end import QVIM_SAMPLE_RATE, fit_window


class Embedder:
    """Wraps an encoder; ``encoder_id`` names its embedding space."""

    def __init__(self, encoder: QvimEncoder) -> None:
        self._encoder = encoder.eval()
        self.encoder_id = encoder_id(encoder)
        self._fused: MobileNetV3 | None = None

    @classmethod
    def from_file(cls, path: str | Path) -> Embedder:
        """Load any public layout. Raises CheckpointError."""
        return cls(load_qvim_encoder(path))

    @torch.inference_mode()
    def embed(self, clip: AudioClip, branch: Branch) -> np.ndarray:
        """float32 (960,), unit norm, of the clip's first 10 s in mono; its level is kept."""
        waveform = torch.from_numpy(heard_samples(clip))[None]
        return self._encoder.embed(waveform, branch)[0].numpy()

    @torch.inference_mode()
    def embed_references(self, heard: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (n, 960) of many sounds at once, each as ``heard_samples`` gives it: the same
        as ``embed`` with the reference branch, but fit for indexing thousands."""
        if self._fused is None:
            self._fused = fused(self._encoder.reference)
        windows = torch.cat([fit_window(torch.from_numpy(samples)[None]) for samples in heard])
        spectrograms = self._encoder.front_end(windows)
        found = self._fused(spectrograms.contiguous(memory_format=torch.channels_last))
        return torch.nn.functional.normalize(found, dim=-1).numpy()


def heard_samples(clip: AudioClip) -> np.ndarray:
    """What the encoder hears of a clip: mono at its rate, float32 (samples,), 11 s at most.

    One second more than its window: the resampler's edge stays outside it.
    """
    beginning = AudioClip(clip.samples[: 11 * clip.sample_rate], clip.sample_rate)
    return mono_at(beginning, QVIM_SAMPLE_RATE).copy()
