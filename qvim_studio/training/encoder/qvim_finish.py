"""Last phase of the encoder: trains its last layer on the exact inputs of inference.

The phases before stand in for most of the 10 s window. Here the trunk is frozen and run once over
every recording in the real window, and the last convolution of each branch is trained on those
cached maps: thousands of steps with large batches in a few minutes of a processor.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM, padded_mean
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE
from qvim_studio.training.corpus.corpus import Corpus, load_corpus, save_arrays
from qvim_studio.training.corpus.free_timing import FreeTiming, Timing
from qvim_studio.training.corpus.imitations import ImitationSet, load_or_render
from qvim_studio.training.corpus.recording import Recording, recorded_row
from qvim_studio.training.encoder.qvim_losses import contrastive_loss, relational_loss
from qvim_studio.training.encoder.qvim_maps import map_sounds
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    save_atomically,
    whole_folder,
)
from qvim_studio.training.loop.machine import find_machine
from qvim_studio.training.loop.ranks import mean_reciprocal_rank, reciprocal_ranks

log = logging.getLogger(__name__)

EMBEDDINGS_FILE = "embeddings.npz"


@dataclass(frozen=True)
class FinishTraining:
    """Hyper-parameters with their reasons.

    batch: large, because InfoNCE needs many wrong answers and a step costs little. noise: relative
    to
    the maps' spread, against learning the corpus by heart. distillation, relation: as in the first
    phase; they preserve what goes beyond the synthetic imitations. timing, recording: see
    training.encoder.qvim_upper and training.encoder.qvim.
    """

    batch: int = 160
    noise: float = 0.15
    distillation: float = 1.0
    relation: float = 1.0
    timing: Timing = field(default_factory=Timing)
    recording: Recording = field(default_factory=Recording)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=3e-4, weight_decay=0.02, ema_decay=0.99, checkpoint_every_s=60.0
        )
    )


class LastLayers(nn.Module):
    """The last block of both branches, their batch norms frozen, and the distillation head."""

    def __init__(self, encoder: QvimEncoder) -> None:
        super().__init__()
        self.imitation = copy.deepcopy(encoder.imitation.features[-1])
        self.reference = copy.deepcopy(encoder.reference.features[-1])
        self.head = nn.Linear(EMBEDDING_DIM, 512)

    def train(self, mode: bool = True) -> LastLayers:
        """Batch norms always use their running statistics, as inference does."""
        super().train(mode)
        self.imitation.eval()
        self.reference.eval()
        return self

    def embed(self, maps: torch.Tensor, branch: str) -> torch.Tensor:
        """Trunk maps (batch, 160, 4, 32) → unit embeddings (batch, 960)."""
        features = getattr(self, branch)(maps)
        return nn.functional.normalize(padded_mean(features, 1.0), dim=-1)


def run(
    corpus_folder: Path, run_folder: Path, minutes: float, options: FinishTraining | None = None
) -> None:
    """Finish the encoder in ``run_folder/qvim``; leaves ``run_folder/finish/qvim`` and embeddings.

    embeddings.npz: voices (takes, 960), first (items + 1,) of imitations.TakeRows, sounds
    (items, 960), encoder_id.
    """
    options = options or FinishTraining()
    corpus = load_corpus(corpus_folder)
    with find_machine().main_first():
        imitations = load_or_render(corpus)
    targets = torch.from_numpy(np.load(corpus_folder / "targets.npz")["embeddings"])
    upper = run_folder / "upper" / "qvim"
    encoder = load_qvim_encoder(upper if upper.is_dir() else run_folder / "qvim")
    with find_machine().main_first():
        voices, sounds = _cached_maps(encoder, corpus, imitations, options.recording, run_folder)
    timed = FreeTiming.of_whole(voices, imitations, options.timing)
    layers = LastLayers(encoder)
    trainer = Trainer(layers, options.loop, run_folder / "finish")
    train = corpus.indices("train")
    groups = torch.from_numpy(corpus.groups())

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        drawn = rng.choice(train, size=min(options.batch, len(train)), replace=False)
        given = (timed.draw(imitations.rows.draw(drawn, rng), rng), sounds[drawn])
        maps = [side.to(trainer.device).float() for side in given]
        noisy = [side + options.noise * side.std() * torch.randn_like(side) for side in maps]
        wanted = targets[drawn].to(trainer.device)
        made = layers.embed(noisy[0], "imitation"), layers.embed(noisy[1], "reference")
        contrast = contrastive_loss(*made, groups[drawn].to(trainer.device))
        distances = [
            1 - nn.functional.cosine_similarity(layers.head(side), wanted).mean() for side in made
        ]
        relation = relational_loss(made[1], wanted)
        loss = contrast + options.distillation * (distances[0] + distances[1])
        return loss + options.relation * relation, {
            "contrast": contrast.item(),
            "distance": distances[0].item(),
            "relation": relation.item(),
        }

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(LastLayers(encoder))
        finished = copy.deepcopy(encoder)
        finished.imitation.features[-1].load_state_dict(averaged.imitation.state_dict())
        finished.reference.features[-1].load_state_dict(averaged.reference.state_dict())
        with whole_folder(run_folder / "finish" / "qvim") as folder:
            save_qvim_encoder(finished, folder)
        name = encoder_id(load_qvim_encoder(run_folder / "finish" / "qvim"))
        return _write_embeddings(corpus, averaged, imitations, voices, sounds, run_folder, name)

    trainer.run(step_loss, minutes, on_checkpoint=save)


@torch.no_grad()
def embed_corpus(corpus_folder: Path, run_folder: Path, encoder: QvimEncoder) -> Metrics:
    """Write the embeddings of a finished encoder, for the adapter's training."""
    corpus = load_corpus(corpus_folder)
    imitations = load_or_render(corpus)
    voices, sounds = _cached_maps(
        encoder, corpus, imitations, FinishTraining().recording, run_folder
    )
    layers = LastLayers(encoder).eval()
    name = encoder_id(encoder)
    return _write_embeddings(corpus, layers, imitations, voices, sounds, run_folder, name)


def _write_embeddings(
    corpus: Corpus,
    layers: LastLayers,
    imitations: ImitationSet,
    voices: torch.Tensor,
    sounds: torch.Tensor,
    run_folder: Path,
    name: str,
) -> Metrics:
    made_sounds = _embed(layers, sounds, "reference")
    made_voices = _embed(layers, voices, "imitation")
    first = imitations.rows.first
    save_arrays(
        run_folder / EMBEDDINGS_FILE,
        voices=made_voices,
        first=first,
        sounds=made_sounds,
        encoder_id=name,
    )
    return _validate(corpus, imitations, made_voices[first[:-1]], made_sounds)


def _embed(layers: LastLayers, maps: torch.Tensor, branch: str) -> np.ndarray:
    return np.concatenate([layers.embed(part.float(), branch).numpy() for part in maps.split(128)])


def _validate(
    corpus: Corpus, imitations: ImitationSet, voices: np.ndarray, sounds: np.ndarray
) -> Metrics:
    """Of the first imitation of each held-out sound; people's apart where there are any."""
    held_out = corpus.indices("held_out")
    labels = np.unique([corpus.items[i].label for i in held_out], return_inverse=True)[1]
    items = np.arange(len(held_out))
    order = np.random.default_rng(0).permutation(len(held_out))
    queries, wanted = voices[held_out], sounds[held_out]
    real = np.array([imitations.has_real(item) for item in held_out])
    own = items[:, None] == items[None, :]
    ranks = reciprocal_ranks(queries @ wanted.T, own)
    return {
        "item_mrr": float(ranks.mean()),
        **({"real_item_mrr": float(ranks[real].mean())} if real.any() else {}),
        "label_mrr": mean_reciprocal_rank(queries, wanted, labels),
        "chance_item_mrr": mean_reciprocal_rank(queries[order], wanted, items),
        "pair_cosine": float((queries * wanted).sum(axis=1).mean()),
        "other_cosine": float((queries @ wanted.T).mean()),
    }


@torch.no_grad()
def _cached_maps(
    encoder: QvimEncoder,
    corpus: Corpus,
    imitations: ImitationSet,
    recording: Recording,
    run_folder: Path,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Trunk maps in float16: voices (takes, 160, 4, 32), sounds (items, 160, 4, 32)."""
    path = run_folder / "maps.pt"
    made_of = {
        "encoder_id": encoder_id(encoder),
        "corpus_id": corpus.id,
        "imitations_id": imitations.id,
        "recording": str(recording),
    }
    if path.is_file():
        state = torch.load(path, weights_only=True)
        if all(state.get(name) == value for name, value in made_of.items()):
            return state["voices"], state["sounds"]
    items = corpus.items
    sounds = map_sounds(
        encoder.front_end,
        encoder.reference.features[:-1],
        len(items),
        lambda i: corpus.samples(items[i], QVIM_SAMPLE_RATE),
    )
    lower = encoder.imitation.features[:-1]
    voices = map_sounds(
        encoder.front_end,
        lower,
        len(imitations.spans),
        lambda row: recorded_row(imitations, row, recording),
    )
    save_atomically({"voices": voices, "sounds": sounds, **made_of}, path)
    return voices, sounds
