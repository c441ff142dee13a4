"""Measures the loss of autoencoder and vocoder on real sounds, in active frames only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from qvim_studio.audio.following.controls import extract_controls
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint
from qvim_studio.networks.mel import (
    HOP,
    SAMPLE_RATE,
    condition_waveform,
    reconstruction_error_db,
)

MAX_SECONDS = 4.0
FRAMES_MULTIPLE = 32  # mel frames; every UNet level halves them
HARMONIC = 0.8  # periodicity of frames that count as a tone


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """vae_db, total_db: mean absolute log-mel difference in active frames, after the autoencoder
    alone and after vocoder as well. harmonic_share: of the frames that are tones, the share that
    still are; None for a sound without tones."""

    original: AudioClip
    rebuilt: AudioClip
    vae_db: float
    total_db: float
    harmonic_share: float | None


@torch.inference_mode()
def reconstruct(loaded: LoadedCheckpoint, clip: AudioClip) -> Reconstruction:
    """The losses of a clip through mel, VAE and vocoder, compared as mels."""
    samples = mono_at(clip, SAMPLE_RATE)[: int(MAX_SECONDS * SAMPLE_RATE)]
    samples = np.pad(samples, (0, -len(samples) % (FRAMES_MULTIPLE * HOP)))
    plan, parts = loaded.plan, loaded.parts
    waveform = condition_waveform(torch.from_numpy(samples)[None])
    log_mel = loaded.mel(waveform)
    with parts.coding():
        latents = parts.vae.encode(log_mel.to(plan.device, plan.dtype)).latent_dist.mode()
        decoded = parts.vae.decode(latents).sample
        rebuilt = parts.vocoder(decoded[:, 0]).float().cpu().reshape(1, -1)
    rebuilt = rebuilt[:, : waveform.shape[1]]
    again = loaded.mel(torch.nn.functional.pad(rebuilt, (0, waveform.shape[1] - rebuilt.shape[1])))
    return Reconstruction(
        original=AudioClip.from_mono(waveform[0].numpy(), SAMPLE_RATE),
        rebuilt=AudioClip.from_mono(rebuilt[0].numpy(), SAMPLE_RATE),
        vae_db=reconstruction_error_db(log_mel, decoded.float().cpu()),
        total_db=reconstruction_error_db(log_mel, again),
        harmonic_share=_harmonic_share(waveform[0].numpy(), rebuilt[0].numpy()),
    )


def _harmonic_share(original: np.ndarray, rebuilt: np.ndarray) -> float | None:
    is_tone, is_still = (
        extract_controls(side, SAMPLE_RATE).periodicity > HARMONIC for side in (original, rebuilt)
    )
    length = min(len(is_tone), len(is_still))
    is_tone, is_still = is_tone[:length], is_still[:length]
    return float(is_still[is_tone].mean()) if is_tone.sum() >= 3 else None
