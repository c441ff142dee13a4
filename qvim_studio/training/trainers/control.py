"""Teaches the frozen UNet of any family to follow loudness, brightness and pitch over time.

Denoising score matching on the recordings' latents with their own curves; only the added layers of
families.audioldm.control are trained: a small branch, or another kind. The family conditions its
UNet (families.curve_learning). The curves are smoothed by a random median filter and dropped at
random, as for the starter's UNet, so that ``--follow`` reaches from loose to literal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from qvim_studio.checkpoints.checkpoint import CONTROL_FOLDER, Checkpoint
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.control import add_control, freeze_all_but_control, save_control
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES
from qvim_studio.families.curve_learning import LearnsCurves
from qvim_studio.families.known import all_families, family_of
from qvim_studio.families.plans import plan_for
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.loop.loop import LoopOptions, Metrics, Trainer, whole_folder
from qvim_studio.training.loop.machine import find_machine
from qvim_studio.training.trainers.latents import load_or_make_latents
from qvim_studio.training.trainers.targets import load_predicted, load_targets
from qvim_studio.training.trainers.unet import UnetBatches, UnetTraining, score_matching_loss

from diffusers import DDIMScheduler  # isort: skip


@dataclass(frozen=True)
class ControlTraining:
    """Hyper-parameters with their reasons.

    batches: the starter's crops, smoothing and drop-outs. loop: the branch is new and small, so
    the rate is ten times FiLM's; no decay, which would pull it back to zero.
    """

    batches: UnetTraining = field(default_factory=UnetTraining)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=1e-3, weight_decay=0.0)
    )


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    checkpoint: Checkpoint,
    predicted_file: Path | None = None,
    options: ControlTraining | None = None,
    kind: ControlKind = ControlKind.CONCAT,
) -> None:
    """Train, or resume a training; leaves ``run_folder/control``.

    predicted_file: what the checkpoint's adapter makes of the imitations
    (training.trainers.adapter). Raises UsageError for a checkpoint that has controls already, or
    whose family cannot learn any.
    """
    options = options or ControlTraining()
    family, folder = family_of(checkpoint), checkpoint.installed_folder()
    if not isinstance(family, LearnsCurves):
        able = ", ".join(each.id for each in all_families() if isinstance(each, LearnsCurves))
        raise UsageError(
            f"{checkpoint.title} is of the family {family.id}, which cannot be taught to follow "
            f"curves: the layers for them are made for the UNets of {able}. Choose a checkpoint of "
            "one of these."
        )
    if checkpoint.controls and not (folder / CONTROL_FOLDER).is_dir():
        raise UsageError(
            f"{checkpoint.title} already takes control curves ({', '.join(checkpoint.controls)}). "
            "Choose a checkpoint that takes none."
        )
    corpus = load_corpus(corpus_folder)
    targets = load_targets(corpus, checkpoint.clap_id)
    predicted = load_predicted(predicted_file, corpus)
    plan = replace(plan_for(checkpoint, VramMode.CPU), dtype=torch.float32)
    # Without an earlier branch: the run folder holds what has been trained so far.
    learner = family.curve_learner(checkpoint, plan)
    with find_machine().main_first():
        cache_file = run_folder.parent / f"latents-{checkpoint.id}.pt"  # of all its trainings
        latents = load_or_make_latents(corpus, folder / "vae", cache_file)
    train = corpus.indices("train")
    batches = UnetBatches(
        latents, train, targets.embeddings, targets.null, predicted, options.batches
    )
    torch.manual_seed(options.loop.seed)
    unet = learner.unet.train()
    branch = add_control(unet, len(CONTROL_NAMES), kind)
    freeze_all_but_control(unet, branch)
    learner.to(find_machine().device)
    trainer = Trainer(branch, options.loop, run_folder)
    scheduler = DDIMScheduler.from_config(learner.scheduler_config)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        batch = batches.draw(rng).to(trainer.device)

        def predict(noisy: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
            given = torch.cat([noisy, batch.controls], dim=1)
            return learner.predict(given, timesteps, batch.conditions, batch.is_dropped)

        loss = score_matching_loss(predict, scheduler, batch.latents)
        with torch.no_grad():
            squares = [value.square().sum() for value in branch.parameters()]
            count = sum(value.numel() for value in branch.parameters())
            moved = (torch.stack(squares).sum() / count).sqrt().item()
        return loss, {"control_rms": moved}

    @torch.no_grad()
    def save() -> Metrics:
        kept = {name: value.clone() for name, value in branch.state_dict().items()}
        trainer.ema_model(branch)
        with whole_folder(run_folder / CONTROL_FOLDER) as folder:
            save_control(branch, checkpoint.id, CONTROL_NAMES, folder, kind)
        branch.load_state_dict(kept)
        return {}

    trainer.run(step_loss, minutes, on_checkpoint=save)
