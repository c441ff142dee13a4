"""Edits: a request replaces parts of a sound (inpainting) or continues the sound.

The generator makes the window of an edit, which consists of the parts and the sound around them,
and keeps the rest of the window in place; only the parts enter the sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qvim_studio.audio.following.arranging import arrange, loop, sustain
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.audio.splice import splice
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit, parts_text
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.result import Variation
from qvim_studio.families.protocol import Kept

ITSELF = "the sound itself"
FOREIGN = "What was kept of the sound stays under that sound's own licence."
LONGER_VOICE_S = 0.04  # than the part, above which a note says so


@dataclass(frozen=True, eq=False)
class EditWindow:
    """An edit at the rate of a generator. voice: the imitation from the start of the first part to
    the end of the last, if any; each part follows the voice at its own time."""

    edit: Edit
    rate_hz: int
    around: np.ndarray
    voice: np.ndarray | None

    @classmethod
    def of(cls, edit: Edit, imitation: AudioClip | None, rate_hz: int) -> EditWindow:
        window = cls(edit, rate_hz, mono_at(edit.surroundings, rate_hz), None)
        if imitation is None:
            return window
        begin, end = window.span
        return replace(window, voice=fit_length(mono_at(imitation, rate_hz), end - begin))

    @property
    def parts_s(self) -> tuple[tuple[float, float], ...]:
        """Start and end of each part within the window, in seconds."""
        first_s = self.edit.window_s[0]
        return tuple((begin_s - first_s, end_s - first_s) for begin_s, end_s in self.edit.parts_s)

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Start and end of each part within the window, in samples."""
        return [
            (round(begin_s * self.rate_hz), round(end_s * self.rate_hz))
            for begin_s, end_s in self.parts_s
        ]

    @property
    def span(self) -> tuple[int, int]:
        """The start of the first part and the end of the last, in samples."""
        return self.parts[0][0], self.parts[-1][1]

    @property
    def kept(self) -> Kept:
        """The sound that the generator leaves unchanged."""
        return Kept(self.edit.surroundings, self.parts_s, self.edit.above_hz)

    def notes(self, imitation: AudioClip | None) -> list[str]:
        """Sentences on what the edit regenerates."""
        edit, length_s = self.edit, self.edit.end_s - self.edit.begin_s
        what = "" if edit.above_hz is None else f" above {edit.above_hz:g} Hz"
        notes = [f"Regenerated{what}: {parts_text(edit.parts_s)}."]
        if imitation is not None and imitation.duration_s > length_s + LONGER_VOICE_S:
            what = "part" if len(edit.parts_s) == 1 else "parts from first to last"
            notes.append(
                f"The imitation is longer than the {what} ({imitation.duration_s:.2f} s): its "
                f"first {length_s:.2f} s were used."
            )
        if edit.provenance is None:
            notes.append(FOREIGN)
        return notes

    def provenance(self, own: Provenance) -> Provenance:
        """The provenance of the checkpoint and of the kept sound."""
        kept = self.edit.provenance
        return own if kept is None else own.with_parts_of(kept)

    def followed(self) -> np.ndarray:
        """The window with the imitation, if any, in its parts; a continuation without an imitation
        follows the course of the sound before it."""
        if self.voice is not None:
            return self._with_parts(self._of_span(self.voice))
        sound, end = self.around, self.span[1]
        return sound if len(sound) >= end else loop(sound, end, self.rate_hz)

    def followed_sides(self) -> np.ndarray:
        """The window without an imitation, (frames, channels) with the channels of the edited
        sound."""
        sound, end = resample(self.edit.surroundings, self.rate_hz).samples, self.span[1]
        return sound if len(sound) >= end else loop(sound, end, self.rate_hz)

    def arranged(self, clip: AudioClip) -> np.ndarray:
        """The window with a real sound in its parts."""
        if self.voice is not None:
            sound = mono_at(clip, self.rate_hz)
            arranged = [
                arrange(sound, voice, self.rate_hz) if np.any(voice) else voice
                for voice in self._of_span(self.voice)
            ]
        else:
            sound = mono_at(trim_silence(clip), self.rate_hz)
            arranged = [sustain(sound, end - begin, self.rate_hz) for begin, end in self.parts]
        return self._with_parts(arranged)

    def of_parts(self, samples: np.ndarray) -> np.ndarray:
        """The parts of a window's samples, one after the other."""
        return np.concatenate([samples[begin:end] for begin, end in self.parts])

    def spliced(self, variation: Variation) -> Variation:
        """The whole sound with its new parts."""
        return replace(variation, clip=splice(self.edit, variation.clip))

    def _of_span(self, samples: np.ndarray) -> list[np.ndarray]:
        """The samples of each part, from samples that begin with the first part."""
        first = self.span[0]
        return [samples[begin - first : end - first] for begin, end in self.parts]

    def _with_parts(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """The window with new samples in its parts; the loudest part has the level of the sound at
        its loudest."""
        own = max(float(np.abs(part).max(initial=0.0)) for part in parts)
        wanted = float(np.abs(self.around).max(initial=0.0))
        level = wanted / own if own and wanted else 1.0
        end = self.span[1]
        window = fit_length(self.around, max(end, len(self.around))).astype(np.float32)
        for (begin, end), part in zip(self.parts, parts, strict=True):
            window[begin:end] = level * fit_length(part, end - begin)
        return window
