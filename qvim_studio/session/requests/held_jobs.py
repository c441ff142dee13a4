"""Stores waiting and running requests in the session's file, and restores them.

Beside the file lie the sounds that requests are made from, each named by its hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import read_audio, write_wav
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit, stored_parts
from qvim_studio.core.errors import AudioFileError, StudioError, UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, clip_hash
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.core.upscale import Upscale
from qvim_studio.export.files.recipe import provenance_of, read_recipe
from qvim_studio.jobs.engine.job import Job


@dataclass(frozen=True)
class HeldJob:
    """A request that waits or runs, or whose sounds belong to an unfinished kit.

    request: GenerationRequest.recipe(); edit: of its sound's part; upscale: what is known of a
    sound that only gets highs. imitation_path: the file of its take, where it has one. kit,
    kit_place: the key of its kit, and which of the kit's sounds it makes. clips: the files of what
    was made of it, best first.
    """

    request: dict[str, Any]
    folder: str
    stem: str
    imitation_path: str = ""
    edit: dict[str, Any] | None = None
    upscale: dict[str, Any] | None = None
    was_running: bool = False
    kit: str = ""
    kit_place: int = 0
    clips: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> HeldJob:
        """A job from stored values. Raises TypeError if they are no job's."""
        job = cls(**stored)
        return replace(job, kit_place=int(job.kit_place), clips=tuple(map(str, job.clips)))


@dataclass(frozen=True)
class HeldKit:
    """A kit that is not written yet. key: its name in the session. folder: where the kit's own
    folder will lie. sounds: how many it has."""

    key: str
    name: str
    folder: str
    sounds: int

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> HeldKit:
        """A kit from stored values. Raises TypeError, ValueError, KeyError if they are no kit."""
        return cls(
            key=str(stored["key"]),
            name=str(stored["name"]),
            folder=str(stored["folder"]),
            sounds=int(stored["sounds"]),
        )


@dataclass(frozen=True, eq=False)
class JobAgain:
    """A job of the last session. result: of a kit's sound that is already made."""

    held: HeldJob
    request: GenerationRequest
    result: GenerationResult | None = None


def hold_job(job: Job, imitation_path: Path | None, folder: Path) -> HeldJob:
    """Write the sounds that a job starts from. Raises OutputError."""
    edit = job.request.edit
    edited = None if edit is None else edit.sound
    request = job.request
    upscaled = None if request.upscale is None else request.upscale.sound
    given = (request.imitation, request.timbre, request.start_sound, request.morph_sound)
    for clip in (*given, edited, upscaled):
        if clip is not None and not (path := _sound_file(folder, clip_hash(clip))).exists():
            write_wav(path, clip, "FLOAT")
    return HeldJob(
        request=request.recipe(),
        folder=str(job.folder),
        stem=job.stem,
        imitation_path="" if imitation_path is None else str(imitation_path),
        edit=None
        if edit is None
        else {
            "parts_s": [list(part) for part in edit.parts_s],
            "above_hz": edit.above_hz,
            "bit_depth": edit.bit_depth,
            "provenance": None if edit.provenance is None else edit.provenance.as_dict(),
        },
        upscale=None if request.upscale is None else _upscale_held(request.upscale),
    )


def _upscale_held(upscale: Upscale) -> dict[str, Any]:
    came_from = upscale.provenance
    return {
        "known_hz": upscale.known_hz,
        "provenance": None if came_from is None else came_from.as_dict(),
    }


def drop_sounds(jobs: Sequence[HeldJob], folder: Path) -> None:
    """Remove sounds that no job needs any more."""
    needed = {_sound_file(folder, name) for job in jobs for name in _hashes(job)}
    for path in folder.glob("*.wav"):
        if path not in needed:
            path.unlink(missing_ok=True)


def request_again(job: HeldJob, folder: Path) -> GenerationRequest:
    """The request with its sounds. Raises a StudioError if a sound is gone."""
    imitation, timbre, start_sound, morph_sound, sound, lacking = (
        None if name is None else read_audio(_sound_file(folder, name))
        for name in _named(job.request)
    )
    try:
        edit = None if sound is None or job.edit is None else _edit(sound, job.edit)
        upscale = None
        if lacking is not None and job.upscale is not None:
            came_from = _provenance(job.upscale["provenance"])
            upscale = Upscale(lacking, came_from, job.upscale["known_hz"])
        return GenerationRequest.from_recipe(
            job.request, imitation, timbre, edit, start_sound, morph_sound, upscale
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"A queued request is damaged ({error}). Ask for it again.") from error


def _edit(sound: AudioClip, stored: Mapping[str, Any]) -> Edit:
    edit = Edit.of_parts(
        sound,
        stored_parts(stored.get("parts_s") or [(stored["begin_s"], stored["end_s"])]),
        _provenance(stored["provenance"]),
        stored["bit_depth"],
    )
    return replace(edit, above_hz=stored.get("above_hz"))


def _provenance(stored: Mapping[str, Any] | None) -> Provenance | None:
    return None if stored is None else Provenance(**stored)


def result_again(job: HeldJob, folder: Path) -> GenerationResult:
    """The result of a job, from its files. Raises a StudioError if a file is gone."""
    variations, request, notes, provenance = [], job.request, (), None
    for path in map(Path, job.clips):
        recipe, provenance = read_recipe(path), provenance_of(path)
        if recipe is None or provenance is None:
            raise AudioFileError(f"{path} no longer holds a recipe. Generate the sound again.")
        request, notes = recipe["request"], tuple(recipe["notes"])
        variations.append(
            Variation(
                read_audio(path),
                recipe["seed"],
                recipe["similarity"],
                recipe["bandwidth_hz"],
                recipe["started_from"],
                recipe["extended_to_hz"],
                start_strength=recipe["start_strength"],
            )
        )
    if provenance is None:
        raise UsageError(f"Nothing was made of “{job.stem}”. Generate the sound again.")
    made = request_again(replace(job, request=request), folder)
    return GenerationResult(made, provenance, tuple(variations), notes=notes)


def jobs_again(jobs: Sequence[HeldJob], folder: Path) -> tuple[list[JobAgain], list[str]]:
    """The jobs that can be queued or used again, and a reason for each of the others."""
    found, lost = [], []
    for job in jobs:
        try:
            result = result_again(job, folder) if job.clips else None
            found.append(JobAgain(job, request_again(job, folder), result))
        except StudioError as error:
            lost.append(f"{job.stem}: {error}")
    return found, lost


def _named(asked: Mapping[str, Any]) -> tuple[str | None, ...]:
    """The hashes of imitation, timbre, sound to start from, sound of a morph, edited and upscaled
    sound."""
    names = ("imitation", "timbre", "start_sound", "morph_sound")
    given = (asked.get(f"{name}_sha256") for name in names)
    others = ((asked.get(name) or {}).get("sound_sha256") for name in ("edit", "upscale"))
    return (*given, *others)


def _hashes(job: HeldJob) -> list[str]:
    return [name for name in _named(job.request) if name is not None]


def _sound_file(folder: Path, name: str) -> Path:
    return folder / f"{Path(name).name}.wav"
