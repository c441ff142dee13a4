"""Makes sounds with a loaded Stable Audio 3."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from qvim_studio.audio.resample import stereo_at
from qvim_studio.audio.splice import keep_outside
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import raise_if_cancelled
from qvim_studio.diffusion.rectified_flow import (
    guided,
    level_at,
    noise_levels,
    noised,
    sample_euler,
    sample_ping_pong,
)
from qvim_studio.diffusion.seeded_noise import SeededNoise
from qvim_studio.families.morphing import morphed
from qvim_studio.families.protocol import Asked, Generator, Kept, Made, Report
from qvim_studio.families.stable_audio_3.options import (
    GUIDANCE,
    HEADROOM,
    PROJECTION,
    STEPS,
)
from qvim_studio.families.stable_audio_3.parts import StableAudio3Parts
from qvim_studio.families.starting import Starting, kept_latents, padded_to, parts_in_frames
from qvim_studio.networks.coders.same_coder import MARGIN_LATENTS


@dataclass(frozen=True, eq=False)
class Condition:
    """The condition of every variation of a request.

    wanted, unwanted: (1, tokens, channels), words and then the duration; unwanted is None without
    guidance. duration: (1, channels). around: (1, 1 + latent channels, latents): first 1 where a
    latent is kept, then the kept latents; all zeros where everything is made.
    """

    wanted: torch.Tensor
    unwanted: torch.Tensor | None
    duration: torch.Tensor
    around: torch.Tensor


class StableAudio3Generator(Generator):
    """See families.protocol.Generator."""

    def __init__(self, parts: StableAudio3Parts) -> None:
        super().__init__()
        self._parts: StableAudio3Parts | None = parts
        self._rate = parts.config.sample_rate
        self._ratio = parts.config.samples_per_latent

    @torch.inference_mode()
    def condition(self, asked: Asked) -> Condition:
        parts = self._loaded
        latents = self._latents(asked)
        duration = parts.duration(asked.duration_s)
        is_guided = not parts.config.is_distilled and asked.options.number(GUIDANCE) != 1.0
        unwanted = None
        if is_guided:
            # As in training: zeros stand for no condition.
            shape = (1, parts.config.text_tokens + 1, duration.shape[-1])
            unwanted = torch.zeros(shape)
            if asked.negative_text.strip():
                unwanted = self._context(asked.negative_text, duration)
        return Condition(
            wanted=self._context(Starting(asked, self._rate).text, duration),
            unwanted=unwanted,
            duration=duration,
            around=self._around(asked.kept, latents),
        )

    def make(
        self, condition: Condition, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        steps = asked.options.whole(STEPS)
        done = 0
        starting = Starting(asked, self._rate)
        for batch in starting.batches(seeds, self._loaded.plan.max_batch):
            made = self._denoise(condition, starting, batch, done, steps * len(seeds), report)
            report.on_decode()
            for seed, latents in zip(batch, made, strict=True):
                yield Made(seed, self._decode(latents[None], asked, report))
            done += steps * len(batch)

    def close(self) -> None:
        self._parts = None
        gc.collect()

    @property
    def _loaded(self) -> StableAudio3Parts:
        if self._parts is None:
            raise RuntimeError("the generator is closed")
        return self._parts

    @property
    def _device(self) -> str:
        return self._loaded.plan.device

    def _frames(self, asked: Asked) -> int:
        return round(asked.duration_s * self._rate)

    def _latents(self, asked: Asked) -> int:
        """The number of latents of the sound and the room after its end, up to the model's maximum.

        As in training and in the published code, sounds end before their latents do.
        """
        config = self._loaded.config
        needed = math.ceil(self._frames(asked) / self._ratio)
        room = int(asked.options.number(HEADROOM) * self._rate / self._ratio)
        return max(needed, min(needed + room, config.longest_samples // self._ratio))

    def _context(self, text: str, duration: torch.Tensor) -> torch.Tensor:
        """The words, padded with the model's learned padding, and the duration:
        (1, tokens + 1, channels)."""
        parts = self._loaded
        words, is_cut = parts.prompt.embed(text)
        if is_cut:
            self.notes.append(
                f"The text is longer than the model reads: its first {parts.prompt.tokens} tokens "
                "were used."
            )
        padding = parts.denoiser.prompt_padding_embedding.detach().float().cpu()
        padded = padding.expand(parts.prompt.tokens - len(words), -1)
        return torch.cat([words, padded, duration])[None]

    def _around(self, kept: Kept | None, latents: int) -> torch.Tensor:
        """See Condition. Zeros are fed as well, as in training, because the layers that read them
        have biases."""
        config = self._loaded.config
        if kept is None:
            return torch.zeros(1, 1 + config.coder.latent_channels, latents)
        sound = stereo_at(kept.sound, self._rate)
        is_kept = kept_latents(kept, len(sound), latents, self._ratio, self._rate)
        mask = torch.from_numpy(is_kept).float()[None, None]
        return torch.cat([mask, mask * self._encode(sound, latents).cpu()], dim=1)

    def _encode(self, sound: np.ndarray, latents: int) -> torch.Tensor:
        """Sound (frames, 2), padded with silence → latents (1, channels, latents) in float32."""
        parts = self._loaded
        padded = torch.from_numpy(padded_to(sound, latents * self._ratio))
        with parts.coding():
            given = padded[None].to(self._device, parts.coder.dtype)
            return parts.coder.encode_in_pieces(given).float()

    @torch.inference_mode()
    def _denoise(
        self,
        condition: Condition,
        starting: Starting,
        batch: list[int],
        done: int,
        steps_of_all: int,
        report: Report,
    ) -> torch.Tensor:
        """The clean latents of a batch, (batch, channels, latents)."""
        parts, asked, share = self._loaded, starting.asked, starting.share(batch[0])
        steps = asked.options.whole(STEPS)
        latents = condition.around.shape[-1]
        draw = SeededNoise(batch, (parts.config.coder.latent_channels, latents), self._device)
        raise_if_cancelled(report.is_cancelled)
        noise = draw()
        levels = noise_levels(steps, share)
        if share < 1.0:
            noise = noised(self._starts(starting, batch, latents), noise, level_at(share))

        step = 0

        def on_step() -> None:
            nonlocal step
            step += 1
            report.step(done + step * len(batch), steps_of_all)

        with parts.denoising():
            velocity = self._velocity(condition, asked, len(batch))
            if parts.config.is_distilled:
                return sample_ping_pong(velocity, noise, levels, draw, on_step)
            return sample_euler(velocity, noise, levels, on_step)

    def _starts(self, starting: Starting, batch: list[int], latents: int) -> torch.Tensor:
        """The clean latents to start from, one row for each seed."""
        rows: dict[int, torch.Tensor] = {}
        sounding = math.ceil(self._frames(starting.asked) / self._ratio)

        def encode(clip: AudioClip) -> torch.Tensor:
            return self._encode(stereo_at(clip, self._rate), latents)

        for places, sound in starting.sounds(batch):
            start = morphed(self._encode(sound, latents), starting.asked, sounding, encode)
            rows |= dict.fromkeys(places, start)
        return torch.cat([rows[place] for place in range(len(batch))])

    def _velocity(self, condition: Condition, asked: Asked, batch: int) -> Any:
        """The network's prediction for a batch as a function of latents and their level."""
        parts = self._loaded
        dtype = parts.plan.dtype

        def rows(value: torch.Tensor, count: int = batch) -> torch.Tensor:
            return value.to(self._device, dtype).expand(count, *value.shape[1:])

        def predict(
            latents: torch.Tensor, level: torch.Tensor, context: torch.Tensor
        ) -> torch.Tensor:
            count = len(latents)
            predicted = parts.denoiser(
                latents.to(dtype),
                level,
                context,
                rows(condition.duration, count),
                local_add_cond=rows(condition.around, count),
                return_dict=False,
            )[0]
            return predicted.to(latents.dtype)

        wanted = rows(condition.wanted)
        if condition.unwanted is None:
            return lambda latents, level: predict(latents, level, wanted)
        unwanted = rows(condition.unwanted)
        weight, projection = asked.options.number(GUIDANCE), asked.options.number(PROJECTION)

        def guided_velocity(latents: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
            if parts.plan.traits.guidance_passes == 2:
                kept, left = (predict(latents, level, each) for each in (wanted, unwanted))
            else:
                doubled = predict(
                    torch.cat([latents, latents]),
                    torch.cat([level, level]),
                    torch.cat([wanted, unwanted]),
                )
                kept, left = doubled.chunk(2)
            return guided(latents, level, kept, left, weight, projection)

        return guided_velocity

    @torch.inference_mode()
    def _decode(self, latents: torch.Tensor, asked: Asked, report: Report) -> np.ndarray:
        """Latents (1, channels, latents) → float32 (frames, 2), with the kept sound in place."""
        parts, frames = self._loaded, self._frames(asked)
        needed = latents[..., : math.ceil(frames / self._ratio) + MARGIN_LATENTS]
        with parts.coding():
            given = needed.to(self._device, parts.coder.dtype)
            audio = parts.coder.decode_in_pieces(
                given, lambda: raise_if_cancelled(report.is_cancelled)
            )
        samples = np.ascontiguousarray(audio[0, :, :frames].float().cpu().numpy().T)
        samples = np.clip(samples, -1.0, 1.0)
        if asked.kept is None:
            return samples
        sound = stereo_at(asked.kept.sound, self._rate)
        return keep_outside(samples, sound, parts_in_frames(asked.kept, self._rate), self._rate)
