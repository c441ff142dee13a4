"""Writes a sample pack hidden beside its place, and moves it there when it is complete.

Killed at any moment it leaves either no pack or a complete one; the same call goes on where the
killed one stopped.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from qvim_studio.audio.files.reading import check_output_folder, write_reason
from qvim_studio.core.errors import CancelledError, OutputError
from qvim_studio.export.files.disk import only_writer, sync_names, sync_tree
from qvim_studio.export.files.metadata import ClipMetadata
from qvim_studio.export.files.sound_file import FileFormat, wav_bytes
from qvim_studio.export.packs.pack_archives import PackArchives, bank_names, preset_groups, zip_name
from qvim_studio.export.packs.pack_extras import make_demo, write_cover
from qvim_studio.export.packs.pack_journal import Journal, entry_of
from qvim_studio.export.packs.pack_manifest import read_manifest, write_manifest
from qvim_studio.export.packs.pack_plan import PackOptions, PackPlan
from qvim_studio.export.packs.pack_render import render_clip
from qvim_studio.export.packs.pack_texts import (
    PackedClip,
    disclosure_text,
    licence_text,
    metadata_csv,
    readme_text,
)
from qvim_studio.export.packs.presets import write_light_presets

COPIES = 3  # of the audio: the WAVs, the zip and the Bitwig instruments
RESERVE_BYTES = 64_000_000  # demo, cover, papers
ARCHIVES = "archives"  # in the staging folder; appears there when its files are whole
OnPackProgress = Callable[["PackProgress"], None]


@dataclass(frozen=True)
class PackProgress:
    """The progress of an export. phase: "sounds", "extras" or "archive"; done of total."""

    phase: str
    done: int
    total: int


@dataclass(frozen=True)
class PackReport:
    """The result of an export.

    instruments: for Bitwig Studio, beside the folder and the archive.
    reused: sounds that an interrupted run had finished. warnings: one sentence each.
    """

    folder: Path
    archive: Path
    instruments: tuple[Path, ...]
    clips: int
    reused: int = 0
    warnings: tuple[str, ...] = ()


def export_pack(
    plan: PackPlan,
    folder: Path,
    on_progress: OnPackProgress = lambda progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> PackReport:
    """Write ``folder/<Pack>/``, ``folder/<Pack>.zip`` and ``folder/<Pack>.multisample``.

    Raises OutputError if they cannot be written (another pack lies there, another export is at
    it, no room, read-only, folder gone), AudioFileError for a source that cannot be read,
    CancelledError. What was done by then is kept for the next call with the same plan.
    """
    check_output_folder(folder)
    target = folder / plan.options.folder_name
    lock = target.with_name(f".{target.name}.lock")
    try:
        with only_writer(lock, f"The pack {target.name!r}"):
            return _Export(plan, target, on_progress, is_cancelled).run()
    except OSError as error:
        raise OutputError(
            f"The pack {target.name!r} cannot be written to {folder}: {write_reason(error)}. "
            "Choose another folder or make room, then export again: it resumes where it stopped."
        ) from error


def has_partial(folder: Path, options: PackOptions) -> bool:
    """Whether an interrupted export of that name left sounds with which it can resume."""
    return _staging_of(folder / options.folder_name).is_dir()


def missing_bytes(plan: PackPlan, folder: Path) -> int:
    """The bytes that a pack lacks on the disk of ``folder``, or of its nearest existing parent; 0
    if the pack fits."""
    place = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    return max(0, _needed_bytes(plan) - shutil.disk_usage(place).free)


class _Export:
    """One run; the steps in order."""

    def __init__(
        self,
        plan: PackPlan,
        target: Path,
        on_progress: OnPackProgress,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._options = plan.options
        self._target = target
        self._staging = _staging_of(target)
        self._products = [zip_name(target.name), *bank_names(plan)]
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._warnings: list[str] = []

    def run(self) -> PackReport:
        if self._target.exists() or any(self._place_of(name).exists() for name in self._products):
            return self._finish_earlier()
        journal = Journal.open(self._staging, self._plan.fingerprint)
        pack = self._staging / self._target.name
        self._check_space(journal)
        pack.mkdir(exist_ok=True)
        with self._open_archives() as archives:
            packed = self._write_sounds(pack, journal, archives)
            self._report("extras", 0, 1)
            self._write_extras(pack, packed, journal.date)
            self._report("extras", 1, 1)
            archives.finish(pack, packed)
        self._publish(pack)
        return self._result(journal.reused)

    def _write_sounds(
        self, pack: Path, journal: Journal, archives: PackArchives
    ) -> list[PackedClip]:
        packed: list[PackedClip] = []
        first_with: dict[bytes, PurePosixPath] = {}
        total = len(self._plan.clips)
        for number, clip in enumerate(self._plan.clips):
            self._report("sounds", number, total)
            finished = journal.reuse(clip, pack)
            if finished is None:
                entry, data, warnings = render_clip(clip, self._options)
                self._warnings += warnings
                path = pack / clip.path
                # Without parents: a folder that was removed is an error and not made again.
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
                journal.add(entry)
            else:
                entry, data = finished
            first = first_with.setdefault(self._audio_digest(entry, data), clip.path)
            if first != clip.path:
                self._warnings.append(f"{clip.path}: This is the same sound as {first}.")
            archives.add_sound(entry, data)
            packed.append(entry)
        self._report("sounds", total, total)
        return packed

    def _audio_digest(self, entry: PackedClip, data: bytes) -> bytes:
        """Of the samples at the end of a WAV, whatever stands before them."""
        size = entry.frames * entry.channels * self._options.file_format.bit_depth // 8
        return hashlib.sha256(memoryview(data)[-(size + size % 2) :]).digest()

    def _write_extras(self, pack: Path, packed: Sequence[PackedClip], date: str) -> None:
        options, name = self._options, self._target.name
        clips = [entry.clip for entry in packed]
        sounds = [pack / clip.path for clip in clips]
        papers = pack / "Documentation"
        papers.mkdir(exist_ok=True)
        texts = {
            f"{name}_metadata.csv": metadata_csv(options, packed),
            "README.txt": readme_text(options, packed),
            "LICENSE.txt": licence_text(options, clips),
            "AI-DISCLOSURE.txt": disclosure_text(options, clips),
        }
        for file, text in texts.items():
            (papers / file).write_text(text, encoding="utf-8", errors="replace", newline="")
        write_cover(papers / "cover.png", options.name, options.creator, sounds)
        write_light_presets(pack, name, preset_groups(packed))
        (pack / "Demo").mkdir(exist_ok=True)
        demo = ClipMetadata(f"{options.name} demo", library=options.name, creator=options.creator)
        data = wav_bytes(make_demo(sounds), demo, FileFormat())
        (pack / "Demo" / f"{name}_demo.wav").write_bytes(data)
        write_manifest(pack, self._plan, packed, date)

    def _open_archives(self) -> PackArchives:
        folder = self._staging / f"{ARCHIVES}.partial"
        for earlier in (folder, self._staging / ARCHIVES):
            shutil.rmtree(earlier, ignore_errors=True)
        folder.mkdir()
        return PackArchives(folder, self._plan)

    def _publish(self, pack: Path) -> None:
        """Move everything to its place, the folder first; whoever is killed in between finds the
        rest in the staging folder."""
        self._report("archive", 0, 1)
        sync_tree(self._staging)
        archives = self._staging / ARCHIVES
        (self._staging / f"{ARCHIVES}.partial").rename(archives)
        if pack != self._target:
            pack.rename(self._target)
        self._move_archives(archives)
        self._on_progress(PackProgress("archive", 1, 1))  # too late to be stopped

    def _move_archives(self, archives: Path) -> None:
        for name in self._products:
            if (archives / name).exists() and not self._place_of(name).exists():
                (archives / name).rename(self._place_of(name))
        sync_names(self._target.parent)
        shutil.rmtree(self._staging, ignore_errors=True)

    def _finish_earlier(self) -> PackReport:
        """The same pack was made before; only some archives may be missing."""
        manifest = read_manifest(self._target)
        if manifest.get("plan") != self._plan.fingerprint:
            raise OutputError(
                f"{self._target.parent} already holds a {self._target.name!r}, which is never "
                "overwritten. Choose another name or folder, or move the old pack away."
            )
        if (self._staging / ARCHIVES).exists():
            self._move_archives(self._staging / ARCHIVES)
        if not all(self._place_of(name).exists() for name in self._products):
            self._archive_again(manifest["clips"])
        return self._result(len(self._plan.clips))

    def _archive_again(self, rows: Sequence[dict[str, Any]]) -> None:
        """From the sounds that lie in the finished pack."""
        self._staging.mkdir(exist_ok=True)
        by_path = {row["path"]: row for row in rows}
        packed = [entry_of(clip, by_path[str(clip.path)]) for clip in self._plan.clips]
        with self._open_archives() as archives:
            for number, entry in enumerate(packed):
                self._report("sounds", number, len(packed))
                archives.add_sound(entry, (self._target / entry.clip.path).read_bytes())
            archives.finish(self._target, packed)
        self._publish(self._target)

    def _place_of(self, name: str) -> Path:
        return self._target.with_name(name)

    def _check_space(self, journal: Journal) -> None:
        needed = _needed_bytes(self._plan) - journal.reusable_bytes
        free = shutil.disk_usage(self._staging).free
        if needed > free:
            numbers = f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free"
            if not journal.has_entries:
                shutil.rmtree(self._staging, ignore_errors=True)
            raise OutputError(
                f"There is no room for the pack {self._target.name!r} in {self._target.parent}: "
                f"{numbers}. Choose another folder or make room."
            )

    def _report(self, phase: str, done: int, total: int) -> None:
        if self._is_cancelled():
            raise CancelledError("The export was stopped; exporting again resumes from there.")
        self._on_progress(PackProgress(phase, done, total))

    def _result(self, reused: int) -> PackReport:
        archive, *instruments = (self._place_of(name) for name in self._products)
        warnings = tuple(self._warnings)
        count = len(self._plan.clips)
        return PackReport(self._target, archive, tuple(instruments), count, reused, warnings)


def _needed_bytes(plan: PackPlan) -> int:
    return COPIES * plan.audio_bytes + RESERVE_BYTES


def _staging_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.partial")
