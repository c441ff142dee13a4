"""The training recordings, checked, resampled and cached in one folder.

``build_corpus`` reads a folder with a ``manifest.csv`` once; ``load_corpus`` maps the result
into memory. Items are split by reference: every file of one source and label is in one split.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from qvim_studio.core.errors import StudioError

RATES_HZ = (16_000, 32_000)  # AudioLDM's mel and QVIM's front end
HELD_OUT_SHARE = 0.08
PEAK = 0.5
GATE_DB = -55.0  # leading and trailing samples this far below the peak are cut
INDEX_FILE = "index.json"


@dataclass(frozen=True)
class CorpusItem:
    """One recording: facts of the manifest and where its samples lie.

    offset, length: in samples at 32 kHz; half of each at 16 kHz (both are kept even).
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


def build_corpus(data_folder: Path, corpus_folder: Path) -> Corpus:
    """Read every row of ``data_folder/manifest.csv`` whose split is "train" and cache it."""
    manifest = data_folder / "manifest.csv"
    if not manifest.is_file():
        raise StudioError(
            f"No training data: {manifest} does not exist. "
            "Give a folder that holds a manifest.csv and the recordings it names."
        )
    corpus_folder.mkdir(parents=True, exist_ok=True)
    items: list[CorpusItem] = []
    chunks: dict[int, list[np.ndarray]] = {rate: [] for rate in RATES_HZ}
    offset = 0
    for row, samples in _recordings(data_folder, manifest):
        items.append(_make_item(row, offset, len(samples)))
        chunks[RATES_HZ[1]].append(samples.astype(np.float16))
        low = soxr.resample(samples, RATES_HZ[1], RATES_HZ[0], quality="HQ")
        chunks[RATES_HZ[0]].append(_fit(low, len(samples) // 2).astype(np.float16))
        offset += len(samples)
    for rate, parts in chunks.items():
        np.save(corpus_folder / f"audio_{rate}.npy", np.concatenate(parts))
    index = json.dumps([asdict(item) for item in items], indent=0)
    (corpus_folder / INDEX_FILE).write_text(index)
    return load_corpus(corpus_folder)


def load_corpus(folder: Path | str) -> Corpus:
    """Map a corpus made by ``build_corpus`` into memory."""
    folder = Path(folder)
    try:
        rows = json.loads((folder / INDEX_FILE).read_text())
        audio = {rate: np.load(folder / f"audio_{rate}.npy", mmap_mode="r") for rate in RATES_HZ}
    except (OSError, ValueError) as error:
        raise StudioError(
            f"{folder} holds no training corpus ({error}). "
            "Make one with: qvim-studio train corpus --data DIR"
        ) from error
    return Corpus(folder, tuple(CorpusItem(**row) for row in rows), audio)


def _recordings(data_folder: Path, manifest: Path) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Rows with their samples at 32 kHz; exact duplicates and silent files are left out."""
    seen: set[str] = set()
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    for row in rows:
        raw, sample_rate = soundfile.read(
            data_folder / row["path"], dtype="float32", always_2d=True
        )
        mono = raw.mean(axis=1)
        digest = hashlib.sha256(mono.tobytes()).hexdigest()
        mono = _clean(mono)
        if digest in seen or mono is None:
            continue
        seen.add(digest)
        samples = soxr.resample(mono, sample_rate, RATES_HZ[1], quality="HQ")
        yield row, _fit(samples, len(samples) // 2 * 2)


def _clean(mono: np.ndarray) -> np.ndarray | None:
    """Remove DC, scale to the peak, cut the quiet head and tail; None for silence."""
    mono = mono - mono.mean()
    peak = np.abs(mono).max()
    if peak < 1e-4:
        return None
    loud = np.flatnonzero(np.abs(mono) > peak * 10 ** (GATE_DB / 20))
    return mono[loud[0] : loud[-1] + 1] * (PEAK / peak)


def _fit(samples: np.ndarray, length: int) -> np.ndarray:
    """Cut or zero-pad to ``length`` samples."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _make_item(row: dict[str, str], offset: int, length: int) -> CorpusItem:
    group = f"{row['source']}/{row['label']}".encode()
    draw = int.from_bytes(hashlib.sha256(group).digest()[:4], "big") / 2**32
    return CorpusItem(
        path=row["path"],
        label=row["label"],
        kind=row["kind"],
        source=row["source"],
        licence=row["licence"],
        split="held_out" if draw < HELD_OUT_SHARE else "train",
        bandwidth_hz=float(row["rolloff99_hz"] or 0),
        commit_allowed=row["may_be_committed"] == "yes",
        offset=offset,
        length=length,
    )
