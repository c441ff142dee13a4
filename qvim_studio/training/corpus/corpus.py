"""The training set of one folder: recordings in two rates, and their splits.

training.corpus.build makes it once; ``load_corpus`` maps the result into memory. Items are split by
reference: all recordings of one thing, and all imitations of them, are in one split.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from qvim_studio.audio.files.reading import write_atomically
from qvim_studio.core.errors import StudioError, reason_of

RATES_HZ = (16_000, 32_000)  # AudioLDM's mel and QVIM's front end
INDEX_FILE = "index.json"


@dataclass(frozen=True)
class CorpusItem:
    """One recording: facts of the manifest and where its samples lie.

    offset, length: in samples at 32 kHz; half of each at 16 kHz (both are kept even).
    reference: the thing that was recorded; empty if source and label identify it. captions:
    sentences that people wrote. author: whom the licence asks to name, where the data set says so.
    """

    path: str
    label: str
    kind: str
    source: str
    licence: str
    split: str
    bandwidth_hz: float
    commit_allowed: bool
    offset: int
    length: int
    reference: str = ""
    captions: tuple[str, ...] = ()
    author: str = ""

    @property
    def group(self) -> str:
        """The group, equal for all recordings of one thing, which are in one split and never count
        as wrong answers for each other."""
        return self.reference or f"{self.source}/{self.label}"


@dataclass(frozen=True, eq=False)
class Corpus:
    """All recordings, mono, DC removed, peak 0.5, trimmed, in two sample rates."""

    folder: Path
    items: tuple[CorpusItem, ...]
    _audio: dict[int, np.ndarray]

    def samples(self, item: CorpusItem, sample_rate: int) -> np.ndarray:
        """float32 (frames,) at 16000 or 32000 Hz."""
        divisor = RATES_HZ[1] // sample_rate
        start = item.offset // divisor
        return np.asarray(
            self._audio[sample_rate][start : start + item.length // divisor], dtype=np.float32
        )

    def indices(self, split: str) -> np.ndarray:
        """Positions in ``items`` of one split, "train" or "held_out"."""
        return np.array([i for i, item in enumerate(self.items) if item.split == split])

    @property
    def id(self) -> str:
        """A short name of exactly these recordings, for caches."""
        facts = [(item.path, item.offset, item.length) for item in self.items]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def groups(self) -> np.ndarray:
        """(items,) ids, equal where the items are recordings of one thing."""
        return np.unique([item.group for item in self.items], return_inverse=True)[1]


def save_arrays(path: Path, **arrays: ArrayLike) -> None:
    """Write an ``.npz`` completely or not at all."""

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    write_atomically(path, write)


def load_corpus(folder: Path | str) -> Corpus:
    """Map a corpus made by training.corpus.build into memory."""
    folder = Path(folder)
    try:
        rows = json.loads((folder / INDEX_FILE).read_text(encoding="utf-8"))
        audio = {rate: np.load(folder / f"audio_{rate}.npy", mmap_mode="r") for rate in RATES_HZ}
    except (OSError, ValueError) as error:
        raise StudioError(
            f"{folder} holds no training corpus ({reason_of(error)}). "
            "Make one with: qvim-studio data build DIR"
        ) from error
    items = tuple(CorpusItem(**row | {"captions": tuple(row.get("captions", ()))}) for row in rows)
    return Corpus(folder, items, audio)
