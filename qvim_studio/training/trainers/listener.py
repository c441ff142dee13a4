"""Trains the listener: from noised latents to where their sound lies in the conditions' space."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from qvim_studio.families.audioldm.listener import LISTENER_FOLDER, LatentListener, ListenerConfig
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)
from qvim_studio.training.loop.machine import find_machine
from qvim_studio.training.trainers.latents import load_or_make_latents
from qvim_studio.training.trainers.targets import STARTER_CLAP_ID, load_targets
from qvim_studio.training.trainers.unet import UnetBatches, UnetTraining, make_training_scheduler

VALIDATION_STEPS = (0, 400, 800)  # of the noise schedule: clean, half and mostly noise
VALIDATION_BATCHES = 6


@dataclass(frozen=True)
class ListenerTraining:
    """Hyper-parameters with their reasons.

    crops: as the UNet's, without controls and in larger batches, for a step costs a tenth.
    """

    config: ListenerConfig = field(default_factory=ListenerConfig)
    crops: UnetTraining = field(
        default_factory=lambda: UnetTraining(
            length_odds=(0.6, 0.25, 0.15), frames_per_batch=2048, drop_all_controls=1.0
        )
    )
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=1e-3, ema_decay=0.998)
    )


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    vae_folder: Path,
    latents_file: Path,
    options: ListenerTraining | None = None,
) -> None:
    """Train or go on training; leaves ``run_folder/listener`` (float16).

    Needs ``corpus_folder/targets.npz`` (see training.trainers.teacher). latents_file: cached, or
    made here.
    """
    options = options or ListenerTraining()
    corpus = load_corpus(corpus_folder)
    stored = load_targets(corpus, STARTER_CLAP_ID)
    with find_machine().main_first():
        latents = load_or_make_latents(corpus, vae_folder, latents_file)
    targets = torch.from_numpy(stored.embeddings).float()
    train, held_out = (
        UnetBatches(
            latents,
            corpus.indices(split),
            stored.embeddings,
            stored.null,
            None,
            options.crops,
        )
        for split in ("train", "held_out")
    )
    torch.manual_seed(options.loop.seed)
    listener = LatentListener(options.config)
    listener.know(targets[corpus.indices("train")])
    if can_start_warm(run_folder, LISTENER_FOLDER):
        listener = LatentListener.from_pretrained(run_folder / LISTENER_FOLDER).train()
        listener.requires_grad_(True)
    trainer = Trainer(listener, options.loop, run_folder)
    targets = targets.to(trainer.device)
    levels = make_training_scheduler().alphas_cumprod.to(trainer.device)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        batch = train.draw(rng).to(trainer.device)
        steps = torch.randint(0, len(levels), (len(batch.latents),), device=trainer.device)
        likeness = noised_likeness(listener, levels, batch.latents, steps, targets[batch.items])
        return 1.0 - likeness, {"likeness": likeness.item()}

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(LatentListener(options.config)).to(trainer.device)
        metrics = {}
        for step in VALIDATION_STEPS:
            torch.manual_seed(0)
            rng = np.random.default_rng(0)
            found = []
            for _ in range(VALIDATION_BATCHES):
                batch = held_out.draw(rng).to(trainer.device)
                steps = torch.full((len(batch.latents),), step, device=trainer.device)
                wanted = targets[batch.items]
                found.append(noised_likeness(averaged, levels, batch.latents, steps, wanted))
            metrics[f"held_out_likeness_{step}"] = float(torch.stack(found).mean())
        with whole_folder(run_folder / LISTENER_FOLDER) as folder:
            averaged.half().save_pretrained(folder)
        return metrics

    trainer.run(step_loss, minutes, on_checkpoint=save)


def noised_likeness(
    listener: LatentListener,
    levels: torch.Tensor,
    latents: torch.Tensor,
    steps: torch.Tensor,
    targets: torch.Tensor,
) -> torch.Tensor:
    """Mean cosine of the listener's embeddings of noised latents (``steps``) with their targets.

    levels: alphas_cumprod of the schedule; latents (batch, 8, T, 16); targets (batch, 512).
    """
    signal = levels[steps][:, None, None, None]
    noised = signal.sqrt() * latents + (1.0 - signal).sqrt() * torch.randn_like(latents)
    return listener.likeness(noised, steps, targets).mean()
