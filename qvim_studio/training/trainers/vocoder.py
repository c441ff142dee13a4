"""Trains the Vocos-like vocoder: log-mel and noise → waveform at 16 kHz.

The loss is an energy distance: two sounds made of one mel with different noise shall be as far from
each other as each is from the real one. A plain spectral distance is least at the average of all
sounds that fit, which hisses like a drain pipe; this one is least where the sounds made are
distributed as the real ones are, and needs no second network that judges.
Source: Gritsenko et al., "A spectral energy distance for parallel speech synthesis" (2020), eq. 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.networks.mel import HOP, SAMPLE_RATE, MelSpectrogram, reconstruction_error_db
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.crops import crop_batch
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)

RESOLUTIONS = ((4096, 512), (2048, 256), (1024, 128), (512, 64), (256, 32))  # (n_fft, hop)
LOG_FLOOR = 1e-4  # of spectral magnitudes, against the logarithm of silence
NOISE_CHANNELS = 64
CORRECTIONS = 16  # the first few bring the levels, the rest keeps tones steady


@dataclass(frozen=True)
class VocoderTraining:
    """Hyper-parameters with their reasons.

    crop_frames: 0.96 s holds several windows of every resolution. mel_weight: the mel is given, so
    it can be met exactly, whatever the noise. mel_noise: the VAE's output is never exact, so the
    vocoder learns on slightly wrong mel spectra (standard deviation in neper).
    """

    config: VocosConfig = field(
        default_factory=lambda: VocosConfig(noise_channels=NOISE_CHANNELS, corrections=CORRECTIONS)
    )
    crop_frames: int = 96
    batch: int = 10
    mel_weight: float = 6.0
    mel_noise: float = 0.1
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=6e-4, ema_decay=0.999)
    )


def energy_distance(first: torch.Tensor, second: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Of two sounds made with different noise and the real one, (batch, samples) each."""
    total = real.new_zeros(())
    for n_fft, hop in RESOLUTIONS:
        window = torch.hann_window(n_fft, device=real.device)
        made, other, wanted = (
            torch.stft(x, n_fft, hop, window=window, return_complex=True).abs()
            for x in (first, second, real)
        )
        level = wanted.mean(dim=(1, 2)) + LOG_FLOOR
        towards = _distance(made, wanted, level) + _distance(other, wanted, level)
        total = total + towards - _distance(made, other, level)
    return total / len(RESOLUTIONS)


def _distance(a: torch.Tensor, b: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """Mean over frames: magnitudes relative to ``level`` (batch,), and the length of the frame's
    difference in neper, for no sum of bin-wise distances knows how bins belong together."""
    linear = (a - b).abs().mean(dim=1) / level[:, None]
    neper = (a.clamp(min=LOG_FLOOR) / b.clamp(min=LOG_FLOOR)).log()
    return (linear + (neper.square().mean(dim=1) + 1e-6).sqrt()).mean()


def random_noise(vocoder: VocosVocoder, log_mel: torch.Tensor) -> torch.Tensor:
    """For log-mels (batch, frames, 64): (batch, frames, noise_channels)."""
    batch, frames, _ = log_mel.shape
    return torch.randn(batch, frames, vocoder.config.noise_channels, device=log_mel.device)


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
        trained = VocosVocoder.from_pretrained(run_folder / "vocoder")
        vocoder.load_state_dict(vocoder.state_dict() | trained.state_dict())
    trainer = Trainer(vocoder, options.loop, run_folder)
    mel = MelSpectrogram().to(trainer.device)
    indices = corpus.indices("train")
    samples = options.crop_frames * HOP

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        crops = crop_batch(corpus, indices, SAMPLE_RATE, options.batch, samples, rng)
        real = torch.from_numpy(crops).to(trainer.device)
        log_mel = mel(real)
        given = log_mel + options.mel_noise * rng.random() * torch.randn_like(log_mel)
        given = given[:, 0]
        first, second = (vocoder(given, random_noise(vocoder, given)) for _ in range(2))
        mel_distance = (mel(torch.cat([first, second])) - log_mel.repeat(2, 1, 1, 1)).abs().mean()
        energy = energy_distance(first, second, real)
        loss = energy + options.mel_weight * mel_distance
        return loss, {"energy": energy.item(), "mel": mel_distance.item()}

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
    with whole_folder(run_folder / "vocoder") as folder:
        vocoder.half().save_pretrained(folder)
    return {"held_out_db": reconstruction_error_db(log_mel, rebuilt)}
