"""The starter's 512-d sound space: embeddings of a published sound-effects network, whitened.

The network is aiSFX (see networks.sound_effects_tower); its weights come from the PyPI package
``aisfx``. The encoder learns from it, and it becomes the starter's audio tower.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER
from qvim_studio.core.errors import StudioError
from qvim_studio.networks.sound_effects_tower import (
    DIMENSIONS,
    SoundEffectsEar,
    SoundEffectsNetwork,
    SoundEffectsTower,
)
from qvim_studio.training.corpus.corpus import Corpus, save_arrays
from qvim_studio.training.corpus.imitations import ImitationSet
from qvim_studio.training.corpus.recording import Recording, recorded_row
from qvim_studio.training.loop.loop import whole_folder
from qvim_studio.training.loop.machine import find_machine, mixed_precision

log = logging.getLogger(__name__)

SHRINKAGE = 0.3  # share of the mean variance added to each: whitens without lifting noise
TARGETS_FILE = "targets.npz"
TARGETS_FILES = "targets*.npz"  # those of other spaces, too, see training.trainers.targets
RATE_HZ = 32_000  # of recordings and imitations


def load_teacher(checkpoint: Path) -> SoundEffectsEar:
    """The published network, as its package stores it."""
    with torch.serialization.safe_globals(_numbers_in_checkpoint()):
        stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
    prefix = "embedding_net."
    weights = {k.removeprefix(prefix): v for k, v in stored[0].items() if k.startswith(prefix)}
    network = SoundEffectsNetwork()
    network.load_state_dict(weights)
    return SoundEffectsEar(network)


class SoundSpace:
    """The whitened 512-d space of a corpus folder: its cached targets, and the teacher to add more.

    targets: float32 (items, 512), unit vectors of the whole recordings.
    """

    def __init__(self, corpus_folder: Path, checkpoint: Path) -> None:
        stored = np.load(corpus_folder / TARGETS_FILE)
        self.targets: np.ndarray = stored["embeddings"]
        whitener = (torch.from_numpy(stored[name]) for name in ("mean", "projection"))
        self._tower = SoundEffectsTower(load_teacher(checkpoint), *whitener)
        self._device = find_machine().device
        self._ear = self._tower.ear
        self._ear.network.to(self._device)

    @torch.no_grad()
    def embed_short(self, sounds: Sequence[np.ndarray], sample_rate: int) -> torch.Tensor:
        """Unit vectors (sounds, 512) of mono sounds of at most one block (2.3 s)."""
        blocks = torch.cat([self._ear.blocks(sound, sample_rate)[:1] for sound in sounds])
        with mixed_precision(self._device):
            raw = self._ear.network(blocks.to(self._device)).float().cpu()
        return self._tower.place(raw)

    @torch.no_grad()
    def embed_whole(self, sounds: Iterable[np.ndarray], sample_rate: int) -> torch.Tensor:
        """Unit vectors (sounds, 512) of mono sounds of any length, as the targets were made."""
        rows = []
        for sound in sounds:
            blocks = self._ear.blocks(sound, sample_rate).to(self._device)
            with mixed_precision(self._device):
                rows.append(self._ear.network(blocks).float().mean(dim=0).cpu())
        return self._tower.place(torch.stack(rows))


def _numbers_in_checkpoint() -> list[Any]:
    """The harmless numpy types that the file holds beside its tensors, under their old name."""
    float64 = type(np.dtype(np.float64))
    int64 = type(np.dtype(np.int64))
    scalar = np.float64(0).__reduce__()[0]
    return [(scalar, "numpy.core.multiarray.scalar"), np.dtype, float64, int64]


def find_teacher_file() -> Path:
    """The weights inside the installed ``aisfx`` package, which itself is never imported."""
    spec = importlib.util.find_spec("aisfx")
    if spec is None or spec.origin is None:
        raise StudioError(
            "The teacher's weights are not installed: got no package aisfx. "
            "Install it with: pip install --no-deps aisfx"
        )
    return Path(spec.origin).parent / "models" / "checkpoint.pth"


def whitening(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (512,) and symmetric projection (512, 512) that evens out the directions' variances."""
    mean = raw.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(raw - mean, rowvar=False))
    scale = 1.0 / np.sqrt(np.maximum(values, 0) + SHRINKAGE * values.mean())
    return mean, (vectors * scale) @ vectors.T


def make_targets(corpus: Corpus, imitations: ImitationSet, checkpoint: Path) -> None:
    """Write ``targets.npz`` and the audio tower that hears in their space.

    embeddings: (items, 512) and voices: (takes, 512), of unit length; mean, projection: what
    whitens; null: the unit vector that stands for "no condition", to which the text tower maps "".
    """
    ear = load_teacher(checkpoint)
    raw = np.stack([ear.embed(corpus.samples(item, RATE_HZ), RATE_HZ) for item in corpus.items])
    whitener = [values.astype(np.float32) for values in whitening(raw[corpus.indices("train")])]
    tower = SoundEffectsTower(ear, *map(torch.from_numpy, whitener))
    takes = range(len(imitations.spans))
    voices = (recorded_row(imitations, row, Recording()) for row in takes)
    embeddings = np.stack([ear.embed(samples, RATE_HZ) for samples in voices])
    save_arrays(
        corpus.folder / TARGETS_FILE,
        embeddings=tower.place(torch.from_numpy(raw)).numpy(),
        voices=tower.place(torch.from_numpy(embeddings)).numpy(),
        mean=whitener[0],
        projection=whitener[1],
        null=np.full(DIMENSIONS, DIMENSIONS**-0.5, np.float32),
        corpus_id=corpus.id,
    )
    with whole_folder(corpus.folder / TOWER_FOLDER) as folder:
        tower.save(folder)
    log.info("wrote %d targets to %s", len(raw), corpus.folder / TARGETS_FILE)
