"""``qvim-studio data build``: folders and tables become one checked, cached training set.

Every recording is read, mixed to mono, trimmed, resampled and written once; copies of the same
audio are left out. Real imitations are kept beside the recordings that they belong to and share
their split; recordings without any get rendered ones (training.corpus.imitations).
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import soxr

from qvim_studio.audio.files.reading import read_noted, refused_folder
from qvim_studio.audio.files.take_notes import cancelling_notes
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, StudioError
from qvim_studio.core.text.file_names import is_file
from qvim_studio.training.corpus import imitations
from qvim_studio.training.corpus.corpus import INDEX_FILE, RATES_HZ, CorpusItem
from qvim_studio.training.corpus.sample_file import SampleFile
from qvim_studio.training.corpus.sets.imitation_sets import has_pairs
from qvim_studio.training.corpus.sets.layouts import read_layout
from qvim_studio.training.corpus.sets.listing import Listing, Recording
from qvim_studio.training.corpus.sets.survey import Survey, survey_listing
from qvim_studio.training.trainers.teacher import TARGETS_FILES

log = logging.getLogger(__name__)

HELD_OUT_SHARE = 0.08
MANY_HELD_OUT = 0.25  # a share from which on a note is given
PEAK = 0.5
GATE_DB = -55.0  # leading and trailing samples this far below the peak are cut
MAX_SECONDS = 20.0  # trainers draw crops; no window is longer than 10 s
BANDWIDTH_SHARE = 0.99  # of the energy lies below the bandwidth
BUILD_FILE = "build.json"
BUILD_FORMAT = 3  # raised when the same files give another set
# Patterns of files that later steps make from the set, which are invalid once it has changed.
DERIVED_FILES = (imitations.RENDERED_FILE, imitations.HELD_OUT_FILE, TARGETS_FILES)
SHOWN_PROBLEMS = 5


@dataclass(frozen=True)
class BuildReport:
    """Counts of the files that are used. skipped: one sentence for each file that is not."""

    is_new: bool
    references: dict[str, int]
    real_imitations: dict[str, int]
    references_without_imitations: int
    copies: int
    skipped: tuple[str, ...]
    notes: tuple[str, ...]

    def sentences(self) -> list[str]:
        """For a terminal."""
        state = "" if self.is_new else " (unchanged, nothing was read again)"
        train, held_out = (self.references.get(split, 0) for split in ("train", "held_out"))
        real = sum(self.real_imitations.values())
        lines = [
            f"{train} references to train with and {held_out} held out{state}",
            f"{real} real imitations, {self.real_imitations.get('held_out', 0)} of them held out",
            f"{self.references_without_imitations} references get synthetic imitations",
            *self._held_out_note(train, held_out),
            *self.notes,
        ]
        if self.copies:
            lines.append(f"{self.copies} files left out: the same audio as another one")
        if self.skipped:
            lines.append(f"{len(self.skipped)} files could not be used:")
            lines += [f"  {text}" for text in self.skipped[:SHOWN_PROBLEMS]]
            if len(self.skipped) > SHOWN_PROBLEMS:
                lines.append(f"  and {len(self.skipped) - SHOWN_PROBLEMS} more, see {BUILD_FILE}")
        return lines

    @staticmethod
    def _held_out_note(train: int, held_out: int) -> list[str]:
        if held_out <= MANY_HELD_OUT * (train + held_out):
            return []
        share = held_out / (train + held_out)
        advice = "all of one label (sub-folder) stay together. Sort them into more labels."
        return [f"{share:.0%} are held out, {HELD_OUT_SHARE:.0%} are wanted: {advice}"]


def build_corpus(
    inputs: Sequence[Path],
    corpus_folder: Path,
    columns: dict[str, str] | None = None,
    on_surveyed: Callable[[Survey], None] = lambda survey: None,
) -> BuildReport:
    """Make the set of ``corpus_folder`` from folders and tables; an existing set of the same inputs
    stays.

    columns: see layouts.read_layout. on_surveyed: called with the survey of each input before the
    build. Raises StudioError if an input has no known layout, or too little of it can be used.
    """
    listings = [read_layout(source, columns) for source in inputs]
    for listing in listings:
        on_surveyed(survey_listing(listing))
    overlooked = _overlooked_tables(inputs, listings)
    fingerprint = _fingerprint(listings)
    if (known := _stored_report(corpus_folder, fingerprint)) is not None:
        return replace(known, is_new=False, notes=(*known.notes, *overlooked))
    building = corpus_folder / ".building"
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        report = _Builder(building).build(listings)
        content = {"fingerprint": fingerprint, "report": asdict(report)}
        (building / BUILD_FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
        for pattern in (INDEX_FILE, *DERIVED_FILES):
            for path in corpus_folder.glob(pattern):
                path.unlink()
        # The index comes last: without it the folder holds no set.
        for path in sorted(building.iterdir(), key=lambda path: path.name == INDEX_FILE):
            path.replace(corpus_folder / path.name)
    except OSError as error:
        raise refused_folder(corpus_folder, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return replace(report, notes=(*report.notes, *overlooked))


def _overlooked_tables(inputs: Sequence[Path], listings: Sequence[Listing]) -> list[str]:
    """A note for each table in a plain folder that would say which sounds are imitations."""
    given = {source.resolve() for source in inputs}
    return [
        f"{table.name} in {source} pairs imitations with references, but was not given, so all "
        f"sounds there count as references. Give the table: qvim-studio data build {table}"
        for source, listing in zip(inputs, listings, strict=True)
        if listing.layout == "folder"
        for table in sorted(source.glob("*.csv"))
        if table.resolve() not in given and has_pairs(table)
    ]


def split_of(
    groups: Iterable[str], stated: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Group → "train" or "held_out", by the group's name alone: stable when data is added.

    stated: groups whose split the data sets themselves give. Both splits get at least one group.
    Raises StudioError for fewer than two groups, or if all groups are stated to be held out.
    """
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        raise StudioError(
            f"The data contain {len(names)} different references, expected at least 2: one to "
            "train with and one held out. Add recordings."
        )
    splits = {name: stated[name] for name in names if name in stated}
    draws = {
        name: int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
        for name in names
        if name not in splits
    }
    if not draws and "train" not in splits.values():
        raise StudioError(
            "All recordings are of parts that their sets test with, so there is nothing to train "
            "with. Add the part for training."
        )
    lowest = min(draws, key=draws.__getitem__, default=None)
    highest = max(draws, key=draws.__getitem__, default=None)
    needs_train, needs_held_out = (split not in splits.values() for split in ("train", "held_out"))
    return splits | {
        name: "held_out"
        if (needs_held_out and name == lowest)
        or (draw < HELD_OUT_SHARE and not (needs_train and name == highest))
        else "train"
        for name, draw in draws.items()
    }


def stated_splits(listings: Iterable[Listing]) -> dict[str, str]:
    """Group → split of the corpus, where the data sets state one.

    A group with any recording for testing or validation is held out as a whole. A set without such
    recordings states no split, because something has to be held out.
    """
    stated: dict[str, str] = {}
    for listing in listings:
        if {one.split for one in listing.recordings} <= {"", "train"}:
            continue
        for one in listing.recordings:
            if one.split and stated.get(one.group) != "held_out":
                stated[one.group] = "train" if one.split == "train" else "held_out"
    return stated


class _Builder:
    """Reads the files of all listings into one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.items: list[CorpusItem] = []
        self.takes: list[imitations.TakeEntry] = []
        self.skipped: list[str] = []
        self.copies = 0
        self._damaged: list[str] = []
        self._opposite: list[str] = []
        self._items_by_path: dict[Path, int] = {}
        self._known: dict[str, int] = {}  # hash of the audio → item, -1 for a take

    def build(self, listings: Sequence[Listing]) -> BuildReport:
        paired, others = (
            [one for one in listings if bool(one.takes) == has] for has in (True, False)
        )
        with (
            SampleFile(self.folder / "audio_16000.npy") as low,
            SampleFile(self.folder / "audio_32000.npy") as high,
            SampleFile(self.folder / imitations.RECORDED_FILE) as audio,
        ):
            for listing in paired:
                for recording in listing.recordings:
                    self._add_recording(recording, low, high)
            for listing in paired:
                for take in listing.takes:
                    self._add_take(take.path, take.reference, audio)
            # A folder may hold sounds that a table pairs; they are known already, also as
            # imitations.
            for listing in others:
                for recording in listing.recordings:
                    self._add_recording(recording, low, high)
        if not self.items:
            raise StudioError(
                f"None of the {len(self.skipped)} files could be used; the first: {self.skipped[0]}"
            )
        splits = split_of([item.group for item in self.items], stated_splits(listings))
        items = [replace(item, split=splits[item.group]) for item in self.items]
        rows = [asdict(item) for item in items]
        (self.folder / INDEX_FILE).write_text(json.dumps(rows, indent=0), encoding="utf-8")
        imitations.write_entries(self.takes, self.folder)
        return BuildReport(
            is_new=True,
            references=dict(Counter(item.split for item in items)),
            real_imitations=dict(Counter(items[take.item].split for take in self.takes)),
            references_without_imitations=len(items) - len({take.item for take in self.takes}),
            copies=self.copies,
            skipped=tuple(self.skipped),
            notes=(*(note for listing in listings for note in listing.notes), *self._notes()),
        )

    def _add_recording(self, recording: Recording, low: SampleFile, high: SampleFile) -> None:
        clip = self._read(recording.path)
        if clip is None:
            return
        digest = _digest(clip)
        if digest in self._known:
            self.copies += 1
            self._items_by_path[recording.path] = self._known[digest]
            return
        samples = _cleaned(clip)
        if samples is None:
            self.skipped.append(f"{recording.name} is silent.")
            return
        self._known[digest] = self._items_by_path[recording.path] = len(self.items)
        offset = high.append(samples)
        half = soxr.resample(samples, RATES_HZ[1], RATES_HZ[0], quality="HQ")
        low.append(_fit(half, len(samples) // 2))
        self.items.append(
            CorpusItem(
                path=recording.name,
                label=recording.label,
                kind=recording.kind,
                source=recording.source,
                licence=recording.licence,
                split="",
                bandwidth_hz=recording.bandwidth_hz or bandwidth_hz(samples, RATES_HZ[1]),
                commit_allowed=recording.commit_allowed,
                offset=offset,
                length=len(samples),
                reference=recording.group,
                captions=recording.captions,
                author=recording.author,
            )
        )
        if len(self.items) % 500 == 0:
            log.info("%d recordings read", len(self.items))

    def _add_take(self, path: Path, reference: Path, audio: SampleFile) -> None:
        item = self._items_by_path.get(reference)
        if item is None:
            self.skipped.append(f"{path.name} imitates {reference.name}, which is not in the set.")
            return
        clip = self._read(path)
        if clip is None:
            return
        digest = _digest(clip)
        if digest in self._known:
            self.copies += 1
            return
        self._known[digest] = -1
        samples = _cleaned(trim_take(clip))  # a room is heard before and after
        if samples is None:
            self.skipped.append(f"{path.name} is silent.")
            return
        self.takes.append(
            imitations.TakeEntry(path.name, item, audio.append(samples), len(samples))
        )

    def _read(self, path: Path) -> AudioClip | None:
        try:
            noted = read_noted(path)
        except AudioFileError as error:
            self.skipped.append(str(error))
            return None
        if noted.notes:
            self._damaged.append(path.name)
        if cancelling_notes(noted.clip):
            self._opposite.append(path.name)
        return noted.clip

    def _notes(self) -> list[str]:
        """Notes about files that are used only in part."""
        findings = (
            (self._damaged, "are damaged or not read whole; what can be read is used"),
            (self._opposite, "have channels that cancel each other; the loudest one is used"),
        )
        return [
            f"{len(names)} files {what}: {', '.join(names[:SHOWN_PROBLEMS])}"
            f"{', …' if len(names) > SHOWN_PROBLEMS else ''}"
            for names, what in findings
            if names
        ]


def bandwidth_hz(samples: np.ndarray, sample_rate: int) -> float:
    """The frequency below which 99 % of the energy lie."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    total = power.cumsum()
    position = int(np.searchsorted(total, BANDWIDTH_SHARE * total[-1]))
    return position * sample_rate / len(samples)


def _cleaned(clip: AudioClip) -> np.ndarray | None:
    """Mono at 32 kHz, an even number of samples: DC removed, at the peak, head and tail cut.

    None for silence.
    """
    mono = clip.mono()
    mono = mono - mono.mean()
    peak = np.abs(mono).max()
    if peak < 1e-4:
        return None
    loud = np.flatnonzero(np.abs(mono) > peak * 10 ** (GATE_DB / 20))
    mono = mono[loud[0] : loud[-1] + 1] * (PEAK / peak)
    samples = soxr.resample(mono, clip.sample_rate, RATES_HZ[1], quality="HQ")
    length = min(len(samples), int(MAX_SECONDS * RATES_HZ[1])) // 2 * 2
    return samples[:length] if length else None


def _digest(clip: AudioClip) -> str:
    return hashlib.sha256(clip.mono().tobytes()).hexdigest()


def _fit(samples: np.ndarray, length: int) -> np.ndarray:
    """The samples, cut or zero-padded to ``length``."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _fingerprint(listings: Sequence[Listing]) -> str:
    """A fingerprint of the inputs' content and of the state of every file; no audio is read."""
    digest = hashlib.sha256(str(BUILD_FORMAT).encode())
    for listing in listings:
        for entry in (*listing.recordings, *listing.takes):
            digest.update(repr(entry).encode())
            if is_file(entry.path):
                facts = entry.path.stat()
                digest.update(f"{facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()


def _stored_report(corpus_folder: Path, fingerprint: str) -> BuildReport | None:
    """The report of an earlier build of the same inputs, if the set is still whole."""
    try:
        stored = json.loads((corpus_folder / BUILD_FILE).read_text(encoding="utf-8"))
        is_same = stored["fingerprint"] == fingerprint and (corpus_folder / INDEX_FILE).is_file()
        return BuildReport(**stored["report"]) if is_same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
