"""Makes the sounds of a request into files, and keeps what is finished when it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.automation.facts import clip_facts
from qvim_studio.core.engine import Engine, IsCancelled, OnProgress
from qvim_studio.core.errors import StoppedEarly
from qvim_studio.core.program.interrupts import uninterrupted
from qvim_studio.core.request import WINDOWS_FROM_S, GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.files.arriving_clips import ArrivingClips, check_room
from qvim_studio.export.files.clip_writer import WrittenClip
from qvim_studio.families.catalog import find_checkpoint, find_upscaler


class PartlyMade(StoppedEarly):
    """Making ended early; its cause says why. note: how many sounds were finished, a sentence."""

    def __init__(self, result: GenerationResult, written: Sequence[WrittenClip]) -> None:
        """written: the files of what was finished."""
        super().__init__({"clips": clip_facts(result, written)})
        self.note = result.notes[-1]


def check_parts(request: GenerationRequest) -> None:
    """Raise CheckpointError if the checkpoint or the upscaler of a request is unknown."""
    if request.upscale is None:
        find_checkpoint(request.checkpoint)
    if request.upscaler:
        find_upscaler(request.upscaler)


def check_makeable(request: GenerationRequest, folder: Path) -> None:
    """Refuse what can be refused before torch is imported.

    Raises CheckpointError, or OutputError if the sounds cannot be written to the folder.
    """
    check_parts(request)
    check_output_folder(folder)
    check_room(folder, [request])


def comes_in_chunks(request: GenerationRequest) -> bool:
    """Whether the sounds are so long that files grow with them; the engine is made for that."""
    return request.natural_s > WINDOWS_FROM_S


def make_files(
    engine: Engine,
    request: GenerationRequest,
    folder: Path,
    stem: str,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
) -> tuple[GenerationResult, list[WrittenClip]]:
    """The result, and a file for each of its sounds, in the same order.

    stem: what the files are named after. Raises PartlyMade if some sounds were finished before an
    error, a signal or a cancel; otherwise that error as it is.
    """
    clips = ArrivingClips(folder, stem)

    def take(progress: Progress) -> None:
        clips.take(progress)
        on_progress(progress)

    try:
        result = clips.whole(engine.generate(request, take, is_cancelled))
        return result, clips.finish(result)
    except BaseException as error:
        with uninterrupted():
            kept = clips.keep()
        if kept is None:
            raise
        raise PartlyMade(*kept) from error
