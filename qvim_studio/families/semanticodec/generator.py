"""The generator of SemantiCodec: a voice becomes tokens, and the decoder turns tokens into
sound."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import raise_if_cancelled
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.diffusion.denoiser import Conditions
from qvim_studio.diffusion.sampler import sample_latents
from qvim_studio.diffusion.stochastic_ddim import StochasticDdim, scaled_linear_levels
from qvim_studio.families.protocol import Asked, Generator, Made, Report
from qvim_studio.families.semanticodec.config import (
    LATENT_BINS,
    LATENT_CHANNELS,
    POSITION_WIDTH,
    SAMPLE_RATE_HZ,
    STEP_LATENTS,
    STEP_SAMPLES,
)
from qvim_studio.families.semanticodec.encoder import ABSENT
from qvim_studio.families.semanticodec.options import Blend
from qvim_studio.families.semanticodec.parts import SemantiCodecParts
from qvim_studio.families.sound_tokens import SoundTokens

LONGEST_WAVE = 10_000.0  # of the positions (Vaswani et al. 2017, section 3.5)
NO_START = "There is no second sound, so everything was taken from the voice."


@dataclass(frozen=True, eq=False)
class TokenCondition:
    """features: (batch, pairs, numbers), of the tokens with their positions."""

    features: torch.Tensor

    def joined(self, other: TokenCondition) -> TokenCondition:
        return TokenCondition(torch.cat([self.features, other.features]))


class SemantiCodecGenerator(Generator):
    """See families.protocol.Generator. The condition is the tokens of the voice."""

    def __init__(self, parts: SemantiCodecParts) -> None:
        super().__init__()
        self._parts: SemantiCodecParts | None = parts
        config = parts.encoder.config
        self._window, self._overlap = config.window_steps, config.overlap_steps

    @property
    def parts(self) -> SemantiCodecParts:
        if self._parts is None:
            raise CheckpointError("This SemantiCodec was closed. Load the checkpoint again.")
        return self._parts

    def encode_tokens(self, clip: AudioClip, duration_s: float | None = None) -> SoundTokens:
        """The tokens of a sound; with a duration, of that many seconds, padded with silence."""
        samples = mono_at(clip, SAMPLE_RATE_HZ)
        if duration_s is not None:
            length = round(duration_s * SAMPLE_RATE_HZ)
            samples = np.pad(samples[:length], (0, max(length - len(samples), 0)))
        with self.parts.encoding():
            return self.parts.encoder.encode(samples)

    def condition(self, asked: Asked) -> SoundTokens:
        if asked.voice is None:
            raise CheckpointError(
                "SemantiCodec makes sounds of a voice alone, and there is none. Record one, or "
                "choose another checkpoint."
            )
        return self.encode_tokens(asked.voice.clip, asked.duration_s)

    def make(
        self, condition: SoundTokens, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        blend = Blend(asked.options.text("tokens"))
        if blend is not Blend.VOICE and any(seed not in asked.starts for seed in seeds):
            self.notes.append(NO_START)
        size = self.parts.plan.max_batch
        windows = len(self._windows(len(condition)))
        total = len(seeds) * windows * asked.options.whole("steps")
        for first in range(0, len(seeds), size):
            batch = seeds[first : first + size]
            tokens = [self._blended(condition, blend, asked, seed) for seed in batch]
            done = first * windows * asked.options.whole("steps")
            samples = self._decoded(tokens, asked, batch, report, done, total)
            yield from (Made(seed, row) for seed, row in zip(batch, samples, strict=True))

    def decode_tokens(
        self, tokens: SoundTokens, asked: Asked, seed: int, report: Report
    ) -> np.ndarray:
        """The sound of tokens, such as those of a file, (frames, 1); see TokenCoder."""
        config = self.parts.encoder.config
        own = (config.token_rate, config.semantic, config.acoustic)
        if tokens.model != own:
            raise UsageError(
                f"The tokens are of another model: got {tokens.model}, expected {own} (rate, "
                "vocabularies). Choose the checkpoint that they were made with."
            )
        windows = len(self._windows(len(tokens)))
        total = windows * asked.options.whole("steps")
        return self._decoded([tokens], asked, [seed], report, 0, total)[0]

    def close(self) -> None:
        self._parts = None

    def _blended(self, own: SoundTokens, blend: Blend, asked: Asked, seed: int) -> SoundTokens:
        start = asked.starts.get(seed)
        if blend is Blend.VOICE or start is None:
            return own
        other = self.encode_tokens(start, asked.duration_s)
        if blend is Blend.SEMANTIC_OF_VOICE:
            return own.with_acoustic_of(other)
        return other.with_acoustic_of(own)

    @torch.inference_mode()
    def _decoded(
        self,
        tokens: Sequence[SoundTokens],
        asked: Asked,
        seeds: Sequence[int],
        report: Report,
        done: int,
        total: int,
    ) -> list[np.ndarray]:
        """Sounds (frames, 1) of as many tokens each, one for each seed."""
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        with self.parts.encoding():
            features = torch.stack([self.parts.encoder.features(each) for each in tokens])
        length: int = round(asked.duration_s * SAMPLE_RATE_HZ)
        steps = asked.options.whole("steps")
        made: list[np.ndarray] = []
        for begin, end in self._windows(features.shape[1]):
            latents = self._denoise(features[:, begin:end], generators, asked, report, done, total)
            report.on_decode()
            made.append(self._sounded(latents, report))
            done += len(seeds) * steps
        sounds = crossfaded(made, self._overlap * STEP_SAMPLES)[:, :length]
        missing: int = length - sounds.shape[1]
        padded = np.pad(sounds, ((0, 0), (0, missing)))
        return [row[:, None] for row in padded]

    def _denoise(
        self,
        features: torch.Tensor,
        generators: Sequence[torch.Generator],
        asked: Asked,
        report: Report,
        done: int,
        total: int,
    ) -> torch.Tensor:
        """Features of one window (batch, pairs, numbers) → its latents."""
        plan, batch = self.parts.plan, len(features)
        shape = (LATENT_CHANNELS, self._window * STEP_LATENTS, LATENT_BINS)

        def draw() -> torch.Tensor:
            return torch.stack([torch.randn(shape, generator=each) for each in generators])

        def on_step(step: int, _steps: int) -> None:
            report.step(done + step * batch, total)

        pairs = self._window * self.parts.encoder.config.tokens_per_step
        absent = nn.functional.pad(features, (0, 0, 0, pairs - features.shape[1]), value=ABSENT)
        at = positions(pairs).to(absent).expand(batch, -1, -1)
        with self.parts.denoising():
            return sample_latents(
                self._predict,
                StochasticDdim(scaled_linear_levels(), "v_prediction", draw),
                draw().to(plan.device),
                Conditions(
                    TokenCondition(torch.cat([absent, at], dim=2).to(plan.device)),
                    TokenCondition(torch.cat([torch.zeros_like(absent), at], 2).to(plan.device)),
                ),
                steps=asked.options.whole("steps"),
                guidance=asked.options.number("guidance"),
                guidance_passes=plan.traits.guidance_passes,
                on_step=on_step,
                is_cancelled=report.is_cancelled,
            )

    def _predict(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: TokenCondition
    ) -> torch.Tensor:
        """See diffusion.denoiser.Denoiser."""
        unet = self.parts.unet
        dtype = unet.dtype  # diffusers looks through all layers to find it
        given, features = latents.to(dtype), condition.features.to(dtype)
        return unet(given, timestep, encoder_hidden_states=features).sample.to(latents.dtype)

    def _sounded(self, latents: torch.Tensor, report: Report) -> np.ndarray:
        """Latents of one window → (batch, samples), exactly as long as the window."""
        vae, vocoder = self.parts.vae, self.parts.vocoder
        rows = []
        with self.parts.decoding():
            for row in (latents / vae.config.scaling_factor).split(1):
                raise_if_cancelled(report.is_cancelled)
                log_mel = vae.decode(row.to(vae.dtype)).sample[:, 0]
                rows.append(vocoder(log_mel.to(vae.dtype)).float().cpu().reshape(-1))
        # The vocoder returns a few samples too many, which would shift the next window.
        return torch.stack(rows).numpy()[:, : self._window * STEP_SAMPLES]

    def _windows(self, pairs: int) -> list[tuple[int, int]]:
        """Begin and end of each window, in pairs of tokens."""
        each = self.parts.encoder.config.tokens_per_step
        size, advance = self._window * each, (self._window - self._overlap) * each
        count = 1 + max(0, math.ceil((pairs - size) / advance))
        return [(n * advance, min(n * advance + size, pairs)) for n in range(count)]


def positions(pairs: int) -> torch.Tensor:
    """Sines and cosines that tell pairs apart, (1, pairs, 192); Vaswani et al. 2017, 3.5."""
    falling = torch.arange(0, POSITION_WIDTH, 2) * (-math.log(LONGEST_WAVE) / POSITION_WIDTH)
    angles = torch.arange(pairs)[:, None] * falling.exp()
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[None]


def crossfaded(windows: Sequence[np.ndarray], overlap: int) -> np.ndarray:
    """Windows (batch, samples) → one sound each, linear fades where two of them overlap."""
    sound = windows[0]
    rise = np.linspace(0.0, 1.0, overlap, dtype=np.float32)
    for window in windows[1:]:
        seam = sound[:, -overlap:] * rise[::-1] + window[:, :overlap] * rise
        sound = np.concatenate([sound[:, :-overlap], seam, window[:, overlap:]], axis=1)
    return sound
