"""Clips on the disk as the generator would leave them, for packs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.export.packs.pack_plan import PackOptions, PlannedClip
from qvim_studio.export.packs.pack_sources import PackSource
from qvim_studio.export.packs.pack_texts import (
    PackedClip,
)
from qvim_studio.export.ucs.categories import find_category

FREE = Provenance("starter", "Starter", "1", "CC0-1.0", "yes")
RAIN = Provenance("", "Rain by Ann", "field", "CC-BY-4.0", "conditional")
NOT_FOR_SALE = Provenance("big", "Big Model", "abc", "CC-BY-NC-4.0", "no")

OPTIONS = PackOptions("My Pack", "MK", "QVIM")
WHOLE = ["My Pack", "My Pack.multisample", "My Pack.zip"]  # what an export leaves


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make_clips(
    folder: Path,
    text: str,
    count: int = 2,
    provenance: Provenance = FREE,
    seconds: float = 0.25,
    fits: int = 0,
) -> list[Path]:
    request = GenerationRequest(text=text, variations=count, seed=7, steps=5, guidance=2.0)
    frames = int(48_000 * seconds)
    decay = np.exp(-8 * np.arange(frames) / frames)
    variations = tuple(
        Variation(
            AudioClip.from_mono(
                0.5 * decay * np.random.default_rng(7 + i).uniform(-1, 1, frames), 48_000
            ),
            7 + i,
            None,
            8000.0,
        )
        for i in range(count)
    )
    fitted = tuple(replace(one, origin=Origin.FITTED, provenance=RAIN) for one in variations[:fits])
    result = GenerationResult(request, provenance, variations, fitted=fitted)
    return [clip.path for clip in write_result(result, folder, text)]


def packed(
    title: str = "big dog", licence: str = "CC0-1.0", commercial: str = "yes", **values: object
) -> PackedClip:
    made = {"checkpoint": "starter", "checkpoint_title": "Starter", "revision": "1"}
    provenance = {**made, "licence": licence, "commercial": commercial}
    recipe = {"request": {}, "provenance": provenance, "is_generated": True, "seed": 7}
    source = PackSource(
        Path(f"/clips/{title}.wav"), title, "ANMLDog", "2026-11-21", title, 24_000, 48_000, 1, 5, 6,
        tags=("yard",), recipe=recipe,
    )  # fmt: skip
    path = PurePosixPath("ANIMALS", f"{title}.wav")
    clip = PlannedClip(source, path, find_category("ANMLDog"))
    entry = PackedClip(clip, "ab", 99, 24_000, 48_000, 1, -23.456, -1.0)
    return replace(entry, **values)
