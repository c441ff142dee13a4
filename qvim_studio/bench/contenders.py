"""The two that are compared: diffusers' own pipeline and the studio's engine, equally asked.

Each lives in a process of its own, so that its memory and its load time are its own. A contender
imports its libraries in ``load``: importing is part of what a user waits for.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

PROMPT = "a dog barking in a hall"
GUIDANCE = 2.5
Tick = tuple[float, float]  # seconds on the wall, seconds of all processor cores


def now() -> Tick:
    return time.perf_counter(), time.process_time()


class PipelineContender:
    """``AudioLDMPipeline`` as its documentation shows it: float32, DDIM."""

    def load(self, folder: Path) -> None:
        from qvim_studio.models.quiet import quiet_libraries
        from qvim_studio.models.torch_audio import torchaudio  # noqa: F401  (before diffusers)

        from diffusers import AudioLDMPipeline  # isort: skip

        quiet_libraries()
        self._pipeline: Any = AudioLDMPipeline.from_pretrained(folder, local_files_only=True)
        self._pipeline.set_progress_bar_config(disable=True)

    def clip(self, seconds: float, steps: int, variations: int, seed: int) -> list[Tick]:
        """Make clips; gives back the time after every step."""
        import torch

        ticks: list[Tick] = []
        self._pipeline(
            PROMPT,
            audio_length_in_s=seconds,
            num_inference_steps=steps,
            guidance_scale=GUIDANCE,
            num_waveforms_per_prompt=variations,
            generator=torch.Generator().manual_seed(seed),
            callback=lambda step, timestep, latents: ticks.append(now()),
        )
        return ticks


class StudioContender:
    """The engine behind the window and the command line, on the processor."""

    def load(self, folder: Path) -> None:
        from qvim_studio.core.request import GenerationRequest, VramMode
        from qvim_studio.pipeline.engine import StudioEngine

        self._engine = StudioEngine(lambda embedding, library, embedder: ())
        self._request = GenerationRequest(
            text=PROMPT,
            guidance=GUIDANCE,
            checkpoint=str(folder),
            vram_mode=VramMode.CPU,
        )
        self._engine.prepare(str(folder), VramMode.CPU, PROMPT)

    def clip(self, seconds: float, steps: int, variations: int, seed: int) -> list[Tick]:
        """Make clips; gives back the time after every step."""
        ticks: list[Tick] = []

        def on_progress(progress: Any) -> None:
            if progress.phase == "denoise":
                ticks.append(now())

        request = self._request.with_changes(
            duration_s=seconds, steps=steps, variations=variations, seed=seed
        )
        self._engine.generate(request, on_progress, lambda: False)
        return ticks


class SketchContender(StudioContender):
    """The same as the window asks it for a sketch: by the checkpoint's student where it has one."""

    def load(self, folder: Path) -> None:
        super().load(folder)
        self._request = self._request.with_changes(light=True, guidance=None)


CONTENDERS = {
    "pipeline": PipelineContender,
    "studio": StudioContender,
    "sketch": SketchContender,
}
