"""Features of the sounds for a training, cached in the folder of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import Features
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE
from qvim_studio.training.corpus.corpus import Corpus, save_arrays
from qvim_studio.training.encoder.efficientat_teacher import EfficientAtTeacher
from qvim_studio.voice.hearing import FeatureExtractor, PreparedSound

log = logging.getLogger(__name__)

FEATURES_FILE = "features.npz"
TEACHER_FILE = "teacher.npz"
BATCH = 8  # sounds in a batch

Source = Iterable[tuple[str, tuple[str, ...], Callable[[], AudioClip]]]  # name, kinds, how to read
Hear = Callable[[Sequence[PreparedSound]], Sequence[torch.Tensor]]  # tensors with a row for each
Row = list[np.ndarray]  # one of each tensor


@dataclass(frozen=True, eq=False)
class Taught:
    """Sounds of one origin. kinds: of each, any of which is right. names: of each, within its
    origin."""

    features: Features
    kinds: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]


def hear_taught(
    run_folder: Path,
    name: str,
    extractor: FeatureExtractor,
    sounds: Source,
    branch: Branch | None = None,
) -> Taught:
    """The features of these sounds; cached ones are not computed again.

    branch: of the encoder, whose embeddings are added if it is given; features without them are
    computed again.
    """
    listed = list(sounds)
    least = 0 if branch is None else 1

    def hear(prepared: Sequence[PreparedSound]) -> list[torch.Tensor]:
        return list(vars(extractor.features(prepared, branch)).values())

    path = run_folder / f"{name}-{FEATURES_FILE}"
    columns = _cached(path, listed, hear, lambda row: len(row[0]) >= least)
    names, kinds, _ = zip(*listed, strict=True)
    return Taught(Features(*columns), kinds, names)


def hear_as_teacher(
    run_folder: Path, name: str, teacher: EfficientAtTeacher, sounds: Source
) -> torch.Tensor:
    """(sounds, 384): what the teacher hears in these sounds; cached likewise."""
    path = run_folder / f"{name}-{TEACHER_FILE}"
    return _cached(path, list(sounds), lambda prepared: [teacher.features(prepared)])[0]


def item_clip(corpus: Corpus, index: int) -> AudioClip:
    """One sound of the corpus, at the rate of the encoder."""
    samples = corpus.samples(corpus.items[index], QVIM_SAMPLE_RATE)
    return AudioClip.from_mono(samples, QVIM_SAMPLE_RATE)


def _cached(
    path: Path, sounds: Source, hear: Hear, is_whole: Callable[[Row], bool] = lambda row: True
) -> list[torch.Tensor]:
    """The tensors of ``hear`` for all sounds, from the file where it has them."""
    wanted = {name: read for name, _, read in sounds}
    known = _load(path)
    missing = [name for name in wanted if name not in known or not is_whole(known[name])]
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        columns = hear([PreparedSound.of(wanted[name]()) for name in part])
        for row, name in enumerate(part):
            known[name] = [column[row].numpy() for column in columns]
        if start % (BATCH * 25) == 0:
            log.info("%s: %d of %d are heard", path.stem, start, len(missing))
            _save(path, known)
    _save(path, known)
    rows = zip(*(known[name] for name, _, _ in sounds), strict=True)
    return [torch.from_numpy(np.stack(column)) for column in rows]


def _load(path: Path) -> dict[str, Row]:
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        columns = [stored[name] for name in stored.files if name != "names"]
        return dict(zip(stored["names"].tolist(), map(list, zip(*columns)), strict=True))


def _save(path: Path, known: dict[str, Row]) -> None:
    columns = {f"column{i}": np.stack(rows) for i, rows in enumerate(zip(*known.values()))}
    if columns:
        save_arrays(path, names=np.array(list(known)), **columns)
