"""Trains the starter's UNet: latents from noise, given a 512-d condition and control curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import median_filter

from qvim_studio.audio.following.controls import MAX_MEDIAN_FRAMES, SILENCE_DB
from qvim_studio.families.audioldm.control import AnyUnet
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES, control_channels
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)
from qvim_studio.training.loop.machine import find_machine, mixed_precision
from qvim_studio.training.trainers.latents import LatentItem, LatentSet, load_or_make_latents
from qvim_studio.training.trainers.targets import STARTER_CLAP_ID, load_predicted, load_targets

from diffusers import DDIMScheduler, UNet2DConditionModel  # isort: skip

LATENT_CHANNELS = 8
LATENT_BINS = 16
SNR_CAP = 5.0  # Hang et al., "Efficient diffusion training via min-SNR weighting" (2023)


@dataclass(frozen=True)
class UnetTraining:
    """Hyper-parameters with their reasons.

    channels: trainable on a CPU and within 25 MB of float16. lengths, length_odds: latent
    frames of a batch; most effects last about a second, long sounds need attention over more.
    drop_condition: as AudioLDM, for classifier-free guidance. drop_controls: each curve alone;
    drop_all_controls: all at once, so that text alone works. condition_noise: length of the
    random direction added to the condition, since at inference it is an adapter's estimate.
    """

    channels: tuple[int, ...] = (64, 128, 192)
    layers: int = 1
    lengths: tuple[int, ...] = (32, 64, 96)
    length_odds: tuple[float, ...] = (0.75, 0.2, 0.05)
    frames_per_batch: int = 768
    drop_condition: float = 0.1
    drop_controls: float = 0.15
    drop_all_controls: float = 0.1
    condition_noise: float = 0.5
    predicted_condition: float = 0.5
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=5e-4, cooldown=0.5, ema_decay=0.999)
    )


def make_unet(channels: tuple[int, ...], layers: int) -> UNet2DConditionModel:
    """AudioLDM's UNet at small width: FiLM by ``class_embeddings_concat``, attention innermost."""
    levels = len(channels)
    down = ("DownBlock2D",) * (levels - 1) + ("CrossAttnDownBlock2D",)
    up = ("CrossAttnUpBlock2D",) + ("UpBlock2D",) * (levels - 1)
    return UNet2DConditionModel(
        sample_size=64,
        in_channels=LATENT_CHANNELS + len(CONTROL_NAMES),
        out_channels=LATENT_CHANNELS,
        down_block_types=down,
        up_block_types=up,
        block_out_channels=channels,
        layers_per_block=layers,
        norm_num_groups=16,
        cross_attention_dim=channels,
        attention_head_dim=tuple(width // 32 for width in channels),
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=512,
        class_embeddings_concat=True,
    )


def make_training_scheduler() -> DDIMScheduler:
    """AudioLDM's noise schedule with velocity prediction: better conditioned at high noise.

    Source of v-prediction: Salimans & Ho, "Progressive distillation" (2022), appendix D.
    """
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="v_prediction",
    )


@dataclass(frozen=True, eq=False)
class Batch:
    """A training batch. items: (batch,) positions in the corpus. latents (batch, 8, T, 16),
    controls (batch, 4, T, 16), conditions (batch, 512); is_dropped (batch,): True for the null
    condition."""

    items: np.ndarray
    latents: torch.Tensor
    controls: torch.Tensor
    conditions: torch.Tensor
    is_dropped: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        tensors = (self.latents, self.controls, self.conditions, self.is_dropped)
        return Batch(self.items, *(tensor.to(device) for tensor in tensors))


class UnetBatches:
    """Draws training batches of latents, controls and conditions."""

    def __init__(
        self,
        latents: LatentSet,
        indices: np.ndarray,
        targets: np.ndarray,
        null: np.ndarray,
        predicted: np.ndarray | None,
        options: UnetTraining,
    ) -> None:
        """targets: (items, 512); null: (512,); predicted: (items, renders, 512) or None."""
        self.latents = latents
        self.indices = indices
        self.targets = targets
        self.null = null
        self.predicted = predicted
        self.options = options
        lengths = np.array([len(latents.items[i][0].latents) for i in indices])
        self.weights = np.sqrt(lengths) / np.sqrt(lengths).sum()

    def draw(self, rng: np.random.Generator) -> Batch:
        """Crops of one length with their curves and conditions."""
        options = self.options
        length = int(rng.choice(options.lengths, p=options.length_odds))
        size = options.frames_per_batch // length
        drawn = rng.choice(self.indices, size=size, p=self.weights)
        latents, controls, conditions, dropped = [], [], [], []
        for index in drawn:
            speeds = self.latents.items[index]
            item = speeds[rng.integers(len(speeds))]
            frames, curves = self._crop(item, length, rng)
            latents.append(frames)
            controls.append(self._controls(curves, rng))
            dropped.append(rng.random() < options.drop_condition)
            conditions.append(self.null if dropped[-1] else self._condition(index, rng))
        return Batch(
            drawn,
            torch.from_numpy(np.stack(latents)).permute(0, 2, 1, 3).contiguous(),
            torch.cat(controls),
            torch.from_numpy(np.stack(conditions).astype(np.float32)),
            torch.tensor(dropped),
        )

    def _crop(
        self, item: LatentItem, length: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Latents (length, 8, 16) and curves (4, length); silence after a short sound's end."""
        curves = item.curves
        stacked = np.stack(
            [curves.loudness_db, curves.centroid_hz, curves.pitch_hz, curves.periodicity]
        )
        total = len(item.latents)
        if total >= length:
            # A third of the crops begin with the attack, by which sounds are recognized.
            start = 0 if rng.random() < 0.33 else rng.integers(total - length + 1)
            frames = item.latents[start : start + length].astype(np.float32)
            return frames, stacked[:, start : start + length]
        frames = np.repeat(self.latents.silence[None].astype(np.float32), length, axis=0)
        padded = np.zeros((4, length), np.float32)
        padded[0] = SILENCE_DB
        lead = rng.integers(length - total + 1) if rng.random() < 0.5 else 0
        frames[lead : lead + total] = item.latents
        padded[:, lead : lead + total] = stacked
        return frames, padded

    def _controls(self, curves: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
        options = self.options
        if rng.random() < options.drop_all_controls:
            return torch.zeros(1, len(CONTROL_NAMES), curves.shape[1], LATENT_BINS)
        width = int(rng.integers(1, MAX_MEDIAN_FRAMES + 1)) | 1
        if rng.random() < 0.5:
            width = 1 + 2 * int(rng.integers(3))
        smooth = median_filter(curves, size=(1, width), mode="nearest")
        channels = control_channels(*smooth, latent_bins=LATENT_BINS)
        for index in range(len(CONTROL_NAMES)):
            if rng.random() < options.drop_controls:
                channels[:, index] = 0.0
        return channels

    def _condition(self, index: int, rng: np.random.Generator) -> np.ndarray:
        if self.predicted is not None and rng.random() < self.options.predicted_condition:
            return self.predicted[index, rng.integers(self.predicted.shape[1])]
        direction = rng.standard_normal(len(self.null))
        direction *= self.options.condition_noise * rng.random() / np.linalg.norm(direction)
        condition = self.targets[index] + direction
        return condition / np.linalg.norm(condition)


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    vae_folder: Path,
    options: UnetTraining | None = None,
    predicted_file: Path | None = None,
) -> None:
    """Start or continue a training; writes ``run_folder/unet`` and ``scheduler`` (float16).

    Needs ``corpus_folder/targets.npz`` (see training.trainers.teacher). predicted_file: the
    trained adapter's conditions for synthetic imitations, which are the UNet's real input.
    """
    options = options or UnetTraining()
    corpus = load_corpus(corpus_folder)
    targets = load_targets(corpus, STARTER_CLAP_ID)
    predicted = load_predicted(predicted_file, corpus)
    with find_machine().main_first():
        latents = load_or_make_latents(corpus, vae_folder, run_folder / "latents.pt")
    draws = [
        UnetBatches(
            latents,
            corpus.indices(split),
            targets.embeddings,
            targets.null,
            predicted,
            options,
        )
        for split in ("train", "held_out")
    ]
    train, held_out = draws
    torch.manual_seed(options.loop.seed)
    unet = make_unet(options.channels, options.layers)
    if can_start_warm(run_folder, "unet"):
        trained = UNet2DConditionModel.from_pretrained(run_folder / "unet", local_files_only=True)
        unet.load_state_dict(trained.float().state_dict())
    trainer = Trainer(unet, options.loop, run_folder)
    scheduler = make_training_scheduler()

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        batch = train.draw(rng).to(trainer.device)
        loss = denoising_loss(unet, scheduler, batch.latents, batch.controls, batch.conditions)
        return loss, {}

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(make_unet(options.channels, options.layers))
        metrics = {}
        for name, batches in (("train", train), ("held_out", held_out)):
            torch.manual_seed(0)
            rng = np.random.default_rng(0)
            drawn = [batches.draw(rng) for _ in range(6)]
            losses = [
                denoising_loss(averaged, scheduler, b.latents, b.controls, b.conditions)
                for b in drawn
            ]
            metrics[f"{name}_loss"] = float(torch.stack(losses).mean())
        with whole_folder(run_folder / "unet") as folder:
            averaged.half().save_pretrained(folder)
        with whole_folder(run_folder / "scheduler") as folder:
            scheduler.save_pretrained(folder)
        return metrics

    trainer.run(step_loss, minutes, on_checkpoint=save)


def denoising_loss(
    unet: AnyUnet,
    scheduler: DDIMScheduler,
    latents: torch.Tensor,
    controls: torch.Tensor | None,
    conditions: torch.Tensor,
) -> torch.Tensor:
    """Denoising score matching on the scheduler's prediction type, with min-SNR weights.

    latents (batch, 8, T, 16); controls (batch, 4, T, 16) or None for a UNet without them;
    conditions (batch, 512).
    """

    def predict(noisy: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        given = noisy if controls is None else torch.cat([noisy, controls], dim=1)
        return unet(given, timesteps, encoder_hidden_states=None, class_labels=conditions)[0]

    return score_matching_loss(predict, scheduler, latents)


def score_matching_loss(
    predict: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    scheduler: DDIMScheduler,
    latents: torch.Tensor,
) -> torch.Tensor:
    """The loss of ``denoising_loss`` for any network: noisy latents and timesteps (batch,) → the
    prediction, in the shape of the latents."""
    noise = torch.randn_like(latents)
    steps = scheduler.config.num_train_timesteps
    timesteps = torch.randint(0, steps, (len(latents),), device=latents.device)
    noisy = scheduler.add_noise(latents, noise, timesteps)
    is_velocity = scheduler.config.prediction_type == "v_prediction"
    wanted = scheduler.get_velocity(latents, noise, timesteps) if is_velocity else noise
    with mixed_precision(latents.device):
        predicted = predict(noisy, timesteps)
    alpha = scheduler.alphas_cumprod.to(latents.device)[timesteps]
    snr = alpha / (1 - alpha)
    weight = snr.clamp(max=SNR_CAP) / (snr + 1 if is_velocity else snr)
    error = (predicted.float() - wanted).square().mean(dim=(1, 2, 3))
    return (weight * error).mean() / weight.mean()
