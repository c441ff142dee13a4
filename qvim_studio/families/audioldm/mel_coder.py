"""Sounds into latents and back, through AudioLDM's VAE and vocoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from qvim_studio.families.audioldm.piecewise import decode_in_pieces, vocode_in_pieces
from qvim_studio.families.audioldm.sizes import MEL_PER_LATENT, PIECE_LATENT_FRAMES
from qvim_studio.networks.mel import HOP, MelSpectrogram, condition_waveform

LATENT_SAMPLES = MEL_PER_LATENT * HOP


@dataclass(eq=False)
class MelCoder:
    """vae, vocoder: on ``device`` while they are called. home: where long tensors lie between."""

    vae: Any
    vocoder: nn.Module
    device: str
    dtype: torch.dtype
    home: str

    def __post_init__(self) -> None:
        self._mel = MelSpectrogram()

    @property
    def scaling_factor(self) -> float:
        """The factor that brings the VAE's latents to unit variance."""
        return float(self.vae.config.scaling_factor)

    @torch.inference_mode()
    def encode(self, samples: np.ndarray, frames: int) -> torch.Tensor:
        """Mono (n,) at 16 kHz → clean latents (1, channels, frames, bins), float32; silence follows
        a shorter sound."""
        padded = np.zeros(frames * LATENT_SAMPLES, np.float32)
        usable = samples[: len(padded)]
        padded[: len(usable)] = usable
        log_mel = self._mel(condition_waveform(torch.from_numpy(padded)[None]))
        posterior = self.vae.encode(log_mel.to(self.device, self.dtype)).latent_dist
        return posterior.mode().float() * self.scaling_factor

    @torch.inference_mode()
    def log_mel(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents (1, channels, frames, bins) → log-mel (1, 1, 4 frames, 4 bins)."""
        given = (latents / self.scaling_factor).to(self.dtype)
        if given.shape[2] <= PIECE_LATENT_FRAMES:
            return self.vae.decode(given).sample
        return decode_in_pieces(self.vae, given, PIECE_LATENT_FRAMES, self.home)

    @torch.inference_mode()
    def sound(self, log_mel: torch.Tensor) -> np.ndarray:
        """Log-mel (1, 1, frames, bands) → mono float32 (frames * 160 and a few,) at 16 kHz."""
        given = log_mel[:, 0].to(self.device, next(self.vocoder.parameters()).dtype)
        if given.shape[1] <= MEL_PER_LATENT * PIECE_LATENT_FRAMES:
            waveform = self.vocoder(given)
        else:
            piece = MEL_PER_LATENT * PIECE_LATENT_FRAMES
            waveform = vocode_in_pieces(self.vocoder, given, piece)
        return waveform.float().cpu().numpy().reshape(-1)
