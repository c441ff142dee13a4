"""Trains the QVIM encoder to match a published network, and to place imitations near their
references.

A small corpus with synthetic imitations alone teaches an encoder to know the renderer, not people.
So both branches learn first of all to place ANY sound where a network that was trained on
thousands of hours places it (distillation on freely augmented audio), and the contrast between
imitations and references is a second, lighter term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.channels_last import channels_last
from qvim_studio.networks.qvim.encoder import (
    Branch,
    QvimEncoder,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM, SILENT_SHARE, padded_mean
from qvim_studio.networks.qvim.qvim_front_end import (
    QVIM_SAMPLE_RATE,
    QVIM_WINDOW_SAMPLES,
    fit_window,
)
from qvim_studio.networks.sound_effects_tower import DIMENSIONS
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.crops import random_color, random_crop, random_stretch
from qvim_studio.training.corpus.imitations import ImitationSet, load_or_render
from qvim_studio.training.corpus.recording import Recording, random_recording, recorded_row
from qvim_studio.training.encoder.qvim_losses import encoder_loss
from qvim_studio.training.loop.loop import (
    LoopOptions,
    Metrics,
    Trainer,
    can_start_warm,
    whole_folder,
)
from qvim_studio.training.loop.machine import find_machine, mixed_precision
from qvim_studio.training.loop.ranks import mean_reciprocal_rank
from qvim_studio.training.trainers.teacher import SoundSpace
from qvim_studio.voice.embedder import EMBEDDING_RMS_DBFS, level_for_embedding


@dataclass(frozen=True)
class QvimTraining:
    """Hyper-parameters with their reasons.

    pairs, extras: imitations with their references, and freely mixed and colored sounds, in a
    batch. views: ways in which a pair is ever augmented, and kinds how many extras there ever are:
    the teacher costs as much as a step, and hears each of them once. window_samples: 3.84 s cost a
    third of the real 10 s; the rest is silence and is pooled as such (networks.mobilenet).
    sound_samples: less than one block of the teacher; deep features need a second of silence to
    settle. full_share: batches of whole sounds on the real window.
    relation, contrast: weights beside the distillation. quiet: against features of silence, which
    fills most of the window and would drown the sound. gains: around the level that inference
    gives to every sound. mask sizes: bands and frames. recording: of rendered imitations.
    """

    pairs: int = 9
    extras: int = 10
    views: int = 8
    kinds: int = 12_000
    window_samples: int = 122_880
    sound_samples: int = 60_000
    full_share: float = 0.12
    relation: float = 1.0
    contrast: float = 0.15
    quiet: float = 2.0
    gain_range_db: tuple[float, float] = (-15.0, 6.0)
    mix_odds: float = 0.3
    max_masked_bands: int = 12
    max_masked_frames: int = 24
    recording: Recording = field(default_factory=Recording)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=1e-3, ema_decay=0.995, checkpoint_every_s=240.0
        )
    )


class QvimStudent(nn.Module):
    """One network for both branches, with a head into the teacher's space for training alone.

    The corpus is too small for two networks, and each branch profits from the other;
    training.encoder.qvim_finish separates them. has_norms: whether the batch norms are trained
    already and stay as they are, because short windows hold less silence than the real one.
    """

    def __init__(self, *, has_norms: bool = False) -> None:
        super().__init__()
        self.has_norms: torch.Tensor
        self.register_buffer("has_norms", torch.tensor(has_norms))
        # Depthwise convolutions in this layout are 1.5 times as fast on processors.
        self.encoder = channels_last(QvimEncoder())
        self.encoder.reference = self.encoder.imitation
        self.head = nn.Linear(EMBEDDING_DIM, DIMENSIONS)

    def train(self, mode: bool = True) -> QvimStudent:
        super().train(mode)
        if self.has_norms:
            self.encoder.eval()
        return self


@dataclass(frozen=True, eq=False)
class DrawnSound:
    """name: identifies it among all drawn sounds. samples: mono at 32 kHz. clean: the teacher's
    input, without the room and the noise of a recording."""

    name: tuple[str | int, ...]
    samples: np.ndarray
    clean: np.ndarray


class PairBatches:
    """Draws imitations, their references and other sounds, with the teacher's view of each."""

    def __init__(
        self, corpus: Corpus, imitations: ImitationSet, space: SoundSpace, options: QvimTraining
    ) -> None:
        self.corpus = corpus
        self.imitations = imitations
        self.space = space
        self.options = options
        self.indices = corpus.indices("train")
        self.groups = corpus.groups()
        self._known: dict[tuple[str | int, ...], torch.Tensor] = {}

    def draw(self, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """audio (2 pairs + extras, samples): imitations, references, extras; the teacher's unit
        vectors (2 pairs + extras, 512); groups (pairs,)."""
        options = self.options
        drawn = rng.choice(self.indices, min(options.pairs, len(self.indices)), replace=False)
        pairs = [
            self.pair(index, view)
            for index, view in zip(drawn, rng.integers(options.views, size=len(drawn)), strict=True)
        ]
        sounds = [voice for voice, _ in pairs] + [sound for _, sound in pairs]
        sounds += [self.extra(kind) for kind in rng.integers(options.kinds, size=options.extras)]
        wanted = self.embedded(sounds)
        audio = np.stack([self.place(sound.samples, rng) for sound in sounds])
        return torch.from_numpy(audio), wanted, torch.from_numpy(self.groups[drawn])

    def draw_whole(
        self, rng: np.random.Generator
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The same for whole sounds on the real window: ``extras`` in all, half imitations."""
        count = min(self.options.extras // 2, len(self.indices))
        drawn = rng.choice(self.indices, count, replace=False)
        rows = self.imitations.rows.draw(drawn, rng)
        voices = [
            DrawnSound(("voice", int(row)), self.take(int(row)), self.imitations.row(row))
            for row in rows
        ]
        sounds = [self.corpus.samples(self.corpus.items[i], QVIM_SAMPLE_RATE) for i in drawn]
        audio = np.zeros((2 * len(drawn), QVIM_WINDOW_SAMPLES), np.float32)
        whole = [voice.samples for voice in voices] + sounds
        for row, sound in zip(audio, whole, strict=True):
            row[: len(sound)] = self._at_level(sound, rng)[: len(row)]
        wanted = torch.cat([self.embedded(voices), torch.from_numpy(self.space.targets[drawn])])
        return torch.from_numpy(audio), wanted, torch.from_numpy(self.groups[drawn])

    def embedded(self, sounds: Sequence[DrawnSound]) -> torch.Tensor:
        """The teacher's unit vectors (sounds, 512); known ones are not computed again."""
        new = {sound.name: sound.clean for sound in sounds if sound.name not in self._known}
        if new:
            vectors = self.space.embed_short(list(new.values()), QVIM_SAMPLE_RATE)
            self._known.update(zip(new, vectors.half(), strict=True))
        return torch.stack([self._known[sound.name] for sound in sounds]).float()

    def take(self, row: int) -> np.ndarray:
        """The imitation in that row as training uses it."""
        return recorded_row(self.imitations, row, self.options.recording)

    def pair(self, index: int, view: int) -> tuple[DrawnSound, DrawnSound]:
        """The same part of an imitation and its reference, each augmented on its own."""
        rng = np.random.default_rng((self.options.loop.seed, 0, int(index), view))
        imitation = self.imitations.draw(index, rng)
        reference = self.corpus.samples(self.corpus.items[index], QVIM_SAMPLE_RATE)
        length = self.options.sound_samples
        start = rng.random() * max(0.0, 1 - length / len(imitation))
        voice, sound = (
            random_stretch(side[int(start * len(side)) :][:length], rng)[:length]
            for side in (imitation, reference)
        )
        if self.imitations.has_real(index):
            recorded = random_color(voice, QVIM_SAMPLE_RATE, rng)
        else:
            recorded = random_recording(voice, QVIM_SAMPLE_RATE, rng, self.options.recording)
        names = [("pair", int(index), view, side) for side in range(2)]
        return DrawnSound(names[0], recorded[:length], voice), DrawnSound(names[1], sound, sound)

    def extra(self, kind: int) -> DrawnSound:
        """A freely mixed and colored sound; ``options.kinds`` of them are ever drawn."""
        rng = np.random.default_rng((self.options.loop.seed, 1, int(kind)))
        sound = self._some_sound(rng)
        if rng.random() < self.options.mix_odds:
            other = self._some_sound(rng)
            length = max(len(sound), len(other))
            shares = 10 ** (rng.uniform(-12, 0, size=2) / 20)
            first, second = (
                share * np.pad(side, (0, length - len(side)))
                for share, side in zip(shares, (sound, other), strict=True)
            )
            sound = first + second
        colored = random_color(sound, QVIM_SAMPLE_RATE, rng)
        return DrawnSound(("extra", int(kind)), colored, colored)

    def _some_sound(self, rng: np.random.Generator) -> np.ndarray:
        """A reference or an imitation, moved by up to an octave in pitch and speed."""
        index = int(rng.choice(self.indices))
        if rng.random() < 0.25:
            sound = self.imitations.draw(index, rng)
        else:
            sound = self.corpus.samples(self.corpus.items[index], QVIM_SAMPLE_RATE)
        length = self.options.sound_samples
        sound = random_crop(sound, min(len(sound), 2 * length), rng)
        return random_stretch(sound, rng, octaves=0.8)[:length]

    def place(self, sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """At random gain and up to 0.15 s late, zero-padded to the window."""
        placed = np.zeros(self.options.window_samples, np.float32)
        lead = int(rng.integers(round(0.15 * QVIM_SAMPLE_RATE)))
        placed[lead : lead + len(sound)] = self._at_level(sound, rng)
        return placed

    def _at_level(self, sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """At the RMS that inference gives, with the options' gain around it."""
        rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
        wanted_db = EMBEDDING_RMS_DBFS + rng.uniform(*self.options.gain_range_db)
        return sound * (10 ** (wanted_db / 20) / max(rms, 1e-9))


def run(
    corpus_folder: Path,
    run_folder: Path,
    minutes: float,
    teacher_weights: Path,
    options: QvimTraining | None = None,
) -> None:
    """Train, or resume a training; leaves ``run_folder/qvim`` (float16).

    teacher_weights: see training.trainers.teacher. Needs ``corpus_folder/targets.npz``.
    """
    options = options or QvimTraining()
    corpus = load_corpus(corpus_folder)
    with find_machine().main_first():
        imitations = load_or_render(corpus)
    torch.manual_seed(options.loop.seed)
    is_warm = can_start_warm(run_folder, "qvim")
    student = QvimStudent(has_norms=is_warm)
    encoder = student.encoder
    if is_warm:
        trained = load_qvim_encoder(run_folder / "qvim")
        encoder.imitation.load_state_dict(trained.imitation.state_dict())
    trainer = Trainer(student, options.loop, run_folder)
    batches = PairBatches(corpus, imitations, SoundSpace(corpus_folder, teacher_weights), options)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        is_whole = rng.random() < options.full_share
        drawn = batches.draw_whole(rng) if is_whole else batches.draw(rng)
        audio, wanted, groups = (tensor.to(trainer.device) for tensor in drawn)
        raw, silence = _forward(encoder, audio, options, rng)
        return encoder_loss(raw, student.head(raw), wanted, groups, silence, options)

    @torch.no_grad()
    def save() -> Metrics:
        averaged = trainer.ema_model(QvimStudent())
        metrics = validate(averaged.encoder, corpus, imitations)
        with whole_folder(run_folder / "qvim") as folder:
            save_qvim_encoder(averaged.encoder, folder)
        return metrics

    trainer.run(step_loss, minutes, on_checkpoint=save)


def _forward(
    encoder: QvimEncoder, audio: torch.Tensor, options: QvimTraining, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings before normalization, with random bands and frames masked; and how much
    silence adds to them."""
    with torch.no_grad():
        spectrogram = mask_randomly(encoder.front_end(audio), options, rng)
    stretch = QVIM_WINDOW_SAMPLES / audio.shape[1]
    with mixed_precision(audio.device):
        channels_last = spectrogram.contiguous(memory_format=torch.channels_last)
        maps = encoder.imitation.feature_maps(channels_last, stretch).float()
    silent = maps[..., int(SILENT_SHARE * maps.shape[3])]
    return padded_mean(maps, stretch), silent.abs().mean()


def mask_randomly(
    spectrogram: torch.Tensor, options: QvimTraining, rng: np.random.Generator
) -> torch.Tensor:
    """Some bands and frames of (batch, 1, bands, frames) blotted out, in place."""
    for axis, most in ((2, options.max_masked_bands), (3, options.max_masked_frames)):
        width = int(rng.integers(most + 1))
        start = int(rng.integers(spectrogram.shape[axis] - width))
        spectrogram.narrow(axis, start, width).fill_(0.0)
    return spectrogram


@torch.no_grad()
def embed_all(
    encoder: QvimEncoder, sounds: list[np.ndarray], branch: Branch, batch: int = 16
) -> np.ndarray:
    """Unit embeddings (n, 960) of mono 32 kHz sounds through the real 10 s window."""
    rows = []
    for start in range(0, len(sounds), batch):
        levelled = [
            level_for_embedding(AudioClip.from_mono(sound, QVIM_SAMPLE_RATE)).mono()
            for sound in sounds[start : start + batch]
        ]
        windows = torch.cat([fit_window(torch.from_numpy(sound)[None]) for sound in levelled])
        with mixed_precision(windows.device):
            rows.append(encoder.embed(windows, branch).float().numpy())
    return np.concatenate(rows)


def validate(encoder: QvimEncoder, corpus: Corpus, imitations: ImitationSet) -> Metrics:
    """Mean reciprocal ranks on held-out sounds; chance by shuffling the queries."""
    held_out = corpus.indices("held_out")
    sounds = [corpus.samples(corpus.items[i], QVIM_SAMPLE_RATE) for i in held_out]
    references = embed_all(encoder, sounds, "reference")
    queries = embed_all(encoder, [imitations.samples(i, 0) for i in held_out], "imitation")
    labels = np.unique([corpus.items[i].label for i in held_out], return_inverse=True)[1]
    items = np.arange(len(held_out))
    order = np.random.default_rng(0).permutation(len(held_out))
    return {
        "item_mrr": mean_reciprocal_rank(queries, references, items),
        "label_mrr": mean_reciprocal_rank(queries, references, labels),
        "chance_item_mrr": mean_reciprocal_rank(queries[order], references, items),
    }
