"""Writes generated clips as WAV, the recipe inside and beside each, numbered, never overwriting."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.audio.files import check_output_folder, write_atomically
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.recipe import metadata_of, recipe_of
from qvim_studio.export.sound_file import write_sound

MAX_STEM = 40  # characters: names stay readable in a browser column


@dataclass(frozen=True)
class WrittenClip:
    """One variation on the disk: its WAV and the recipe that made it."""

    path: Path
    recipe_path: Path


def safe_stem(text: str, fallback: str = "clip") -> str:
    """ASCII letters, digits, ``-`` and ``_`` only: safe in every file system and drag."""
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_-")[:MAX_STEM].strip("_-")
    return stem or fallback


def write_result(result: GenerationResult, folder: Path, stem: str) -> list[WrittenClip]:
    """Write every variation as 24-bit WAV and JSON, in the result's order.

    Raises OutputError where nothing can be written; files that are complete by then stay.
    """
    check_output_folder(folder)
    stem = safe_stem(stem)
    names = _free_names(folder, stem, len(result.variations))
    # Titles follow what was asked and not the free name: equal requests make equal files.
    return [
        _write_one(result, variation, folder / name, f"{stem.replace('_', ' ')} {number:02d}")
        for number, (variation, name) in enumerate(zip(result.variations, names, strict=True), 1)
    ]


def _write_one(
    result: GenerationResult, variation: Variation, path: Path, title: str
) -> WrittenClip:
    recipe_path = path.with_suffix(".json")
    recipe = recipe_of(result, variation)
    text = json.dumps(recipe, indent=2, ensure_ascii=False) + "\n"
    # The recipe first: the history never sees a clip without what made it.
    write_atomically(recipe_path, lambda name: _write_text(name, text))
    try:
        write_sound(path, variation.clip, metadata_of(recipe, title))
    except BaseException:
        recipe_path.unlink(missing_ok=True)
        raise
    return WrittenClip(path, recipe_path)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _free_names(folder: Path, stem: str, count: int) -> list[str]:
    """``stem_01.wav`` … or, where any of them exists, ``stem-2_01.wav`` … and so on."""
    attempt = 1
    while True:
        prefix = stem if attempt == 1 else f"{stem}-{attempt}"
        taken = any(folder.glob(f"{prefix}_[0-9][0-9].*"))
        if not taken:
            return [f"{prefix}_{number:02d}.wav" for number in range(1, count + 1)]
        attempt += 1
