"""The compared contenders: diffusers' own pipeline and the studio's engine, with equal requests.

Each lives in a process of its own, so that its memory and its load time are its own. A contender
imports its libraries in ``load``: importing is part of what a user waits for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import VramMode

PROMPT = "a dog barking in a hall"
GUIDANCE = 2.5
Tick = tuple[float, float]  # seconds on the wall, seconds of all processor cores


@dataclass(frozen=True)
class Made:
    """The times of every step and of the first sound that can be played."""

    steps: list[Tick]
    first_sound: Tick


@dataclass(frozen=True)
class Place:
    """Where contenders compute. mode: of the studio. cap_bytes: the most GPU memory that the studio
    may take; None for all of it. device: the type of torch.device, also for the pipeline."""

    mode: VramMode = VramMode.CPU
    cap_bytes: int | None = None
    device: str = "cpu"

    @property
    def is_gpu(self) -> bool:
        return self.device != "cpu"


class Contender:
    """One contender: ``load`` comes first, then any number of clips."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def peak_bytes(self) -> int:
        """The peak memory: of the process, or of torch's reservation on the GPU."""
        if self._place.is_gpu:
            from qvim_studio.memory.accelerators import Accelerators

            return Accelerators().peak_reserved_bytes(self._place.device)
        from qvim_studio.memory.meter import process_peak_bytes

        return process_peak_bytes()

    def now(self) -> Tick:
        """The time, once all requested work has been computed."""
        if self._place.is_gpu:
            from qvim_studio.memory.accelerators import Accelerators

            Accelerators().synchronize(self._place.device)
        return time.perf_counter(), time.process_time()


class PipelineContender(Contender):
    """``AudioLDMPipeline`` as its documentation shows it: float32, DDIM."""

    def load(self, folder: Path) -> None:
        from qvim_studio.networks.quiet import quiet_libraries
        from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

        from diffusers import AudioLDMPipeline  # isort: skip

        quiet_libraries()
        try:
            self._pipeline: Any = AudioLDMPipeline.from_pretrained(folder, local_files_only=True)
        # The parsers raise any exception; each means that there is no pipeline to compare with.
        except Exception as error:
            reason = str(error).partition(". ")[0][:160]
            raise StudioError(
                f"There is nothing to compare with: diffusers' own pipeline cannot load {folder} "
                f"({reason}). Give a checkpoint in its layout, without parts of the studio's own."
            ) from error
        self._pipeline.set_progress_bar_config(disable=True)
        if self._place.is_gpu:
            self._pipeline.to(self._place.device)

    def clip(self, seconds: float, steps: int, variations: int, seed: int) -> Made:
        """Make clips, which all arrive at the end."""
        import torch

        ticks: list[Tick] = []
        self._pipeline(
            PROMPT,
            audio_length_in_s=seconds,
            num_inference_steps=steps,
            guidance_scale=GUIDANCE,
            num_waveforms_per_prompt=variations,
            generator=torch.Generator().manual_seed(seed),
            callback=lambda step, timestep, latents: ticks.append(self.now()),
        )
        return Made(ticks, self.now())


class StudioContender(Contender):
    """The engine behind the window and the command line."""

    def load(self, folder: Path) -> None:
        from qvim_studio.core.request import GenerationRequest
        from qvim_studio.generation.engine import StudioEngine

        if self._place.cap_bytes is not None:
            from qvim_studio.memory.accelerators import Accelerators

            Accelerators().limit_memory(self._place.device, self._place.cap_bytes)
        self._engine = StudioEngine(lambda embedding, library, embedder: ())
        self._request = GenerationRequest(
            text=PROMPT,
            guidance=GUIDANCE,
            checkpoint=str(folder),
            vram_mode=self._place.mode,
            cuda_graphs=self._place.is_gpu,
        )
        self._engine.prepare(str(folder), self._place.mode, PROMPT)

    def clip(self, seconds: float, steps: int, variations: int, seed: int) -> Made:
        """Make clips, which arrive one by one."""
        ticks: list[Tick] = []
        arrived: list[Tick] = []

        def on_progress(progress: Any) -> None:
            if progress.phase == "denoise":
                ticks.append(self.now())
            elif progress.arrived is not None:
                arrived.append(self.now())

        request = self._request.with_changes(
            duration_s=seconds, steps=steps, variations=variations, seed=seed
        )
        made = self._engine.generate(request, on_progress, lambda: False)
        wanted, used = self._place.mode, made.request.vram_mode
        if used is not wanted:
            raise StudioError(
                f"In mode {wanted.value} the memory was too short: the studio went on in mode "
                f"{used.value}, which is not what was to be measured. Raise --cap-gib, close other "
                f"programs, or measure --vram-mode {used.value}."
            )
        return Made(ticks, arrived[0])


class SketchContender(StudioContender):
    """The engine as the window uses it for a sketch: with the checkpoint's student, if any."""

    def load(self, folder: Path) -> None:
        super().load(folder)
        self._request = self._request.with_changes(light=True, guidance=None)


CONTENDERS = {
    "pipeline": PipelineContender,
    "studio": StudioContender,
    "sketch": SketchContender,
}
