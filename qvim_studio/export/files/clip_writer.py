"""Writes numbered clips as WAV, with the recipe inside and beside; overwrites nothing."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.mapped_clip import MappedClip
from qvim_studio.audio.files.reading import (
    check_output_folder,
    refused_folder,
    sync_file,
    write_atomically,
    write_text_file,
)
from qvim_studio.core.errors import OutputError
from qvim_studio.core.provenance import Origin
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.export.files import pcm
from qvim_studio.export.files.ascii_text import to_ascii
from qvim_studio.export.files.growing_wave import BIT_DEPTH, moved, write_metadata
from qvim_studio.export.files.metadata import ClipMetadata, Loop
from qvim_studio.export.files.recipe import Figures, metadata_of, recipe_of, recipe_with
from qvim_studio.export.files.sound_file import (
    FileFormat,
    metadata_chunks,
    wav_bytes,
    write_sound,
)

MAX_STEM = 40  # characters: names stay readable in a browser column
UNFINISHED = "unfinished"
_NUMBER = re.compile(rf"_[0-9]+(?:_{UNFINISHED})?$")
_NUMBERED = re.compile(rf"(([^.]+?)(?:_fit)?)(?:_[0-9][0-9]|_seed_[0-9]+)(?:_{UNFINISHED})?\.")


@dataclass(frozen=True)
class WrittenClip:
    """A variation on the disk: its WAV and its recipe."""

    path: Path
    recipe_path: Path


@dataclass(frozen=True)
class EncodedClip:
    """A variation as its files will hold it, to be written elsewhere.

    ending: of its name, see number_of. wav: the bytes of the whole file. recipe: the text of its
    JSON.
    """

    ending: str
    wav: bytes
    recipe: str


def safe_stem(text: str, fallback: str = "clip") -> str:
    """A file name of ASCII letters, digits, ``-`` and ``_``, safe in every file system and drag;
    other letters are transliterated."""
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", to_ascii(text)).strip("_-")[:MAX_STEM].strip("_-")
    return stem or fallback


def shown_title(text: str) -> str:
    """A title for people, with all its letters. Titles follow the request and not the free name, so
    that equal requests make equal files."""
    return readable_name(text)[:MAX_STEM].strip() or safe_stem(text).replace("_", " ")


class PartlyWrittenError(OutputError):
    """The disk took some clips of a set and refused the next. clips: those, in the result's order;
    given to ``write_result`` again, they are not written twice."""

    def __init__(self, text: str, clips: tuple[WrittenClip, ...]) -> None:
        super().__init__(text)
        self.clips = clips


def write_result(
    result: GenerationResult, folder: Path, stem: str, written: Sequence[WrittenClip] = ()
) -> list[WrittenClip]:
    """Write every sound as WAV and JSON, in the order of ``result.sounds``.

    written: of an earlier try, the first sounds. In the same folder their set is completed;
    in another one everything is written, and then they are removed, for one set has one place.

    Raises OutputError if nothing can be written, PartlyWrittenError where something was.
    """
    check_output_folder(folder)
    title, stem = shown_title(stem), safe_stem(stem)
    kept = [clip for clip in written if clip.path.parent == folder and clip.path.is_file()]
    if len(kept) < len(written):
        kept = []
    name = _NUMBER.sub("", kept[0].path.stem) if kept else reserve_name(folder, stem)
    clips = list(kept)
    for index in range(len(kept), len(result.sounds)):
        sound, number = result.sounds[index], number_of(result, index)
        place = folder / f"{name}_{number}"
        try:
            clips.append(write_one(result, sound, place, f"{title} {number.replace('_', ' ')}"))
        except OutputError as error:
            if not clips:
                raise
            raise PartlyWrittenError(str(error), tuple(clips)) from error
    release_name(folder, name)
    if not kept:
        _remove(written)
    return clips


def number_of(result: GenerationResult, index: int) -> str:
    """The ending of the name of a result's sound: 01, 02 .., 01_unfinished for an unfinished sound,
    and fit_01, fit_02 .."""
    made = len(result.variations)
    if index >= made:
        return f"fit_{index - made + 1:02d}"
    is_whole = result.variations[index].planned_s is None
    return f"{index + 1:02d}" if is_whole else f"{index + 1:02d}_{UNFINISHED}"


def _remove(clips: Sequence[WrittenClip]) -> None:
    """Delete clips that now lie elsewhere. A file that cannot be deleted is only a surplus copy."""
    for clip in clips:
        for path in (clip.path, clip.recipe_path):
            with contextlib.suppress(OSError):
                path.unlink()


def write_one(
    result: GenerationResult, variation: Variation, stem: Path, title: str
) -> WrittenClip:
    """Write a variation as ``stem`` with its endings; the file of a long sound is moved there.
    Raises OutputError; then only the file of a long sound stays, where it was."""
    path, recipe_path = stem.with_suffix(".wav"), stem.with_suffix(".json")
    if isinstance(variation.clip, MappedClip) and variation.clip.path.is_file():
        return _move_one(result, variation, variation.clip, stem, title)
    try:
        form = _format_of(result, variation)
        audio = pcm.encode(variation.clip, form.bit_depth, form.dither_seed)
        recipe = recipe_of(result, variation, audio) | {"title": title}
        # The recipe first: the history never sees a clip without what made it.
        write_text_file(recipe_path, _recipe_text(recipe))
        meta = _metadata(result, variation, recipe, title)
        write_sound(path, variation.clip, meta, form, audio)
    except BaseException:
        recipe_path.unlink(missing_ok=True)
        raise
    return WrittenClip(path, recipe_path)


def _move_one(
    result: GenerationResult, variation: Variation, clip: MappedClip, stem: Path, title: str
) -> WrittenClip:
    """As ``write_one``, for a sound that was written while it was made."""
    path, recipe_path = stem.with_suffix(".wav"), stem.with_suffix(".json")
    try:
        recipe = recipe_with(Figures.of_blocks(clip), result, variation) | {"title": title}
        text = _recipe_text(recipe)
        write_metadata(clip, metadata_chunks(clip, metadata_of(recipe, title), BIT_DEPTH))
        sync_file(clip.path)
        write_text_file(recipe_path, text)
        moved(clip.path, path)
    except OSError as error:
        recipe_path.unlink(missing_ok=True)
        raise refused_folder(stem.parent, error) from error
    return WrittenClip(path, recipe_path)


def unwritten_recipes(result: GenerationResult, stem: str) -> list[dict[str, Any]]:
    """The recipes that ``write_result`` would write, for sounds that stay in memory."""
    return [recipe for _, _, _, _, recipe in _described(result, stem)]


def encode_result(result: GenerationResult, stem: str) -> tuple[EncodedClip, ...]:
    """Every sound as ``write_result`` would write it, in the order of ``result.sounds``."""
    encoded = []
    for number, sound, form, audio, recipe in _described(result, stem):
        meta = _metadata(result, sound, recipe, recipe["title"])
        wav = wav_bytes(sound.clip, meta, form, audio)
        encoded.append(EncodedClip(number, wav, _recipe_text(recipe)))
    return tuple(encoded)


def _described(
    result: GenerationResult, stem: str
) -> Iterator[tuple[str, Variation, FileFormat, bytes, dict[str, Any]]]:
    """For every sound its number, the form of its file, its samples as the file holds them, and its
    recipe."""
    shown = shown_title(stem)
    for index, sound in enumerate(result.sounds):
        number, form = number_of(result, index), _format_of(result, sound)
        audio = pcm.encode(sound.clip, form.bit_depth, form.dither_seed)
        title = f"{shown} {number.replace('_', ' ')}"
        yield number, sound, form, audio, recipe_of(result, sound, audio) | {"title": title}


def write_encoded(clip: EncodedClip, stem: Path) -> WrittenClip:
    """Write a clip as ``stem`` with its endings, over files of these names. Raises OutputError,
    leaving no half file."""
    written = WrittenClip(stem.with_suffix(".wav"), stem.with_suffix(".json"))
    write_text_file(written.recipe_path, clip.recipe)
    write_atomically(written.path, lambda name: name.write_bytes(clip.wav))
    return written


def _metadata(
    result: GenerationResult, variation: Variation, recipe: dict[str, Any], title: str
) -> ClipMetadata:
    meta = metadata_of(recipe, title)
    if result.request.loop and variation.origin is Origin.MADE:
        return replace(meta, loop=Loop(0, len(variation.clip.samples)))
    return meta


def _recipe_text(recipe: dict[str, Any]) -> str:
    return json.dumps(recipe, indent=2, ensure_ascii=False) + "\n"


def _format_of(result: GenerationResult, variation: Variation) -> FileFormat:
    """24 bits; an edit has the format of its sound, undithered, because what is kept stays as it
    is. Samples beyond full scale are kept in floats."""
    edit = result.request.edit
    depth = 24 if edit is None else edit.bit_depth
    if np.abs(variation.clip.samples).max(initial=0.0) > 1.0:
        depth = 32
    return FileFormat(bit_depth=depth, is_dithered=False)


def reserve_name(folder: Path, stem: str) -> str:
    """Reserve an unused name, ``stem``, ``stem-2`` and so on, with an empty first recipe.

    This way one set has one writer, and nothing is overwritten where "Dog" and "dog" are one file.
    """
    attempt = 1
    try:
        there = (_NUMBERED.match(path.name.casefold()) for path in folder.iterdir())
        taken = {name for match in there if match for name in match.groups()}
        while True:
            name = stem if attempt == 1 else f"{stem}-{attempt}"
            if name.casefold() not in taken:
                with contextlib.suppress(FileExistsError):  # by another writer, meanwhile
                    (folder / f"{name}_01.json").touch(exist_ok=False)
                    return name
            attempt += 1
    except OSError as error:
        raise refused_folder(folder, error) from error


def release_name(folder: Path, name: str) -> None:
    """Delete the empty recipe that reserved a name, if no sound uses it."""
    held = folder / f"{name}_01.json"
    with contextlib.suppress(OSError):
        if name and held.stat().st_size == 0:
            held.unlink()
