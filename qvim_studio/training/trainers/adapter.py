"""Trains the adapter: embeddings of imitations and references → the 512-d target space.

Training it through the UNet's noise loss alone is known to fail (the gradients vanish), so it
regresses and contrasts against cached embeddings of the reference sounds, and keeps the
similarity structure of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import TakeRows, take_rows
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)
from qvim_studio.training.loop.ranks import mean_reciprocal_rank
from qvim_studio.training.trainers.targets import load_targets, load_tower_voices
from qvim_studio.voice.adapter import Adapter, AdapterBinding, load_adapter, save_adapter

PREDICTED_FILE = "predicted.npy"
MAX_PREDICTED_TAKES = 16  # of one item; those of items with fewer are repeated
MAX_REMEMBERED = 4096  # sounds: 12 MB of a checkpoint


@dataclass(frozen=True)
class AdapterTraining:
    """Hyper-parameters with their reasons.

    imitation_share: the adapter is used on the imitation branch, so most of a batch is that.
    contrast, structure: weights beside the cosine distance. noise: largest length of the random
    direction added to an embedding; dropout: share of hidden values left out; both, and the weight
    decay, against learning a small corpus by heart (without them a plain ridge regression is
    better on unseen sounds). temperature: wider than the encoder's, targets of similar sounds lie
    close on purpose.
    """

    clap_id: str
    generator_id: str
    batch: int = 128
    imitation_share: float = 0.7
    contrast: float = 0.3
    structure: float = 2.0
    noise: float = 1.0
    dropout: float = 0.8
    temperature: float = 0.15
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=5e-4, weight_decay=0.5, checkpoint_every_s=60.0
        )
    )


def adapter_loss(
    made: torch.Tensor, targets: torch.Tensor, options: AdapterTraining
) -> tuple[torch.Tensor, Metrics]:
    """Cosine + InfoNCE + distance of the similarity matrices; both (batch, 512), unit norm."""
    cosine = (made * targets).sum(dim=-1).mean()
    logits = made @ targets.T / options.temperature
    rows = torch.arange(len(made), device=made.device)
    contrast = nn.functional.cross_entropy(logits, rows)
    structure = (made @ made.T - targets @ targets.T).square().mean()
    loss = (1 - cosine) + options.contrast * contrast + options.structure * structure
    return loss, {"cosine": cosine.item(), "structure": structure.item()}


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    embeddings_file: Path,
    options: AdapterTraining,
) -> None:
    """Train; leaves ``run_folder/adapter`` and ``predicted.npy``.

    embeddings_file: the finished encoder's embeddings of the corpus (training.encoder.qvim_finish).

    predicted.npy: (items, takes, 512), the adapter's conditions for the imitations, on which the
    UNet is then trained.
    """
    corpus = load_corpus(corpus_folder)
    targets = load_targets(corpus, options.clap_id).embeddings
    tower_voices = load_tower_voices(corpus, options.clap_id)
    stored = np.load(embeddings_file)
    voices, rows = take_rows(stored["voices"], stored.get("first"))
    sounds = stored["sounds"]
    if len(voices) != len(tower_voices):
        raise StudioError(
            f"{embeddings_file} holds {len(voices)} imitations, the targets {len(tower_voices)}. "
            "Make both again: qvim-studio train targets, then train qvim or train restore."
        )
    binding = AdapterBinding(
        str(stored["encoder_id"]), options.clap_id, options.generator_id, hears=True
    )
    torch.manual_seed(options.loop.seed)
    adapter = Adapter(hears=True)
    if can_start_warm(run_folder, "adapter"):
        begun, _ = load_adapter(run_folder / "adapter")
        adapter.load_state_dict(begun.state_dict(), strict=False)  # the second ear may be absent
    for network in filter(None, (adapter.layers, adapter.heard_layers)):
        network[2] = nn.Sequential(network[2], nn.Dropout(options.dropout))
    trainer = Trainer(adapter, options.loop, run_folder)
    train = corpus.indices("train")
    remembered = train[:: -(-len(train) // MAX_REMEMBERED)]
    # An item's own recordings are hidden from its row, as they are absent for unknown voices.
    groups = corpus.groups()
    of_take = np.repeat(groups, np.diff(rows.first))
    is_own = torch.from_numpy(of_take[:, None] == groups[remembered][None, :])

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        drawn = rng.choice(train, size=min(options.batch, len(train)), replace=False)
        is_voice = rng.random(len(drawn)) < options.imitation_share
        takes, wanted = rows.draw(drawn, rng), torch.from_numpy(targets[drawn]).to(trainer.device)
        views = adapter.views(
            *(
                _noisy(
                    np.where(is_voice[:, None], of_voices[takes], of_sounds[drawn]), options, rng
                ).to(trainer.device)
                for of_voices, of_sounds in ((voices, sounds), (tower_voices, targets))
            )
        )
        # Each by itself, because with the sum one would rely on the other.
        losses, metrics = zip(*(adapter_loss(view, wanted, options) for view in views), strict=True)
        return torch.stack(losses).sum(), {
            **metrics[0],
            **{f"heard_{name}": value for name, value in metrics[1].items()},
        }

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(Adapter(hears=True))
        averaged.remember(*(torch.from_numpy(side[remembered]) for side in (sounds, targets)))
        both = (torch.from_numpy(side) for side in (voices, tower_voices))
        predicted = _by_item(averaged(*both, is_own).numpy(), rows)
        np.save(run_folder / PREDICTED_FILE, predicted)
        with whole_folder(run_folder / "adapter") as folder:
            save_adapter(averaged, binding, folder)
        held_out = corpus.indices("held_out")
        made, wanted = predicted[held_out, 0], targets[held_out]
        return {
            "held_out_cosine": float((made * wanted).sum(axis=1).mean()),
            "held_out_mrr": mean_reciprocal_rank(made, wanted, np.arange(len(held_out))),
        }

    trainer.run(step_loss, minutes, on_checkpoint=save)


def _noisy(vectors: np.ndarray, options: AdapterTraining, rng: np.random.Generator) -> torch.Tensor:
    """Unit vectors (n, dim), each moved in a random direction by up to ``options.noise``."""
    direction = rng.standard_normal(vectors.shape)
    direction *= options.noise * rng.random() / np.linalg.norm(direction, axis=1)[:, None]
    return nn.functional.normalize(torch.from_numpy(vectors + direction).float(), dim=-1)


def _by_item(made: np.ndarray, rows: TakeRows) -> np.ndarray:
    """(takes, 512) → (items, takes of one item, 512)."""
    counts = np.diff(rows.first)
    slots = np.arange(min(counts.max(), MAX_PREDICTED_TAKES))
    return made[rows.first[:-1, None] + slots % counts[:, None]]
