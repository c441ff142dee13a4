"""Distils a light decoder for quick looks from any VAE (see families.audioldm.light_vae)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from qvim_studio.families.audioldm.light_vae import LIGHT_VAE_FOLDER, make_light_vae
from qvim_studio.networks.mel import (
    HOP,
    SAMPLE_RATE,
    MelSpectrogram,
    active_frames,
    reconstruction_error_db,
)
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.crops import crop_batch
from qvim_studio.training.loop.loop import LoopOptions, Metrics, Trainer, whole_folder
from qvim_studio.training.loop.machine import mixed_precision
from qvim_studio.training.trainers.vae import mel_distances

from diffusers import AutoencoderKL, AutoencoderTiny  # isort: skip


@dataclass(frozen=True)
class LightTraining:
    """Hyper-parameters with their reasons.

    latent_noise: largest standard deviation, in the latents' own, of noise added to them: what the
    UNet makes is not exact, and the teacher says what its VAE makes of that. slope_weight,
    active_weight: as the VAE's own training.
    """

    crop_frames: int = 128
    batch: int = 8
    latent_noise: float = 0.3
    slope_weight: float = 0.5
    active_weight: float = 4.0
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=1e-3, ema_decay=0.995)
    )


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    vae_folder: Path,
    options: LightTraining | None = None,
) -> None:
    """Train or go on training; leaves ``run_folder/light_vae`` (float16)."""
    options = options or LightTraining()
    corpus = load_corpus(corpus_folder)
    vae = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).float().eval()
    torch.manual_seed(options.loop.seed)
    light = make_light_vae(vae.config.latent_channels)
    trainer = Trainer(light, options.loop, run_folder)
    vae = vae.to(trainer.device).requires_grad_(False)
    mel = MelSpectrogram().to(trainer.device)
    train, held_out = corpus.indices("train"), corpus.indices("held_out")
    samples = options.crop_frames * HOP

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        crops = crop_batch(corpus, train, SAMPLE_RATE, options.batch, samples, rng)
        log_mel = mel(torch.from_numpy(crops).to(trainer.device))
        return light_loss(light, vae, log_mel, options)

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(make_light_vae(vae.config.latent_channels)).to(trainer.device)
        crops = crop_batch(corpus, held_out, SAMPLE_RATE, 16, samples, np.random.default_rng(0))
        log_mel = mel(torch.from_numpy(crops).to(trainer.device))
        latents = vae.encode(log_mel).latent_dist.mode()
        made, own = averaged.decode(latents).sample, vae.decode(latents).sample
        with whole_folder(run_folder / LIGHT_VAE_FOLDER) as folder:
            averaged.half().save_pretrained(folder)
        return {
            "held_out_db": reconstruction_error_db(log_mel, made),
            "held_out_own_db": reconstruction_error_db(log_mel, own),
        }

    trainer.run(step_loss, minutes, on_checkpoint=save)


def light_loss(
    light: AutoencoderTiny, vae: AutoencoderKL, log_mel: torch.Tensor, options: LightTraining
) -> tuple[torch.Tensor, Metrics]:
    """Distance to what the VAE makes of the same latents, of log-mels (batch, 1, frames, 64)."""
    with torch.no_grad(), mixed_precision(log_mel.device):
        latents = vae.encode(log_mel).latent_dist.sample().float()
        spread = options.latent_noise * torch.rand(len(latents), 1, 1, 1, device=latents.device)
        latents = latents + spread / vae.config.scaling_factor * torch.randn_like(latents)
        wanted = vae.decode(latents).sample.float()
    with mixed_precision(log_mel.device):
        made = light.decode(latents).sample.float()
    weight = 1.0 + (options.active_weight - 1.0) * active_frames(wanted)
    distance, slope = mel_distances(made, wanted, weight)
    return distance + options.slope_weight * slope, {"distance": distance.item()}
