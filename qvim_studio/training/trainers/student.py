"""Distils a few-step student of a checkpoint's UNet, for sketches (see families.audioldm.student).

At each of its few noise levels the student learns to land, with one step and one pass, where the
teacher lands with several guided steps: progressive distillation (Salimans & Ho 2022, algorithm 2)
and guidance distillation (Meng et al., "On distillation of guided diffusion models", 2023) at once.
It learns on its own path, because guided steps lead away from the noised sounds of the training set
(Ross et al., "A reduction of imitation learning and structured prediction to no-regret online
learning", 2011).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.utils import parametrize

from qvim_studio.checkpoints.card import Defaults
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import SamplerName, VramMode
from qvim_studio.diffusion.denoiser import guided
from qvim_studio.diffusion.sampler import expected_clean, make_scheduler, sample_latents
from qvim_studio.families.audioldm.control import AnyUnet
from qvim_studio.families.audioldm.label_denoiser import (
    LabelConditions,
    LabelDenoiser,
    label_conditions,
)
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.audioldm.student import (
    DOWN,
    RANK,
    STUDENT_FOLDER,
    UP,
    WEIGHTS_FILE,
    LowRankChange,
    StudentCard,
    changeable,
    fingerprint,
    make_student_solver,
    save_student,
    student_timesteps,
)
from qvim_studio.families.plans import plan_for
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
from qvim_studio.training.trainers.latents import load_or_make_latents
from qvim_studio.training.trainers.targets import load_predicted, load_targets
from qvim_studio.training.trainers.unet import Batch, UnetBatches, UnetTraining

from diffusers import DPMSolverMultistepScheduler  # isort: skip

HUBER_RMS = 0.1  # about the distance of a trained student, beyond which the loss grows linearly


@dataclass(frozen=True)
class StudentTraining:
    """Hyper-parameters with their reasons.

    steps: of a sketch; substeps: of the teacher for each of them. strangers: share of a batch
    that begins with another sound than its condition and curves say, as a sketch does that starts
    from a near real sound. batches: the UNet's crops and curves in half of its batch, for the
    teacher goes over them six times; no dropped conditions, which guidance would not move.
    reference_steps: of the teacher in the validation.
    """

    steps: int = 4
    substeps: int = 3
    strangers: float = 0.5
    reference_steps: int = 24
    batches: UnetTraining = field(
        default_factory=lambda: UnetTraining(frames_per_batch=384, drop_condition=0.0)
    )
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=5e-4, warmup_steps=50, cooldown=0.5, weight_decay=0.0, ema_decay=0.99
        )
    )


class StudentChanges(nn.Module):
    """Low-rank changes of all layers of a UNet, which they work on only inside ``working``."""

    def __init__(self, unet: AnyUnet, rank: int = RANK) -> None:
        super().__init__()
        layers = changeable(unet)
        self._by_name = {name: LowRankChange(layer.weight, rank) for name, layer in layers.items()}
        self.changes = nn.ModuleList(self._by_name.values())
        self._switch = _Switch()
        for layer, change in zip(layers.values(), self._by_name.values(), strict=True):
            parametrize.register_parametrization(layer, "weight", _Changed(change, self._switch))

    @contextmanager
    def working(self) -> Iterator[None]:
        """Within the context the UNet is the student, outside of it the teacher."""
        self._switch.is_on = True
        try:
            yield
        finally:
            self._switch.is_on = False

    def begin_with(self, folder: Path) -> None:
        """Begin with a stored student, also one of another teacher."""
        stored = load_file(folder / WEIGHTS_FILE)
        for name, change in self.by_name().items():
            change.load_state_dict({part: stored[f"{name}.{part}"] for part in (DOWN, UP)})

    def by_name(self) -> dict[str, LowRankChange]:
        return dict(self._by_name)


@dataclass(eq=False)
class _Switch:
    is_on: bool = False


class _Changed(nn.Module):
    """A layer's weight with its change, which belongs to StudentChanges."""

    def __init__(self, change: LowRankChange, switch: _Switch) -> None:
        super().__init__()
        self._borrowed = (change, switch)  # in a tuple: not this module's own parameters

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        change, switch = self._borrowed
        return weight + change().view_as(weight) if switch.is_on else weight


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    checkpoint: Checkpoint,
    predicted_file: Path | None = None,
    options: StudentTraining | None = None,
) -> None:
    """Train, or resume a training; leaves ``run_folder/student``.

    predicted_file: the conditions of the checkpoint's adapter for the imitations
    (training.trainers.adapter).
    """
    options = options or StudentTraining()
    folder = checkpoint.installed_folder()
    corpus = load_corpus(corpus_folder)
    plan = replace(plan_for(checkpoint, VramMode.CPU), dtype=torch.float32)
    parts = load_audioldm(checkpoint, plan)
    with find_machine().main_first():
        cache_file = run_folder.parent / f"latents-{checkpoint.id}.pt"  # of all its trainings
        latents = load_or_make_latents(corpus, folder / "vae", cache_file)
    targets = load_targets(corpus, checkpoint.clap_id)
    predicted = load_predicted(predicted_file, corpus)
    train, held_out = (
        UnetBatches(
            latents,
            corpus.indices(split),
            targets.embeddings,
            targets.null,
            predicted,
            options.batches,
        )
        for split in ("train", "held_out")
    )
    torch.manual_seed(options.loop.seed)
    unet = parts.unet.eval().requires_grad_(False).to(find_machine().device)
    teacher = fingerprint(unet.state_dict())
    student = StudentChanges(unet)
    if can_start_warm(run_folder, STUDENT_FOLDER):
        student.begin_with(run_folder / STUDENT_FOLDER)
    trainer = Trainer(student, options.loop, run_folder)
    lesson = Lesson(unet, student, parts.scheduler_config, checkpoint.defaults, options)
    null = torch.from_numpy(targets.null).float().to(trainer.device)

    def lesson_of(batch: Batch, rng: np.random.Generator) -> tuple[torch.Tensor, LabelConditions]:
        latents = batch.latents.clone()
        is_strange = torch.from_numpy(rng.random(len(latents)) < options.strangers)
        latents[is_strange] = latents.roll(1, dims=0)[is_strange]
        controls = batch.controls if checkpoint.controls else None
        unwanted = null.expand_as(batch.conditions)
        return latents, label_conditions(batch.conditions, unwanted, controls)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        latents, conditions = lesson_of(train.draw(rng).to(trainer.device), rng)
        level = int(rng.integers(options.steps))
        return lesson.loss(latents, conditions, level, int(rng.integers(level + 1))), {}

    @torch.no_grad()
    def save() -> Metrics:
        kept = {name: value.clone() for name, value in student.state_dict().items()}
        trainer.ema_model(student)
        rng = np.random.default_rng(0)
        errors = lesson.errors(*lesson_of(held_out.draw(rng).to(trainer.device), rng))
        card = StudentCard(teacher, checkpoint.defaults.guidance, options.steps, *errors)
        with whole_folder(run_folder / STUDENT_FOLDER) as out:
            save_student(student.by_name(), card, out)
        student.load_state_dict(kept)
        return {"error": card.error, "plain_error": card.plain_error}

    trainer.run(step_loss, minutes, on_checkpoint=save)


class Lesson:
    """The teacher's steps, and the distance of the student's."""

    def __init__(
        self,
        unet: AnyUnet,
        student: StudentChanges,
        scheduler_config: dict[str, object],
        defaults: Defaults,
        options: StudentTraining,
    ) -> None:
        """defaults: of the checkpoint; the student takes in their guidance."""
        self.denoise = LabelDenoiser(unet)
        self.student = student
        self.config = scheduler_config
        self.guidance = defaults.guidance
        self.strength = defaults.strength
        self.options = options
        self.solver = make_student_solver(scheduler_config)
        total = len(self.solver.alphas_cumprod)
        fine = student_timesteps(total, options.steps * options.substeps)
        # The last level's lesson ends with clean latents, every other one where the next begins.
        self.levels = [
            fine[level * options.substeps : (level + 1) * options.substeps + 1]
            for level in range(options.steps)
        ]

    def loss(
        self, latents: torch.Tensor, conditions: LabelConditions, level: int, first: int
    ) -> torch.Tensor:
        """Distance to where the teacher lands, as clean latents, weighted by the truncated SNR
        (Salimans & Ho 2022, section 4).

        latents: (batch, channels, frames, bins), noised for level ``first``; from there the student
        goes to ``level`` by itself. Pseudo-Huber (Song & Dhariwal, "Improved
        techniques for training consistency models", 2024, eq. 8) of each row's RMS: guidance now
        and then throws the teacher far out, and one such row would undo a hundred steps.
        """
        timesteps = self.levels[level]
        begin = torch.tensor(self.levels[first][0], device=latents.device)
        noise = torch.randn_like(latents)
        noisy = self.solver.add_noise(latents, noise, begin.expand(len(latents)))
        for passed in range(first, level):
            noisy = self.land(noisy, conditions, passed)
        wanted = self._shown(noisy, conditions, timesteps)
        clean = self._expected(noisy, conditions, level)
        alpha = self.solver.alphas_cumprod[timesteps[0]]
        weight = max(float(alpha / (1 - alpha)), 1.0)
        square = weight * (clean - wanted).square().mean(dim=(1, 2, 3))
        return ((square + HUBER_RMS**2).sqrt() - HUBER_RMS).mean()

    @torch.no_grad()
    def land(self, noisy: torch.Tensor, conditions: LabelConditions, level: int) -> torch.Tensor:
        """The latents after one step of the student, at any level but the last."""
        kept, added = self._step(self.levels[level])
        return kept * noisy + added * self._expected(noisy, conditions, level)

    def _expected(
        self, noisy: torch.Tensor, conditions: LabelConditions, level: int
    ) -> torch.Tensor:
        """The clean latents that the student expects."""
        begin = torch.tensor(self.levels[level][0], device=noisy.device)
        with self.student.working(), mixed_precision(noisy.device):
            made = guided(self.denoise, noisy, begin, conditions, 1.0).float()
        return expected_clean(self.solver, noisy, made, begin)

    def _step(self, timesteps: list[int]) -> tuple[float, float]:
        """Shares of the noisy and of the expected clean latents in those where a step leads."""
        alphas = self.solver.alphas_cumprod[[timesteps[0], timesteps[-1]]].double()
        (signal, end_signal), (spread, end_spread) = alphas.sqrt(), (1 - alphas).sqrt()
        kept = float(end_spread / spread)
        return kept, float(end_signal) - kept * float(signal)

    @torch.no_grad()
    def _shown(
        self, noisy: torch.Tensor, conditions: LabelConditions, timesteps: list[int]
    ) -> torch.Tensor:
        """The clean latents that one step would need to expect to land where the teacher lands."""
        solver = DPMSolverMultistepScheduler.from_config(
            self.config, algorithm_type="dpmsolver++", solver_order=2
        )
        solver.set_timesteps(timesteps=timesteps, device=noisy.device)
        latents = noisy
        for timestep in solver.timesteps[: self.options.substeps]:
            with mixed_precision(noisy.device):
                made = guided(self.denoise, latents, timestep, conditions, self.guidance)
            latents = solver.step(made.float(), timestep, latents, return_dict=False)[0]
        if len(timesteps) == self.options.substeps:
            return latents
        kept, added = self._step(timesteps)
        return (latents - kept * noisy) / added

    @torch.no_grad()
    def errors(self, latents: torch.Tensor, conditions: LabelConditions) -> tuple[float, float]:
        """Of the student and of as many guided steps of the teacher, relative to many of them; the
        mean of beginning with noise and with ``latents``."""
        rows = [self._errors(start, latents.shape, conditions) for start in (None, latents)]
        student, plain = np.mean(np.array(rows), axis=0)
        return float(student), float(plain)

    def _errors(
        self, start: torch.Tensor | None, shape: torch.Size, conditions: LabelConditions
    ) -> tuple[float, float]:
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(0))
        noise = noise.to(conditions.wanted.labels.device)
        options = self.options

        def made(solver: object, steps: int, guidance: float) -> torch.Tensor:
            return sample_latents(
                self.denoise,
                solver,
                noise,
                conditions,
                steps=steps,
                guidance=guidance,
                start=start,
                strength=1.0 if start is None else self.strength,
                on_step=lambda done, steps: None,
                is_cancelled=lambda: False,
            )

        solver = make_scheduler(SamplerName.DPM_SOLVER, self.config, has_start=start is not None)
        reference = made(solver, options.reference_steps, self.guidance)
        plain = made(solver, options.steps, self.guidance)
        with self.student.working():
            own = made(self.solver, options.steps, 1.0)
        scale = reference.norm()
        return float((own - reference).norm() / scale), float((plain - reference).norm() / scale)
