"""A part of a sound made anew (inpainting), or its continuation, on the way of any request.

What stays is held in place at every step: the expected clean latents outside the part are replaced
by the sound's own, so that what is made inside fits them. Source of the idea: Lugmayr et al.,
"RePaint" (2022), here with the clean latents instead of noised ones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import torch

from qvim_studio.audio.following.arranging import arrange, loop, sustain
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.resample import mono_at
from qvim_studio.audio.splice import splice
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.engine import IsCancelled
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import LATENT_STEP_S, GenerationRequest, Start
from qvim_studio.core.result import Variation
from qvim_studio.diffusion.sampler import Kept
from qvim_studio.generation.finishing import is_silent
from qvim_studio.generation.generation_run import GenerationRun, StartingSound
from qvim_studio.generation.loaded import LoadedCheckpoint
from qvim_studio.generation.starts import FindNearest
from qvim_studio.networks.mel import SAMPLE_RATE
from qvim_studio.networks.qvim import Branch

ITSELF = "the sound itself"
FOREIGN = "What was kept of the sound stays under that sound's own licence."


class EditRun(GenerationRun):
    """Computes the window of an edit and sets the part of it into the sound."""

    def __init__(self, loaded: LoadedCheckpoint, request: GenerationRequest, edit: Edit) -> None:
        super().__init__(loaded, request)
        self.edit = edit
        begin_s = edit.window_s[0]
        self._around = mono_at(edit.surroundings, SAMPLE_RATE)
        self._part_s = edit.begin_s - begin_s, edit.end_s - begin_s
        self._kept: Kept | None = None
        self.notes.append(f"Made anew: {edit.begin_s:.2f} to {edit.end_s:.2f} s.")
        voice, length_s = request.imitation, edit.end_s - edit.begin_s
        if voice is not None and voice.duration_s > length_s + LATENT_STEP_S:
            self.notes.append(
                f"The imitation is longer than the part ({voice.duration_s:.2f} s): its first "
                f"{length_s:.2f} s were used."
            )
        if edit.provenance is None:
            self.notes.append(FOREIGN)

    @property
    def provenance(self) -> Provenance:
        """Of the checkpoint and of what is kept."""
        own, kept = super().provenance, self.edit.provenance
        return own if kept is None else own.with_parts_of(kept)

    @property
    def embedded_as(self) -> Branch:
        """A real sound is none of a voice's imitations."""
        has_voice = self.request.imitation is not None
        return super().embedded_as if has_voice else "reference"

    def _followed(self) -> np.ndarray:
        """The window at 16 kHz, with the imitation in the part where there is one; a continuation
        without one goes on as the sound did."""
        voice, end = self._voice, self._part[1]
        if voice is not None:
            return self._with_part(voice)
        sound = self._around
        return sound if len(sound) >= end else loop(sound, end, SAMPLE_RATE)

    def _find_starts(self, find_nearest: FindNearest) -> list[StartingSound]:
        self._kept = Kept(self._encode_sound(self._around), self._is_made())
        if self.request.start is Start.IMITATION and self._voice is None:
            return [StartingSound(ITSELF, self._followed())]
        return super()._find_starts(find_nearest)

    def _arranged(self, clip: AudioClip) -> np.ndarray:
        begin, end = self._part
        voice = self._voice
        if voice is not None:
            return self._with_part(arrange(mono_at(clip, SAMPLE_RATE), voice, SAMPLE_RATE))
        sound = mono_at(trim_silence(clip), SAMPLE_RATE)
        return self._with_part(sustain(sound, end - begin, SAMPLE_RATE))

    def _with_part(self, part: np.ndarray) -> np.ndarray:
        """The window with this in its part, as loud as the sound at its loudest."""
        begin, end = self._part
        own, wanted = (float(np.abs(one).max(initial=0.0)) for one in (part, self._around))
        level = wanted / own if own and wanted else 1.0
        fitted = level * fit_length(part, end - begin)
        return np.concatenate([fit_length(self._around, begin), fitted, self._around[end:]])

    def _held(self) -> Kept | None:
        return self._kept

    def _is_made(self) -> torch.Tensor:
        """(1, 1, frames, 1) bool: the latent frames that the part touches. Behind the end of a
        sound that gets longer nothing is held."""
        begin_s, end_s = self._part_s
        at_s = torch.arange(self.frames) * LATENT_STEP_S
        is_made = at_s + LATENT_STEP_S > begin_s
        if self.edit.end_s < self.edit.sound.duration_s:
            is_made &= at_s < end_s
        return is_made[None, None, :, None].to(self.loaded.plan.device)

    @cached_property
    def _voice(self) -> np.ndarray | None:
        """The imitation of the part, as long as that."""
        begin, end = self._part
        said = self.request.imitation
        return None if said is None else fit_length(mono_at(said, SAMPLE_RATE), end - begin)

    @property
    def _part(self) -> tuple[int, int]:
        """Begin and end of the part within the window, in samples at 16 kHz."""
        begin, end = (round(seconds * SAMPLE_RATE) for seconds in self._part_s)
        return begin, end

    def _is_empty(self, waveform: np.ndarray) -> bool:
        begin, end = self._part
        return is_silent(waveform) or is_silent(waveform[begin:end])

    def _ended(self, samples: np.ndarray, start: StartingSound | None) -> np.ndarray:
        return samples

    def _finished(
        self, seed: int, waveform: np.ndarray, is_cancelled: IsCancelled
    ) -> Variation | None:
        if self._is_empty(waveform):
            waveform = np.zeros_like(waveform)  # silence is refused, whatever lies around it
        made = super()._finished(seed, waveform, is_cancelled)
        return made and replace(made, clip=splice(self.edit, made.clip))


def make_run(loaded: LoadedCheckpoint, request: GenerationRequest) -> GenerationRun:
    """Of any request, its defaults filled in."""
    if request.edit is None:
        return GenerationRun(loaded, request)
    return EditRun(loaded, request, request.edit)
