"""Trains the bandwidth extension to predict the levels above the crossover from the band below.

Half of the examples are recordings, half are recordings rebuilt by VAE and vocoder, the usual
input. Only recordings with highs are used, because many sounds of games end at 5 or 11 kHz only
because of their files.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
import torch

from qvim_studio.networks.bandwidth import (
    BANDWIDTH_FOLDER,
    EXTENDED_RATE,
    FLOOR_DB,
    SCALE_DB,
    BandwidthConfig,
    BandwidthExtender,
    band_power,
    loudest_frame,
    to_levels,
)
from qvim_studio.networks.coders.vocos import VocosVocoder
from qvim_studio.networks.mel import HOP, SAMPLE_RATE, MelSpectrogram
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

from diffusers import AutoencoderKL  # isort: skip

log = logging.getLogger(__name__)

LEAST_REACH_HZ = 14_500.0  # a recording that ends lower does not show its highs
REACH_DB = -70.0  # by the loudest bin; the band ends where the level is lower
WINDOW = 512  # samples: how finely a recording's end is looked for
VALIDATION_CROPS = 64


@dataclass(frozen=True)
class BandwidthTraining:
    """Hyper-parameters with their reasons.

    crop_frames: mel frames, about a second: an event and what follows. rebuilt: of a batch, taken
    from rebuilt_crops that went through VAE and vocoder once, for that costs ten steps.
    level_noise: on what it hears (standard deviation, dB), for no two vocoders are wrong in the
    same way. audible_db: a band this far below the loudest frame counts for nothing, the loudest
    for all.
    """

    config: BandwidthConfig = field(default_factory=BandwidthConfig)
    crop_frames: int = 96
    batch: int = 12
    rebuilt: int = 6
    rebuilt_crops: int = 1500
    level_noise: float = 2.0
    audible_db: float = 80.0
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=1e-3, ema_decay=0.995)
    )


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    vae_folder: Path,
    vocoder_folder: Path,
    options: BandwidthTraining | None = None,
) -> None:
    """Train or go on training; leaves ``run_folder/bandwidth`` (float16)."""
    options = options or BandwidthTraining()
    corpus = load_corpus(corpus_folder)
    torch.manual_seed(options.loop.seed)
    extender = BandwidthExtender(options.config)
    if can_start_warm(run_folder, BANDWIDTH_FOLDER):
        extender = BandwidthExtender.from_pretrained(run_folder / BANDWIDTH_FOLDER).train()
        extender.requires_grad_(True)
    trainer = Trainer(extender, options.loop, run_folder)
    rebuilder = Rebuilder(vae_folder, vocoder_folder, trainer.device)
    train, held_out = (far_reaching(corpus, corpus.indices(s)) for s in ("train", "held_out"))
    samples = options.crop_frames * HOP

    def draw(indices: np.ndarray, batch: int, rng: np.random.Generator) -> list[torch.Tensor]:
        whole = crop_batch(corpus, indices, EXTENDED_RATE, batch, 2 * samples, rng)
        low = np.stack([soxr.resample(row, EXTENDED_RATE, SAMPLE_RATE) for row in whole])
        return [torch.from_numpy(x).to(trainer.device) for x in (low, whole)]

    log.info("rebuilding %d crops to learn from", options.rebuilt_crops)
    rebuilt_low, rebuilt_whole = draw(train, options.rebuilt_crops, np.random.default_rng(1))
    rebuilt_low = torch.cat([rebuilder(crops) for crops in rebuilt_low.split(options.batch)])

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        low, whole = draw(train, options.batch - options.rebuilt, rng)
        chosen = torch.from_numpy(rng.integers(options.rebuilt_crops, size=options.rebuilt))
        low = torch.cat([low, rebuilt_low[chosen]])
        whole = torch.cat([whole, rebuilt_whole[chosen]])
        error = level_error_db(extender, low, whole, options.audible_db, options.level_noise)
        return error / SCALE_DB, {"error_db": error.item()}

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(BandwidthExtender(options.config)).to(trainer.device)
        low, whole = draw(held_out, VALIDATION_CROPS, np.random.default_rng(0))
        given = {"": low, "rebuilt_": rebuilder(low)}
        metrics = {
            f"held_out_{name}db": level_error_db(averaged, each, whole, options.audible_db).item()
            for name, each in given.items()
        }
        with whole_folder(run_folder / BANDWIDTH_FOLDER) as folder:
            averaged.half().save_pretrained(folder)
        return metrics

    trainer.run(step_loss, minutes, on_checkpoint=save)


class Rebuilder:
    """Rebuilds sounds by a checkpoint's VAE and vocoder."""

    def __init__(self, vae_folder: Path, vocoder_folder: Path, device: torch.device) -> None:
        vae = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).float().eval()
        self._vae = vae.to(device).requires_grad_(False)
        self._vocoder = VocosVocoder.from_pretrained(vocoder_folder).to(device)
        self._mel = MelSpectrogram().to(device)

    @torch.no_grad()
    def __call__(self, waveform: torch.Tensor) -> torch.Tensor:
        """(batch, samples) at 16 kHz, whole latent frames → the same shape."""
        latents = self._vae.encode(self._mel(waveform)).latent_dist.mode()
        return self._vocoder(self._vae.decode(latents).sample[:, 0])


def far_reaching(corpus: Corpus, indices: np.ndarray) -> np.ndarray:
    """The recordings with highs; all recordings if none has highs."""
    reach = [_reach_hz(corpus.samples(corpus.items[i], EXTENDED_RATE)) for i in indices]
    chosen = np.asarray(indices)[np.array(reach) >= LEAST_REACH_HZ]
    return chosen if len(chosen) else np.asarray(indices)


def _reach_hz(samples: np.ndarray) -> float:
    frames = max(1, -(-len(samples) // WINDOW))
    padded = np.pad(samples, (0, frames * WINDOW - len(samples))).reshape(frames, WINDOW)
    loudest = np.abs(np.fft.rfft(padded * np.hanning(WINDOW), axis=1)).max(axis=0)
    audible = np.flatnonzero(loudest > 10 ** (REACH_DB / 20) * loudest.max())
    return float(audible.max(initial=0)) * EXTENDED_RATE / WINDOW


def level_error_db(
    extender: BandwidthExtender,
    low: torch.Tensor,
    whole: torch.Tensor,
    audible_db: float,
    level_noise: float = 0.0,
) -> torch.Tensor:
    """Mean absolute error of the high bands' levels in dB, the more the louder the frame.

    low (batch, samples) at 16 kHz, whole (batch, 2 * samples) at 32 kHz.
    """
    spectrum = extender.low_spectrum(low)
    loudest = loudest_frame(spectrum)
    levels = to_levels(spectrum.abs().square(), loudest)
    wanted = to_levels(band_power(extender.high_spectrum(whole)), loudest)
    made = extender(levels + level_noise / SCALE_DB * torch.randn_like(levels))
    loudness = torch.maximum(wanted, levels.amax(dim=-1, keepdim=True))
    below_db = -(loudness * SCALE_DB + 0.5 * FLOOR_DB)
    weight = (1.0 - below_db / audible_db).clamp(0.0, 1.0)
    error = (made - wanted).abs() * SCALE_DB
    return (weight * error).sum() / weight.sum().clamp(min=1e-6)
