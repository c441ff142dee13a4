"""Makes a kit from one take: each sound becomes a request, and the results become presets."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qvim_studio.audio.files.reading import check_output_folder, refused_folder, write_reason
from qvim_studio.audio.following.onsets import split_at_onsets
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine, IsCancelled
from qvim_studio.core.errors import OutputError, UsageError
from qvim_studio.core.program.interrupts import uninterrupted
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.files.arriving_clips import ArrivingClips, check_room
from qvim_studio.export.files.clip_writer import WrittenClip, safe_stem
from qvim_studio.export.packs.presets import (
    KEYS_PER_BANK,
    PresetGroup,
    PresetSample,
    write_presets,
)

log = logging.getLogger(__name__)

SAMPLES = "Samples"
OnKitProgress = Callable[[int, int, Progress], None]  # number of the sound, of how many, its own


@dataclass(frozen=True)
class KitReport:
    """A finished kit: presets, and the WAVs of each sound, best match first. notes: of all sounds,
    each once."""

    folder: Path
    presets: tuple[Path, ...]
    sounds: tuple[tuple[Path, ...], ...]
    notes: tuple[str, ...] = ()


def kit_requests(take: AudioClip, base: GenerationRequest) -> tuple[GenerationRequest, ...]:
    """One request for each sound of the take; ``base`` sets everything but imitation and seed.
    Real sounds are not fitted: the sounds of one key are variations of each other.

    Sound i starts at seed ``base.seed + i * base.variations``: no two variations share one.
    Raises UsageError if the take holds more sounds than there are keys.
    """
    pieces = split_at_onsets(take)
    if len(pieces) > KEYS_PER_BANK:
        raise UsageError(
            f"The take holds {len(pieces)} sounds, expected at most {KEYS_PER_BANK}, one for each "
            "key. Cut it into several takes."
        )
    return tuple(
        base.with_changes(
            imitation=piece, seed=base.seed + number * base.variations, duration_s=None, fits=0
        )
        for number, piece in enumerate(pieces)
    )


def make_kit(
    requests: Sequence[GenerationRequest],
    engine: Engine,
    folder: Path,
    name: str,
    on_progress: OnKitProgress = lambda number, count, progress: None,
    on_kept: Callable[[KitReport], None] = lambda report: None,
    is_cancelled: IsCancelled = lambda: False,
) -> KitReport:
    """Generate every sound into ``folder/<name>/``, each on the disk as soon as it is finished.

    Raises OutputError if the disk cannot hold it, and whatever the engine raises or interrupts
    it: then what was finished is a kit of its own, which on_kept gets.
    """
    check_output_folder(folder)
    check_room(folder, requests)
    kit = _Kit(_new_folder(folder, safe_stem(name, "kit")), name)
    clips = kit.next_clips()
    try:
        for number, request in enumerate(requests):

            def report(
                progress: Progress, number: int = number, clips: ArrivingClips = clips
            ) -> None:
                clips.take(progress)
                on_progress(number, len(requests), progress)

            result = engine.generate(request, report, is_cancelled)
            kit.add(result, clips.finish(result))
            clips = kit.next_clips()
        return kit.report(kit.write_presets())
    except BaseException:
        with uninterrupted():
            begun = clips.keep()
            if begun is not None:
                kit.add(*begun)
            if kit.is_empty:
                shutil.rmtree(kit.folder, ignore_errors=True)
            else:
                on_kept(kit.report(kit.presets_if_possible()))
        raise


def write_kit(results: Sequence[GenerationResult], folder: Path, name: str) -> KitReport:
    """Write finished results as a kit; into ``folder/<name>-2/`` if ``<name>`` is taken."""
    check_output_folder(folder)
    kit = _Kit(_new_folder(folder, safe_stem(name, "kit")), name)
    try:
        for result in results:
            kit.add(result, kit.next_clips().finish(result))
        return kit.report(kit.write_presets())
    except BaseException:
        shutil.rmtree(kit.folder, ignore_errors=True)  # the results are in memory still
        raise


class _Kit:
    """A kit's folder while it fills."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = name
        self._groups: list[PresetGroup] = []
        self._sounds: list[tuple[Path, ...]] = []
        self._notes: dict[str, None] = {}

    @property
    def is_empty(self) -> bool:
        return not self._sounds

    def next_clips(self) -> ArrivingClips:
        """The files of the sound that comes after those that were added."""
        return ArrivingClips(self.folder / SAMPLES, f"{self._name} {len(self._sounds) + 1:02d}")

    def add(self, result: GenerationResult, written: Sequence[WrittenClip]) -> None:
        by_path = zip(written, result.variations, strict=True)
        samples = [
            PresetSample(PurePosixPath(SAMPLES, clip.path.name), len(variation.clip.samples))
            for clip, variation in by_path
            if clip.path.parent == self.folder / SAMPLES
        ]
        self._sounds.append(tuple(clip.path for clip in written))
        self._groups.append(PresetGroup(f"{self._name} {len(self._sounds)}", tuple(samples)))
        self._notes |= dict.fromkeys(result.notes)

    def write_presets(self) -> list[Path]:
        """Raises OutputError."""
        try:
            return write_presets(self.folder, self.folder.name, self._groups)
        except OSError as error:
            raise OutputError(
                f"The presets of the kit cannot be written to {self.folder}: "
                f"{write_reason(error)}. Choose another folder or make room, then try again."
            ) from error

    def presets_if_possible(self) -> list[Path]:
        try:
            return self.write_presets()
        except OutputError as error:
            log.warning("%s", error)
            return []

    def report(self, presets: Sequence[Path]) -> KitReport:
        return KitReport(self.folder, tuple(presets), tuple(self._sounds), tuple(self._notes))


def _new_folder(folder: Path, name: str) -> Path:
    """A new folder of that name, with a number if it is taken. Raises OutputError."""
    attempt = 1
    while True:
        candidate = folder / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            candidate.mkdir(exist_ok=False)
        except FileExistsError:
            attempt += 1
        except OSError as error:
            raise refused_folder(folder, error) from error
        else:
            return candidate
