"""Makes the highs that a recording lacks: AudioSR's steps, piece by piece, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from qvim_studio.core.errors import EngineError
from qvim_studio.core.options import OptionValues
from qvim_studio.diffusion.denoiser import Conditions
from qvim_studio.diffusion.sampler import sample_latents
from qvim_studio.diffusion.stochastic_ddim import StochasticDdim, cosine_levels
from qvim_studio.families.audiosr.config import (
    CANVAS_SAMPLES,
    HOP,
    OPTIONS,
    RATE_HZ,
    REACH_HZ,
)
from qvim_studio.families.audiosr.parts import AudioSrParts
from qvim_studio.families.audiosr.spectrum import (
    OwnBand,
    WideMel,
    own_band,
    with_own_mel,
    with_own_spectrum,
)
from qvim_studio.families.protocol import Report
from qvim_studio.families.upscaling import KNOWN_HZ

PIECE_SAMPLES = 2 * CANVAS_SAMPLES  # 10.24 s, the length that AudioSR was trained on
OVERLAP_SAMPLES = 61_440  # 1.28 s, 16 latent frames
NULL_LATENT = -11.4981  # the condition "no recording", as it was trained
SILENT_PEAK = 1e-7  # silence stays silent
NO_REPORT = Report(lambda done, steps, picture: None, lambda: False)
ON_PROCESSOR = (
    "AudioSR computes on the processor: about a quarter of an hour for 5 seconds of sound and 50 "
    "steps. A GPU is advised."
)


@dataclass(frozen=True, eq=False)
class ConcatCondition:
    """latents: (batch, channels, frames, bins), beside those that are denoised."""

    latents: torch.Tensor

    def joined(self, other: ConcatCondition) -> ConcatCondition:
        return ConcatCondition(torch.cat([self.latents, other.latents]))


class AudioSrUpscaler:
    """See families.upscaling.Upscaler.

    report: for the steps of all pieces and channels together.
    """

    input_rate_hz = RATE_HZ
    output_rate_hz = RATE_HZ
    reach_hz = REACH_HZ

    def __init__(
        self,
        parts: AudioSrParts,
        values: OptionValues | None = None,
        seed: int = 0,
        report: Report = NO_REPORT,
        piece_samples: int = PIECE_SAMPLES,
        overlap_samples: int = OVERLAP_SAMPLES,
    ) -> None:
        """values: of ``OPTIONS``. known_hz: the frequency up to which the sound is known to be
        real, such as 7,200 for a model at 16 kHz; the upscaler never replaces the band below.
        Raises UsageError for a value that an option refuses.
        """
        self._parts = parts
        self._values = (values or OptionValues()).filled(OPTIONS)
        self._seed = seed
        self._report = report
        self._piece, self._overlap = piece_samples, overlap_samples
        self._mel = WideMel()

    @torch.inference_mode()
    def extend(self, samples: np.ndarray) -> np.ndarray:
        """See the protocol; each channel of (frames, channels) is extended separately. Equal
        channels stay equal, and the seed alone decides the result.

        Raises CancelledError within a step, and EngineError if the networks return invalid numbers.
        """
        channels = samples[:, None] if samples.ndim == 1 else samples
        different = list(dict.fromkeys(column.tobytes() for column in channels.T))
        pieces = list(_pieces(len(channels), self._piece, self._overlap))
        steps = self._values.whole("steps")
        total = steps * len(pieces) * len(different)
        made: dict[bytes, np.ndarray] = {}
        for column in channels.T:
            key = column.tobytes()
            if key in made:
                continue
            generator = torch.Generator().manual_seed(self._seed)
            added = np.zeros(len(column), np.float32)
            for number, (begin, end) in enumerate(pieces):
                done = steps * (len(made) * len(pieces) + number)
                self._report.step(done, total)
                piece = np.ascontiguousarray(column[begin:end], dtype=np.float32)
                if np.abs(piece).max(initial=0.0) < SILENT_PEAK:
                    continue
                extended = self._extended(piece, generator, done, total)
                weights = _weights(begin, end, len(column), self._overlap)
                # The added band differs from piece to piece, so its power is faded; the sound below
                # is unchanged.
                added[begin:end] += weights * (extended - piece)
            made[key] = column.astype(np.float32) + added
        self._report.step(total, total)
        extended = np.stack([made[column.tobytes()] for column in channels.T], axis=1)
        return extended[:, 0] if samples.ndim == 1 else extended

    def _extended(
        self, piece: np.ndarray, generator: torch.Generator, done: int, total: int
    ) -> np.ndarray:
        """One piece (samples,) of one channel, at its own level."""
        known_hz = self._values.number(KNOWN_HZ)
        canvas = self._parts.canvas_samples
        length = -(-len(piece) // canvas) * canvas
        own = own_band(piece, length, self._mel, known_hz)
        log_mel = self._mel(torch.from_numpy(own.low))
        latents = self._denoise(self._condition(log_mel, generator), generator, done, total)
        waveform = self._decode(latents, log_mel, known_hz)
        if not np.isfinite(waveform).all():
            raise EngineError(
                f"AudioSR produced invalid numbers for seed {self._seed}. Try another seed, or "
                "less guidance."
            )
        return _at_level(with_own_spectrum(waveform, own, known_hz), own)[: len(piece)]

    def _condition(
        self, log_mel: torch.Tensor, generator: torch.Generator
    ) -> Conditions[ConcatCondition]:
        """The recording's latents, drawn from their distribution, and the empty condition."""
        parts = self._parts
        with parts.encoding():
            moments = parts.encoder(log_mel[None, None].to(parts.plan.device))
        mean, log_variance = moments.float().chunk(2, dim=1)
        noise = torch.randn(mean.shape, generator=generator).to(mean.device)
        latents = mean + noise * (0.5 * log_variance.clamp(-30.0, 20.0)).exp()
        # The published code scales the condition as it scales the latents, "none" included.
        return Conditions(
            ConcatCondition(parts.scale * latents),
            ConcatCondition(torch.full_like(latents, parts.scale * NULL_LATENT)),
        )

    def _denoise(
        self,
        conditions: Conditions[ConcatCondition],
        generator: torch.Generator,
        done: int,
        total: int,
    ) -> torch.Tensor:
        parts, plan = self._parts, self._parts.plan
        shape = conditions.wanted.latents.shape

        def draw() -> torch.Tensor:
            return torch.randn(shape, generator=generator)

        def on_step(step: int, _steps: int) -> None:
            self._report.on_step(done + step, total, None)

        with parts.denoising():
            return sample_latents(
                self._predict,
                StochasticDdim(cosine_levels(), "v_prediction", draw),
                draw().to(plan.device),
                conditions,
                steps=self._values.whole("steps"),
                guidance=self._values.number("guidance"),
                guidance_passes=plan.traits.guidance_passes,
                on_step=on_step,
                is_cancelled=self._report.is_cancelled,
            )

    def _predict(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: ConcatCondition
    ) -> torch.Tensor:
        """See diffusion.denoiser.Denoiser."""
        unet = self._parts.unet
        given = torch.cat([latents, condition.latents], dim=1)
        prediction = unet(given.to(unet.dtype), timestep, encoder_hidden_states=None)
        return prediction.sample.to(latents.dtype)

    def _decode(self, latents: torch.Tensor, own: torch.Tensor, known_hz: float) -> np.ndarray:
        """Latents → waveform (samples,), the lower mel bands from the recording's own."""
        parts = self._parts
        with parts.decoding():
            hidden = parts.vae.post_quant_conv((latents / parts.scale).float())
            log_mel = parts.vae.decoder(hidden)[0, 0].cpu()
            log_mel = with_own_mel(log_mel, own, self._known_band(known_hz))
            waveform = parts.vocoder(log_mel[None].to(parts.plan.device))
        return waveform.float().cpu().numpy().reshape(-1)[: len(own) * HOP]

    def _known_band(self, known_hz: float) -> int:
        """The number of mel bands that lie entirely below ``known_hz``."""
        bins = torch.arange(self._mel.basis.shape[0])[:, None] * (self._mel.basis > 0)
        highest_hz = bins.amax(dim=0) / (len(bins) - 1) * REACH_HZ
        return int((highest_hz < known_hz).sum())


class LoadedAudioSr:
    """See families.upscaling.LoadedUpscaler."""

    def __init__(self, parts: AudioSrParts) -> None:
        self._parts = parts
        self.notes = [ON_PROCESSOR] if parts.plan.device == "cpu" else []

    def prepared(self, values: OptionValues, seed: int, report: Report) -> AudioSrUpscaler:
        return AudioSrUpscaler(self._parts, values, seed, report)


def _at_level(waveform: np.ndarray, own: OwnBand) -> np.ndarray:
    return waveform * np.float32(own.gain) + np.float32(own.offset)


def _pieces(samples: int, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    begin = 0
    while begin + size < samples:
        yield begin, begin + size
        begin += size - overlap
    yield begin, samples


def _weights(begin: int, end: int, samples: int, overlap: int) -> np.ndarray:
    """(end - begin,) float32: of equal power where two pieces overlap."""
    weights = np.ones(end - begin, np.float32)
    rise = np.sin(0.5 * np.pi * (np.arange(overlap) + 0.5) / overlap).astype(np.float32)
    if begin > 0:
        weights[:overlap] *= rise
    if end < samples:
        weights[-overlap:] *= rise[::-1]
    return weights
