"""Writes each sound of a request as soon as it is finished, and numbers all at the end."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qvim_studio.core.errors import OutputError
from qvim_studio.core.partial_result import PartialResult
from qvim_studio.core.provenance import Origin
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress, Variation
from qvim_studio.export.files.clip_writer import (
    WrittenClip,
    number_of,
    release_name,
    reserve_name,
    safe_stem,
    shown_title,
    write_one,
)
from qvim_studio.export.files.growing_sounds import GrowingSounds

MADE_RATE_HZ = 48_000  # of every sound that is made from nothing
FIT_SIZE = 2  # of a fitted sound, which may have two channels, against a made one
SAMPLE_BYTES = 4  # the widest that is written
TEXT_BYTES = 64 * 1024  # recipe and metadata of a sound, generously
RESCUE_FOLDER = "qvim-studio-kept"


class ArrivingClips:
    """Writes the files of one request.

    While sounds are being made, their names end in their seed (``dog_seed_7.wav``), so that they
    can be found whatever ends the process. ``finish`` gives them the numbers of their rank. A long
    sound grows in a file of its own (see GrowingSounds), which is then renamed.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder = folder
        self._stem, self._shown = safe_stem(stem), shown_title(stem)
        self._name = ""
        self._partial_result = PartialResult()
        self._growing = GrowingSounds(folder, self._stem)
        self._clips: dict[tuple[Origin, int], WrittenClip] = {}  # by origin and seed
        self._is_numbered = False

    def take(self, progress: Progress) -> None:
        """Write the sound that came with this message, if one did.

        Raises OutputError if the folder takes no more; the sound then lies elsewhere, as the
        error says.
        """
        progress = self._growing.with_sound(progress)
        variation = self._partial_result.take(progress)
        is_whole = variation is not None and variation.planned_s is None
        if variation is not None and is_whole and progress.arrived is not None:
            title = f"{self._title} {variation.seed}"
            name = f"seed_{variation.seed}"
            try:
                self._clips[_key(variation)] = self._write(progress.arrived, variation, name, title)
            except OutputError as error:
                raise self._rescued(progress.arrived, variation, title, error) from error

    def whole(self, result: GenerationResult) -> GenerationResult:
        """The result, with the samples of sounds that came in chunks."""
        return self._growing.filled(result)

    def finish(self, result: GenerationResult) -> list[WrittenClip]:
        """Number the sounds in the result's order; sounds that did not arrive are written now.

        Where no room is left for the second copy that this needs for a moment, a sound keeps the
        name of its seed. Raises OutputError if a sound could be written to no other place.
        """
        self._is_numbered = True
        result = self.whole(result)
        failed: OutputError | None = None
        for index, variation in enumerate(result.sounds):
            early = self._clips.get(_key(variation))
            number = number_of(result, index)
            title = f"{self._title} {number.replace('_', ' ')}"
            try:
                clip = self._write(result, variation, number, title)
            except OutputError as error:
                if early is None:
                    failed = self._rescued(result, variation, title, failed or error)
                continue
            self._clips[_key(variation)] = clip
            if early is not None and early.path != clip.path:
                early.path.unlink(missing_ok=True)
                early.recipe_path.unlink(missing_ok=True)
        release_name(self._folder, self._name)
        if failed is not None:
            raise failed
        self._growing.forget_others(result)
        return [self._clips[_key(variation)] for variation in result.sounds]

    def keep(self) -> tuple[GenerationResult, list[WrittenClip]] | None:
        """Number the sounds that were finished before an early end; None without any. Raises
        OutputError as ``finish``."""
        self._growing.fade_ends()
        kept = self._partial_result.so_far()
        if kept is None:
            return None
        if not self._is_numbered:
            return kept, self.finish(kept)
        release_name(self._folder, self._name)
        written = tuple(v for v in kept.variations if _key(v) in self._clips)
        return replace(kept, variations=written), [self._clips[_key(v)] for v in written]

    @property
    def _title(self) -> str:
        return self._shown

    def _write(
        self, result: GenerationResult, variation: Variation, ending: str, title: str
    ) -> WrittenClip:
        if not self._name:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._name = reserve_name(self._folder, self._stem)
        written = write_one(result, variation, self._folder / f"{self._name}_{ending}", title)
        self._growing.follow(variation.seed, written.path)
        return written

    def _rescued(
        self, result: GenerationResult, variation: Variation, title: str, error: OutputError
    ) -> OutputError:
        """Write a sound to the temporary folder; returns the error, with the file if that
        succeeded."""
        with contextlib.suppress(OSError, OutputError):
            place = Path(tempfile.gettempdir()) / RESCUE_FOLDER
            place.mkdir(parents=True, exist_ok=True)
            name = reserve_name(place, self._stem)
            clip = write_one(result, variation, place / f"{name}_01", title)
            self._growing.follow(variation.seed, clip.path)
            self._clips[_key(variation)] = clip
            return OutputError(f"{error} The sound that did not fit is kept as {clip.path}.")
        return error


def _key(sound: Variation) -> tuple[Origin, int]:
    return sound.origin, sound.seed


def check_room(folder: Path, requests: Sequence[GenerationRequest]) -> None:
    """Raise OutputError if the disk of an existing folder has no room for the sounds."""
    check_free(
        folder,
        sum(_bytes_of(one) * (one.variations + FIT_SIZE * one.fits) for one in requests),
    )


def check_free(folder: Path, needed: int) -> None:
    """Raise OutputError if the disk of an existing folder has fewer bytes free than are needed."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # the system does not report it; a lack of room shows when files are written
    if free < needed:
        raise OutputError(
            f"The disk of {folder} has {_mib(free)} free, but the sounds will need about "
            f"{_mib(needed)}. Make room, choose another folder, or ask for fewer or shorter sounds."
        )


def _bytes_of(request: GenerationRequest) -> int:
    """Of one variation's files, rounded up."""
    if request.edit is not None:
        sound = request.edit.sound
        seconds = max(sound.duration_s, request.edit.end_s)
        return int(seconds * sound.sample_rate * sound.channels * SAMPLE_BYTES) + TEXT_BYTES
    if request.upscale is not None:
        channels = request.upscale.sound.channels
        return int(request.natural_s * MADE_RATE_HZ * SAMPLE_BYTES * channels) + TEXT_BYTES
    return int(request.natural_s * MADE_RATE_HZ * SAMPLE_BYTES) + TEXT_BYTES


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
