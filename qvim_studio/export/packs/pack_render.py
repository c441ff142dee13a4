"""Reads, edits, describes and encodes one sound of a pack."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from qvim_studio.audio.files.reading import NotedClip, check_samples, read_noted
from qvim_studio.audio.files.take_notes import cancelling_notes
from qvim_studio.audio.levels import loudness_lufs, true_peak_dbfs
from qvim_studio.core.clip import AudioClip
from qvim_studio.export.files import pcm
from qvim_studio.export.files.finishing import (
    FinishedClip,
    apply_edits,
    fit_full_scale,
    warnings_of,
)
from qvim_studio.export.files.metadata import PROGRAM, ClipMetadata
from qvim_studio.export.files.recipe import metadata_of
from qvim_studio.export.files.riff import PlainWave, read_plain_wave
from qvim_studio.export.files.sound_file import wav_bytes
from qvim_studio.export.packs.pack_plan import PackOptions, PlannedClip
from qvim_studio.export.packs.pack_texts import PackedClip, keywords_of


def render_clip(planned: PlannedClip, options: PackOptions) -> tuple[PackedClip, bytes, list[str]]:
    """The clip as it lies in the pack, its whole WAV, and warnings about its sound."""
    source, plain = _read(planned.source.path)
    finished = apply_edits(source.clip, options.edits)
    clip, texts = fit_full_scale(finished.clip, options.file_format.bit_depth)
    is_same = clip is source.clip
    loudness, peak = _levels_of(clip, plain if is_same else None, planned)
    meta = _metadata_of(planned, options, finished, loudness, peak)
    data = wav_bytes(clip, meta, options.file_format, _kept(plain, options))
    entry = PackedClip(
        clip=planned,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        frames=len(clip.samples),
        sample_rate=clip.sample_rate,
        channels=clip.channels,
        loudness_lufs=loudness,
        true_peak_dbfs=peak,
        loop=finished.loop,
    )
    if clip.channels < source.clip.channels:
        texts += cancelling_notes(source.clip)
    texts += [*source.notes, *warnings_of(clip, is_loop=finished.loop is not None)]
    return entry, data, [f"{planned.path}: {text}" for text in texts]


def _read(path: Path) -> tuple[NotedClip, PlainWave | None]:
    """The sound, and its samples as they lie in the file where that is simple enough."""
    try:
        plain = read_plain_wave(path)
    except OSError:
        plain = None
    if plain is None:
        return read_noted(path), None
    samples = pcm.decode(plain.data, plain.bit_depth, plain.channels)
    check_samples(samples, plain.sample_rate, path)
    return NotedClip(AudioClip(samples, plain.sample_rate)), plain


def _kept(plain: PlainWave | None, options: PackOptions) -> memoryview | None:
    """The samples as they lie in the file, where they stay as they are."""
    form = options.file_format
    if plain is None or options.edits or form.dither_seed is not None:
        return None
    return plain.data if form.bit_depth == plain.bit_depth else None


def _levels_of(
    clip: AudioClip, plain: PlainWave | None, planned: PlannedClip
) -> tuple[float | None, float]:
    """LUFS and dBTP: from the recipe where the samples are still those that were measured.

    plain: the clip's samples as they lie in its file, where it has not been changed.
    """
    recipe = planned.recipe
    if recipe is not None and plain is not None:
        there = hashlib.sha256(plain.data).hexdigest()
        # An editor may have changed the samples and kept the recipe.
        if there == recipe.get("audio_sha256"):
            return recipe["loudness_lufs"], recipe["true_peak_dbfs"]
    return loudness_lufs(clip), true_peak_dbfs(clip)


def _metadata_of(
    planned: PlannedClip,
    options: PackOptions,
    finished: FinishedClip,
    loudness: float | None,
    peak: float,
) -> ClipMetadata:
    if planned.recipe is None:
        base = ClipMetadata(
            planned.title, coding_history=f"A=PCM,T={PROGRAM}", usage_rights=planned.source.licence
        )
    else:
        recipe = {**planned.recipe, "edits": options.edits.as_json()}
        base = metadata_of({**recipe, "created": planned.source.date}, planned.title)
    return replace(
        base,
        description=base.description or f"{planned.title}. {options.name}",
        date=planned.source.date,
        keywords=keywords_of(planned),
        category=planned.category.category,
        sub_category=planned.category.sub_category,
        cat_id=planned.category.cat_id,
        creator=options.creator,
        source=options.source,
        library=options.name,
        loudness_lufs=loudness,
        true_peak_dbfs=peak,
        loop=finished.loop,
    )
