"""Second phase of the encoder: trains its upper half on maps that the lower half computes once.

The lower half responds to edges and textures and is good early. Their meaning takes many more steps
and far larger batches, and without the lower half a step costs a third. The teacher also runs once
for every sound.
"""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.networks.channels_last import channels_last
from qvim_studio.networks.qvim.encoder import QvimEncoder, load_qvim_encoder, save_qvim_encoder
from qvim_studio.networks.qvim.mobilenet import (
    EMBEDDING_DIM,
    SILENT_SHARE,
    MobileNetV3,
    padded_mean,
    set_stretch,
)
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE, QVIM_WINDOW_SAMPLES
from qvim_studio.networks.sound_effects_tower import DIMENSIONS
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.free_timing import EDGE_FRAMES, FreeTiming, Timing
from qvim_studio.training.corpus.imitations import ImitationSet, load_or_render
from qvim_studio.training.encoder.qvim import (
    DrawnSound,
    PairBatches,
    QvimTraining,
    mask_randomly,
)
from qvim_studio.training.encoder.qvim_losses import encoder_loss
from qvim_studio.training.encoder.qvim_maps import map_sounds, map_spectrogram
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    save_atomically,
    whole_folder,
)
from qvim_studio.training.loop.machine import find_machine, mixed_precision
from qvim_studio.training.loop.ranks import mean_reciprocal_rank
from qvim_studio.training.trainers.teacher import SoundSpace

log = logging.getLogger(__name__)

FIRST_UPPER = 8  # of MobileNetV3.features: from here on at a sixteenth of time and frequency
MAPS_FILE = "maps.pt"
MAPPED_AT_ONCE = 28
SHORT_SHARE = 0.7  # of a short window: there its sound is over, and what the layers see of it


@dataclass(frozen=True)
class UpperTraining:
    """Hyper-parameters with their reasons.

    pairs, extras: of a batch of short augmented sounds, see QvimTraining; whole_pairs: of a batch
    of whole ones on the real window, whole_share of all batches. views: augmented versions of a
    pair; extras_per_item: how many mixed and colored sounds there are. noise: on the maps, relative
    to their spread, and dropout before the head, against learning a small corpus by heart.
    contrast: heavier than in the first phase, because the batches are large enough to be hard.
    relation, quiet: as there. timing: how far rendered imitations depart from the timing of their
    references. cooldown: a constant rate traded clean takes for recorded ones; a falling one gained
    in both."""

    pairs: int = 32
    extras: int = 40
    whole_pairs: int = 40
    whole_share: float = 0.5
    views: int = 4
    extras_per_item: int = 8
    noise: float = 0.2
    dropout: float = 0.2
    relation: float = 2.0
    contrast: float = 1.0
    quiet: float = 2.0
    timing: Timing = field(default_factory=Timing)
    sounds: QvimTraining = field(default_factory=QvimTraining)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=1e-3, cooldown=0.5, weight_decay=0.05, checkpoint_every_s=240.0
        )
    )


class UpperLayers(nn.Module):
    """The upper half for both branches, its batch norms frozen, and the distillation head."""

    def __init__(self, network: MobileNetV3, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = copy.deepcopy(network.features[FIRST_UPPER:])
        channels_last(self.features)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(EMBEDDING_DIM, DIMENSIONS))

    def train(self, mode: bool = True) -> UpperLayers:
        """Batch norms always use their running statistics, as inference does."""
        super().train(mode)
        self.features.eval()
        return self

    def forward(self, maps: torch.Tensor, stretch: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Maps (batch, 80, 8, frames) → embeddings (batch, 960) before normalization, and how much
        silence adds to them. stretch: see networks.mobilenet.padded_mean."""
        set_stretch(self.features, stretch)
        with mixed_precision(maps.device):
            channels_last = maps.contiguous(memory_format=torch.channels_last)
            made = self.features(channels_last).float()
        frames = made.shape[3]
        silent = int(SILENT_SHARE * frames) if stretch > 1.0 else frames - EDGE_FRAMES
        return padded_mean(made, stretch), made[..., silent].abs().mean()


@dataclass(frozen=True, eq=False)
class UpperMaps:
    """float16 maps (..., 80, 8, frames) and the teacher's unit vectors (..., 512) of each.

    pairs: (train items, views, 2, ...), an imitation and its reference; extras: (extras, ...);
    voices: (takes, ...) and sounds: (items, ...) whole, on the real window.
    """

    pairs: torch.Tensor
    pair_targets: torch.Tensor
    extras: torch.Tensor
    extra_targets: torch.Tensor
    voices: torch.Tensor
    voice_targets: torch.Tensor
    sounds: torch.Tensor
    sound_targets: torch.Tensor


@dataclass(frozen=True, eq=False)
class UpperBatch:
    """maps: imitations, their references, then others; groups: (pairs,), see contrastive_loss."""

    maps: torch.Tensor
    wanted: torch.Tensor
    groups: torch.Tensor
    stretch: float


class UpperBatches:
    """Draws batches of maps, with rendered imitations in free timing."""

    def __init__(
        self, maps: UpperMaps, corpus: Corpus, imitations: ImitationSet, options: UpperTraining
    ) -> None:
        self.maps = maps
        self.imitations = imitations
        self.options = options
        self.indices = corpus.indices("train")
        self.groups = corpus.groups()
        self.voices = FreeTiming.of_whole(maps.voices, imitations, options.timing)
        self.pair_voices = FreeTiming.of_short(
            maps.pairs[:, :, 0].flatten(0, 1),
            int(SHORT_SHARE * maps.pairs.shape[-1]),
            np.repeat([not imitations.has_real(i) for i in self.indices], maps.pairs.shape[1]),
            options.timing,
        )

    def draw(self, rng: np.random.Generator) -> UpperBatch:
        is_whole = rng.random() < self.options.whole_share
        return self._whole(rng) if is_whole else self._short(rng)

    def _short(self, rng: np.random.Generator) -> UpperBatch:
        maps, options = self.maps, self.options
        places = self._places(options.pairs, rng)
        views = rng.integers(maps.pairs.shape[1], size=len(places))
        extras = rng.integers(len(maps.extras), size=options.extras)
        voices = self.pair_voices.draw(places * maps.pairs.shape[1] + views, rng)
        given = torch.cat([voices, maps.pairs[places, views, 1], maps.extras[extras]])
        wanted = [*maps.pair_targets[places, views].unbind(1), maps.extra_targets[extras]]
        stretch = QVIM_WINDOW_SAMPLES / options.sounds.window_samples
        return self._batch(given, torch.cat(wanted), places, stretch)

    def _whole(self, rng: np.random.Generator) -> UpperBatch:
        maps = self.maps
        places = self._places(self.options.whole_pairs, rng)
        items = self.indices[places]
        takes = self.imitations.rows.draw(items, rng)
        given = torch.cat([self.voices.draw(takes, rng), maps.sounds[items]])
        wanted = torch.cat([maps.voice_targets[takes], maps.sound_targets[items]])
        return self._batch(given, wanted, places, 1.0)

    def _places(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return rng.choice(len(self.indices), min(count, len(self.indices)), replace=False)

    def _batch(
        self, given: torch.Tensor, wanted: torch.Tensor, places: np.ndarray, stretch: float
    ) -> UpperBatch:
        groups = torch.from_numpy(self.groups[self.indices[places]])
        return UpperBatch(given.float(), wanted.float(), groups, stretch)


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    teacher_weights: Path,
    options: UpperTraining | None = None,
) -> None:
    """Train the upper half of ``run_folder/qvim``, or resume; leaves ``upper/qvim``.

    The maps, which take a while, are made again where the lower half has changed.
    """
    options = options or UpperTraining()
    corpus = load_corpus(corpus_folder)
    with find_machine().main_first():
        imitations = load_or_render(corpus)
    encoder = load_qvim_encoder(run_folder / "qvim")
    space = SoundSpace(corpus_folder, teacher_weights)
    batches = PairBatches(corpus, imitations, space, options.sounds)
    with find_machine().main_first():
        maps = load_or_make_maps(encoder, batches, options, run_folder / "upper" / MAPS_FILE)
    torch.manual_seed(options.loop.seed)
    upper = UpperLayers(encoder.imitation, options.dropout)
    trainer = Trainer(upper, options.loop, run_folder / "upper")
    drawn = UpperBatches(maps, corpus, imitations, options)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        batch = drawn.draw(rng)
        given, wanted = batch.maps.to(trainer.device), batch.wanted.to(trainer.device)
        noisy = given + options.noise * given.std() * torch.randn_like(given)
        raw, silence = upper(noisy, batch.stretch)
        groups = batch.groups.to(trainer.device)
        return encoder_loss(raw, upper.head(raw), wanted, groups, silence, options)

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(UpperLayers(encoder.imitation, options.dropout))
        averaged.to(trainer.device)
        made = copy.deepcopy(encoder)
        for network in (made.imitation, made.reference):
            network.load_state_dict(encoder.imitation.state_dict())
            network.features[FIRST_UPPER:].load_state_dict(averaged.features.state_dict())
        with whole_folder(run_folder / "upper" / "qvim") as folder:
            save_qvim_encoder(made, folder)
        return _validate(averaged, drawn, corpus)

    trainer.run(step_loss, minutes, on_checkpoint=save)


def _validate(upper: UpperLayers, drawn: UpperBatches, corpus: Corpus) -> Metrics:
    """Of the first imitation of each held-out sound, at its pace and in a time of its own, and of
    the last, which a microphone in a room has heard where it is rendered."""
    maps, held_out = drawn.maps, corpus.indices("held_out")
    device = find_machine().device

    def embed(maps_of: torch.Tensor) -> torch.Tensor:
        return torch.cat([upper(part.float().to(device), 1.0)[0] for part in maps_of.split(32)])

    def units(raw: torch.Tensor) -> np.ndarray:
        return nn.functional.normalize(raw, dim=-1).cpu().numpy()

    raw = embed(maps.sounds[held_out])
    references = units(raw)
    first = drawn.imitations.rows.first
    takes = first[held_out]
    queries = units(embed(maps.voices[takes]))
    free_queries = units(embed(drawn.voices.draw(takes, np.random.default_rng(0))))
    recorded_queries = units(embed(maps.voices[first[held_out + 1] - 1]))
    items = np.arange(len(held_out))
    labels = np.unique([corpus.items[i].label for i in held_out], return_inverse=True)[1]
    guessed, wanted = upper.head(raw).cpu(), maps.sound_targets[held_out].float()
    return {
        "item_mrr": mean_reciprocal_rank(queries, references, items),
        "free_item_mrr": mean_reciprocal_rank(free_queries, references, items),
        "recorded_item_mrr": mean_reciprocal_rank(recorded_queries, references, items),
        "label_mrr": mean_reciprocal_rank(queries, references, labels),
        "teacher_cosine": float(nn.functional.cosine_similarity(guessed, wanted).mean()),
    }


def load_or_make_maps(
    encoder: QvimEncoder, batches: PairBatches, options: UpperTraining, path: Path
) -> UpperMaps:
    """Those of ``path`` where they are of this lower half, these sounds and these options."""
    made_of = _name_of_maps(encoder, batches, options)
    if path.is_file():
        stored = torch.load(path, weights_only=True, mmap=True)
        if stored.pop("made_of") == made_of:
            return UpperMaps(**stored)
    log.info("mapping augmented sounds: this takes minutes")
    maps = _make_maps(encoder, batches, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_atomically({**vars(maps), "made_of": made_of}, path)
    return maps


def _name_of_maps(encoder: QvimEncoder, batches: PairBatches, options: UpperTraining) -> str:
    name = hashlib.sha256()
    for value in encoder.imitation.features[:FIRST_UPPER].state_dict().values():
        name.update(value.float().numpy().tobytes())
    counts = (options.views, options.extras_per_item, options.sounds)
    name.update(f"{batches.corpus.id} {batches.imitations.id} {counts}".encode())
    return name.hexdigest()


@torch.no_grad()
def _make_maps(encoder: QvimEncoder, batches: PairBatches, options: UpperTraining) -> UpperMaps:
    lower = copy.deepcopy(encoder.imitation.features[:FIRST_UPPER]).eval()
    channels_last(lower.to(find_machine().device))
    indices, views = batches.indices, options.views
    pairs, pair_targets = _map_short(
        encoder,
        lower,
        (sound for item in indices for view in range(views) for sound in batches.pair(item, view)),
        batches,
    )
    kinds = range(options.extras_per_item * len(indices))
    extras, extra_targets = _map_short(encoder, lower, map(batches.extra, kinds), batches)
    shape = (len(indices), views, 2)
    set_stretch(lower, 1.0)
    corpus, imitations, space = batches.corpus, batches.imitations, batches.space
    takes = len(imitations.spans)
    return UpperMaps(
        pairs.unflatten(0, shape),
        pair_targets.unflatten(0, shape),
        extras,
        extra_targets,
        map_sounds(encoder.front_end, lower, takes, batches.take),
        space.embed_whole(map(imitations.row, range(takes)), QVIM_SAMPLE_RATE).half(),
        map_sounds(
            encoder.front_end,
            lower,
            len(corpus.items),
            lambda i: corpus.samples(corpus.items[i], QVIM_SAMPLE_RATE),
        ),
        torch.from_numpy(space.targets).half(),
    )


def _map_short(
    encoder: QvimEncoder, lower: nn.Module, sounds: Iterable[DrawnSound], batches: PairBatches
) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps, with bands and frames masked, and the teacher's vectors of augmented sounds."""
    options = batches.options
    front_end = copy.deepcopy(encoder.front_end).to(find_machine().device)
    set_stretch(lower, QVIM_WINDOW_SAMPLES / options.window_samples)
    maps, wanted = [], []
    remaining = iter(sounds)
    while drawn := list(islice(remaining, MAPPED_AT_ONCE)):
        rng = np.random.default_rng((options.loop.seed, 2, len(maps)))
        audio = torch.from_numpy(np.stack([batches.place(sound.samples, rng) for sound in drawn]))
        spectrogram = front_end(audio.to(find_machine().device))
        for row in spectrogram.split(1):
            mask_randomly(row, options, rng)
        maps.append(map_spectrogram(lower, spectrogram))
        clean = [sound.clean for sound in drawn]
        wanted.append(batches.space.embed_short(clean, QVIM_SAMPLE_RATE).half())
    return torch.cat(maps), torch.cat(wanted)
