"""The engine: turns a request into ranked and finished clips, with any family of generators."""

from __future__ import annotations

import itertools
import logging
import traceback
from dataclasses import replace

import numpy as np

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.trim import trim_silence
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import AudioFileError, StudioError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import (
    FoundSound,
    GenerationResult,
    MemoryUse,
    Progress,
    Variation,
)
from qvim_studio.families.added import with_added
from qvim_studio.families.catalog import find_checkpoint, find_upscaler
from qvim_studio.families.known import family_of
from qvim_studio.families.plans import plan_for, upscaler_plan_for
from qvim_studio.generation.core_share import CoreShare
from qvim_studio.generation.defaults import fill_defaults, is_windowed
from qvim_studio.generation.edit_chain import EditChain, is_edited_in_windows
from qvim_studio.generation.finish.highs import LoadedHighs, load_highs, upscaled
from qvim_studio.generation.finish.upscale_windows import UPSCALED, is_upscaled_in_windows
from qvim_studio.generation.fits import fit_found
from qvim_studio.generation.loaded import Loaded, load
from qvim_studio.generation.long_run import LongRun
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.preparation import PreparedRun
from qvim_studio.generation.run import Run
from qvim_studio.generation.starts import FindFittable, FindNearest, FindSimilar
from qvim_studio.memory.accelerators import Accelerator, Accelerators
from qvim_studio.memory.compute_plan import ComputePlan, step_down
from qvim_studio.memory.faults import check_room, is_out_of_memory
from qvim_studio.memory.meter import MemoryMeter
from qvim_studio.networks.stopping import stops_between_layers

log = logging.getLogger(__name__)


class StudioEngine:
    """Keeps the last checkpoint in memory.

    find_nearest: (query, library folder or None for the bundled sounds, hearing) → the real sounds
    to start from, best first; may be empty. Seed n starts from the sound at n modulo their number,
    so that neighboring variations differ and a seed alone decides its start. find_similar: the
    same for the sounds that are shown beside the made ones; None shows none. accelerators: the
    GPUs to choose from; None asks PyTorch. find_fittable: the same, with a number of sounds, for
    the real sounds that are fitted to the imitation; None fits none. in_chunks: long sounds are
    handed over in chunks (Progress.chunk) and not held in memory; their variations then have no
    samples.
    """

    def __init__(
        self,
        find_nearest: FindNearest,
        find_similar: FindSimilar | None = None,
        accelerators: Accelerators | None = None,
        find_fittable: FindFittable | None = None,
        *,
        in_chunks: bool = False,
    ) -> None:
        self._find_nearest = find_nearest
        self._find_similar = find_similar
        self._find_fittable = find_fittable
        self._in_chunks = in_chunks
        self._loaded: Loaded | None = None
        self._highs: LoadedHighs | None = None
        self._mode = VramMode.HIGH
        self._accelerator: Accelerator | None = None
        self._has_left = False  # auto uses the processor from now on
        self._cores = CoreShare()
        self._accelerators = accelerators or Accelerators()

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """See core.engine. When memory runs out, the request is tried once more in the next lower
        mode, and a note says so."""

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
        except StudioError as error:  # a cancel, or a run refused before its start
            _forget_frames(error)
            self._accelerators.free_caches()
            raise
        except Exception as error:
            failed = self._accelerator
            if not is_out_of_memory(error):
                if failed is None:
                    raise
                log.exception("%s failed", failed.title)
                _forget_frames(error)
                return self._leave(failed, request, on_progress, is_cancelled)
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

    def _leave(
        self,
        failed: Accelerator,
        request: GenerationRequest,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
    ) -> GenerationResult:
        """Work on the processor from now on: drivers and operators differ from GPU to GPU."""
        self.close()
        self._has_left = True
        on_processor = request.with_changes(vram_mode=VramMode.CPU)
        result = self._generate_or_step_down(on_processor, on_progress, is_cancelled)
        note = (
            f"{failed.title} could not make it, so the processor did, as it will from now on. The "
            "log file says what went wrong; update the GPU's driver, or choose the mode cpu."
        )
        return replace(result, notes=(*result.notes, note))

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        """See core.engine."""
        found, there = find_checkpoint(checkpoint), self._loaded
        if there is not None and there.checkpoint.plain == found:
            found = there.checkpoint  # with the encoder and LoRAs of the last request
        self._load(found, vram_mode).generator.read_words(text)

    def close(self) -> None:
        """Free the checkpoint's memory; the next request loads it again."""
        if self._loaded is not None:
            self._loaded.generator.close()
        self._loaded = self._highs = None
        self._accelerators.free_caches()

    def _generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        if request.upscale is not None:
            return self._upscale(request, on_progress, is_cancelled)
        clock = PhaseClock()
        on_progress(Progress("load", 0, 1))
        loaded = self._load(_chosen_checkpoint(request), request.vram_mode)
        lacks_highs = loaded.capabilities.lacks_highs
        highs = self._load_highs(request) if request.upscaler and lacks_highs else None
        meter = MemoryMeter(loaded.plan.device, self._accelerators)
        clock.lap("load")
        raise_if_cancelled(is_cancelled)
        on_progress(Progress("encode", 0, 1))
        run = self._run(loaded, request, highs)
        estimated = run.estimated_bytes()
        if loaded.plan.device == "cpu":
            check_room(estimated, run.request.natural_s)
        run.encode(self._find_nearest)
        clock.lap("encode")
        numbers = itertools.count(1)

        def on_made(variation: Variation, picture: np.ndarray | None) -> None:
            arrived, count = run.result((variation,)), run.request.variations
            on_progress(Progress("decode", next(numbers), count, picture, arrived))

        variations = run.make(on_progress, is_cancelled, on_made, clock)
        fitted: tuple[Variation, ...] = ()
        if self._find_fittable is not None:
            fitted = fit_found(run, self._find_fittable, is_cancelled, on_progress)
            clock.lap("fit")
        return replace(
            run.result(variations),
            fitted=fitted,
            seconds=clock.total(),
            found=self._found(run),
            memory=MemoryUse(
                loaded.plan.mode.value,
                "process" if loaded.plan.device == "cpu" else "gpu",
                estimated,
                meter.peak_bytes(),
            ),
        )

    def _run(
        self, loaded: Loaded, request: GenerationRequest, highs: LoadedHighs | None
    ) -> Run | LongRun | EditChain:
        """The run in one piece, or window by window."""
        if is_edited_in_windows(request, loaded.capabilities):
            return EditChain(loaded, request, highs)
        if is_windowed(fill_defaults(request, loaded), loaded.capabilities):
            return LongRun(loaded, request, highs, in_chunks=self._in_chunks)
        return Run(loaded, request, highs)

    def _upscale(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """The result of a request that only adds highs."""
        clock = PhaseClock()
        on_progress(Progress("load", 0, 1))
        highs = self._load_highs(request)
        self._mode = highs.plan.mode
        meter = MemoryMeter(highs.plan.device, self._accelerators)
        at_once_s = request.natural_s
        if is_upscaled_in_windows(request):
            at_once_s = UPSCALED.length_s
        estimated = highs.estimated_bytes(at_once_s)
        if highs.plan.device == "cpu":
            check_room(estimated, at_once_s)
        clock.lap("load")
        raise_if_cancelled(is_cancelled)
        chunked = self._in_chunks
        result = upscaled(highs, request, on_progress, is_cancelled, in_chunks=chunked)
        clock.lap("upscale")
        place = "process" if highs.plan.device == "cpu" else "gpu"
        memory = MemoryUse(highs.plan.mode.value, place, estimated, meter.peak_bytes())
        return replace(result, seconds=clock.total(), memory=memory)

    def _load_highs(self, request: GenerationRequest) -> LoadedHighs:
        """The upscaler that a request names, beside the generator; the last one is kept."""
        checkpoint, mode = find_upscaler(request.upscaler), request.vram_mode
        there = self._highs
        if there is not None and there.checkpoint == checkpoint and mode is VramMode.AUTO:
            return there
        if mode is VramMode.AUTO and self._has_left:
            mode = VramMode.CPU
        plan = upscaler_plan_for(checkpoint, mode, self._accelerators)
        if there is None or there.checkpoint != checkpoint or there.plan != plan:
            self._highs = None  # first: two at once may not fit
            there = self._highs = load_highs(checkpoint, plan)
        return there

    def _found(self, run: PreparedRun) -> tuple[FoundSound, ...]:
        """Existing sounds that resemble the imitation; none for edits. If the library cannot be
        searched, the result is kept without them."""
        is_edit = run.request.edit is not None
        if self._find_similar is None or run.matcher is None or is_edit:
            return ()
        folder, hearing = run.request.library_folder, run.loaded.hearing
        try:
            similar = self._find_similar(run.query, folder, hearing)
        except StudioError as error:
            log.warning("no sounds were looked for: %s", error)
            return ()
        found = []
        for sound in similar:
            try:
                clip = trim_silence(read_audio(sound.path))
            except AudioFileError as error:
                log.info("A found sound is passed over: %s", error)
                continue
            found.append(FoundSound(str(sound.path), run.matcher.match(clip, sound.embedding)))
        return tuple(found)

    def _load(self, checkpoint: Checkpoint, vram_mode: VramMode) -> Loaded:
        plan = self._plan(vram_mode, checkpoint)
        if (
            self._loaded is None
            or self._loaded.checkpoint != checkpoint
            or self._loaded.plan != plan
        ):
            self.close()  # first: two checkpoints at once may not fit
            self._loaded = load(checkpoint, plan)
        return self._loaded

    def _plan(self, mode: VramMode, checkpoint: Checkpoint) -> ComputePlan:
        """The plan of a mode. auto keeps the running mode, because the memory that it holds no
        longer counts as free."""
        loaded = self._loaded
        if mode is VramMode.AUTO and loaded is not None and loaded.checkpoint == checkpoint:
            return loaded.plan
        if mode is VramMode.AUTO and self._has_left:
            mode = VramMode.CPU
        plan = plan_for(checkpoint, mode, self._accelerators)
        self._mode, self._accelerator = plan.mode, plan.accelerator
        return plan


def _chosen_checkpoint(request: GenerationRequest) -> Checkpoint:
    """The checkpoint with the encoder and the LoRAs that the request names."""
    checkpoint = find_checkpoint(request.checkpoint)
    declared = family_of(checkpoint).describe(checkpoint).options
    return with_added(checkpoint, request.options, declared)


def _forget_frames(error: Exception) -> None:
    """Clear the frames of an error's traceback, which would keep all their tensors alive."""
    traceback.clear_frames(error.__traceback__)
