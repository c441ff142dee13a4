"""Makes sounds with a loaded Stable Audio Open."""

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
from qvim_studio.diffusion.cosine_sde import initial_latents, sample_cosine_sde, sigma_levels
from qvim_studio.diffusion.seeded_noise import SeededNoise
from qvim_studio.families.morphing import morphed
from qvim_studio.families.protocol import Asked, Generator, Kept, Made, Report
from qvim_studio.families.stable_audio_open.options import GUIDANCE, STEPS
from qvim_studio.families.stable_audio_open.parts import StableAudioOpenParts
from qvim_studio.families.starting import Starting, kept_latents, padded_to, parts_in_frames
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers.models.embeddings import get_1d_rotary_pos_embed  # isort: skip


@dataclass(frozen=True, eq=False)
class Condition:
    """The condition of every variation of a request.

    wanted, unwanted: (1, tokens + 2, channels), words and then begin and duration; unwanted is None
    without guidance. seconds: (1, 1, 2 * channels). is_kept: (1, 1, canvas) bool, and kept: the
    clean latents there, (1, channels, canvas); None where everything is made.
    """

    wanted: torch.Tensor
    unwanted: torch.Tensor | None
    seconds: torch.Tensor
    is_kept: torch.Tensor | None
    kept: torch.Tensor | None


class StableAudioOpenGenerator(Generator):
    """See families.protocol.Generator."""

    def __init__(self, parts: StableAudioOpenParts) -> None:
        super().__init__()
        self._parts: StableAudioOpenParts | None = parts
        self._rate = parts.config.sample_rate
        self._ratio = parts.config.samples_per_latent

    @torch.inference_mode()
    def condition(self, asked: Asked) -> Condition:
        projection = self._loaded.projection
        projected = projection(
            start_seconds=torch.zeros(1), end_seconds=torch.tensor([asked.duration_s])
        )
        seconds = [projected.seconds_start_hidden_states, projected.seconds_end_hidden_states]
        wanted = torch.cat([self._words(Starting(asked, self._rate).text), *seconds], dim=1)
        unwanted = None
        if asked.options.number(GUIDANCE) != 1.0:
            # As in training: no words and no seconds; unwanted words get the same seconds.
            unwanted = torch.zeros_like(wanted)
            if asked.negative_text.strip():
                unwanted = torch.cat([self._words(asked.negative_text), *seconds], dim=1)
        is_kept, kept = self._kept(asked.kept)
        return Condition(wanted, unwanted, torch.cat(seconds, dim=2), is_kept, kept)

    def make(
        self, condition: Condition, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        starting = Starting(asked, self._rate)
        steps = asked.options.whole(STEPS)
        levels = {seed: sigma_levels(steps, starting.share(seed)) for seed in seeds}
        total, done = sum(len(each) - 1 for each in levels.values()), 0
        for batch in starting.batches(seeds, self._loaded.plan.max_batch):
            made = self._denoise(condition, starting, batch, levels[batch[0]], done, total, report)
            report.on_decode()
            for seed, latents in zip(batch, made, strict=True):
                yield Made(seed, self._decode(latents[None], asked, report))
            done += len(batch) * (len(levels[batch[0]]) - 1)

    def close(self) -> None:
        self._parts = None
        gc.collect()

    @property
    def _loaded(self) -> StableAudioOpenParts:
        if self._parts is None:
            raise RuntimeError("the generator is closed")
        return self._parts

    @property
    def _device(self) -> str:
        return self._loaded.plan.device

    def _words(self, text: str) -> torch.Tensor:
        """The states of a text, float32 (1, tokens, channels), zeros after the last token."""
        parts = self._loaded
        tokens = int(parts.tokenizer.model_max_length)
        ids = parts.tokenizer(text, truncation=False)["input_ids"]
        if len(ids) > tokens:
            self.notes.append(
                f"The text is longer than the model reads: its first {tokens} tokens were used."
            )
            ids = [*ids[: tokens - 1], ids[-1]]
        with parts.reading():
            given = torch.tensor([ids], device=self._device)
            hidden = parts.text_encoder(given, attention_mask=torch.ones_like(given))
            words = hidden.last_hidden_state.float().cpu()
        projected = parts.projection(text_hidden_states=words).text_hidden_states
        padded = torch.zeros(1, tokens, projected.shape[-1])
        padded[:, : projected.shape[1]] = projected
        return padded

    def _kept(self, kept: Kept | None) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """``is_kept`` and ``kept`` of the condition."""
        if kept is None:
            return None, None
        sound, canvas = stereo_at(kept.sound, self._rate), self._loaded.config.canvas
        is_kept = kept_latents(kept, len(sound), canvas, self._ratio, self._rate)
        return torch.from_numpy(is_kept)[None, None].to(self._device), self._encode(sound)

    def _encode(self, sound: np.ndarray) -> torch.Tensor:
        """Sound (frames, 2), padded with silence → latents (1, channels, canvas) in float32."""
        parts = self._loaded
        audio = torch.from_numpy(padded_to(sound, parts.config.canvas * self._ratio))
        if parts.config.channels == 1:
            audio = audio.mean(dim=0, keepdim=True)
        with parts.coding():
            return parts.encode(audio[None].to(self._device, parts.plan.dtype)).float()

    @torch.inference_mode()
    def _denoise(
        self,
        condition: Condition,
        starting: Starting,
        batch: list[int],
        levels: list[float],
        done: int,
        total: int,
        report: Report,
    ) -> torch.Tensor:
        """The clean latents of a batch, (batch, channels, canvas)."""
        parts, config = self._loaded, self._loaded.config
        draw = SeededNoise(batch, (config.latent_channels, config.canvas), self._device)
        raise_if_cancelled(report.is_cancelled)
        clean = None
        if starting.share(batch[0]) < 1.0:
            clean = self._starts(starting, batch)
        step = 0

        def on_step() -> None:
            nonlocal step
            step += 1
            report.step(done + step * len(batch), total)

        def hold(expected: torch.Tensor) -> torch.Tensor:
            if condition.is_kept is None or condition.kept is None:
                return expected
            return torch.where(condition.is_kept, condition.kept, expected)

        with parts.denoising():
            return sample_cosine_sde(
                self._velocity(condition, starting.asked, len(batch)),
                initial_latents(draw(), levels[0], clean),
                levels,
                draw,
                on_step,
                hold,
            )

    def _starts(self, starting: Starting, batch: list[int]) -> torch.Tensor:
        """The clean latents to start from, one row for each seed."""
        rows: dict[int, torch.Tensor] = {}
        sounding = math.ceil(starting.asked.duration_s * self._rate / self._ratio)

        def encode(clip: AudioClip) -> torch.Tensor:
            return self._encode(stereo_at(clip, self._rate))

        for places, sound in starting.sounds(batch):
            latents = morphed(self._encode(sound), starting.asked, sounding, encode)
            rows |= dict.fromkeys(places, latents)
        return torch.cat([rows[place] for place in range(len(batch))])

    def _velocity(self, condition: Condition, asked: Asked, batch: int) -> Any:
        """The network's prediction for a batch as a function of scaled latents and their level."""
        parts = self._loaded
        dtype = parts.plan.dtype
        rotary = get_1d_rotary_pos_embed(
            parts.denoiser.config.attention_head_dim // 2,
            parts.config.canvas + condition.seconds.shape[1],
            use_real=True,
            repeat_interleave_real=False,
        )
        turns = tuple(each.to(self._device) for each in rotary)
        seconds = condition.seconds.to(self._device, dtype)

        def predict(
            latents: torch.Tensor, level: torch.Tensor, context: torch.Tensor
        ) -> torch.Tensor:
            predicted = parts.denoiser(
                latents.to(dtype),
                level,
                encoder_hidden_states=context,
                global_hidden_states=seconds.expand(len(latents), -1, -1),
                rotary_embedding=turns,
                return_dict=False,
            )[0]
            return predicted.to(latents.dtype)

        def rows(context: torch.Tensor) -> torch.Tensor:
            return context.to(self._device, dtype).expand(batch, -1, -1)

        wanted = rows(condition.wanted)
        if condition.unwanted is None:
            return lambda latents, level: predict(latents, level, wanted)
        unwanted, weight = rows(condition.unwanted), asked.options.number(GUIDANCE)

        def guided_velocity(latents: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
            """Ho & Salimans 2022, eq. 6."""
            if parts.plan.traits.guidance_passes == 2:
                left, kept = (predict(latents, level, each) for each in (unwanted, wanted))
            else:
                doubled = predict(
                    torch.cat([latents, latents]),
                    torch.cat([level, level]),
                    torch.cat([unwanted, wanted]),
                )
                left, kept = doubled.chunk(2)
            return left + weight * (kept - left)

        return guided_velocity

    @torch.inference_mode()
    def _decode(self, latents: torch.Tensor, asked: Asked, report: Report) -> np.ndarray:
        """Latents (1, channels, canvas) → float32 (frames, channels) with the kept sound in place;
        only the requested duration is decoded."""
        parts, frames = self._loaded, round(asked.duration_s * self._rate)
        needed = latents[..., : math.ceil(frames / self._ratio) + parts.margin]
        with parts.coding():
            audio = parts.decode(
                needed.to(self._device, parts.plan.dtype),
                lambda: raise_if_cancelled(report.is_cancelled),
            )
        samples = np.ascontiguousarray(audio[0, :, :frames].float().cpu().numpy().T)
        if asked.kept is None:
            return samples
        sound = stereo_at(asked.kept.sound, self._rate)[:, : samples.shape[1]]
        return keep_outside(samples, sound, parts_in_frames(asked.kept, self._rate), self._rate)
