"""The 512-d space of a checkpoint's conditions, cached for every recording.

The starter's space comes from the teacher (training.trainers.teacher); any other checkpoint's is
that of its own CLAP: the audio tower's embedding of each recording, and the text tower's of "".
"""

from __future__ import annotations

import logging
import re
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soxr

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.core.errors import CheckpointError, StudioError, reason_of
from qvim_studio.training.corpus.corpus import Corpus, save_arrays
from qvim_studio.training.corpus.imitations import ImitationSet
from qvim_studio.training.corpus.recording import Recording, recorded_row
from qvim_studio.training.trainers.teacher import TARGETS_FILE
from qvim_studio.voice.clap_audio import CLAP_SAMPLE_RATE, ClapAudioConditioner
from qvim_studio.voice.text_conditioner import TextConditioner

log = logging.getLogger(__name__)

STARTER_CLAP_ID = "starter-clap-1"
CORPUS_RATE_HZ = 32_000
# What numpy raises on a missing, torn or foreign file.
DAMAGED = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)


@dataclass(frozen=True, eq=False)
class Targets:
    """embeddings: float32 (items, 512) of the recordings; null: (512,), the unconditional vector.
    All of unit length."""

    embeddings: np.ndarray
    null: np.ndarray


def targets_path(corpus_folder: Path, clap_id: str) -> Path:
    """The file with the targets of a space."""
    if clap_id == STARTER_CLAP_ID:
        return corpus_folder / TARGETS_FILE
    return corpus_folder / f"targets_{re.sub(r'[^A-Za-z0-9.-]+', '_', clap_id)}.npz"


def load_targets(corpus: Corpus, clap_id: str) -> Targets:
    """Cached targets. Raises StudioError if they have not been made for this corpus."""
    path = targets_path(corpus.folder, clap_id)
    try:
        with path.open("rb") as file, np.load(file) as stored:
            targets = Targets(stored["embeddings"], stored["null"])
            made_for = str(stored.get("corpus_id", corpus.id))
    except DAMAGED as error:
        raise StudioError(
            f"There are no targets for the space {clap_id!r} in {path} ({reason_of(error)}). "
            "Make them with: qvim-studio train targets (with --checkpoint for any but the starter)"
        ) from error
    if len(targets.embeddings) != len(corpus.items):
        raise StudioError(
            f"{path} holds {len(targets.embeddings)} targets, the corpus {len(corpus.items)} "
            "recordings. Make them again with: qvim-studio train targets"
        )
    if made_for != corpus.id:
        raise StudioError(
            f"The targets in {path} are of another training set. Make them again with: qvim-studio "
            "train targets"
        )
    return targets


def load_tower_voices(corpus: Corpus, clap_id: str) -> np.ndarray:
    """The audio tower's embeddings of the imitations: unit vectors (takes, 512).

    Raises StudioError if they have not been made.
    """
    path = targets_path(corpus.folder, clap_id)
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return stored["voices"]
    except DAMAGED as error:
        raise StudioError(
            f"{path} does not say what the audio tower hears in the imitations "
            f"({reason_of(error)}). Make it again with: qvim-studio train targets (with "
            "--checkpoint for any but the starter)"
        ) from error


def make_clap_targets(corpus: Corpus, imitations: ImitationSet, checkpoint: Checkpoint) -> None:
    """Embed every recording and imitation with the checkpoint's own CLAP; short ones are repeated,
    not padded.

    Raises CheckpointError if it has no audio tower or no text tower.
    """
    folder = checkpoint.installed_folder()
    clap_folder = find_clap(checkpoint)
    if clap_folder is None or not TextConditioner.is_in(folder):
        raise CheckpointError(
            f"The checkpoint in {folder} lacks a CLAP audio tower or its text tower. Put the full "
            "ClapModel that it was trained with into clap/ (or download it where 'checkpoints "
            "list' names one that fits), and keep text_encoder/ and tokenizer/."
        )
    clap = ClapAudioConditioner(clap_folder)
    sounds = [partial(corpus.samples, item, CORPUS_RATE_HZ) for item in corpus.items]
    takes = [
        partial(recorded_row, imitations, row, Recording()) for row in range(len(imitations.spans))
    ]
    rows = []
    for number, samples_of in enumerate(sounds + takes):
        samples = soxr.resample(samples_of(), CORPUS_RATE_HZ, CLAP_SAMPLE_RATE)
        rows.append(clap.embed(samples)[0].numpy())
        if number % 200 == 0:
            log.info("embedded %d of %d sounds", number, len(sounds) + len(takes))
    embeddings, voices = np.split(np.stack(rows).astype(np.float32), [len(sounds)])
    save_arrays(
        targets_path(corpus.folder, checkpoint.clap_id),
        embeddings=embeddings,
        voices=voices,
        null=TextConditioner(folder).embed([""])[0][0].numpy(),
        corpus_id=corpus.id,
    )


def load_predicted(path: Path | None, corpus: Corpus) -> np.ndarray | None:
    """An adapter's conditions for the imitations, (items, takes, 512); None without a file. Raises
    StudioError if the file belongs to another training set."""
    if path is None:
        return None
    predicted = np.load(path)
    if len(predicted) != len(corpus.items):
        raise StudioError(
            f"{path} is of {len(predicted)} recordings, the training set has "
            f"{len(corpus.items)}. Make it again with: qvim-studio train adapter"
        )
    return predicted
