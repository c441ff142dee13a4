"""Trains the encoder's upper half to match an audio tagger that knows AudioSet.

The corpus alone teaches which of its sounds are alike. A tagger trained on thousands of hours of
all kinds of sound knows that a bark is a dog, whoever barks. The student matches the teacher's
features, the scores of its classes and which sounds it finds alike, on endless mixes of all audio
at hand, so that no label and no imitation is needed. The lower half, which responds to edges and
textures, stays as it is; without it a step costs a third.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.networks.channels_last import channels_last
from qvim_studio.networks.fused import fused
from qvim_studio.networks.qvim.efficientat import CLASSES, FEATURES, EfficientAt, load_efficientat
from qvim_studio.networks.qvim.encoder import QvimEncoder, load_qvim_encoder, save_qvim_encoder
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM, MobileNetV3, set_stretch
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE, QVIM_WINDOW_SAMPLES
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.sound_mixes import Mixing, SoundBank, SoundMixes, load_or_make_bank
from qvim_studio.training.encoder.qvim_upper import FIRST_UPPER
from qvim_studio.training.loop.loop import LoopOptions, Metrics, Trainer, whole_folder

BANK_FILE = "bank.npz"
STANDARD_BATCHES = 12  # of the estimate of the teacher's mean and spread
VALIDATION_BATCHES = 4
VALIDATION_SEED = 1_000_003


@dataclass(frozen=True)
class DistillationTraining:
    """Hyper-parameters with their reasons.

    batch: mixes in a step. frames: 2 s, the shortest window that inference gives a sound.
    features, tags, relation: weights of the distances in the teacher's features, its classes'
    scores, and its similarities; the three terms are about equal at first. dropout: before the
    heads.
    """

    batch: int = 32
    frames: int = 200
    features: float = 1.0
    tags: float = 20.0
    relation: float = 5.0
    dropout: float = 0.1
    mixing: Mixing = field(default_factory=Mixing)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=1e-3, cooldown=0.5, weight_decay=0.01, checkpoint_every_s=240.0
        )
    )


class TaughtLayers(nn.Module):
    """The encoder's upper half with frozen batch norms, and heads that predict the teacher's
    outputs."""

    def __init__(self, network: MobileNetV3, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = copy.deepcopy(network.features[FIRST_UPPER:])
        channels_last(self.features)
        self.dropout = nn.Dropout(dropout)
        self.features_head = nn.Linear(EMBEDDING_DIM, FEATURES)
        self.tags_head = nn.Linear(EMBEDDING_DIM, CLASSES)
        set_stretch(self.features, 1.0)

    def train(self, mode: bool = True) -> TaughtLayers:
        """Batch norms always use their running statistics, as inference does."""
        super().train(mode)
        self.features.eval()
        return self

    def forward(self, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Maps (batch, 80, 8, frames / 16) → embeddings (batch, 960) before normalization, and the
        predictions of the teacher's features (batch, 384) and logits (batch, 527)."""
        made = self.features(maps).mean(dim=(2, 3))
        kept = self.dropout(made)
        return made, self.features_head(kept), self.tags_head(kept)


@dataclass(frozen=True, eq=False)
class Lesson:
    """One batch: the lower half's maps, and the teacher's centered features and logits."""

    maps: torch.Tensor
    features: torch.Tensor
    logits: torch.Tensor


class Lessons:
    """Draws mixes and computes the teacher's outputs for them."""

    def __init__(
        self,
        encoder: QvimEncoder,
        teacher: EfficientAt,
        mixes: SoundMixes,
        options: DistillationTraining,
        device: torch.device,
    ) -> None:
        lower = copy.deepcopy(encoder.imitation)
        lower.features = nn.Sequential(*list(lower.features)[:FIRST_UPPER])
        set_stretch(lower, 1.0)
        self._lower = fused(lower).features.to(device)
        self._teacher = fused(teacher).to(device)
        self._mixes = mixes
        self._batch = options.batch
        self._device = device
        rng = np.random.default_rng(options.loop.seed)
        features = torch.cat([self._hear(rng)[1] for _ in range(STANDARD_BATCHES)])
        self._mean, self._spread = features.mean(dim=0), features.std(dim=0) + 1e-4

    def draw(self, rng: np.random.Generator) -> Lesson:
        spectrogram, features, logits = self._hear(rng)
        with torch.no_grad():
            maps = self._lower(spectrogram)
        return Lesson(maps, (features - self._mean) / self._spread, logits)

    @torch.no_grad()
    def _hear(self, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        drawn = self._mixes.draw(self._batch, rng).to(self._device)
        spectrogram = drawn.contiguous(memory_format=torch.channels_last)
        return spectrogram, *self._teacher(spectrogram)


def distillation_loss(
    guessed: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    lesson: Lesson,
    options: DistillationTraining,
) -> tuple[torch.Tensor, Metrics]:
    """Distance of the features, of the classes' scores, and of the batch's cosines.

    guessed: embeddings, features and logits (see TaughtLayers). The relation uses the predicted
    features, because those of the embedding itself are rectified and cannot point in all
    directions.
    """
    _, features, logits = guessed
    cosine = 1 - nn.functional.cosine_similarity(features, lesson.features).mean()
    distance = nn.functional.smooth_l1_loss(features, lesson.features)
    tags = nn.functional.binary_cross_entropy_with_logits(logits, lesson.logits.sigmoid())
    views = [nn.functional.normalize(side, dim=-1) for side in (features, lesson.features)]
    relation = (views[0] @ views[0].T - views[1] @ views[1].T).square().mean()
    loss = options.features * (cosine + distance) + options.tags * tags
    return loss + options.relation * relation, {
        "cosine": cosine.item(),
        "distance": distance.item(),
        "tags": tags.item(),
        "relation": relation.item(),
    }


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    encoder_folder: Path,
    teacher_weights: Path,
    more_audio: Sequence[Path] = (),
    options: DistillationTraining | None = None,
    max_steps: int | None = None,
) -> None:
    """Train, or resume a training; leaves ``run_folder/qvim``, one network for both branches.

    encoder_folder: the encoder to begin with. more_audio: additional folders of sounds, also real
    voices, which need no labels.
    """
    options = options or DistillationTraining()
    torch.manual_seed(options.loop.seed)
    encoder = load_qvim_encoder(encoder_folder)
    bank = _load_bank(corpus_folder, run_folder, more_audio)
    taught = TaughtLayers(encoder.imitation, options.dropout)
    trainer = Trainer(taught, options.loop, run_folder)
    mixes = SoundMixes(bank, options.frames, options.mixing)
    teacher = load_efficientat(teacher_weights)
    lessons = Lessons(encoder, teacher, mixes, options, trainer.device)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        lesson = lessons.draw(rng)
        return distillation_loss(taught(lesson.maps), lesson, options)

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(TaughtLayers(encoder.imitation))
        averaged.to(trainer.device)
        made = copy.deepcopy(encoder)
        made.imitation.features[FIRST_UPPER:].load_state_dict(averaged.features.state_dict())
        made.reference.load_state_dict(made.imitation.state_dict())
        with whole_folder(run_folder / "qvim") as folder:
            save_qvim_encoder(made, folder)
        rng = np.random.default_rng(VALIDATION_SEED)
        rows = []
        for _ in range(VALIDATION_BATCHES):
            lesson = lessons.draw(rng)
            rows.append(distillation_loss(averaged(lesson.maps), lesson, options)[1])
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    trainer.run(step_loss, minutes, max_steps, on_checkpoint=save)


def _load_bank(corpus_folder: Path, run_folder: Path, more_audio: Sequence[Path]) -> SoundBank:
    """The corpus's sounds for training, and those of other folders."""
    corpus = load_corpus(corpus_folder)
    items = [corpus.items[index] for index in corpus.indices("train")]
    files = [
        path
        for folder in more_audio
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SOUND_SUFFIXES
    ]

    def read(index: int) -> np.ndarray:
        if index < len(items):
            return corpus.samples(items[index], QVIM_SAMPLE_RATE)
        try:
            sound = mono_at(read_audio(files[index - len(items)]), QVIM_SAMPLE_RATE)
        except AudioFileError:
            return np.zeros(QVIM_SAMPLE_RATE, np.float32)
        return sound[:QVIM_WINDOW_SAMPLES]

    made_of = hashlib.sha256(f"{corpus.id} {[str(path) for path in files]}".encode()).hexdigest()
    return load_or_make_bank(run_folder / BANK_FILE, made_of, len(items) + len(files), read)
