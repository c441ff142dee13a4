"""Trains the Vocos-like vocoder: log-mel → waveform at 16 kHz."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from qvim_studio.models.mel import HOP, SAMPLE_RATE, MelSpectrogram
from qvim_studio.models.vocos import VocosConfig, VocosVocoder
from qvim_studio.training.corpus import Corpus, load_corpus
from qvim_studio.training.crops import crop_batch
from qvim_studio.training.loop import LoopOptions, Metrics, Trainer, can_start_warm
from qvim_studio.training.vae import reconstruction_error_db

RESOLUTIONS = ((2048, 240), (1024, 120), (512, 60), (256, 30))  # (n_fft, hop) of the loss


@dataclass(frozen=True)
class VocoderTraining:
    """Hyper-parameters with their reasons.

    crop_frames: 0.64 s holds several windows of every resolution. mel_weight: log-mel distance
    is what the ear hears first. mel_noise: the VAE's output is never exact, so the vocoder
    learns on slightly wrong mel spectra (standard deviation in neper).
    """

    config: VocosConfig = field(default_factory=VocosConfig)
    crop_frames: int = 64
    batch: int = 16
    mel_weight: float = 2.0
    mel_noise: float = 0.1
    loop: LoopOptions = field(default_factory=lambda: LoopOptions(learning_rate=6e-4))


def spectral_loss(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Multi-resolution STFT loss of (batch, samples): spectral convergence and log magnitude.

    Source: Yamamoto et al., "Parallel WaveGAN" (2020), eq. 3-6.
    """
    total = made.new_zeros(())
    for n_fft, hop in RESOLUTIONS:
        window = torch.hann_window(n_fft, device=made.device)
        a, b = (
            torch.stft(x, n_fft, hop, window=window, return_complex=True).abs()
            for x in (made, real)
        )
        convergence = torch.linalg.norm(a - b) / torch.linalg.norm(b).clamp(min=1e-6)
        log_distance = (a.clamp(min=1e-4).log() - b.clamp(min=1e-4).log()).abs().mean()
        total = total + convergence + log_distance
    return total / len(RESOLUTIONS)


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    options: VocoderTraining | None = None,
) -> None:
    """Train or go on training; leaves ``run_folder/vocoder`` (float16)."""
    options = options or VocoderTraining()
    corpus = load_corpus(corpus_folder)
    torch.manual_seed(options.loop.seed)
    vocoder = VocosVocoder(options.config)
    if can_start_warm(run_folder, "vocoder"):
        vocoder = VocosVocoder.from_pretrained(run_folder / "vocoder")
    trainer = Trainer(vocoder, options.loop, run_folder)
    mel = MelSpectrogram().to(trainer.device)
    indices = corpus.indices("train")
    samples = options.crop_frames * HOP

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        crops = crop_batch(corpus, indices, SAMPLE_RATE, options.batch, samples, rng)
        real = torch.from_numpy(crops).to(trainer.device)
        log_mel = mel(real)
        given = log_mel + options.mel_noise * rng.random() * torch.randn_like(log_mel)
        made = vocoder(given[:, 0])
        mel_distance = (mel(made) - log_mel).abs().mean()
        spectral = spectral_loss(made, real)
        loss = spectral + options.mel_weight * mel_distance
        return loss, {"spectral": spectral.item(), "mel": mel_distance.item()}

    def save() -> Metrics:
        return _save(trainer, options, corpus, run_folder)

    trainer.run(step_loss, minutes, on_checkpoint=save)


@torch.no_grad()
def _save(
    trainer: Trainer,
    options: VocoderTraining,
    corpus: Corpus,
    run_folder: Path,
) -> Metrics:
    mel = MelSpectrogram()
    vocoder = trainer.ema_model(VocosVocoder(options.config))
    crops = crop_batch(
        corpus, corpus.indices("held_out"), SAMPLE_RATE, 64, 128 * HOP, np.random.default_rng(0)
    )
    log_mel = mel(torch.from_numpy(crops))
    rebuilt = mel(vocoder(log_mel[:, 0]))
    vocoder.half().save_pretrained(run_folder / "vocoder")
    return {"held_out_db": reconstruction_error_db(log_mel, rebuilt)}
