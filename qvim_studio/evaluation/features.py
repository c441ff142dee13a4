"""Features for comparing imitations and references: the encoder's, and two simple baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.qvim.encoder import Branch, QvimEncoder
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE, fit_window
from qvim_studio.voice.embedder import level_for_embedding
from qvim_studio.voice.hearing import ACTIVE_SHARE, Hearing

BATCH = 8
MODULATION_BINS = (24, 64)  # slowest spectral and temporal modulations that the 2DFT keeps


def qvim_embeddings(encoder: QvimEncoder, branch: Branch, clips: Sequence[AudioClip]) -> np.ndarray:
    """Unit embeddings (clips, 960) through the real 10 s window."""
    return _in_batches(clips, lambda audio: encoder.embed(audio, branch))


def embed_by_ears(hearing: Hearing, branch: Branch, clips: Sequence[AudioClip]) -> np.ndarray:
    """The embeddings of the program's ears, (clips, EARS_DIM)."""
    starts = range(0, len(clips), BATCH)
    return np.concatenate(
        [hearing.embed_clips(clips[start : start + BATCH], branch) for start in starts]
    )


def mean_spectra(encoder: QvimEncoder, clips: Sequence[AudioClip]) -> np.ndarray:
    """Baseline: mean log-mel spectrum of the active frames, centered, unit norm, (clips, 128)."""

    def describe(audio: torch.Tensor) -> torch.Tensor:
        log_mel = encoder.front_end(audio)[:, 0]
        level = log_mel.mean(dim=1, keepdim=True)
        low, high = level.amin(dim=2, keepdim=True), level.amax(dim=2, keepdim=True)
        is_active = (level >= low + ACTIVE_SHARE * (high - low)).float()
        spectrum = (log_mel * is_active).sum(dim=2) / is_active.sum(dim=2)
        return _unit(spectrum)

    return _in_batches(clips, describe)


def modulation_spectra(encoder: QvimEncoder, clips: Sequence[AudioClip]) -> np.ndarray:
    """Baseline "2DFT": magnitudes of the 2-D Fourier transform of the log-mel, unit norm.

    Blind to shifts in time and pitch. Source: Kim & Pardo, "Improving content-based audio
    retrieval by vocal imitation feedback" (2019), where it is the baseline as well.
    """
    bands, frames = MODULATION_BINS

    def describe(audio: torch.Tensor) -> torch.Tensor:
        log_mel = encoder.front_end(audio)[:, 0]
        modulations = torch.fft.rfft2(log_mel - log_mel.mean(dim=(1, 2), keepdim=True)).abs()
        return _unit(modulations[:, :bands, :frames].log1p().flatten(1))

    return _in_batches(clips, describe)


@torch.inference_mode()
def _in_batches(
    clips: Sequence[AudioClip], describe: Callable[[torch.Tensor], torch.Tensor]
) -> np.ndarray:
    rows = []
    for start in range(0, len(clips), BATCH):
        windows = [
            fit_window(torch.from_numpy(mono_at(level_for_embedding(clip), QVIM_SAMPLE_RATE))[None])
            for clip in clips[start : start + BATCH]
        ]
        rows.append(describe(torch.cat(windows)).float().numpy())
    return np.concatenate(rows)


def _unit(values: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(values - values.mean(dim=1, keepdim=True), dim=1)
