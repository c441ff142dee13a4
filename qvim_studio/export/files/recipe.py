"""Writes and reads the recipe inside a file: everything that made the clip."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import soundfile

from qvim_studio.audio.files.decoders import native_name
from qvim_studio.audio.files.mapped_clip import MappedClip
from qvim_studio.audio.levels import loudness_lufs, true_peak_dbfs
from qvim_studio.audio.loudness import RunningLoudness
from qvim_studio.audio.soundness import Soundness, joined_soundness, soundness_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.recipe_form import (
    MATCH_NAMES,
    RECIPE_VERSION,
    VERSION_NAME,
    NewerRecipeError,
    current_recipe,
    says_version,
)
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.core.text.json_text import parse_json
from qvim_studio.export.files.ixml import recipe_in
from qvim_studio.export.files.metadata import PROGRAM, ClipMetadata
from qvim_studio.export.files.riff import read_metadata_chunks
from qvim_studio.export.ucs.categories import best_category

log = logging.getLogger(__name__)

# What every version has written, by the part of the recipe in which it lies.
_NEEDED = {
    "": {"seed", "bandwidth_hz", "loudness_lufs", "true_peak_dbfs"},
    "provenance": {"checkpoint_title", "revision", "licence", "commercial"},
}
# Version 1 states no version; these fields tell it from other programs' JSON.
_NEEDED_BY_1 = {**_NEEDED, "request": {"text", "steps", "guidance", "imitation_sha256"}}


@dataclass(frozen=True)
class Figures:
    """Measurements of a clip for its recipe. audio_sha256: of the samples as they lie in its
    WAV."""

    true_peak_dbfs: float
    loudness_lufs: float | None
    soundness: Soundness
    audio_sha256: str

    @classmethod
    def of(cls, clip: AudioClip, audio: bytes) -> Figures:
        """audio: the samples as they lie in the WAV."""
        digest = hashlib.sha256(audio).hexdigest()
        return cls(true_peak_dbfs(clip), loudness_lufs(clip), soundness_of(clip), digest)

    @classmethod
    def of_blocks(cls, clip: MappedClip) -> Figures:
        """The figures of a long sound, measured block by block. Raises OSError."""
        loudness, digest = RunningLoudness(clip.sample_rate, clip.channels), hashlib.sha256()
        parts = []
        for block in clip.blocks():
            loudness.push(block.samples)
            digest.update(block.samples.tobytes())
            parts.append(soundness_of(block))
        peak_dbfs = max(part.true_peak_dbfs for part in parts)
        return cls(peak_dbfs, loudness.lufs(), joined_soundness(parts), digest.hexdigest())


def recipe_of(result: GenerationResult, variation: Variation, audio: bytes) -> dict[str, Any]:
    """The recipe: everything needed to make the clip again, and where its sound comes from.

    audio: the samples as they lie in its WAV, of which the recipe keeps the SHA-256.
    """
    return recipe_with(Figures.of(variation.clip, audio), result, variation)


def recipe_with(figures: Figures, result: GenerationResult, variation: Variation) -> dict[str, Any]:
    """The recipe of a clip that was measured already, see recipe_of."""
    match = variation.match
    provenance, is_made = result.provenance_for(variation), variation.origin is Origin.MADE
    soundness = figures.soundness
    if result.request.loop and is_made:
        soundness = replace(soundness, is_cut=False)  # its end leads to its beginning
    return {
        "program": PROGRAM,
        VERSION_NAME: list(RECIPE_VERSION),
        "created": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "is_generated": is_made or bool(provenance.checkpoint),
        "origin": variation.origin.value,
        "request": result.request.recipe(),
        "seed": variation.seed,
        "similarity": variation.similarity,
        **(dict.fromkeys(MATCH_NAMES) if match is None else match.as_dict()),
        "started_from": variation.start_name,
        "start_strength": variation.start_strength,
        "bandwidth_hz": variation.bandwidth_hz,
        "extended_to_hz": variation.extended_to_hz,
        "true_peak_dbfs": round(figures.true_peak_dbfs, 2),
        "loudness_lufs": figures.loudness_lufs,
        "soundness": soundness.as_dict(),
        "audio_sha256": figures.audio_sha256,
        "provenance": provenance.as_dict(),
        "notes": list(result.notes) if is_made else [],
    }


def metadata_of(recipe: dict[str, Any], title: str) -> ClipMetadata:
    """The metadata of a freshly generated clip.

    The time of day is left out (it lies in the JSON beside the clip): the same request gives the
    same file, byte for byte, all day.
    """
    request, provenance = recipe["request"], recipe["provenance"]
    embedded = {**recipe, "created": recipe["created"][:10]}
    text, imitation = request.get("text") or "", request.get("imitation_sha256") or ""
    voice = "a vocal imitation" if imitation else ""
    words = f'the words "{text}"' if text else ""
    upscaled = "another sound" if request.get("upscale") else ""
    edited = "a part of another sound" if request.get("edit") else ""
    origin = " and ".join(filter(None, (upscaled, edited, voice, words)))
    category = best_category(text or title)
    reach_hz = recipe.get("extended_to_hz")
    extended = "" if reach_hz is None else f", extended to {reach_hz:.0f} Hz"
    made_by = f"{provenance['checkpoint_title']} revision {provenance['revision']}"
    base = ClipMetadata(
        title=title,
        description=f"{'Upscaled' if upscaled else 'Generated'} from {origin} by {made_by}, "
        f"seed {recipe['seed']}",
        date=recipe["created"][:10],
        category=category.category,
        sub_category=category.sub_category,
        cat_id=category.cat_id,
        usage_rights=provenance["licence"],
        loudness_lufs=recipe["loudness_lufs"],
        true_peak_dbfs=recipe["true_peak_dbfs"],
        is_generated=True,
        coding_history=f"A=PCM,T={PROGRAM};{made_by};seed={recipe['seed']}",
        reference=f"QVIM{_fingerprint(recipe)}",
        notes=(
            f"Model {made_by}; licence {provenance['licence']}; seed {recipe['seed']}; "
            f"{_settings(request)}imitation SHA-256 {imitation or 'none'}; "
            f"content up to {recipe['bandwidth_hz']:.0f} Hz{extended}"
        ),
        recipe=embedded,
    )
    return base if recipe.get("origin") != Origin.FITTED.value else _as_fitted(base, recipe)


def _as_fitted(base: ClipMetadata, recipe: dict[str, Any]) -> ClipMetadata:
    """The metadata of a real sound that follows a voice: no model made it."""
    provenance = recipe["provenance"]
    source, licence = provenance["checkpoint_title"], provenance["licence"]
    imitation = recipe["request"].get("imitation_sha256") or "none"
    return replace(
        base,
        description=f"{source}: a real sound, fitted to a vocal imitation",
        is_generated=bool(recipe.get("is_generated")),
        coding_history=f"A=PCM,T={PROGRAM};fitted",
        notes=f"Sound {source}; licence {licence}; imitation SHA-256 {imitation}",
    )


def _settings(request: dict[str, Any]) -> str:
    """Steps and guidance, where the family of the generator has them."""
    values = ((name, request.get(name)) for name in ("steps", "guidance"))
    return "".join(f"{name} {value}; " for name, value in values if value is not None)


def _fingerprint(recipe: dict[str, Any]) -> str:
    """24 hexadecimal digits; equal for two clips only if everything but their time is equal."""
    lasting = {name: value for name, value in recipe.items() if name != "created"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:24]


def read_recipe(path: Path) -> dict[str, Any] | None:
    """The recipe inside a WAV, FLAC or AIFF of ours, in today's form; None if the file holds no
    usable recipe.

    Raises AudioFileError if the file cannot be opened, NewerRecipeError.
    """
    try:
        chunks = read_metadata_chunks(path)
        if chunks:
            return _ours(recipe_in(chunks.get(b"iXML", b"")), path)
        with soundfile.SoundFile(native_name(path)) as file:
            return _ours(parse_json(file.comment), path)
    except (soundfile.LibsndfileError, ValueError):
        return None
    except OSError as error:
        raise AudioFileError(
            f"{path} cannot be opened ({error.strerror}). Check the name and that you may read it."
        ) from error


def provenance_of(path: Path) -> Provenance | None:
    """The provenance that a file of ours states; None for other files.

    Raises AudioFileError if it cannot be opened.
    """
    recipe = read_recipe(path)
    if recipe is None:
        return None
    stored = recipe["provenance"]
    return Provenance(**{field.name: stored.get(field.name, "") for field in fields(Provenance)})


def _ours(recipe: Any, path: Path) -> dict[str, Any] | None:
    """The recipe if the studio wrote it and it can be used; other recipes are logged."""
    if not isinstance(recipe, dict) or not (says_version(recipe) or _has(recipe, _NEEDED_BY_1)):
        return None
    try:
        current = current_recipe(recipe)
    except ValueError as error:
        log.info("the recipe in %s is not used: %s", path, error)
        return None
    except NewerRecipeError as error:
        raise NewerRecipeError(f"{path.name} is not used: {error}") from error
    return current if _has(current, _NEEDED) else None


def _has(recipe: dict[str, Any], needed: Mapping[str, set[str]]) -> bool:
    parts = ((recipe.get(part) if part else recipe, names) for part, names in needed.items())
    return all(isinstance(values, dict) and values.keys() >= names for values, names in parts)
