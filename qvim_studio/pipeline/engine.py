"""The engine of the AudioLDM family: one request in, ranked and finished clips out."""

from __future__ import annotations

import itertools
import logging
import traceback
from dataclasses import replace

import numpy as np

from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import (
    FoundSound,
    GenerationResult,
    MemoryUse,
    Progress,
    Variation,
)
from qvim_studio.models.audioldm import free_cuda_memory
from qvim_studio.models.checkpoints import Checkpoint, find_checkpoint
from qvim_studio.models.compute_plan import ComputePlan, make_plan, step_down
from qvim_studio.models.memory_faults import check_room, is_out_of_memory
from qvim_studio.models.memory_meter import MemoryMeter
from qvim_studio.models.stopping import stops_between_layers
from qvim_studio.pipeline.core_share import CoreShare
from qvim_studio.pipeline.defaults import fill_defaults
from qvim_studio.pipeline.editing import make_run
from qvim_studio.pipeline.generation_run import GenerationRun, PhaseClock
from qvim_studio.pipeline.loaded import LoadedCheckpoint, load_checkpoint
from qvim_studio.pipeline.starts import FindNearest, FindSimilar

log = logging.getLogger(__name__)


class StudioEngine:
    """Keeps the last checkpoint in memory.

    find_nearest: (query, library folder or None for the bundled sounds, embedder) → the real sounds
    to start from, best first; none where there is none. Seed n starts from the one at n modulo
    their number, so that neighbouring variations differ and a seed alone says which it was.
    find_similar: likewise, for the sounds that are shown beside the made ones; None shows none.
    """

    def __init__(self, find_nearest: FindNearest, find_similar: FindSimilar | None = None) -> None:
        self._find_nearest = find_nearest
        self._find_similar = find_similar
        self._loaded: LoadedCheckpoint | None = None
        self._mode = VramMode.HIGH
        self._cores = CoreShare()

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """See core.engine. Out of memory: one mode lower, said in the notes, tried once more."""

        def on_step(progress: Progress) -> None:
            self._cores.settle()
            on_progress(progress)

        with self._cores, stops_between_layers(is_cancelled):
            return self._generate_or_step_down(request, on_step, is_cancelled)

    def _generate_or_step_down(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        try:
            return self._generate(request, on_progress, is_cancelled)
        except StudioError as error:  # a cancel, or a run that was refused before it began
            _forget_frames(error)
            free_cuda_memory()
            raise
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            _forget_frames(error)
        used = self._mode
        self.close()
        smaller = step_down(used)
        log.warning("out of memory in mode %s, trying %s", used.value, smaller.value)
        try:
            result = self._generate(
                request.with_changes(vram_mode=smaller), on_progress, is_cancelled
            )
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            _forget_frames(error)
            self.close()
            step_down(VramMode.CPU)  # raises the sentence that says what to change
            raise
        note = f"Memory was short in mode {used.value}: made in mode {smaller.value}."
        return replace(result, notes=(*result.notes, note))

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        """See core.engine. A large text tower is not read for nothing."""
        tower = self._load(checkpoint, vram_mode).text
        if tower is not None and (text.strip() or tower.is_kept):
            tower.embed([text.strip(), ""])

    def close(self) -> None:
        """Free the checkpoint's memory; the next request loads it again."""
        self._loaded = None
        free_cuda_memory()

    def _generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        clock = PhaseClock()
        on_progress(Progress("load", 0, 1))
        loaded = self._load(request.checkpoint, request.vram_mode)
        meter = MemoryMeter(loaded.plan.device)
        clock.lap("load")
        raise_if_cancelled(is_cancelled)
        on_progress(Progress("encode", 0, 1))
        run = make_run(loaded, fill_defaults(request, loaded))
        estimated = run.estimated_bytes()
        if loaded.plan.device == "cpu":
            check_room(estimated, run.request.duration_s)
        run.encode(self._find_nearest)
        clock.lap("encode")
        numbers = itertools.count(1)

        def on_made(variation: Variation, picture: np.ndarray) -> None:
            arrived, count = _result(run, (variation,)), run.request.variations
            on_progress(Progress("decode", next(numbers), count, picture, arrived))

        variations = run.make(on_progress, is_cancelled, on_made, clock)
        return replace(
            _result(run, variations),
            seconds=clock.total(),
            found=self._found(run),
            memory=MemoryUse(
                loaded.plan.mode.value,
                "process" if loaded.plan.device == "cpu" else "gpu",
                estimated,
                meter.peak_bytes(),
            ),
        )

    def _found(self, run: GenerationRun) -> tuple[FoundSound, ...]:
        """Sounds that exist already; a library that cannot be searched costs no result. Beside the
        edits of a sound there are none."""
        is_edit = run.request.edit is not None
        if self._find_similar is None or run.embedding is None or is_edit:
            return ()
        try:
            return self._find_similar(run.query, run.request.library_folder, run.loaded.embedder)
        except StudioError as error:
            log.warning("no sounds were looked for: %s", error)
            return ()

    def _load(self, name: str, vram_mode: VramMode) -> LoadedCheckpoint:
        checkpoint = find_checkpoint(name)
        plan = self._plan(vram_mode, checkpoint)
        if (
            self._loaded is None
            or self._loaded.checkpoint != checkpoint
            or self._loaded.plan != plan
        ):
            self.close()  # first: two checkpoints at once may not fit
            self._loaded = load_checkpoint(checkpoint, plan)
        return self._loaded

    def _plan(self, mode: VramMode, checkpoint: Checkpoint) -> ComputePlan:
        """auto keeps the mode that runs: what it holds itself is no longer free."""
        loaded = self._loaded
        if mode is VramMode.AUTO and loaded is not None and loaded.checkpoint == checkpoint:
            return loaded.plan
        plan = make_plan(mode, checkpoint)
        self._mode = plan.mode
        return plan


def _result(run: GenerationRun, variations: tuple[Variation, ...]) -> GenerationResult:
    return GenerationResult(run.request, run.provenance, variations, notes=tuple(run.notes))


def _forget_frames(error: Exception) -> None:
    """Its traceback would keep everything alive that was being computed."""
    traceback.clear_frames(error.__traceback__)
