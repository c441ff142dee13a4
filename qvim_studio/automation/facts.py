"""Says in plain values, ready for JSON, what was made, found and installed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qvim_studio.core.match import Match
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.export.files.clip_writer import WrittenClip

DIGITS = 3  # of shares and scores


def match_facts(match: Match | None) -> dict[str, Any]:
    """kind 1..5, movement 0..1, and what the kind was compared with. All null for words alone;
    kind alone where the ears are unsure."""
    if match is None:
        return {"kind": None, "movement": None, "compared": None}
    movement = round(match.movement, DIGITS)
    return {"kind": match.kind, "movement": movement, "compared": match.compared.value}


def sound_facts(result: GenerationResult, sound: Variation, path: Path | None) -> dict[str, Any]:
    """The facts of one sound of a result. path: of its WAV; None where it was not written."""
    return {
        "path": None if path is None else str(path),
        "seed": sound.seed,
        **match_facts(sound.match),
        "duration_s": round(sound.clip.duration_s, 4),
        "sample_rate": sound.clip.sample_rate,
        "bandwidth_hz": sound.bandwidth_hz,
        "extended_to_hz": sound.extended_to_hz,
        "started_from": sound.start_name,
        "start_strength": sound.start_strength,
        "origin": sound.origin.value,
        "licence": result.provenance_for(sound).licence,
    }


def clip_facts(result: GenerationResult, clips: Sequence[WrittenClip]) -> list[dict[str, Any]]:
    """Facts of each sound that was written, best first."""
    return [
        sound_facts(result, sound, clip.path)
        for sound, clip in zip(result.sounds, clips, strict=True)
    ]


def word_facts(words: Iterable[SoundWord]) -> list[dict[str, Any]]:
    """The words that a sound is heard as, the surest first."""
    return [{"word": one.word, "score": round(one.score, DIGITS)} for one in words]


def checkpoint_facts() -> list[dict[str, Any]]:
    """Every generator and upscaler of the registry and of the user's folders."""
    from qvim_studio.families.catalog import list_checkpoints, list_upscalers

    return [
        {
            "id": checkpoint.id,
            "title": checkpoint.title,
            "installed": checkpoint.is_installed,
            "licence": checkpoint.licence,
            "commercial": checkpoint.commercial,
            "repo": checkpoint.repo,
            "size_bytes": checkpoint.size_bytes,
            "capabilities": list(checkpoint.capabilities),
            "family": checkpoint.family,
            "gated": checkpoint.is_gated,
            "makes": checkpoint.makes,
        }
        for checkpoint in (*list_checkpoints(), *list_upscalers())
    ]
