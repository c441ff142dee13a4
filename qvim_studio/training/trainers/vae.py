"""Trains the starter's VAE: log-mel (1, frames, 64) ↔ latents (8, frames / 4, 16)."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch

from qvim_studio.networks.mel import (
    HOP,
    LOG_FLOOR,
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

from diffusers import AutoencoderKL  # isort: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VaeTraining:
    """Hyper-parameters with their reasons.

    channels: a tenth of AudioLDM's, since a CPU trains it. crop_frames: 1.28 s, the length of
    most effects. kl_weight: small, because the latents only need to be bounded. slope_weight: of
    differences between neighbors in time and frequency, against blur. active_weight: of frames
    with sound relative to silent ones.
    """

    channels: tuple[int, int, int] = (24, 48, 96)
    crop_frames: int = 128
    batch: int = 12
    kl_weight: float = 1e-4
    slope_weight: float = 0.5
    active_weight: float = 4.0
    loop: LoopOptions = field(default_factory=lambda: LoopOptions(learning_rate=8e-4))


def make_vae(channels: tuple[int, int, int]) -> AutoencoderKL:
    """AudioLDM's layout (8 latent channels, a quarter of time and frequency) at small width."""
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=channels,
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=8,
        sample_size=64,
        mid_block_add_attention=False,
    )


def run(
    corpus_folder: Path, run_folder: Path, minutes: float, options: VaeTraining | None = None
) -> None:
    """Start or continue a training; writes ``run_folder/vae`` in the diffusers layout (float16)."""
    options = options or VaeTraining()
    corpus = load_corpus(corpus_folder)
    torch.manual_seed(options.loop.seed)
    vae = make_vae(options.channels)
    vae.decoder.conv_out.bias.data.fill_(LOG_FLOOR / 2)  # start in the middle of the range
    if can_start_warm(run_folder, "vae"):
        trained = AutoencoderKL.from_pretrained(run_folder / "vae", local_files_only=True)
        vae.load_state_dict(trained.float().state_dict())
    trainer = Trainer(vae, options.loop, run_folder)
    mel = MelSpectrogram().to(trainer.device)
    indices = corpus.indices("train")
    samples = options.crop_frames * HOP

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        crops = crop_batch(corpus, indices, SAMPLE_RATE, options.batch, samples, rng)
        log_mel = mel(torch.from_numpy(crops).to(trainer.device))
        with mixed_precision(trainer.device):
            posterior = vae.encode(log_mel).latent_dist
            rebuilt = vae.decode(posterior.sample()).sample
        rebuilt = rebuilt.float()
        weight = 1.0 + (options.active_weight - 1.0) * active_frames(log_mel)
        distance, slope = mel_distances(rebuilt, log_mel, weight)
        kl = posterior.kl().float().mean() / posterior.mean[0].numel()
        loss = distance + options.slope_weight * slope + options.kl_weight * kl
        return loss, {"distance": distance.item(), "slope": slope.item(), "kl": kl.item()}

    def save() -> Metrics:
        return _save(trainer, options, corpus, run_folder)

    trainer.run(step_loss, minutes, on_checkpoint=save)


def mel_distances(
    rebuilt: torch.Tensor, log_mel: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean absolute difference in neper of (batch, 1, frames, 64), weighted, and of the slopes
    along time and bands, against blur."""
    distance = ((rebuilt - log_mel).abs() * weight).mean()
    along_time = (rebuilt.diff(dim=2) - log_mel.diff(dim=2)).abs().mean()
    along_bands = (rebuilt.diff(dim=3) - log_mel.diff(dim=3)).abs().mean()
    return distance, along_time + along_bands


@torch.no_grad()
def _save(trainer: Trainer, options: VaeTraining, corpus: Corpus, run_folder: Path) -> Metrics:
    vae = trainer.ema_model(make_vae(options.channels))
    held_out = corpus.indices("held_out")
    crops = crop_batch(
        corpus,
        held_out,
        SAMPLE_RATE,
        64,
        options.crop_frames * HOP,
        np.random.default_rng(0),
    )
    log_mel = MelSpectrogram()(torch.from_numpy(crops))
    latents = vae.encode(log_mel).latent_dist.mode()
    rebuilt = vae.decode(latents).sample
    # Latents of sound, not of padding, determine the scale to unit variance.
    is_active = torch.nn.functional.max_pool2d(active_frames(log_mel), (4, 1)).expand_as(
        latents[:, :1]
    )
    spread = latents.transpose(0, 1)[:, is_active[:, 0] > 0].std().item()
    vae.register_to_config(scaling_factor=1.0 / spread)
    with whole_folder(run_folder / "vae") as folder:
        vae.half().save_pretrained(folder)
    log.info("options %s", asdict(options))
    return {"held_out_db": reconstruction_error_db(log_mel, rebuilt), "latent_std": spread}
