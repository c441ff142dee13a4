"""The generator of AudioLDM: condition, denoise, decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import raise_if_cancelled
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import SamplerName, sketch_steps
from qvim_studio.diffusion.preview import Previewer, picture_of_mel
from qvim_studio.diffusion.sampler import (
    Kept,
    Steering,
    executed_steps,
    make_scheduler,
    sample_latents,
)
from qvim_studio.families.audioldm.control_channels import asked_channels
from qvim_studio.families.audioldm.label_denoiser import LabelDenoiser, label_conditions
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint, Student
from qvim_studio.families.audioldm.made_latents import made_mask
from qvim_studio.families.audioldm.piecewise import decode_in_pieces, vocode_in_pieces
from qvim_studio.families.audioldm.sizes import (
    LATENT_STEP_S,
    MIN_FRAMES,
    PIECE_LATENT_FRAMES,
    UNET_MULTIPLE,
    folder_footprint,
)
from qvim_studio.families.audioldm.student import make_student_solver
from qvim_studio.families.morphing import morphed
from qvim_studio.families.protocol import Asked, Generator, Made, Report
from qvim_studio.memory.graphs import ReplayedUnet
from qvim_studio.memory.modes import GRAPHS_KEPT
from qvim_studio.networks.mel import HOP, N_MELS, SAMPLE_RATE, condition_waveform
from qvim_studio.voice.conditioning import Wanted

if TYPE_CHECKING:
    from qvim_studio.families.audioldm.control import AnyUnet

VAE_FACTOR = 4  # mel frames and bands per latent frame and bin
LATENT_SAMPLES = VAE_FACTOR * HOP
UNTRUE_LIGHT = (
    "The light decoder in light_vae/ is not true enough: the checkpoint's own was used. "
    "Train it longer (qvim-studio train light)."
)
UNFIT_STUDENT = (
    "The student in student/ belongs to another UNet or is no better than it: the checkpoint's own "
    "steps were taken. Train it again (qvim-studio train student)."
)
NO_LIGHT = "No light vocoder is good enough for this checkpoint: its own was used."


@dataclass(eq=False)
class AudioLdmCondition:
    """unwanted: (1, 512). controls: (1, channels, frames, bins) or None.

    denoiser: the network of the steps. student: the student, if the denoiser is its UNet. frames:
    of the latents. kept: the part of an edited sound that stays. starts: latents by the identity of
    their clip. vectors: the wanted conditioning (1, 512) by the identity of the found sound that
    leads it, or of None."""

    wanted: Wanted
    unwanted: torch.Tensor
    controls: torch.Tensor | None
    denoiser: AnyUnet | ReplayedUnet
    student: Student | None
    frames: int
    kept: Kept | None
    starts: dict[int, torch.Tensor]
    vectors: dict[int, torch.Tensor]


class AudioLdmGenerator(Generator):
    """See families.protocol.Generator.

    piece_frames: longer latents are decoded in pieces of that many frames.
    """

    def __init__(self, loaded: LoadedCheckpoint, piece_frames: int = PIECE_LATENT_FRAMES) -> None:
        super().__init__()
        self.loaded = loaded
        self.piece_frames = piece_frames

    def settle(self, asked: Asked) -> Asked:
        """A student takes its own number of steps."""
        student = self._student_for(asked)
        if student is None:
            return asked
        steps = {"steps": student.card.steps}
        return replace(asked, options=OptionValues({**asked.options, **steps}))

    def condition(self, asked: Asked) -> AudioLdmCondition:
        """The conditions, the controls and what is kept."""
        student = self._student_for(asked)
        if student is not None:
            self.notes.append(
                f"Sketched by the checkpoint's student in {student.card.steps} steps."
            )
        elif self._wants_student(asked):
            self.notes.append(UNFIT_STUDENT)
        frames = latent_frames(asked.duration_s)
        wanted, unwanted, notes = self.loaded.conditions(asked)
        self.notes += notes
        controls = self._controls(asked, frames)
        denoiser = self.loaded.denoiser(student, wants_graphs=asked.options.is_on("cuda_graphs"))
        kept = self._kept(asked, frames)
        return AudioLdmCondition(
            wanted, unwanted, controls, denoiser, student, frames, kept, starts={}, vectors={}
        )

    def make(
        self, condition: AudioLdmCondition, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        size = self.loaded.plan.max_batch
        previewer = self._previewer(condition, asked, len(seeds))
        for first in range(0, len(seeds), size):
            batch = seeds[first : first + size]
            latents = self._denoise(condition, asked, batch, first, len(seeds), report, previewer)
            report.on_decode()
            with self.loaded.parts.coding():
                for seed, row in zip(batch, latents, strict=True):
                    raise_if_cancelled(report.is_cancelled)
                    made = self._decode(row[None], seed, condition, asked)
                    yield replace(made, goes_on=row[None, :, : sounding_frames(asked.duration_s)])

    def extra_bytes(self, asked: Asked, batch: int) -> int:
        """Bytes of a student's weights and of the passes that are kept as CUDA graphs."""
        student = self._student_for(asked)
        extra = 0 if student is None else student.weight_bytes
        if asked.options.is_on("cuda_graphs") and self.loaded.can_replay:
            plan, duration_s = self.loaded.plan, asked.duration_s
            footprint = folder_footprint(self.loaded.checkpoint.installed_folder())
            with_graphs = plan.estimated_bytes(footprint, duration_s, batch, GRAPHS_KEPT)
            extra += with_graphs - plan.estimated_bytes(footprint, duration_s, batch)
        return extra

    def imagine(self, words: str) -> np.ndarray | None:
        return self.loaded.imagine(words) if self.loaded.has_program_encoder else None

    def read_words(self, words: str) -> None:
        """Encode the words in advance, unless that would load a large text tower."""
        tower = self.loaded.text
        if tower is not None and (words.strip() or tower.is_kept):
            tower.embed([words.strip(), ""])

    def _wants_student(self, asked: Asked) -> bool:
        """Whether a sketch can use the student, which has learned only one guidance."""
        options = asked.options
        quick_steps = sketch_steps(self.loaded.checkpoint.defaults.steps)
        is_quick = options.is_on("light") and options.whole("steps") <= quick_steps
        is_plain = _sampler(asked) is SamplerName.DPM_SOLVER and not asked.negative_text
        card = self.loaded.student_card if is_quick and is_plain else None
        return card is not None and options.number("guidance") == card.guidance

    def _student_for(self, asked: Asked) -> Student | None:
        return self.loaded.student if self._wants_student(asked) else None

    def _controls(self, asked: Asked, frames: int) -> torch.Tensor | None:
        """See families.audioldm.control_channels.asked_channels."""
        names, is_added = self.loaded.checkpoint.controls, self.loaded.has_added_curves
        channels = asked_channels(asked, names, frames, is_added=is_added)
        return None if channels is None else channels.to(self.loaded.plan.device)

    def _kept(self, asked: Asked, frames: int) -> Kept | None:
        """What stays of an edited sound, and (1, 1, frames, bins or 1) bool: the latent frames that
        a part touches, and of them the bins that are made. Behind the end of a sound that gets
        longer nothing is held."""
        if asked.kept is None:
            return None
        if asked.goes_on is not None:
            # The latents of the window before, which a decoder and an encoder would change.
            before, kept_frames = asked.goes_on, round(asked.kept.parts_s[0][0] / LATENT_STEP_S)
            latents = before.new_zeros(*before.shape[:2], frames, before.shape[3])
            latents[:, :, :kept_frames] = before[:, :, -kept_frames:]
        else:
            latents = self._encode(mono_at(asked.kept.sound, SAMPLE_RATE), frames)
        is_made = made_mask(asked.kept, frames, holds_silence=True)
        return Kept(latents, is_made.to(self.loaded.plan.device))

    def _starts(
        self, condition: AudioLdmCondition, asked: Asked, seeds: Sequence[int]
    ) -> torch.Tensor | None:
        """Clean latents (seeds, channels, frames, bins) to start from, or None for noise."""
        if not asked.starts:
            return None

        def encode(clip: AudioClip) -> torch.Tensor:
            return self._encode(own_samples(clip), condition.frames)

        for clip in (asked.starts[seed] for seed in seeds):
            if id(clip) not in condition.starts:
                condition.starts[id(clip)] = morphed(
                    encode(clip), asked, sounding_frames(asked.duration_s), encode
                )
        return torch.cat([condition.starts[id(asked.starts[seed])] for seed in seeds])

    @torch.inference_mode()
    def _encode(self, samples: np.ndarray, frames: int) -> torch.Tensor:
        """Mono at 16 kHz → clean latents (1, channels, frames, bins)."""
        padded = np.zeros(frames * LATENT_SAMPLES, np.float32)
        usable = samples[: len(padded)]
        padded[: len(usable)] = usable
        log_mel = self.loaded.mel(condition_waveform(torch.from_numpy(padded)[None]))
        plan, parts = self.loaded.plan, self.loaded.parts
        with parts.coding(with_vocoder=False):
            posterior = parts.vae.encode(log_mel.to(plan.device, plan.dtype)).latent_dist
        return posterior.mode().float() * parts.scaling_factor

    def _denoise(
        self,
        condition: AudioLdmCondition,
        asked: Asked,
        seeds: Sequence[int],
        finished: int,
        count: int,
        report: Report,
        previewer: Previewer | None,
    ) -> torch.Tensor:
        loaded, options, batch = self.loaded, asked.options, len(seeds)
        shape = (loaded.parts.latent_channels, condition.frames, N_MELS // VAE_FACTOR)
        noise = torch.stack(
            [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        ).to(loaded.plan.device)
        wanted = torch.cat([self._wanted(condition, asked, seed) for seed in seeds])
        controls = condition.controls
        if controls is not None:
            controls = controls.repeat(batch, 1, 1, 1)
        start = self._starts(condition, asked, seeds)
        preview: np.ndarray | None = None

        def on_estimate(step: int, steps: int, estimate: Callable[[], torch.Tensor]) -> None:
            nonlocal preview
            preview = previewer.after_step(step / steps, estimate) if previewer else None

        def on_step(step: int, steps: int) -> None:
            # Steps of all variations, so that the bar moves once from left to right.
            report.on_step(finished * steps + step * batch, steps * count, preview)

        if previewer is not None:
            previewer.begin_batch()
        config, student = loaded.parts.scheduler_config, condition.student
        with loaded.parts.denoising():
            return sample_latents(
                LabelDenoiser(condition.denoiser),
                make_scheduler(_sampler(asked), config, has_start=start is not None)
                if student is None
                else make_student_solver(config),
                noise,
                label_conditions(wanted, condition.unwanted.expand(batch, -1), controls),
                steps=options.whole("steps"),
                guidance=options.number("guidance") if student is None else 1.0,
                start=start,
                strength=asked.strength,
                guidance_passes=loaded.plan.traits.guidance_passes,
                guided_share=self._guided_share(asked),
                steering=self._steering(asked, student, wanted),
                kept=condition.kept,
                on_step=on_step,
                is_cancelled=report.is_cancelled,
                on_estimate=on_estimate,
            )

    def _wanted(self, condition: AudioLdmCondition, asked: Asked, seed: int) -> torch.Tensor:
        """(1, 512), of one seed."""
        found = asked.found.get(seed)
        if id(found) not in condition.vectors:
            wanted = condition.wanted
            led = wanted if found is None else self.loaded.led_to(found, wanted)
            condition.vectors[id(found)] = led.vector.to(self.loaded.plan.device)
        return condition.vectors[id(found)]

    def _guided_share(self, asked: Asked) -> float:
        """The share of guided steps; all of them for DDIM, as in diffusers' pipeline."""
        is_ddim = _sampler(asked) is SamplerName.DDIM
        return 1.0 if is_ddim else self.loaded.checkpoint.defaults.guided_share

    def _steering(
        self, asked: Asked, student: Student | None, wanted: torch.Tensor
    ) -> Steering | None:
        """The listener's steering; None for a student, which was trained without, and for DDIM (see
        above)."""
        weight = self.loaded.checkpoint.defaults.steering
        if not weight or student is not None or _sampler(asked) is SamplerName.DDIM:
            return None
        listener = self.loaded.listener
        return None if listener is None else Steering(listener, weight, wanted)

    def _previewer(
        self, condition: AudioLdmCondition, asked: Asked, count: int
    ) -> Previewer | None:
        """The previewer; None if the VAE is not on the device while the UNet runs."""
        plan = self.loaded.plan
        if plan.traits.swaps_parts:
            return None
        steps = asked.options.whole("steps")
        if asked.starts:
            steps = executed_steps(steps, asked.strength)
        batches = -(-count // plan.max_batch)

        def decode(latents: torch.Tensor) -> torch.Tensor:
            return self._log_mel(latents / self.loaded.parts.scaling_factor, condition, asked)

        return Previewer(decode, steps * batches, columns_of(sample_count(asked)))

    @torch.inference_mode()
    def _decode(
        self, latents: torch.Tensor, seed: int, condition: AudioLdmCondition, asked: Asked
    ) -> Made:
        """One latent (1, channels, frames, bins); inside ``parts.coding()``."""
        log_mel = self._log_mel(latents / self.loaded.parts.scaling_factor, condition, asked)
        vocoder = self._vocoder(asked)
        given = log_mel[:, 0].to(self.loaded.plan.device, next(vocoder.parameters()).dtype)
        if condition.frames <= self.piece_frames:
            waveform = vocoder(given)
        else:
            waveform = vocode_in_pieces(vocoder, given, VAE_FACTOR * self.piece_frames)
        samples = waveform.float().cpu().numpy().reshape(-1)[: sample_count(asked)]
        return Made(seed, samples[:, None], picture_of_mel(log_mel, columns_of(len(samples))))

    def _log_mel(
        self, latents: torch.Tensor, condition: AudioLdmCondition, asked: Asked
    ) -> torch.Tensor:
        """Latents as the VAE takes them → log-mel (1, 1, 4 frames, 4 bins)."""
        parts, plan = self.loaded.parts, self.loaded.plan
        if asked.options.is_on("light") and self.loaded.has_light_vae:
            light = self.loaded.light_vae
            if light is not None:
                return light.decode(latents).sample
            if UNTRUE_LIGHT not in self.notes:
                self.notes.append(UNTRUE_LIGHT)
        latents = latents.to(plan.dtype)
        if condition.frames <= self.piece_frames:
            return parts.vae.decode(latents).sample
        home = "cpu" if plan.traits.swaps_parts else plan.device
        return decode_in_pieces(parts.vae, latents, self.piece_frames, home)

    def _vocoder(self, asked: Asked) -> torch.nn.Module:
        own = self.loaded.parts.vocoder
        if not asked.options.is_on("light"):
            return own
        light = self.loaded.light_vocoder
        if light is None and NO_LIGHT not in self.notes:
            self.notes.append(NO_LIGHT)
        return light or own


def sounding_frames(duration_s: float) -> int:
    """The number of latent frames that hold a sound."""
    return int(np.ceil(duration_s / LATENT_STEP_S - 1e-6))


def latent_frames(duration_s: float) -> int:
    """The number of latent frames of a sound, padded as the UNet needs."""
    frames = max(MIN_FRAMES, sounding_frames(duration_s))
    return -(-frames // UNET_MULTIPLE) * UNET_MULTIPLE


def sample_count(asked: Asked) -> int:
    """The number of samples of the sound at 16 kHz."""
    return round(asked.duration_s * SAMPLE_RATE)


def own_samples(clip: AudioClip) -> np.ndarray:
    """The samples (frames,) of a clip that is mono at the generator's rate."""
    return clip.samples[:, 0]


def columns_of(samples: int) -> int:
    """The number of log-mel columns of ``samples`` samples."""
    return -(-samples // HOP)


def _sampler(asked: Asked) -> SamplerName:
    return SamplerName(asked.options.text("sampler"))
