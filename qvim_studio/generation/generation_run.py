"""One request on its way through a loaded checkpoint: condition, denoise, decode, finish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from qvim_studio.audio.files.take_notes import long_take_notes, mixing_notes
from qvim_studio.audio.following.arranging import arrange, let_ring, sustain
from qvim_studio.audio.following.controls import extract_controls, fit_controls, smooth_controls
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.resample import mono_at
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import EngineError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import (
    LATENT_STEP_S,
    GenerationRequest,
    SamplerName,
    Start,
    filled,
    sketch_steps,
)
from qvim_studio.core.result import Progress, Variation, best_first
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.diffusion.preview import Previewer, picture_of_mel
from qvim_studio.diffusion.sampler import (
    Kept,
    Steering,
    executed_steps,
    make_scheduler,
    sample_latents,
)
from qvim_studio.families.audioldm.control_channels import control_channels
from qvim_studio.families.audioldm.label_denoiser import LabelDenoiser, label_conditions
from qvim_studio.families.audioldm.piecewise import decode_in_pieces, vocode_in_pieces
from qvim_studio.families.audioldm.student import make_student_solver
from qvim_studio.generation.finishing import finish, is_silent
from qvim_studio.generation.loaded import LoadedCheckpoint, Student
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.starts import FindNearest, NearestSound
from qvim_studio.memory.graphs import ReplayedUnet
from qvim_studio.memory.modes import GRAPHS_KEPT, PIECE_LATENT_FRAMES
from qvim_studio.networks.bandwidth import REACH_HZ
from qvim_studio.networks.mel import HOP, N_MELS, SAMPLE_RATE, condition_waveform
from qvim_studio.networks.qvim import Branch
from qvim_studio.voice.embedder import level_for_embedding
from qvim_studio.voice.hearing import Hearing

VAE_FACTOR = 4  # mel frames and bands per latent frame and bin
UNET_MULTIPLE = 8  # latent frames are padded to it: three halvings at most
MIN_FRAMES = 32  # 1.28 s: no shorter sound was trained on; what is too much is cut off
SECOND_TRY = 0.5  # of the strength, for a variation that came out silent
LATENT_SAMPLES = VAE_FACTOR * HOP
UNTRUE_LIGHT = (
    "The light decoder in light_vae/ is not true enough: the checkpoint's own was used. "
    "Train it longer (qvim-studio train light)."
)
UNFIT_STUDENT = (
    "The student in student/ belongs to another UNet or is no better than it: the checkpoint's own "
    "steps were taken. Train it again (qvim-studio train student)."
)
SILENT_REST = "The imitation is shorter than the sound that was asked for: the rest is silent."
DIES_AWAY = "A sound to start from dies away early: what was made from it is as short."
NO_LIGHT = "No light vocoder is good enough for this checkpoint: its own was used."
OnMade = Callable[[Variation, np.ndarray], None]


class GenerationRun:
    """The steps of one request, in the order of its methods."""

    def __init__(self, loaded: LoadedCheckpoint, request: GenerationRequest) -> None:
        self.loaded = loaded
        given = (request.imitation, request.timbre)
        self.notes = [note for clip in given if clip is not None for note in mixing_notes(clip)]
        self.notes += long_take_notes(request.imitation if request.edit is None else None)
        self.student = self._student_for(request)
        if self.student is not None:
            request = request.with_changes(steps=self.student.card.steps)
        self.request = request
        self.denoiser = loaded.denoiser(self.student, request.cuda_graphs)
        duration_s = filled(request.duration_s)
        self.samples = round(duration_s * SAMPLE_RATE)
        frames = max(MIN_FRAMES, int(np.ceil(duration_s / LATENT_STEP_S - 1e-6)))
        self.frames = -(-frames // UNET_MULTIPLE) * UNET_MULTIPLE
        self.embedding: np.ndarray | None = None
        self.heard: np.ndarray | None = None
        self.imitation: np.ndarray | None = None
        self._starts: list[StartingSound] = []

    @property
    def provenance(self) -> Provenance:
        """Of the sounds that are made."""
        return self.loaded.checkpoint.provenance()

    @property
    def embedded_as(self) -> Branch:
        """The branch of the encoder that hears what says what is made."""
        return "imitation"

    def estimated_bytes(self) -> int:
        """The most memory that this run will hold, before it holds it."""
        duration_s = self.frames * LATENT_STEP_S
        plan, batch = self.loaded.plan, self.request.variations
        second = 0 if self.student is None else self.student.weight_bytes
        graphs = GRAPHS_KEPT if isinstance(self.denoiser, ReplayedUnet) else 0
        checkpoint = self.loaded.checkpoint
        return second + plan.estimated_bytes(checkpoint, duration_s, batch, graphs)

    def _student_for(self, request: GenerationRequest) -> Student | None:
        """For quick looks, where it can do what is asked for; it has learned one guidance."""
        loaded = self.loaded
        quick_steps = sketch_steps(loaded.checkpoint.defaults.steps)
        is_quick = request.light and filled(request.steps) <= quick_steps
        is_plain = request.sampler is SamplerName.DPM_SOLVER and not request.negative_text
        card = loaded.student_card if is_quick and is_plain else None
        if card is None or request.guidance != card.guidance:
            return None
        student = loaded.student
        if student is None:
            self.notes.append(UNFIT_STUDENT)
            return None
        self.notes.append(f"Sketched by the checkpoint's student in {student.card.steps} steps.")
        return student

    def encode(self, find_nearest: FindNearest) -> None:
        """Embed the imitation, make the conditions, the controls and the starting latents."""
        meant = self.request.meant
        if meant is not None:
            heard = level_for_embedding(meant)
            self.embedding = self.loaded.embedder.embed(heard, self.embedded_as)
            self.heard = self.loaded.hearing.embed(meant, self.embedded_as)
            self.imitation = self._followed()
        wanted, unwanted, notes = self.loaded.conditions(self.request, self.embedding)
        self.notes += notes
        self.wanted, self.unwanted = wanted, unwanted
        self.controls = self._controls()
        self._starts = self._find_starts(find_nearest)

    def make(
        self,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        on_made: OnMade,
        clock: PhaseClock,
    ) -> tuple[Variation, ...]:
        """Finished variations, most similar to the imitation first.

        on_made: gets each of them as soon as it is finished, and its picture, see Progress.preview.
        Raises EngineError if every one is silent.
        """
        previewer = self._previewer()
        made: list[Variation] = []

        def take(seed: int, sound: _Decoded) -> None:
            clock.lap("decode")
            variation = self._finished(seed, sound.waveform, is_cancelled)
            clock.lap("rank")
            if variation is not None:
                made.append(variation)
                on_made(variation, sound.picture)

        strength, count, size = (
            filled(self.request.strength), self.request.variations, self.loaded.plan.max_batch,
        )  # fmt: skip
        for first in range(0, count, size):
            seeds = [self.request.seed + i for i in range(first, min(first + size, count))]
            latents = self._denoise(seeds, strength, first, on_progress, is_cancelled, previewer)
            clock.lap("denoise")
            on_progress(Progress("decode", len(made), count))
            silent = []
            with self.loaded.parts.coding():
                for seed, row in zip(seeds, latents, strict=True):
                    raise_if_cancelled(is_cancelled)
                    sound = self._decode(row[None], seed)
                    if self._starts and self._is_empty(sound.waveform):
                        silent.append(seed)
                    else:
                        take(seed, sound)
            for seed in silent:
                take(seed, self._made_again(seed, on_progress, is_cancelled))
        if not made:
            raise EngineError(self.notes[-1])
        return best_first(made)

    def _made_again(
        self, seed: int, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> _Decoded:
        """A variation that came out silent, nearer to the sound that it starts from."""
        asked_strength = filled(self.request.strength)
        index, strength = seed - self.request.seed, SECOND_TRY * asked_strength
        latents = self._denoise([seed], strength, index, on_progress, is_cancelled, None)
        self.notes.append(
            f"Seed {seed} came out silent: made again with {strength:.0%} of the starting sound "
            f"made anew instead of {asked_strength:.0%}."
        )
        with self.loaded.parts.coding():
            return self._decode(latents, seed)

    def _finished(
        self, seed: int, waveform: np.ndarray, is_cancelled: IsCancelled
    ) -> Variation | None:
        """None for one without sound, which costs the others nothing; a note tells of it."""
        extender = self.loaded.extender if self.request.extend_bandwidth else None
        try:
            follow = self.request.follow
            clip = finish(
                waveform, SAMPLE_RATE, self.imitation, follow, seed, extender, is_cancelled
            )
        except EngineError as error:
            self.notes.append(str(error))
            return None
        start = self._start_of(seed)
        return Variation(
            clip=clip,
            seed=seed,
            similarity=self._similarity(clip),
            bandwidth_hz=SAMPLE_RATE / 2,
            start_name=start.name if start else "",
            extended_to_hz=REACH_HZ if extender else None,
        )

    def _similarity(self, clip: AudioClip) -> float | None:
        if self.heard is None:
            return None
        return float(np.dot(self.loaded.hearing.embed(clip, "reference"), self.heard))

    def _followed(self) -> np.ndarray:
        """What gives the time course, mono at 16 kHz; asked for only where there is a voice."""
        return mono_at(filled(self.request.imitation), SAMPLE_RATE)

    def _is_empty(self, waveform: np.ndarray) -> bool:
        return is_silent(waveform)

    def _held(self) -> Kept | None:
        """Everything is made."""
        return None

    def _controls(self) -> torch.Tensor | None:
        """(1, controls, frames, bins); zeros, "no control", without a voice or at follow 0."""
        names = self.loaded.checkpoint.controls
        if not names:
            return None
        bins = N_MELS // VAE_FACTOR
        channels = torch.zeros(1, len(names), self.frames, bins)
        if self.imitation is not None and self.request.follow > 0.0:
            padded = np.zeros(self.frames * LATENT_SAMPLES, np.float32)
            usable = self.imitation[: min(len(padded), self.samples)]
            padded[: len(usable)] = usable
            curves = smooth_controls(extract_controls(padded, SAMPLE_RATE), self.request.follow)
            curves = fit_controls(curves, self.frames)
            channels = control_channels(
                curves.loudness_db,
                curves.centroid_hz,
                curves.pitch_hz,
                curves.periodicity,
                latent_bins=bins,
            )
        return channels.to(self.loaded.plan.device)

    def _find_starts(self, find_nearest: FindNearest) -> list[StartingSound]:
        """Sounds to start from, best first; none for noise."""
        if self.request.start is Start.IMITATION and self.imitation is not None:
            return [StartingSound("the imitation", self.imitation)]
        if self.request.start is not Start.NEAREST:
            return []
        nearest = find_nearest(self.query, self.request.library_folder, self.loaded.hearing)
        if not nearest:
            self.notes.append("There is no sound to start from: started from noise.")
        used = [nearest[i] for i in range(len(nearest)) if self._is_used(i, len(nearest))]
        if used:
            self.notes.append(f"Started from {', '.join(map(_told, used))}.")
        return [StartingSound(one.name, self._arranged(one.clip)) for one in nearest]

    def _is_used(self, index: int, count: int) -> bool:
        return (index - self.request.seed) % count < self.request.variations

    def _start_of(self, seed: int) -> StartingSound | None:
        return self._starts[seed % len(self._starts)] if self._starts else None

    def _start_latents(self, seeds: Sequence[int]) -> torch.Tensor | None:
        """Clean latents (seeds, channels, frames, bins) to start from, or None for noise."""
        if not self._starts:
            return None
        starts = [self._starts[seed % len(self._starts)] for seed in seeds]
        for start in starts:
            if start.latents is None:
                start.latents = self._encode_sound(start.samples)
        return torch.cat([start.latents for start in starts if start.latents is not None])

    def _arranged(self, clip: AudioClip) -> np.ndarray:
        if self.imitation is None:
            return sustain(mono_at(trim_silence(clip), SAMPLE_RATE), self.samples, SAMPLE_RATE)
        return arrange(mono_at(clip, SAMPLE_RATE), self.imitation, SAMPLE_RATE)

    def _ended(self, samples: np.ndarray, start: StartingSound | None) -> np.ndarray:
        """Without what a model invents where that which it follows is over.

        The duration stays where a voice gives the time; words alone leave it to the sound.
        """
        if self.imitation is None:
            source, note = start and start.samples, DIES_AWAY
        else:
            is_followed = start is not None or self.request.follow > 0.0
            source, note = self.imitation if is_followed else None, SILENT_REST
        if source is None or len(source) >= len(samples):
            return samples
        if note not in self.notes:
            self.notes.append(note)
        ended = let_ring(samples, len(source), SAMPLE_RATE)
        return ended if self.imitation is None else fit_length(ended, len(samples))

    @property
    def query(self) -> SoundQuery:
        """What real sounds are looked for by."""
        request = self.request
        imagined = self.loaded.imagine(request.text) if self.loaded.has_program_encoder else None
        if imagined is not None:
            imagined = Hearing.imagined(imagined)
        return SoundQuery(self.heard, request.text, request.balance, imagined)

    @torch.inference_mode()
    def _encode_sound(self, samples: np.ndarray) -> torch.Tensor:
        padded = np.zeros(self.frames * LATENT_SAMPLES, np.float32)
        usable = samples[: len(padded)]
        padded[: len(usable)] = usable
        log_mel = self.loaded.mel(condition_waveform(torch.from_numpy(padded)[None]))
        plan, parts = self.loaded.plan, self.loaded.parts
        with parts.coding(with_vocoder=False):
            posterior = parts.vae.encode(log_mel.to(plan.device, plan.dtype)).latent_dist
        return posterior.mode().float() * parts.scaling_factor

    def _denoise(
        self,
        seeds: list[int],
        strength: float,
        finished: int,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        previewer: Previewer | None,
    ) -> torch.Tensor:
        loaded, request, batch = self.loaded, self.request, len(seeds)
        shape = (loaded.parts.latent_channels, self.frames, N_MELS // VAE_FACTOR)
        noise = torch.stack(
            [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        ).to(loaded.plan.device)
        wanted, controls = self.wanted.expand(batch, -1), self.controls
        if controls is not None:
            controls = controls.repeat(batch, 1, 1, 1)
        start = self._start_latents(seeds)
        preview: np.ndarray | None = None

        def on_estimate(step: int, steps: int, estimate: Callable[[], torch.Tensor]) -> None:
            nonlocal preview
            preview = previewer.after_step(step / steps, estimate) if previewer else None

        def on_step(step: int, steps: int) -> None:
            # Steps of all variations, so that the bar moves once from left to right.
            done = finished * steps + step * batch
            on_progress(Progress("denoise", done, steps * request.variations, preview))

        if previewer is not None:
            previewer.begin_batch()

        config, student = loaded.parts.scheduler_config, self.student
        with loaded.parts.denoising():
            return sample_latents(
                LabelDenoiser(self.denoiser),
                make_scheduler(request.sampler, config, start is not None)
                if student is None
                else make_student_solver(config),
                noise,
                label_conditions(wanted, self.unwanted.expand(batch, -1), controls),
                steps=filled(request.steps),
                guidance=filled(request.guidance) if student is None else 1.0,
                start=start,
                strength=strength,
                guidance_passes=loaded.plan.traits.guidance_passes,
                guided_share=self._guided_share(),
                steering=self._steering(wanted),
                kept=self._held(),
                on_step=on_step,
                is_cancelled=is_cancelled,
                on_estimate=on_estimate,
            )

    def _guided_share(self) -> float:
        """DDIM stays what the pipeline computes."""
        is_ddim = self.request.sampler is SamplerName.DDIM
        return 1.0 if is_ddim else self.loaded.checkpoint.defaults.guided_share

    def _steering(self, wanted: torch.Tensor) -> Steering | None:
        """None where a student has learned its few steps without, and for DDIM (see above)."""
        weight = self.loaded.checkpoint.defaults.steering
        if not weight or self.student is not None or self.request.sampler is SamplerName.DDIM:
            return None
        listener = self.loaded.listener
        return None if listener is None else Steering(listener, weight, wanted)

    def _previewer(self) -> Previewer | None:
        """None where the VAE is not at hand while the UNet runs."""
        plan, request = self.loaded.plan, self.request
        if plan.traits.swaps_parts:
            return None
        steps = filled(request.steps)
        if self._starts:
            steps = executed_steps(steps, filled(request.strength))
        batches = -(-request.variations // plan.max_batch)
        return Previewer(self._preview_mel, steps * batches, _columns(self.samples))

    def _preview_mel(self, latents: torch.Tensor) -> torch.Tensor:
        return self._log_mel(latents / self.loaded.parts.scaling_factor)

    @torch.inference_mode()
    def _decode(self, latents: torch.Tensor, seed: int) -> _Decoded:
        """One latent (1, channels, frames, bins); inside ``parts.coding()``."""
        log_mel = self._log_mel(latents / self.loaded.parts.scaling_factor)
        vocoder = self._vocoder()
        given = log_mel[:, 0].to(self.loaded.plan.device, next(vocoder.parameters()).dtype)
        if self.frames <= PIECE_LATENT_FRAMES:
            waveform = vocoder(given)
        else:
            waveform = vocode_in_pieces(vocoder, given, VAE_FACTOR * PIECE_LATENT_FRAMES)
        samples = waveform.float().cpu().numpy().reshape(-1)[: self.samples]
        samples = self._ended(samples, self._start_of(seed))
        return _Decoded(samples, picture_of_mel(log_mel, _columns(len(samples))))

    def _log_mel(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents as the VAE takes them → log-mel (1, 1, 4 frames, 4 bins)."""
        parts, plan = self.loaded.parts, self.loaded.plan
        if self.request.light and self.loaded.has_light_vae:
            light = self.loaded.light_vae
            if light is not None:
                return light.decode(latents).sample
            if UNTRUE_LIGHT not in self.notes:
                self.notes.append(UNTRUE_LIGHT)
        latents = latents.to(plan.dtype)
        if self.frames <= PIECE_LATENT_FRAMES:
            return parts.vae.decode(latents).sample
        home = "cpu" if plan.traits.swaps_parts else plan.device
        return decode_in_pieces(parts.vae, latents, PIECE_LATENT_FRAMES, home)

    def _vocoder(self) -> torch.nn.Module:
        own = self.loaded.parts.vocoder
        if not self.request.light:
            return own
        light = self.loaded.light_vocoder
        if light is None and NO_LIGHT not in self.notes:
            self.notes.append(NO_LIGHT)
        return light or own


@dataclass(frozen=True, eq=False)
class _Decoded:
    """waveform: mono float32 at 16 kHz, (samples,). picture: see Progress.preview."""

    waveform: np.ndarray
    picture: np.ndarray


@dataclass(eq=False)
class StartingSound:
    """samples: mono at 16 kHz, already along the imitation. latents: once they are needed."""

    name: str
    samples: np.ndarray
    latents: torch.Tensor | None = None


def _columns(samples: int) -> int:
    """Of the log-mel of so many samples."""
    return -(-samples // HOP)


def _told(sound: NearestSound) -> str:
    name = readable_name(sound.name)
    if sound.similarity is None:
        return name
    return f"{name} ({100 * sound.similarity:.0f} % alike)"
