"""Writes a part of a clip as a separate file, for a DAW that uses the file in place."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio, read_sound_header
from qvim_studio.audio.levels import loudness_lufs, true_peak_dbfs
from qvim_studio.core.errors import AudioFileError
from qvim_studio.export.files.clip_writer import safe_stem
from qvim_studio.export.files.edits import EditList, Trim
from qvim_studio.export.files.finishing import apply_edits
from qvim_studio.export.files.metadata import PROGRAM, ClipMetadata
from qvim_studio.export.files.recipe import metadata_of, read_recipe
from qvim_studio.export.files.sound_file import FileFormat, write_sound

REGIONS = "Regions"  # below the folder of the clips
_MARK_DIGITS = 8


def write_region(source: Path, begin_s: float, end_s: float, folder: Path) -> Path:
    """Write the part as ``folder/<source>_<begin>-<end>ms_<mark>.wav``; the same part is written
    once.

    The samples are those of the source. The file is never changed or renamed afterwards: another
    source, or the same one changed, has another mark.
    Raises AudioFileError, UsageError for an empty part, OutputError.
    """
    first_ms, last_ms = round(1000 * begin_s), round(1000 * end_s)
    name = f"{safe_stem(source.stem)}_{first_ms}-{last_ms}ms"
    path = folder / f"{name}_{_mark_of(source)}.wav"
    if path.exists():
        return path
    edits = EditList((Trim(first_ms / 1000, last_ms / 1000),))
    clip = apply_edits(read_audio(source), edits).clip
    form = FileFormat(bit_depth=read_sound_header(source).bit_depth, is_dithered=False)
    title = name.replace("_", " ")
    levels = {"loudness_lufs": loudness_lufs(clip), "true_peak_dbfs": true_peak_dbfs(clip)}
    recipe = read_recipe(source)
    if recipe is None:
        meta = ClipMetadata(title, coding_history=f"A=PCM,T={PROGRAM}", **levels)
    else:
        meta = metadata_of({**recipe, **levels, "edits": edits.as_json()}, title)
    write_sound(path, clip, meta, form)
    return path


def _mark_of(source: Path) -> str:
    """Some hex digits that stand for this file as it is now. Raises AudioFileError."""
    try:
        stat = source.stat()
    except OSError as error:
        raise AudioFileError(
            f"{source} cannot be read ({error.strerror}), expected the sound that the part is of. "
            "Check that it is still there."
        ) from error
    values = os.fsencode(source.absolute()), stat.st_mtime_ns, stat.st_size
    return hashlib.sha256(repr(values).encode()).hexdigest()[:_MARK_DIGITS]
