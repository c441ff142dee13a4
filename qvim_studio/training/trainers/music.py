"""Trains MusicGen-Melody to make music from voices: from the melody alone, then with words.

Training changes only low-rank additions to frozen weights. Codes are predicted in the delay pattern
(Copet et al. 2023, section 2.2), each from all before it. Conditions are dropped in a share of the
rows, so that guidance keeps an unconditional half (Ho & Salimans 2022, section 3.2).
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.melody import Melody, melody_of
from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.families.musicgen.delay import delayed
from qvim_studio.families.musicgen.low_rank import (
    LOW_RANK_FOLDER,
    LowRankChanges,
    LowRankOptions,
    add_changes,
    save_changes,
)
from qvim_studio.families.musicgen.network import CodeTransformer
from qvim_studio.families.musicgen.parts import MusicgenParts, load_musicgen
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import ModeTraits
from qvim_studio.training.corpus.corpus import save_arrays
from qvim_studio.training.corpus.music.music_pairs import MusicPair, held_out_groups, read_pairs
from qvim_studio.training.loop.loop import (
    STATE_FILE,
    LoopOptions,
    Metrics,
    Trainer,
    whole_folder,
)
from qvim_studio.training.loop.machine import find_machine, half_type

log = logging.getLogger(__name__)

CODED_S = 30.0  # of music coded at once, which takes 250 MB in the coder
# Crops begin on this grid: 32 codes are exactly 5 frames of melody.
CODES_OF_GRID, MELODY_OF_GRID = 32, 5
STAGES = ("melody", "words")
STAGE_SHARES = {"melody": 0.5, "words": 0.5}  # of the minutes


@dataclass(frozen=True)
class MusicTraining:
    """Hyper-parameters with their reasons.

    crop_s: seconds of music in one row; longer crops teach more musical form and take more memory.
    batch: rows of a step. dropped: share of rows without any condition; words_dropped: share of the
    others with only the melody. stored_bits: of the frozen layers, 8 for small GPUs. recomputes:
    layers are computed twice, so that only one layer's activations of a row are kept at a time.
    """

    crop_s: float = 20.0
    batch: int = 1
    dropped: float = 0.1
    words_dropped: float = 0.2
    stored_bits: int = 16
    recomputes: bool = True
    change: LowRankOptions = field(default_factory=LowRankOptions)
    loop: LoopOptions = field(
        default_factory=lambda: LoopOptions(
            learning_rate=1e-4, weight_decay=0.0, accumulate=8, warmup_steps=50, ema_decay=0.99
        )
    )


@dataclass(frozen=True, eq=False)
class LearnedPair:
    """An encoded pair. codes: int64 (codebooks, frames). words: float32 (pieces, text width), None
    without words."""

    codes: torch.Tensor
    melody: Melody
    words: torch.Tensor | None
    group: str


def learn_pair(pair: MusicPair, parts: MusicgenParts, cache: Path) -> LearnedPair:
    """Encode a pair with the frozen networks; the result is computed once and kept in ``cache``."""
    stamp = [(str(path), path.stat().st_mtime_ns) for path in (pair.voice, pair.music)]
    path = cache / f"{hashlib.sha256(repr(stamp).encode()).hexdigest()[:24]}.npz"
    if not path.is_file():
        coder, rate = parts.coder, parts.shape.coder.sample_rate_hz
        samples = torch.from_numpy(mono_at(read_audio(pair.music), rate)).to(parts.plan.device)
        piece = round(CODED_S * rate)
        with torch.no_grad():
            codes = [coder.encode(part[None])[0] for part in samples.split(piece)]
        save_arrays(
            path,
            codes=torch.cat(codes, dim=1).cpu().numpy().astype(np.int16),
            melody=melody_of(read_audio(pair.voice)).classes,
        )
    with np.load(path) as stored:
        kept_codes, classes = torch.from_numpy(stored["codes"].astype(np.int64)), stored["melody"]
    # A copy, because inference tensors cannot be used in training.
    words = parts.words.states(pair.words).clone() if pair.words else None
    return LearnedPair(kept_codes, Melody(classes), words, pair.group)


def code_loss(logits: torch.Tensor, columns: torch.Tensor, silent_code: int) -> torch.Tensor:
    """Mean over codebooks of the cross-entropy of each column's codes.

    logits: (rows, codebooks, columns - 1, vocabulary), each for the next column. columns: (rows,
    codebooks, columns); places where a codebook is silent do not count.
    """
    wanted = columns[..., 1:].masked_fill(columns[..., 1:] == silent_code, -100)
    losses = [
        nn.functional.cross_entropy(logits[:, k].flatten(0, 1).float(), wanted[:, k].flatten())
        for k in range(columns.shape[1])
    ]
    return torch.stack(losses).mean()


class MusicStudent:
    """A frozen network with trained changes beside its layers, and the pairs for their training."""

    def __init__(
        self, parts: MusicgenParts, pairs: list[LearnedPair], options: MusicTraining
    ) -> None:
        self.parts, self.options = parts, options
        self.changes: LowRankChanges = add_changes(parts.transformer, options.change)
        parts.transformer.recomputes = options.recomputes
        held_out = held_out_groups(pair.group for pair in pairs)
        self._train = [pair for pair in pairs if pair.group not in held_out]
        self._held_out = [pair for pair in pairs if pair.group in held_out]

    @property
    def network(self) -> CodeTransformer:
        return self.parts.transformer

    def loss(self, rng: np.random.Generator, *, has_words: bool) -> torch.Tensor:
        """Loss of one batch of random rows."""
        rows = [
            (
                self._train[int(rng.integers(len(self._train)))],
                float(rng.random()),
                bool(rng.random() < self.options.dropped),
                not has_words or bool(rng.random() < self.options.words_dropped),
            )
            for _ in range(self.options.batch)
        ]
        return self._loss_of(rows)

    @torch.no_grad()
    def held_out_loss(self, *, has_words: bool) -> float:
        """Mean loss of the beginnings of all held-out pairs; nan without such pairs."""
        losses = [
            float(self._loss_of([(pair, 0.0, False, not has_words)])) for pair in self._held_out
        ]
        return float(np.mean(losses)) if losses else float("nan")

    def _loss_of(self, rows: list[tuple[LearnedPair, float, bool, bool]]) -> torch.Tensor:
        """The loss of some rows. rows: for each, a pair, the start of its crop (0..1 of the
        possible range), whether it has no condition, and whether it has no words."""
        shape, device = self.parts.shape, self.parts.plan.device
        length = round(self.options.crop_s * shape.coder.frames_per_s)
        length = min(length, *(pair.codes.shape[1] for pair, *_ in rows))
        crops, fronts = [], []
        for pair, where, is_dropped, is_wordless in rows:
            grid = int(where * ((pair.codes.shape[1] - length) // CODES_OF_GRID + 1))
            begin = grid * CODES_OF_GRID
            crops.append(pair.codes[:, begin : begin + length])
            melody = pair.melody.cut(grid * MELODY_OF_GRID, shape.chroma_frames)
            sung = Melody(np.full_like(melody.classes, -1)) if is_dropped else melody
            chroma = torch.from_numpy(sung.chroma()).to(device, self.network.dtype)
            words = None if is_dropped or is_wordless else pair.words
            fronts.append((chroma, words))
        columns = delayed(torch.stack(crops), length, shape.delays, shape.silent_code).to(device)
        logits = self._logits(columns, fronts)
        return code_loss(logits, columns, shape.silent_code)

    def _logits(
        self, columns: torch.Tensor, fronts: list[tuple[torch.Tensor, torch.Tensor | None]]
    ) -> torch.Tensor:
        network, device = self.network, self.parts.plan.device
        texts = [
            network.words(words.to(device, network.dtype))
            if words is not None
            else torch.zeros(1, network.shape.width, dtype=network.dtype, device=device)
            for _, words in fronts
        ]
        room = max(len(text) for text in texts)
        padded = [nn.functional.pad(text, (0, 0, 0, room - len(text))) for text in texts]
        front = torch.stack(
            [
                torch.cat([network.melody(chroma), text])
                for (chroma, _), text in zip(fronts, padded, strict=True)
            ]
        )
        given = torch.cat([front, network.embedded(columns[..., :-1])], dim=1)
        return network.logits(network(given)[:, front.shape[1] :])


def run(
    table: Path,
    run_folder: Path,
    minutes: float,
    checkpoint: Checkpoint,
    options: MusicTraining | None = None,
    max_steps: int | None = None,
    stages: tuple[str, ...] = STAGES,
) -> None:
    """Start or continue a training; writes ``run_folder/lora``, which belongs beside the
    checkpoint's weights.

    minutes: for all stages. max_steps: of each stage. A stage is not trained further once the next
    stage has begun. Raises StudioError, CheckpointError.
    """
    options = options or MusicTraining()
    pairs = read_pairs(table)
    plan = _plan(options)
    has_begun = [stage for stage in stages if (run_folder / stage / STATE_FILE).is_file()]
    for stage in stages[stages.index(has_begun[-1]) :] if has_begun else stages:
        student = _student(pairs, run_folder, checkpoint, plan, options)
        averaged = _run_stage(stage, student, run_folder, minutes * STAGE_SHARES[stage], max_steps)
        if not find_machine().is_main:
            continue
        with whole_folder(run_folder / LOW_RANK_FOLDER) as folder:
            student.changes.load_state_dict(averaged)
            save_changes(student.changes, options.change, checkpoint.id, folder)


def _plan(options: MusicTraining) -> ComputePlan:
    device = find_machine().device
    dtype = torch.float32 if device.type == "cpu" else half_type(device)
    traits = ModeTraits(1, stored_bits=options.stored_bits)
    return ComputePlan(VramMode.HIGH, device.type, dtype, traits)


def _student(
    pairs: list[MusicPair],
    run_folder: Path,
    checkpoint: Checkpoint,
    plan: ComputePlan,
    options: MusicTraining,
) -> MusicStudent:
    parts = load_musicgen(checkpoint.installed_folder(), plan)
    if not parts.shape.has_melody:
        raise StudioError(
            f"{checkpoint.title} follows words alone, so a voice teaches it nothing. Choose "
            "MusicGen-Melody."
        )
    cache = run_folder / "pairs"
    cache.mkdir(parents=True, exist_ok=True)
    with find_machine().main_first():
        learned = [learn_pair(pair, parts, cache) for pair in pairs]
    torch.manual_seed(options.loop.seed)
    return MusicStudent(parts, learned, options)


def _run_stage(
    stage: str,
    student: MusicStudent,
    run_folder: Path,
    minutes: float,
    max_steps: int | None,
) -> dict[str, torch.Tensor]:
    """The averaged weights of the changes after a stage, which begins with those of the stage
    before, if any."""
    has_words = stage == "words"
    before = run_folder / STAGES[0] / STATE_FILE
    if has_words and before.is_file():
        state = torch.load(before, weights_only=True, map_location="cpu")
        student.changes.load_state_dict(state["ema"])
    trainer = Trainer(student.changes, student.options.loop, run_folder / stage)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        return student.loss(rng, has_words=has_words), {}

    def validate() -> Metrics:
        student.changes.eval()
        return {"held_out_loss": student.held_out_loss(has_words=has_words)}

    trainer.run(step_loss, minutes, max_steps, on_checkpoint=validate)
    return {name: value.detach().cpu() for name, value in trainer.ema.items()}
