"""Features of the sounds for a training, cached in the folder of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import Features
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE
from qvim_studio.training.corpus.corpus import Corpus, save_arrays
from qvim_studio.voice.hearing import FeatureExtractor, PreparedSound

log = logging.getLogger(__name__)

FEATURES_FILE = "features.npz"
BATCH = 8  # sounds in a batch

Source = Iterable[tuple[str, tuple[str, ...], Callable[[], AudioClip]]]  # name, kinds, how to read


@dataclass(frozen=True, eq=False)
class Taught:
    """Sounds of one origin. kinds: of each, any of which is right."""

    features: Features
    kinds: tuple[tuple[str, ...], ...]


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
    wanted = {sound: (kinds, read) for sound, kinds, read in sounds}
    path = run_folder / f"{name}-{FEATURES_FILE}"
    known = _load_features(path)
    least = 0 if branch is None else 1
    missing = [name for name in wanted if name not in known or len(known[name][0]) < least]
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        clips = [PreparedSound.of(wanted[sound][1]()) for sound in part]
        features = extractor.features(clips, branch)
        for row, sound in enumerate(part):
            known[sound] = [values[row].numpy() for values in vars(features).values()]
        if start % (BATCH * 25) == 0:
            log.info("%s: %d of %d are heard", name, start, len(missing))
            _save_features(path, known)
    _save_features(path, known)
    columns = [np.stack([known[sound][column] for sound in wanted]) for column in range(4)]
    features = Features(*map(torch.from_numpy, columns))
    return Taught(features, tuple(kinds for kinds, _ in wanted.values()))


def item_clip(corpus: Corpus, index: int) -> AudioClip:
    """One sound of the corpus, at the rate of the encoder."""
    samples = corpus.samples(corpus.items[index], QVIM_SAMPLE_RATE)
    return AudioClip.from_mono(samples, QVIM_SAMPLE_RATE)


def _load_features(path: Path) -> dict[str, list[np.ndarray]]:
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        columns = [stored[f"column{column}"] for column in range(4)]
        names = stored["names"].tolist()
    return {name: [column[row] for column in columns] for row, name in enumerate(names)}


def _save_features(path: Path, known: dict[str, list[np.ndarray]]) -> None:
    columns = {
        f"column{column}": np.stack([values[column] for values in known.values()])
        for column in range(4)
        if known
    }
    if columns:
        save_arrays(path, names=np.array(list(known)), **columns)
