"""Trains VAE decoder and vocoder together: latents → waveform, the encoder left as it is.

Each was trained on its own first. The sound comes from the chain of both, so the vocoder must suit
the decoder's real output. Latents keep their meaning, so no UNet needs to be trained again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.networks.coders.vocos import VocosVocoder
from qvim_studio.networks.mel import (
    HOP,
    SAMPLE_RATE,
    MelSpectrogram,
    active_frames,
    reconstruction_error_db,
)
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.crops import crop_batch
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)
from qvim_studio.training.loop.machine import mixed_precision
from qvim_studio.training.trainers.vae import make_vae, mel_distances
from qvim_studio.training.trainers.vocoder import energy_distance, random_noise

from diffusers import AutoencoderKL  # isort: skip


@dataclass(frozen=True)
class DecoderTraining:
    """Hyper-parameters with their reasons.

    crop_frames: a multiple of the latent grid, long enough for every window of the loss.
    latent_noise: largest standard deviation of noise added to the latents (they have unit
    variance), for the UNet's are not exact either. mel_weight, wave_mel_weight: of the decoder's
    log-mel and of the waveforms'; the first also keeps the interface between the two. slope_weight,
    active_weight: as the VAE's. loop: both parts are trained already, so the rate is low and the
    average long.
    """

    crop_frames: int = 96
    batch: int = 12
    latent_noise: float = 0.15
    mel_weight: float = 1.0
    wave_mel_weight: float = 8.0
    slope_weight: float = 0.5
    active_weight: float = 4.0
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=3e-4, ema_decay=0.999)
    )


class LatentDecoder(nn.Module):
    """Decoder and vocoder as one: latents (batch, 8, frames / 4, 16) → waveform."""

    def __init__(self, vae: AutoencoderKL, vocoder: VocosVocoder) -> None:
        super().__init__()
        self.post_quant = vae.post_quant_conv
        self.decoder = vae.decoder
        self.vocoder = vocoder

    def forward(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-mel (batch, 1, frames, 64) and waveform (batch, samples)."""
        log_mel = self.decode(latents)
        return log_mel, self.vocoder(log_mel[:, 0])

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """The log-mel alone."""
        with mixed_precision(latents.device):
            log_mel = self.decoder(self.post_quant(latents))
        return log_mel.float()


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    vae_folder: Path,
    vocoder_folder: Path,
    options: DecoderTraining | None = None,
) -> None:
    """Train, or resume a training; leaves ``run_folder/vae`` and ``run_folder/vocoder``
    (float16)."""
    options = options or DecoderTraining()
    corpus = load_corpus(corpus_folder)
    if can_start_warm(run_folder, "vae"):
        vae_folder, vocoder_folder = run_folder / "vae", run_folder / "vocoder"
    vae, model = load_parts(vae_folder, vocoder_folder)
    trainer = Trainer(model, options.loop, run_folder)
    vae = vae.to(trainer.device)
    mel = MelSpectrogram().to(trainer.device)
    indices = corpus.indices("train")
    samples = options.crop_frames * HOP

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        crops = crop_batch(corpus, indices, SAMPLE_RATE, options.batch, samples, rng)
        return decoder_loss(vae, model, mel, torch.from_numpy(crops).to(trainer.device), options)

    @torch.no_grad()
    def save() -> Metrics:
        averaged_vae, averaged = load_parts(vae_folder, vocoder_folder)
        trainer.ema_model(averaged)
        metrics = _validate(averaged_vae, averaged, corpus)
        with whole_folder(run_folder / "vae") as folder:
            averaged_vae.half().save_pretrained(folder)
        with whole_folder(run_folder / "vocoder") as folder:
            averaged.vocoder.half().save_pretrained(folder)
        return metrics

    trainer.run(step_loss, minutes, on_checkpoint=save)


def load_parts(vae_folder: Path, vocoder_folder: Path) -> tuple[AutoencoderKL, LatentDecoder]:
    """The VAE, and a model that holds its decoder and the vocoder (the same weights)."""
    trained = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).float()
    vae = make_vae(tuple(trained.config.block_out_channels)).eval()  # a config without its folder
    vae.load_state_dict(trained.state_dict())
    vae.register_to_config(scaling_factor=trained.config.scaling_factor)
    return vae, LatentDecoder(vae, VocosVocoder.from_pretrained(vocoder_folder))


def decoder_loss(
    vae: AutoencoderKL,
    model: LatentDecoder,
    mel: MelSpectrogram,
    real: torch.Tensor,
    options: DecoderTraining,
) -> tuple[torch.Tensor, Metrics]:
    """Of waveforms (batch, samples): log-mel of the decoder, log-mel and spectra of the sound."""
    with torch.no_grad():
        log_mel = mel(real)
        with mixed_precision(real.device):
            latents = vae.encode(log_mel).latent_dist.sample().float()
        spread = options.latent_noise * torch.rand(len(latents), 1, 1, 1, device=real.device)
        latents = latents + spread / vae.config.scaling_factor * torch.randn_like(latents)
    decoded = model.decode(latents)
    given = decoded[:, 0]
    first, second = (model.vocoder(given, random_noise(model.vocoder, given)) for _ in range(2))
    again = mel(torch.cat([first, second]))
    weight = 1.0 + (options.active_weight - 1.0) * active_frames(log_mel)
    distance, slope = mel_distances(decoded, log_mel, weight)
    wave_distance = ((again - log_mel.repeat(2, 1, 1, 1)).abs() * weight.repeat(2, 1, 1, 1)).mean()
    energy = energy_distance(first, second, real)
    loss = options.mel_weight * (distance + options.slope_weight * slope)
    return loss + options.wave_mel_weight * wave_distance + energy, {
        "distance": distance.item(),
        "wave_distance": wave_distance.item(),
        "energy": energy.item(),
    }


def _validate(vae: AutoencoderKL, model: LatentDecoder, corpus: Corpus) -> Metrics:
    mel = MelSpectrogram()
    held_out = corpus.indices("held_out")
    crops = crop_batch(corpus, held_out, SAMPLE_RATE, 64, 128 * HOP, np.random.default_rng(0))
    log_mel = mel(torch.from_numpy(crops))
    decoded, made = model(vae.encode(log_mel).latent_dist.mode())
    return {
        "held_out_vae_db": reconstruction_error_db(log_mel, decoded),
        "held_out_db": reconstruction_error_db(log_mel, mel(made)),
    }
