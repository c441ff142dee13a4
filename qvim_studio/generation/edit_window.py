"""Edits: a request replaces one part of a sound (inpainting) or continues the sound.

The generator makes the window of an edit, which is the part and what is heard around it, and keeps
the rest of the window in place; only the part gets into the sound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qvim_studio.audio.following.arranging import arrange, loop, sustain
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.audio.splice import splice
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.result import Variation
from qvim_studio.families.protocol import Kept

ITSELF = "the sound itself"
FOREIGN = "What was kept of the sound stays under that sound's own licence."
LONGER_VOICE_S = 0.04  # than the part, from which on it is said


@dataclass(frozen=True, eq=False)
class EditWindow:
    """An edit at the rate of a generator. voice: the imitation of the part, where there is one."""

    edit: Edit
    rate_hz: int
    around: np.ndarray
    voice: np.ndarray | None

    @classmethod
    def of(cls, edit: Edit, imitation: AudioClip | None, rate_hz: int) -> EditWindow:
        window = cls(edit, rate_hz, mono_at(edit.surroundings, rate_hz), None)
        if imitation is None:
            return window
        begin, end = window.part
        return replace(window, voice=fit_length(mono_at(imitation, rate_hz), end - begin))

    @property
    def part_s(self) -> tuple[float, float]:
        """Begin and end of the part within the window, in seconds."""
        begin_s = self.edit.window_s[0]
        return self.edit.begin_s - begin_s, self.edit.end_s - begin_s

    @property
    def part(self) -> tuple[int, int]:
        """Likewise, in samples."""
        begin, end = (round(seconds * self.rate_hz) for seconds in self.part_s)
        return begin, end

    @property
    def kept(self) -> Kept:
        """What the generator leaves as it is."""
        return Kept(self.edit.surroundings, (self.part_s,))

    def notes(self, imitation: AudioClip | None) -> list[str]:
        """Sentences on what is made of the edit."""
        edit, length_s = self.edit, self.edit.end_s - self.edit.begin_s
        notes = [f"Made anew: {edit.begin_s:.2f} to {edit.end_s:.2f} s."]
        if imitation is not None and imitation.duration_s > length_s + LONGER_VOICE_S:
            notes.append(
                f"The imitation is longer than the part ({imitation.duration_s:.2f} s): its first "
                f"{length_s:.2f} s were used."
            )
        if edit.provenance is None:
            notes.append(FOREIGN)
        return notes

    def provenance(self, own: Provenance) -> Provenance:
        """Of the checkpoint and of what is kept."""
        kept = self.edit.provenance
        return own if kept is None else own.with_parts_of(kept)

    def followed(self) -> np.ndarray:
        """The window, with the imitation in the part where there is one; a continuation without one
        goes on as the sound did."""
        if self.voice is not None:
            return self._with_part(self.voice)
        sound, end = self.around, self.part[1]
        return sound if len(sound) >= end else loop(sound, end, self.rate_hz)

    def followed_sides(self) -> np.ndarray:
        """Likewise without an imitation, (frames, channels) as the edited sound has them."""
        sound, end = resample(self.edit.surroundings, self.rate_hz).samples, self.part[1]
        return sound if len(sound) >= end else loop(sound, end, self.rate_hz)

    def arranged(self, clip: AudioClip) -> np.ndarray:
        """The window with a real sound in its part."""
        begin, end = self.part
        if self.voice is not None:
            arranged = arrange(mono_at(clip, self.rate_hz), self.voice, self.rate_hz)
        else:
            sound = mono_at(trim_silence(clip), self.rate_hz)
            arranged = sustain(sound, end - begin, self.rate_hz)
        return self._with_part(arranged)

    def of_part(self, samples: np.ndarray) -> np.ndarray:
        """What was made of the part, of a window's samples."""
        begin, end = self.part
        return samples[begin:end]

    def spliced(self, variation: Variation) -> Variation:
        """The whole sound with its new part."""
        return replace(variation, clip=splice(self.edit, variation.clip))

    def _with_part(self, part: np.ndarray) -> np.ndarray:
        """The window with this in its part, as loud as the sound at its loudest."""
        begin, end = self.part
        own, wanted = (float(np.abs(one).max(initial=0.0)) for one in (part, self.around))
        level = wanted / own if own and wanted else 1.0
        fitted = level * fit_length(part, end - begin)
        return np.concatenate([fit_length(self.around, begin), fitted, self.around[end:]])
