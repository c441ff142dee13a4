"""An engine that does what a request's text tells it to; importable by a spawned child."""

from __future__ import annotations

import ctypes
import logging
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import CancelledError, CheckpointError
from qvim_studio.core.match import Match
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import (
    FoundSound,
    GenerationResult,
    GpuUse,
    Progress,
    SoundChunk,
    Variation,
)

log = logging.getLogger(__name__)

SAMPLE_RATE = 48_000
STEPS = 4
PROVENANCE = Provenance("scripted", "Scripted", "1", "Apache-2.0", "yes")


class ScriptedEngine:
    """Texts it knows: "fail" (a StudioError), "bug" (ZeroDivisionError), "die" (the process ends),
    "wait" (steps until it is cancelled), "deaf" (hangs for a while whatever is asked), "numb" (as
    well, in a library that lets no other thread run), "late" (as well, and what it made arrives all
    the same). After "2 then", two sounds arrive before what the
    rest of the text says, and after "2 chunks then" two of the four chunks of the first sound. A
    text with "fitted" gives the fits that are asked for."""

    def __init__(self) -> None:
        self.closed = False

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        log.info("prepared for %r", text)

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        on_progress(Progress("encode", 1, 1))
        count, _, text = request.text.rpartition(" then ")
        chunks: list[Progress] = []
        if count.endswith(" chunks"):
            chunks, sent, count = make_chunks(request), int(count.split()[0]), ""
            for progress in chunks[:sent]:
                on_progress(progress)
            chunks = chunks[sent:]
        if text.startswith("late"):
            time.sleep(float(text.split()[1]))
            count = request.variations
        for variation in make_variations(request)[: int(count or 0)]:
            arrived = GenerationResult(request, PROVENANCE, (variation,), notes=("Scripted.",))
            preview = make_preview(variation.seed - request.seed)
            number = variation.seed - request.seed + 1
            on_progress(Progress("decode", number, request.variations, preview, arrived))
        if text == "fail":
            raise CheckpointError("The checkpoint is gone. Choose another.")
        if text == "bug":
            raise ZeroDivisionError("a bug")
        if text == "die":
            os._exit(7)
        if text.startswith("deaf"):
            time.sleep(float(text.split()[1]))
        if text.startswith("numb"):
            ctypes.PyDLL(None).sleep(int(text.split()[1]))  # keeps the interpreter's lock
        step = 0
        while step < STEPS or text == "wait":
            if is_cancelled():
                raise CancelledError("Cancelled.")
            step += 1
            on_progress(Progress("denoise", min(step, STEPS), STEPS, make_preview(step)))
            if text == "wait":
                time.sleep(0.005)
        on_progress(Progress("decode", 1, 1))
        variations = make_variations(request)
        if " chunks then " in request.text:
            for progress in chunks:
                on_progress(progress)
            first = variations[0]
            empty = AudioClip(first.clip.samples[:0], SAMPLE_RATE)
            variations = (replace(first, clip=empty), *variations[1:])
        return GenerationResult(
            request,
            PROVENANCE,
            variations,
            {"total": 0.1},
            found=find_sounds(request.library_folder),
            fitted=make_fitted(request) if "fitted" in text else (),
        )

    def close(self) -> None:
        self.closed = True


def make_engine() -> ScriptedEngine:
    return ScriptedEngine()


def read_gpu_use() -> GpuUse:
    """Of a GPU of 8 GiB."""
    return GpuUse(1 << 30, 3 << 30, 8 << 30)


def make_broken_engine() -> ScriptedEngine:
    raise CheckpointError("No checkpoint is installed. Install one.")


def find_sounds(folder: str | None) -> tuple[FoundSound, ...]:
    """Every WAV of the folder, each a dot less like the voice."""
    paths = sorted(Path(folder).glob("*.wav")) if folder else []
    return tuple(FoundSound(str(path), make_match(i, best=3)) for i, path in enumerate(paths))


def make_preview(step: int) -> np.ndarray:
    """A picture that grows brighter with every step."""
    return np.full((8, 16), min(40 * step, 255), np.uint8)


def make_chunks(request: GenerationRequest) -> list[Progress]:
    """The first sound in four chunks."""
    first = make_variations(request)[0]
    pieces, begin, made = np.array_split(first.clip.samples, 4), 0, []
    for number, piece in enumerate(pieces, 1):
        sound = replace(first, clip=AudioClip(piece, SAMPLE_RATE), similarity=None, match=None)
        result = GenerationResult(request, PROVENANCE, (sound,))
        chunk = SoundChunk(result, begin, len(first.clip.samples))
        made.append(Progress("decode", number, 4, make_preview(number), chunk=chunk))
        begin += len(piece)
    return made


def make_variations(request: GenerationRequest) -> tuple[Variation, ...]:
    """Fading tones of different pitch, the first the most similar."""
    duration_s = request.duration_s or (request.imitation.duration_s if request.imitation else 3.0)
    t = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    return tuple(
        Variation(
            clip=AudioClip.from_mono(
                0.5 * np.sin(2 * np.pi * 220 * (i + 1) * t) * np.exp(-(i + 1) * t), SAMPLE_RATE
            ),
            seed=request.seed + i,
            similarity=None if request.imitation is None else 0.9 - 0.1 * i,
            match=_match(request, i),
            bandwidth_hz=8000.0,
            start_name=f"bark_{i + 1:02d}",
            extended_to_hz=15_250.0 if request.extend_bandwidth else None,
        )
        for i in range(request.variations)
    )


def make_fitted(request: GenerationRequest) -> tuple[Variation, ...]:
    """As many real sounds as the request asks for, stereo and at another rate than what is made."""
    noise = np.random.default_rng(0).uniform(-0.4, 0.4, (22_050, 2)).astype(np.float32)
    origin = Provenance("", "Rain by Ann", "field", "CC-BY-4.0", "conditional")
    return tuple(
        Variation(
            AudioClip(noise, 44_100), request.seed + i, 0.8 - 0.1 * i, 22_050.0, "rain",
            origin=Origin.FITTED, provenance=origin, match=make_match(i, best=4),
        )
        for i in range(request.fits)
    )  # fmt: skip


def make_match(index: int, best: int = 5) -> Match:
    """From the best number of dots on, one less for every next sound."""
    return Match(max(best - index, 1), 0.9 - 0.1 * index, max(0.9 - 0.2 * index, 0.0))


def _match(request: GenerationRequest, index: int) -> Match | None:
    if request.imitation is None:
        return None
    unsure = request.text == "far off"
    return replace(make_match(index), kind=None) if unsure else make_match(index)
