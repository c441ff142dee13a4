"""An AudioLDM 2 checkpoint in memory that makes sounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import raise_if_cancelled
from qvim_studio.core.request import SamplerName
from qvim_studio.diffusion.denoiser import Conditions
from qvim_studio.diffusion.preview import Previewer, picture_of_mel
from qvim_studio.diffusion.sampler import Kept as KeptLatents
from qvim_studio.diffusion.sampler import executed_steps, make_scheduler, sample_latents
from qvim_studio.families.audioldm.control import takes_added_curves
from qvim_studio.families.audioldm.control_channels import asked_channels
from qvim_studio.families.audioldm.generator import (
    columns_of,
    latent_frames,
    sample_count,
    sounding_frames,
)
from qvim_studio.families.audioldm.made_latents import made_mask
from qvim_studio.families.audioldm.sizes import MEL_PER_LATENT
from qvim_studio.families.audioldm2.parts import AudioLdm2Parts
from qvim_studio.families.audioldm2.stream_denoiser import StreamConditions, StreamDenoiser
from qvim_studio.families.morphing import morphed
from qvim_studio.families.protocol import Asked, Generator, Kept, Made, Report
from qvim_studio.networks.mel import N_MELS, SAMPLE_RATE
from qvim_studio.voice.bridge import VoiceBridge


@dataclass(frozen=True, eq=False)
class AudioLdm2Condition:
    """conditions: of one row. kept: the latents that are held in place; None if everything is
    made."""

    conditions: StreamConditions
    kept: KeptLatents | None


class AudioLdm2Generator(Generator):
    """See families.protocol.Generator."""

    def __init__(self, parts: AudioLdm2Parts, bridge: VoiceBridge) -> None:
        super().__init__()
        self._loaded: tuple[AudioLdm2Parts, VoiceBridge] | None = (parts, bridge)

    @property
    def parts(self) -> AudioLdm2Parts:
        if self._loaded is None:
            raise RuntimeError("expected an open generator, this one is closed")
        return self._loaded[0]

    def condition(self, asked: Asked) -> AudioLdm2Condition:
        parts = self.parts
        prompt = parts.prompt
        prompt.notes = []
        voice = None
        if asked.voice is not None and self._loaded is not None:
            voice, note = self._loaded[1].vector(asked.voice.clip, asked.voice.embedding)
            self.notes += [note] if note else []
        wanted = prompt.wanted(asked.text.strip(), voice, asked.balance)
        unwanted = prompt.unwanted(asked.negative_text.strip())
        self.notes += prompt.notes
        place = partial(_placed, device=parts.plan.device, dtype=parts.plan.dtype)
        kept = None if asked.kept is None else self._kept_latents(asked.kept, asked.duration_s)
        controls = asked_channels(
            asked,
            parts.controls,
            latent_frames(asked.duration_s),
            is_added=takes_added_curves(parts.unet),
        )
        # Curves are in both, so that guidance sharpens the kind of sound and not its timing.
        conditions = Conditions(
            replace(wanted, controls=controls), replace(unwanted, controls=controls)
        )
        return AudioLdm2Condition(place(conditions), kept)

    def make(
        self, condition: AudioLdm2Condition, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        """See families.protocol.Generator."""
        run = _Run(self.parts, condition, asked, seeds, report)
        for batch in run.batches():
            yield from run.made(batch)

    def close(self) -> None:
        self._loaded = None

    def _kept_latents(self, kept: Kept, duration_s: float) -> KeptLatents:
        parts, frames = self.parts, latent_frames(duration_s)
        with parts.coding(with_vocoder=False):
            latents = parts.coder.encode(mono_at(kept.sound, SAMPLE_RATE), frames)
        is_made = made_mask(kept, frames)
        return KeptLatents(latents, is_made.to(parts.plan.device))


class _Run:
    """One request's variations, batch by batch."""

    def __init__(
        self,
        parts: AudioLdm2Parts,
        condition: AudioLdm2Condition,
        asked: Asked,
        seeds: Sequence[int],
        report: Report,
    ) -> None:
        self.parts = parts
        self.condition = condition
        self.asked = asked
        self.seeds = seeds
        self.report = report
        self.samples = sample_count(asked)
        self.frames = latent_frames(asked.duration_s)
        self.sampler = SamplerName(asked.options.text("sampler"))
        self.steps = asked.options.whole("steps")
        self.done = 0
        self.total = sum(self._steps_of(seed) for seed in seeds)
        self.previewer = self._previewer()

    def batches(self) -> Iterator[list[int]]:
        """Neighbors that all start from a sound, or all from noise, as many as fit at once."""
        size = self.parts.plan.max_batch
        for _, group in groupby(self.seeds, key=lambda seed: seed in self.asked.starts):
            alike = list(group)
            for first in range(0, len(alike), size):
                yield alike[first : first + size]

    def made(self, seeds: list[int]) -> Iterator[Made]:
        latents = self._denoised(seeds)
        self.report.on_decode()
        with self.parts.coding():
            for seed, row in zip(seeds, latents, strict=True):
                raise_if_cancelled(self.report.is_cancelled)
                log_mel = self.parts.coder.log_mel(row[None])
                samples = self.parts.coder.sound(log_mel)[: self.samples, None]
                yield Made(seed, samples, picture_of_mel(log_mel, columns_of(self.samples)))

    def _denoised(self, seeds: list[int]) -> torch.Tensor:
        parts, asked = self.parts, self.asked
        shape = (parts.latent_channels, self.frames, N_MELS // MEL_PER_LATENT)
        noise = torch.stack(
            [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        ).to(parts.plan.device)
        starts = [asked.starts[seed] for seed in seeds if seed in asked.starts]
        start = self._start_latents(starts) if starts else None
        single = self.condition.conditions
        conditions = Conditions(
            single.wanted.repeated(len(seeds)), single.unwanted.repeated(len(seeds))
        )
        picture: np.ndarray | None = None

        def on_estimate(step: int, steps: int, estimate: Callable[[], torch.Tensor]) -> None:
            nonlocal picture
            previewer = self.previewer
            picture = previewer.after_step(step / steps, estimate) if previewer else None

        def on_step(_step: int, _steps: int) -> None:
            self.done += len(seeds)
            self.report.step(self.done, self.total, picture)

        if self.previewer is not None:
            self.previewer.begin_batch()
        with parts.denoising():
            return sample_latents(
                StreamDenoiser(parts.unet),
                make_scheduler(self.sampler, parts.scheduler_config, has_start=start is not None),
                noise,
                conditions,
                steps=self.steps,
                guidance=asked.options.number("guidance"),
                start=start,
                strength=asked.strength if start is not None else 1.0,
                guidance_passes=parts.plan.traits.guidance_passes,
                kept=self.condition.kept,
                on_step=on_step,
                is_cancelled=self.report.is_cancelled,
                on_estimate=on_estimate,
            )

    def _start_latents(self, starts: Sequence[AudioClip]) -> torch.Tensor:
        """(starts, channels, frames, bins), clean; each sound is encoded once."""
        encoded: dict[int, torch.Tensor] = {}
        with self.parts.coding(with_vocoder=False):
            for start in starts:
                if id(start) not in encoded:
                    sounding = sounding_frames(self.asked.duration_s)
                    latents = self._encode(start)
                    encoded[id(start)] = morphed(latents, self.asked, sounding, self._encode)
        return torch.cat([encoded[id(start)] for start in starts])

    def _encode(self, sound: AudioClip) -> torch.Tensor:
        return self.parts.coder.encode(mono_at(sound, SAMPLE_RATE), self.frames)

    def _steps_of(self, seed: int) -> int:
        if seed not in self.asked.starts:
            return self.steps
        return executed_steps(self.steps, self.asked.strength)

    def _previewer(self) -> Previewer | None:
        """The previewer; None if the VAE is not on the device while the UNet runs."""
        plan = self.parts.plan
        if plan.traits.swaps_parts:
            return None
        steps = sum(self._steps_of(batch[0]) for batch in self.batches())
        return Previewer(self.parts.coder.log_mel, steps, columns_of(self.samples))


def _placed(conditions: StreamConditions, device: str, dtype: torch.dtype) -> StreamConditions:
    wanted, unwanted = conditions.wanted, conditions.unwanted
    return Conditions(wanted.to(device, dtype), unwanted.to(device, dtype))
