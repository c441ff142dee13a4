"""Writes numbered clips as WAV, with the recipe inside and beside; overwrites nothing."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qvim_studio.audio.files.reading import check_output_folder, refused_folder, write_atomically
from qvim_studio.core.errors import OutputError
from qvim_studio.core.provenance import Origin
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.export.files import pcm
from qvim_studio.export.files.ascii_text import to_ascii
from qvim_studio.export.files.metadata import Loop
from qvim_studio.export.files.recipe import metadata_of, recipe_of
from qvim_studio.export.files.sound_file import FileFormat, write_sound

MAX_STEM = 40  # characters: names stay readable in a browser column
_NUMBER = re.compile(r"_[0-9]+$")
_NUMBERED = re.compile(r"(([^.]+?)(?:_fit)?)(?:_[0-9][0-9]|_seed_[0-9]+)\.")


@dataclass(frozen=True)
class WrittenClip:
    """A variation on the disk: its WAV and its recipe."""

    path: Path
    recipe_path: Path


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
    if not kept:
        _remove(written)
    return clips


def number_of(result: GenerationResult, index: int) -> str:
    """The ending of the name of a result's sound: 01, 02 .., and fit_01, fit_02 .."""
    made = len(result.variations)
    return f"{index + 1:02d}" if index < made else f"fit_{index - made + 1:02d}"


def _remove(clips: Sequence[WrittenClip]) -> None:
    """What lies elsewhere now. A file that stays is a copy too many, and no harm."""
    for clip in clips:
        for path in (clip.path, clip.recipe_path):
            with contextlib.suppress(OSError):
                path.unlink()


def write_one(
    result: GenerationResult, variation: Variation, stem: Path, title: str
) -> WrittenClip:
    """Write a variation as ``stem`` with its endings. Raises OutputError, leaving nothing."""
    path, recipe_path = stem.with_suffix(".wav"), stem.with_suffix(".json")
    try:
        form = _format_of(result, variation)
        audio = pcm.encode(variation.clip, form.bit_depth, form.dither_seed)
        recipe = recipe_of(result, variation, audio) | {"title": title}
        text = json.dumps(recipe, indent=2, ensure_ascii=False) + "\n"
        # The recipe first: the history never sees a clip without what made it.
        write_atomically(recipe_path, lambda name: _write_text(name, text))
        meta = metadata_of(recipe, title)
        if result.request.loop and variation.origin is Origin.MADE:
            meta = replace(meta, loop=Loop(0, len(variation.clip.samples)))
        write_sound(path, variation.clip, meta, form, audio)
    except BaseException:
        recipe_path.unlink(missing_ok=True)
        raise
    return WrittenClip(path, recipe_path)


def _format_of(result: GenerationResult, variation: Variation) -> FileFormat:
    """24 bits; of an edit what its sound has, undithered, for what was kept stays as it is. Samples
    beyond full scale are kept in floats."""
    edit = result.request.edit
    depth = 24 if edit is None else edit.bit_depth
    if np.abs(variation.clip.samples).max(initial=0.0) > 1.0:
        depth = 32
    return FileFormat(bit_depth=depth, is_dithered=False)


def _write_text(path: Path, text: str) -> None:
    # Bytes of a file's name that are not valid UTF-8 become the escapes that JSON has for them.
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def reserve_name(folder: Path, stem: str) -> str:
    """Reserve an unused name, ``stem``, ``stem-2`` and so on, with an empty first recipe.

    So one set has one writer, and it overwrites nothing where "Dog" and "dog" are one file either.
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
