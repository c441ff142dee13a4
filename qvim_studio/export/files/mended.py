"""A clip with its flaws taken away, as a file of its own beside it."""

from __future__ import annotations

import hashlib
import json
from itertools import count
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio, read_sound_header, write_text_file
from qvim_studio.audio.levels import loudness_lufs, true_peak_dbfs
from qvim_studio.audio.mending import pause_threshold_db
from qvim_studio.audio.soundness import Flaw, soundness_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError
from qvim_studio.export.files import pcm
from qvim_studio.export.files.edits import (
    Edit,
    EditList,
    Fade,
    NormalizeTruePeak,
    RemoveDc,
    RepairClicks,
    SilencePauses,
)
from qvim_studio.export.files.finishing import apply_edits
from qvim_studio.export.files.recipe import metadata_of, read_recipe
from qvim_studio.export.files.sound_file import FileFormat, write_sound

ENDING = "mended"
TAIL_S = 0.1


def remedies(clip: AudioClip) -> EditList:
    """What takes a clip's flaws away, in the order in which it is applied."""
    by_flaw: dict[Flaw, Edit] = {
        Flaw.CLICKS: RepairClicks(),
        Flaw.OFFSET: RemoveDc(),
        Flaw.NOISE: SilencePauses(pause_threshold_db(clip)),
        Flaw.TAIL: Fade(0.002, TAIL_S),
        Flaw.PEAK: NormalizeTruePeak(-1.0),
    }
    flaws = soundness_of(clip).flaws
    return EditList(tuple(edit for flaw, edit in by_flaw.items() if flaw in flaws))


def write_mended(source: Path) -> Path:
    """Write the clip without its flaws, and its recipe, beside the source; the source stays.

    Raises AudioFileError where it cannot be read or has no recipe, OutputError.
    """
    recipe = read_recipe(source)
    if recipe is None:
        raise AudioFileError(
            f"{source} holds no recipe, expected a sound that was made here. Export it in a pack "
            "with a finishing instead."
        )
    clip = read_audio(source)
    edits = remedies(clip)
    clip = apply_edits(clip, edits).clip
    form = FileFormat(bit_depth=read_sound_header(source).bit_depth, is_dithered=False)
    audio = pcm.encode(clip, form.bit_depth, form.dither_seed)
    path = _free_path(source)
    mended = recipe | {
        "title": f"{recipe.get('title') or source.stem} {ENDING}",
        "edits": edits.as_json(),
        "loudness_lufs": loudness_lufs(clip),
        "true_peak_dbfs": round(true_peak_dbfs(clip), 2),
        "soundness": soundness_of(clip).as_dict(),
        "audio_sha256": hashlib.sha256(audio).hexdigest(),
    }
    text = json.dumps(mended, indent=2, ensure_ascii=False) + "\n"
    recipe_path = path.with_suffix(".json")
    try:
        write_text_file(recipe_path, text)
        write_sound(path, clip, metadata_of(mended, mended["title"]), form, audio)
    except BaseException:
        recipe_path.unlink(missing_ok=True)
        raise
    return path


def _free_path(source: Path) -> Path:
    """Nothing is overwritten."""
    endings = (ENDING if number == 1 else f"{ENDING}-{number}" for number in count(1))
    paths = (source.with_name(f"{source.stem}_{ending}.wav") for ending in endings)
    return next(path for path in paths if not (path.exists() or path.with_suffix(".json").exists()))
