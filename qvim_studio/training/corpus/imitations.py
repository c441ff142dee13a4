"""Imitations of every reference of a corpus: those of people if there are any, else rendered ones.

The two are not mixed: a reference with real takes gets no rendered ones, and every take states its
origin.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import Corpus, save_arrays
from qvim_studio.training.corpus.voice_renderer import render_imitation

log = logging.getLogger(__name__)

SAMPLE_RATE = 32_000
MAX_SECONDS = 4.0  # of a render: people imitate the beginning of a long sound
RENDERED_FILE = "imitations.npz"
HELD_OUT_FILE = "imitations_held_out.npz"  # the part of these renders that an evaluation needs
RECORDED_FILE = "takes_32000.npy"
ENTRIES_FILE = "takes.json"


@dataclass(frozen=True)
class TakeEntry:
    """One real imitation: its file's name, its item, and where its samples lie in RECORDED_FILE."""

    path: str
    item: int
    offset: int
    length: int


@dataclass(frozen=True, eq=False)
class TakeRows:
    """The rows of each item in arrays with one row per take.

    first: (items + 1,): item i has the rows first[i] .. first[i + 1] - 1.
    """

    first: np.ndarray

    def count(self, item: int) -> int:
        return int(self.first[item + 1] - self.first[item])

    def of(self, item: int) -> range:
        return range(int(self.first[item]), int(self.first[item + 1]))

    def draw(self, items: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One row of each item, by chance."""
        return self.first[items] + rng.integers(self.first[items + 1] - self.first[items])


@dataclass(frozen=True, eq=False)
class ImitationSet:
    """All takes of all items, mono at 32 kHz, in the order of the items.

    spans: (takes, 2), begin and end in ``recorded`` where is_real, else in ``rendered``.
    """

    rows: TakeRows
    spans: np.ndarray
    is_real: np.ndarray
    rendered: np.ndarray
    recorded: np.ndarray

    def samples(self, item: int, take: int) -> np.ndarray:
        """float32 (frames,) of one take of an item."""
        return self.row(self.rows.of(item)[take])

    def row(self, row: int) -> np.ndarray:
        """float32 (frames,) of the take in that row."""
        begin, end = self.spans[row]
        audio = self.recorded if self.is_real[row] else self.rendered
        return np.asarray(audio[begin:end], dtype=np.float32)

    def draw(self, item: int, rng: np.random.Generator) -> np.ndarray:
        """float32 (frames,) of any take of an item."""
        return self.samples(item, int(rng.integers(self.rows.count(item))))

    @property
    def id(self) -> str:
        """A short name of exactly these takes, for caches."""
        return hashlib.sha256(self.spans.tobytes() + self.is_real.tobytes()).hexdigest()[:16]

    def has_real(self, item: int) -> bool:
        return bool(self.is_real[self.rows.of(item)].any())


def take_rows(stored: np.ndarray, first: np.ndarray | None) -> tuple[np.ndarray, TakeRows]:
    """An array with one row per take and its rows; without ``first`` every item has equally many
    takes, and the array is (items, takes, ...)."""
    if first is not None:
        return stored, TakeRows(first)
    items, takes = stored.shape[:2]
    return stored.reshape(items * takes, *stored.shape[2:]), TakeRows(np.arange(items + 1) * takes)


def write_entries(entries: Sequence[TakeEntry], folder: Path) -> None:
    """Write the list of the real takes in the folder's RECORDED_FILE."""
    rows = [asdict(entry) for entry in entries]
    (folder / ENTRIES_FILE).write_text(json.dumps(rows, indent=0), encoding="utf-8")


def load_or_render(
    corpus: Corpus, renders: int = 3, seed: int = 0, *, held_out_only: bool = False
) -> ImitationSet:
    """The corpus folder's real takes, and ``renders`` cached synthetic ones of all other items.

    held_out_only: items for training without a real take may have none, which saves nearly all of
    the rendering.
    """
    entries = read_entries(corpus.folder)
    real: dict[int, list[TakeEntry]] = {}
    for entry in entries:
        real.setdefault(entry.item, []).append(entry)
    others = [index for index in range(len(corpus.items)) if index not in real]
    path = corpus.folder / RENDERED_FILE
    if held_out_only and not path.is_file():
        held_out = set(corpus.indices("held_out").tolist())
        others = [index for index in others if index in held_out]
        path = corpus.folder / HELD_OUT_FILE
    rendered, starts = _load_rendered(corpus, others, renders, seed, path)
    recorded = (
        np.load(corpus.folder / RECORDED_FILE, mmap_mode="r") if real else np.zeros(0, np.float16)
    )
    rendered_of = dict(zip(others, starts, strict=True))
    spans: list[tuple[int, int]] = []
    is_real: list[bool] = []
    counts = [0]
    for item in range(len(corpus.items)):
        if item in real:
            own = [(entry.offset, entry.offset + entry.length) for entry in real[item]]
        elif item in rendered_of:
            own = list(pairwise(rendered_of[item].tolist()))
        else:
            own = []
        spans += own
        is_real += [item in real] * len(own)
        counts.append(len(own))
    rows = TakeRows(np.cumsum(counts))
    return ImitationSet(rows, np.array(spans), np.array(is_real), rendered, recorded)


def read_entries(folder: Path) -> list[TakeEntry]:
    """The entries of the real takes; none for a corpus without such takes."""
    path = folder / ENTRIES_FILE
    if not path.is_file():
        return []
    return [TakeEntry(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def _load_rendered(
    corpus: Corpus, items: Sequence[int], renders: int, seed: int, path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Samples, and offsets (items, renders + 1) of every render, which are made unless they are
    cached."""
    if not path.is_file():
        _render(corpus, items, renders, seed, path)
    stored = np.load(path)
    if len(stored["starts"]) != len(items):
        raise StudioError(
            f"{path} holds renders of {len(stored['starts'])} recordings, the corpus needs those "
            f"of {len(items)}. Delete that file; it will be made again."
        )
    return stored["audio"], stored["starts"]


def _render(corpus: Corpus, items: Sequence[int], renders: int, seed: int, path: Path) -> None:
    parts: list[np.ndarray] = [np.zeros(0, np.float16)]
    starts = np.zeros((len(items), renders + 1), np.int64)
    offset = 0
    for position, index in enumerate(items):
        sound = corpus.samples(corpus.items[index], SAMPLE_RATE)[: int(MAX_SECONDS * SAMPLE_RATE)]
        starts[position, 0] = offset
        for render in range(renders):
            rng = np.random.default_rng((seed, index, render))
            parts.append(render_imitation(sound, SAMPLE_RATE, rng).astype(np.float16))
            offset += len(parts[-1])
            starts[position, render + 1] = offset
        if position % 200 == 0:
            log.info("rendered imitations of %d of %d sounds", position, len(items))
    save_arrays(path, audio=np.concatenate(parts), starts=starts)
