"""A kit from one breath: each sound of a take becomes a request, the results become presets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qvim_studio.audio.files import check_output_folder, write_reason
from qvim_studio.audio.onsets import split_at_onsets
from qvim_studio.core.arrivals import Arrivals
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import OutputError, StudioError, UsageError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.clip_writer import safe_stem, write_result
from qvim_studio.export.presets import (
    KEYS_PER_BANK,
    PresetGroup,
    PresetSample,
    write_presets,
)

SAMPLES = "Samples"
OnKitProgress = Callable[[int, int, Progress], None]  # number of the sound, of how many, its own


@dataclass(frozen=True)
class KitReport:
    """What was made: presets, and the WAVs of each sound, best match first. notes: of all sounds,
    each once."""

    folder: Path
    presets: tuple[Path, ...]
    sounds: tuple[tuple[Path, ...], ...]
    notes: tuple[str, ...] = ()


def kit_requests(take: AudioClip, base: GenerationRequest) -> tuple[GenerationRequest, ...]:
    """One request for each sound of the take; ``base`` says everything but imitation and seed.

    Sound i starts at seed ``base.seed + i * base.variations``: no two variations share one.
    Raises UsageError where the take holds more sounds than there are keys.
    """
    pieces = split_at_onsets(take)
    if len(pieces) > KEYS_PER_BANK:
        raise UsageError(
            f"The take holds {len(pieces)} sounds, expected at most {KEYS_PER_BANK}, one for each "
            "key. Cut it into several takes."
        )
    return tuple(
        base.with_changes(
            imitation=piece, seed=base.seed + number * base.variations, duration_s=None
        )
        for number, piece in enumerate(pieces)
    )


def make_kit(
    requests: Sequence[GenerationRequest],
    engine: Engine,
    folder: Path,
    name: str,
    on_progress: OnKitProgress = lambda number, count, progress: None,
    on_kept: Callable[[KitReport], None] = lambda report: None,
) -> KitReport:
    """Generate every sound, then write ``folder/<name>/`` at once.

    Raises OutputError where it cannot be written, and whatever the engine raises or interrupts it:
    then what was finished is a kit of its own, which on_kept gets.
    """
    check_output_folder(folder)
    results: list[GenerationResult] = []
    for number, request in enumerate(requests):
        arrivals = Arrivals()

        def report(progress: Progress, number: int = number, arrivals: Arrivals = arrivals) -> None:
            arrivals.take(progress)
            on_progress(number, len(requests), progress)

        try:
            results.append(engine.generate(request, report, lambda: False))
        except (KeyboardInterrupt, StudioError):
            begun = arrivals.so_far()
            finished = results if begun is None else [*results, begun]
            if finished:
                on_kept(write_kit(finished, folder, name))
            raise
    return write_kit(results, folder, name)


def write_kit(results: Sequence[GenerationResult], folder: Path, name: str) -> KitReport:
    """Write finished results as a kit; ``folder/<name>-2/`` where ``<name>`` is taken."""
    target = _free_folder(folder, safe_stem(name, "kit"))
    staging = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        groups, names = [], []
        for number, result in enumerate(results, 1):
            written = write_result(result, staging / SAMPLES, f"{name} {number:02d}")
            paths = [PurePosixPath(SAMPLES, clip.path.name) for clip in written]
            samples = [
                PresetSample(path, len(variation.clip.samples))
                for path, variation in zip(paths, result.variations, strict=True)
            ]
            groups.append(PresetGroup(f"{name} {number}", tuple(samples)))
            names.append(paths)
        presets = write_presets(staging, target.name, groups)
        staging.rename(target)
    except OSError as error:
        raise OutputError(
            f"The kit {target.name!r} cannot be written to {folder}: {write_reason(error)}. "
            "Choose another folder or make room, then try again."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return KitReport(
        target,
        tuple(target / preset.relative_to(staging) for preset in presets),
        tuple(tuple(target / path for path in paths) for paths in names),
        tuple(dict.fromkeys(note for result in results for note in result.notes)),
    )


def _free_folder(folder: Path, name: str) -> Path:
    attempt = 1
    while True:
        candidate = folder / (name if attempt == 1 else f"{name}-{attempt}")
        if not candidate.exists():
            return candidate
        attempt += 1
