"""Writes a sample pack: hidden beside its place until it is whole, then moved there at once.

Killed at any moment it leaves either no pack or a complete one; the same call goes on where the
killed one stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.audio.files import check_output_folder, write_reason
from qvim_studio.core.errors import CancelledError, OutputError
from qvim_studio.export.metadata import ClipMetadata
from qvim_studio.export.pack_extras import make_demo, write_cover
from qvim_studio.export.pack_journal import Journal
from qvim_studio.export.pack_manifest import read_manifest, write_manifest
from qvim_studio.export.pack_plan import PackOptions, PackPlan
from qvim_studio.export.pack_render import render_clip
from qvim_studio.export.pack_texts import (
    PackedClip,
    disclosure_text,
    licence_text,
    metadata_csv,
    readme_text,
)
from qvim_studio.export.presets import PresetGroup, PresetSample, write_presets
from qvim_studio.export.sound_file import FileFormat, wav_bytes
from qvim_studio.export.zip_files import zip_folder

COPIES = 4  # of the audio: the WAVs, the multisample, and both again in the zip
RESERVE_BYTES = 64_000_000  # demo, cover, papers
OnPackProgress = Callable[["PackProgress"], None]


@dataclass(frozen=True)
class PackProgress:
    """phase: "sounds", "extras" or "archive"; done of total."""

    phase: str
    done: int
    total: int


@dataclass(frozen=True)
class PackReport:
    """What was made.

    reused: sounds that an interrupted run had finished. warnings: one sentence each.
    """

    folder: Path
    archive: Path
    clips: int
    reused: int = 0
    warnings: tuple[str, ...] = ()


def export_pack(
    plan: PackPlan,
    folder: Path,
    on_progress: OnPackProgress = lambda progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> PackReport:
    """Write ``folder/<Pack>/`` and ``folder/<Pack>.zip``.

    Raises OutputError where they cannot be written (another pack lies there, no room, read-only,
    folder gone), AudioFileError for a source that cannot be read, CancelledError. What was done by
    then is kept for the next call with the same plan; ``discard_partial`` removes it.
    """
    check_output_folder(folder)
    target = folder / plan.options.folder_name
    try:
        return _Export(plan, target, on_progress, is_cancelled).run()
    except OSError as error:
        raise OutputError(
            f"The pack {target.name!r} cannot be written to {folder}: {write_reason(error)}. "
            "Choose another folder or make room, then export again: it goes on where it stopped."
        ) from error


def discard_partial(folder: Path, options: PackOptions) -> None:
    """Remove what an interrupted export left behind."""
    shutil.rmtree(_staging_of(folder / options.folder_name), ignore_errors=True)


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
        self._archive = target.with_name(f"{target.name}.zip")
        self._staging = _staging_of(target)
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._warnings: list[str] = []

    def run(self) -> PackReport:
        if self._target.exists() or self._archive.exists():
            return self._finish_earlier()
        journal = Journal.open(self._staging, self._plan.fingerprint)
        pack = self._staging / self._target.name
        self._check_space(journal)
        pack.mkdir(exist_ok=True)
        packed = self._write_sounds(pack, journal)
        self._report("extras", 0, 1)
        self._write_extras(pack, packed, journal.date)
        self._report("extras", 1, 1)
        self._publish(pack)
        return self._result(len(packed), journal.reused)

    def _write_sounds(self, pack: Path, journal: Journal) -> list[PackedClip]:
        packed: list[PackedClip] = []
        total = len(self._plan.clips)
        for number, clip in enumerate(self._plan.clips):
            self._report("sounds", number, total)
            entry = journal.reuse(clip, pack)
            if entry is None:
                entry, data, warnings = render_clip(clip, self._options)
                self._warnings += warnings
                path = pack / clip.path
                # Without parents: a folder that was taken away is told, not made anew.
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
                journal.add(entry)
            packed.append(entry)
        self._report("sounds", total, total)
        return packed

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
        write_presets(pack, name, preset_groups(packed), options.creator)
        (pack / "Demo").mkdir(exist_ok=True)
        demo = ClipMetadata(f"{options.name} demo", library=options.name, creator=options.creator)
        data = wav_bytes(make_demo(sounds), demo, FileFormat())
        (pack / "Demo" / f"{name}_demo.wav").write_bytes(data)
        write_manifest(pack, self._plan, packed, date)

    def _publish(self, pack: Path) -> None:
        self._report("archive", 0, 1)
        staged = self._staging / self._archive.name
        zip_folder(pack, staged)
        self._report("archive", 1, 1)
        if pack != self._target:
            pack.rename(self._target)
        staged.rename(self._archive)
        shutil.rmtree(self._staging, ignore_errors=True)

    def _finish_earlier(self) -> PackReport:
        """The same pack was made before; only its archive may be missing."""
        manifest = read_manifest(self._target)
        if manifest.get("plan") != self._plan.fingerprint:
            raise OutputError(
                f"{self._target.parent} already holds a {self._target.name!r}, which is never "
                "overwritten. Choose another name or folder, or move the old pack away."
            )
        if not self._archive.exists():
            self._staging.mkdir(exist_ok=True)
            self._publish(self._target)
        return self._result(len(self._plan.clips), len(self._plan.clips))

    def _check_space(self, journal: Journal) -> None:
        needed = COPIES * self._plan.audio_bytes + RESERVE_BYTES - journal.reusable_bytes
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
            raise CancelledError("The export was stopped; exporting again goes on from there.")
        self._on_progress(PackProgress(phase, done, total))

    def _result(self, clips: int, reused: int) -> PackReport:
        return PackReport(self._target, self._archive, clips, reused, tuple(self._warnings))


def preset_groups(packed: Sequence[PackedClip]) -> list[PresetGroup]:
    """Clips of one request share a key and take turns."""
    groups: dict[str, list[PackedClip]] = {}
    for entry in packed:
        groups.setdefault(entry.clip.group, []).append(entry)
    return [
        PresetGroup(
            members[0].clip.title,
            tuple(PresetSample(e.clip.path, e.frames, e.loop) for e in members),
        )
        for members in groups.values()
    ]


def _staging_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.partial")
