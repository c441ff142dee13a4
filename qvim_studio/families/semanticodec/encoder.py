"""Turns sounds into pairs of tokens, and tokens into the features that condition the decoder.

Source: Liu et al., "SemantiCodec: an ultra low bitrate semantic audio codec for general sound"
(2024), sections III-A and III-B, and its public code.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from qvim_studio.families.semanticodec.audio_mae import AudioMae, kaldi_log_mel
from qvim_studio.families.semanticodec.config import (
    PATCH_ROWS,
    STEP_FRAMES,
    STEP_SAMPLES,
    EncoderConfig,
)
from qvim_studio.families.sound_tokens import SoundTokens

ABSENT = -1.0  # in place of every feature after the end of a sound
CONSTANT_STD = 1e-7  # frames whose bands differ less are padding


class TokenEncoder(nn.Module):
    """The published encoder: AudioMAE, the nearest centroid of its features, and a residual network
    for the remainder. Names of parameters are those of the published file, with the centroids and
    the codebook as plain tables."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        features = config.features
        self.audiomae = AudioMae(config)
        self.encoder = nn.LSTM(
            2 * features,
            2 * features,
            config.lstm_layers,
            batch_first=True,
            bidirectional=True,
        )
        self.encoder_output_linear = nn.Linear(4 * features, features, bias=False)
        self.centroids = nn.Parameter(torch.zeros(config.semantic, features))
        self.codebook = nn.Parameter(torch.zeros(config.acoustic, features))

    @torch.inference_mode()
    def encode(self, samples: np.ndarray) -> SoundTokens:
        """Mono at 16 kHz (samples,) → tokens of every column of 0.16 s that the sound touches and
        of one more, as published."""
        steps = len(samples) // STEP_SAMPLES + 1
        columns = self.config.window_steps
        segments = len(samples) // (columns * STEP_SAMPLES) + 1
        padded = torch.zeros(segments * columns * STEP_SAMPLES)
        padded[: len(samples)] = torch.from_numpy(samples)
        log_mel = kaldi_log_mel(padded, segments * columns * STEP_FRAMES)
        pairs = [self._pairs(each) for each in log_mel.split(columns * STEP_FRAMES)]
        both = torch.cat(pairs)[: steps * self.config.tokens_per_step].cpu().numpy()
        return SoundTokens(
            self.config.token_rate,
            self.config.semantic,
            self.config.acoustic,
            both[:, 0],
            both[:, 1],
        )

    @torch.inference_mode()
    def features(self, tokens: SoundTokens) -> torch.Tensor:
        """Tokens → their features, (pairs, 2 * features): acoustic and semantic."""
        device = self.centroids.device
        acoustic = self.codebook[torch.from_numpy(tokens.acoustic).to(device)]
        semantic = self.centroids[torch.from_numpy(tokens.semantic).to(device)]
        return torch.cat([acoustic, semantic], dim=1)

    def _pairs(self, log_mel: torch.Tensor) -> torch.Tensor:
        """One segment (16 * columns, 128) → (8 * columns / stacked, 2) int64."""
        given = log_mel[None].to(self.centroids)
        patches = stacked_patches(self.audiomae(given), self.config.stacked)[0]
        semantic = nearest(patches, self.centroids)
        both = torch.cat([patches, self.centroids[semantic]], dim=1)
        share = sounding_share(log_mel)
        both[math.ceil(len(both) * share) :] = ABSENT
        residual = self.encoder_output_linear(self.encoder(both[None])[0])[0]
        return torch.stack([semantic, nearest(residual, self.codebook)], dim=1)


def stacked_patches(patches: torch.Tensor, stacked: int) -> torch.Tensor:
    """Features of patches (batch, count, width) → those of neighbours in frequency behind each
    other, (batch, count / stacked, stacked * width)."""
    if PATCH_ROWS % stacked:
        raise ValueError(f"got {stacked} patches of one token, expected a divisor of {PATCH_ROWS}")
    batch, count, width = patches.shape
    return patches.reshape(batch, count // stacked, stacked * width)


def nearest(vectors: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """The row of the table (rows, width) next to each vector (count, width), int64."""
    distance = table.square().sum(dim=1) - 2.0 * vectors @ table.T
    return distance.argmin(dim=1)


def sounding_share(log_mel: torch.Tensor) -> float:
    """The share of a segment (frames, bands) before its padding, 0..1."""
    is_audible = log_mel.std(dim=1) > CONSTANT_STD
    last = int(is_audible.nonzero().max()) if is_audible.any() else -1
    return (last + 1) / len(log_mel)
