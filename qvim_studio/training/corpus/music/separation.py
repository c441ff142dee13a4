"""Takes the voice out of a mix, by Demucs where its package is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol

import numpy as np

from qvim_studio.audio.resample import stereo_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError

DEMUCS_MODEL = "htdemucs"
VOICE_STEM = "vocals"


class VoiceSeparator(Protocol):
    """name: of the separator, for the record of a song."""

    name: str

    def separate(self, mix: AudioClip) -> tuple[AudioClip, AudioClip]:
        """The voice and everything else, of one rate and length, which begin together."""
        ...


class DemucsSeparator:
    """Hybrid Transformer Demucs (Rouard et al. 2023). Its own package loads the weights."""

    name = f"Demucs {DEMUCS_MODEL}"

    def __init__(self, device: str) -> None:
        """Raises StudioError where the package or its weights are missing."""
        try:
            demucs: Any = import_module("demucs.api")
        except ImportError as error:
            raise StudioError(
                "Mixes are taken apart by Demucs 4.1, which is not installed. Install it with: "
                'pip install "demucs>=4.1". Or give stems: a voice and its music for each song.'
            ) from error
        try:
            # Without random shifts the same mix gives the same stems.
            self._separator = demucs.Separator(model=DEMUCS_MODEL, device=device, shifts=0)
        except (demucs.LoadModelError, OSError) as error:
            raise StudioError(
                f"Demucs cannot load its weights {DEMUCS_MODEL} ({error}). It downloads them once; "
                "run this command once with a connection to the internet."
            ) from error

    def separate(self, mix: AudioClip) -> tuple[AudioClip, AudioClip]:
        import torch

        rate = int(self._separator.samplerate)
        samples = torch.from_numpy(np.ascontiguousarray(stereo_at(mix, rate).T))
        _, stems = self._separator.separate_tensor(samples, rate)
        voice = stems[VOICE_STEM]
        rest = sum(stem for name, stem in stems.items() if name != VOICE_STEM)
        return _as_clip(voice, rate), _as_clip(rest, rate)


def _as_clip(stem: Any, rate: int) -> AudioClip:
    samples = stem.detach().cpu().numpy().T
    return AudioClip(np.ascontiguousarray(samples, dtype=np.float32), rate)
