"""Tunes how the condition enters a frozen AudioLDM: FiLM alone, or FiLM and the adapter together.

Denoising score matching on the recordings' latents, conditioned on the adapter's vectors of their
imitations. With this loss alone an adapter does not learn, because the loss barely depends on a
unit vector. It therefore keeps its own loss against the target space, and both parts have their own
learning rate; their gradient norms are logged.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError, StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.control import AnyUnet
from qvim_studio.families.audioldm.film import freeze_all_but_film, save_film
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.plans import plan_for
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.imitations import take_rows
from qvim_studio.training.loop.loop import LoopOptions, Metrics, Trainer, whole_folder
from qvim_studio.training.loop.machine import find_machine
from qvim_studio.training.trainers.adapter import AdapterTraining, adapter_loss
from qvim_studio.training.trainers.latents import load_or_make_latents
from qvim_studio.training.trainers.targets import load_targets, load_tower_voices
from qvim_studio.training.trainers.unet import UnetBatches, UnetTraining, denoising_loss
from qvim_studio.voice.adapter import Adapter, load_adapter, save_adapter
from qvim_studio.voice.conditioning import mix
from qvim_studio.voice.text_conditioner import REMEMBERED_TEXTS, TextConditioner

from diffusers import DDIMScheduler  # isort: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FilmTraining:
    """Hyper-parameters with their reasons.

    adapter_rate: of FiLM's learning rate; the adapter is trained already and FiLM adapts to it.
    adapter_weight: of the adapter's own loss, without which it drifts from the target space.
    min_gradient: a part whose gradients stay below it learns nothing. words_share: of the rows with
    a caption, those whose condition the words are mixed into, as balance mixes them.
    batches: which crops, curves and conditions a step sees; no decay of weights, which would
    shrink the frozen half of the projections.
    """

    adapter_rate: float = 0.3
    min_gradient: float = 1e-8
    adapter_weight: float = 0.5
    words_share: float = 0.0
    batches: UnetTraining = field(default_factory=UnetTraining)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(learning_rate=1e-4, weight_decay=0.0)
    )


class CaptionMixer:
    """Mixes captions of a sound into the condition that its voice gives."""

    def __init__(self, corpus: Corpus, checkpoint_folder: Path, share: float) -> None:
        """Raises CheckpointError for a checkpoint without a text tower, StudioError for a set
        without captions."""
        if not TextConditioner.is_in(checkpoint_folder):
            raise CheckpointError(
                f"{checkpoint_folder} has no text tower, so it learns no words. Leave --words out, "
                "or put text_encoder/ and tokenizer/ into it."
            )
        if not any(item.captions for item in corpus.items):
            raise StudioError(
                "The training set has no captions, so there are no words to learn. Build it of a "
                "captioned data set or of data pairs, or leave --words out."
            )
        self._share = share
        tower, known = TextConditioner(checkpoint_folder), {}
        captions = list(dict.fromkeys(text for item in corpus.items for text in item.captions))
        for first in range(0, len(captions), REMEMBERED_TEXTS):
            some = captions[first : first + REMEMBERED_TEXTS]
            known.update(zip(some, tower.embed(some), strict=True))
        # Concatenated outside of inference mode, whose tensors cannot take part in training.
        self._texts = [
            torch.cat([known[text].clone() for text in item.captions]) if item.captions else None
            for item in corpus.items
        ]

    def mixed(
        self, conditions: torch.Tensor, items: np.ndarray, rng: np.random.Generator
    ) -> torch.Tensor:
        """conditions: (rows, 512) of voices, for these items of the corpus."""
        rows = []
        for condition, item in zip(conditions.split(1), items, strict=True):
            texts = self._texts[item]
            if texts is None or rng.random() >= self._share:
                rows.append(condition)
                continue
            text = texts[int(rng.integers(len(texts)))][None].to(condition.device)
            rows.append(mix(condition, text, float(rng.random())))
        return torch.cat(rows)


class FilmStudent(nn.Module):
    """The frozen UNet with its FiLM, and the adapter where it is tuned as well."""

    def __init__(self, unet: AnyUnet, adapter: Adapter | None) -> None:
        super().__init__()
        self.unet = unet
        self.adapter = adapter
        self.film = freeze_all_but_film(unet)

    def gradient_norms(self) -> Metrics:
        """Of FiLM and of the adapter, before clipping."""
        parts = {"film_gradient": self.film}
        if self.adapter is not None:
            parts["adapter_gradient"] = list(self.adapter.parameters())
        return {name: float(nn.utils.get_total_norm(_gradients(p))) for name, p in parts.items()}


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    checkpoint: Checkpoint,
    embeddings_file: Path,
    *,
    is_joint: bool,
    options: FilmTraining | None = None,
) -> None:
    """Tune; leaves ``run_folder/film`` and, jointly, ``run_folder/adapter``.

    checkpoint: of the AudioLDM family. embeddings_file: of training.encoder.qvim_finish.
    Raises CheckpointError if it has no adapter, StudioError where a part gets no gradients.
    """
    options = options or FilmTraining()
    folder = checkpoint.installed_folder()
    corpus = load_corpus(corpus_folder)
    plan = replace(plan_for(checkpoint, VramMode.CPU), dtype=torch.float32)
    targets = load_targets(corpus, checkpoint.clap_id)
    if not (folder / "adapter").is_dir():
        raise CheckpointError(
            f"{folder} has no adapter/, with which this begins. Make it with: qvim-studio train "
            f"adapter --checkpoint {folder}, and copy the folder adapter that it leaves there."
        )
    adapter, binding = load_adapter(folder / "adapter")
    parts = load_audioldm(checkpoint, plan)
    with find_machine().main_first():
        cache_file = run_folder.parent / f"latents-{checkpoint.id}.pt"  # of all its trainings
        latents = load_or_make_latents(corpus, folder / "vae", cache_file)
    embeddings = np.load(embeddings_file)
    voices, rows = take_rows(embeddings["voices"], embeddings.get("first"))
    ears = [voices]
    if adapter.hears:
        ears.append(load_tower_voices(corpus, checkpoint.clap_id))
    mixer = CaptionMixer(corpus, folder, options.words_share) if options.words_share else None
    unet = parts.unet.train()
    student = FilmStudent(unet, adapter if is_joint else None)
    scheduler = DDIMScheduler.from_config(parts.scheduler_config)
    batches = UnetBatches(
        latents,
        corpus.indices("train"),
        targets.embeddings,
        targets.null,
        None,
        options.batches,
    )
    rates = {"adapter": options.adapter_rate} if is_joint else {}
    trainer = Trainer(student, options.loop, run_folder, rates)
    adapter.to(trainer.device)  # where it is not part of the student
    wanted_options = AdapterTraining(binding.clap_id, binding.generator_id)
    has_controls = bool(checkpoint.controls)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        batch = batches.draw(rng).to(trainer.device)
        takes = rows.draw(batch.items, rng)
        given = [torch.from_numpy(ear[takes]).to(trainer.device) for ear in ears]
        with torch.set_grad_enabled(is_joint):
            made = adapter(*given)
        asked = made if mixer is None else mixer.mixed(made, batch.items, rng)
        conditions = torch.where(batch.is_dropped[:, None], batch.conditions, asked)
        controls = batch.controls if has_controls else None
        denoising = denoising_loss(unet, scheduler, batch.latents, controls, conditions)
        metrics = {"denoising": denoising.item()}
        if not is_joint:
            return denoising, metrics
        wanted = torch.from_numpy(targets.embeddings[batch.items]).to(trainer.device)
        kept, details = adapter_loss(made, wanted, wanted_options)
        return denoising + options.adapter_weight * kept, metrics | details

    def watch() -> Metrics:
        norms = student.gradient_norms()
        for name, norm in norms.items():
            if norm < options.min_gradient:
                raise StudioError(
                    f"Training in {run_folder} stopped: {name.replace('_', ' ')} is {norm:.1e}, so "
                    "that part learns nothing. Check that the adapter belongs to the checkpoint."
                )
        return norms

    @torch.no_grad()
    def save() -> Metrics:
        kept = {name: value.clone() for name, value in student.state_dict().items()}
        trainer.ema_model(student)
        with whole_folder(run_folder / "film") as folder:
            save_film(unet, checkpoint.id, folder)
        if is_joint:
            with whole_folder(run_folder / "adapter") as folder:
                save_adapter(adapter, binding, folder)
        student.load_state_dict(kept)
        return {}

    trainer.run(step_loss, minutes, on_checkpoint=save, watch=watch)


def _gradients(parameters: list[nn.Parameter]) -> list[torch.Tensor]:
    return [p.grad for p in parameters if p.grad is not None]
