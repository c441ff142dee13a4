"""Determines the sources of each window of a long sound: its sections of the take and of the
starting sounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qvim_studio.audio.following.arranging import arrange, sustain
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import DEFAULT_MORPH_AT, GenerationRequest, Start, filled
from qvim_studio.families.protocol import Asked, Kept, Morph, Voice
from qvim_studio.generation.finish.highs import LoadedHighs
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.matching import Matcher
from qvim_studio.generation.morph import between
from qvim_studio.generation.preparation import PreparedRun
from qvim_studio.generation.sides import Sides
from qvim_studio.generation.starts import FindNearest
from qvim_studio.generation.windows import Window, windows_of
from qvim_studio.voice.embedder import level_for_embedding

OPENING_S = 30.0  # the compared beginning of a take and of a sound
SILENT_SHARE = 1e-3  # of the loudest sample of a take (-60 dB): quieter sections are pauses
LEAST_VOICE_S = 0.3  # of a take within a window; a shorter section does not condition it


@dataclass(frozen=True, eq=False)
class Before:
    """The end of the window before as the generator made it, and the generator's state."""

    samples: np.ndarray
    goes_on: Any


class WindowedRun(PreparedRun):
    """A request whose sounds are made window by window, before any sound is made.

    A loop begins with its lead-in: the end of the take, ahead of the take itself.
    """

    def __init__(
        self, loaded: Loaded, request: GenerationRequest, highs: LoadedHighs | None = None
    ) -> None:
        """highs: the upscaler that replaces the quick extension."""
        super().__init__(loaded, request, highs)
        windows = filled(loaded.capabilities.windows)
        self._windows = windows_of(self.samples, self.rate_hz, windows)
        self._asked = replace(self._asked, duration_s=windows.length_s)
        self._made_at_once = 1
        self._voice: Voice | None = None
        self._embeddings: tuple[np.ndarray, np.ndarray] | None = None  # of a morph's two sounds

    def encode(self, find_nearest: FindNearest) -> None:
        """Embed the opening of the take and find the starting sounds."""
        target, take = self.request.target, self.request.imitation
        if target is not None:
            opening = self._opening(target)
            self.embedding = self._embedded(opening)
            self._voice = Voice(opening, self.embedding)
        if self.request.morph_sound is None and target is not None and take is not None:
            self._follow_in_windows(self._opening(target), mono_at(take, self.rate_hz))
        self._starts = self._find_starts(find_nearest)
        if self._starts:
            self._spread = self._spread_over_starts()

    def _follow_in_windows(self, target: AudioClip, take: np.ndarray) -> None:
        """Follow a take in windows. take: mono at the generator's rate."""
        opening = take[: round(OPENING_S * self.rate_hz)]
        self.matcher = Matcher.of(
            self.loaded.hearing,
            target,
            self.embedded_as,
            AudioClip.from_mono(opening, self.rate_hz),
            self._compared,
        )
        self.imitation = self._looped(take[: self.samples])
        self._sides = self._find_sides()

    def _embedded(self, target: AudioClip) -> np.ndarray:
        """The target's embedding (960,); a morph over time keeps the embeddings of both sounds."""
        other, at = self.request.morph_sound, self.request.morph_at
        if other is None:
            return super()._embedded(target)
        both = (level_for_embedding(clip) for clip in (target, self._opening(other)))
        first, second = (self.loaded.embedder.embed(clip, self.embedded_as) for clip in both)
        if at is None:
            self._embeddings = first, second
        return between(first, second, DEFAULT_MORPH_AT if at is None else at)

    def _looped(self, samples: np.ndarray) -> np.ndarray:
        """A followed sound; for a loop, its end is repeated ahead of its beginning."""
        if not self._overhang:
            return samples
        frames = self.samples - self._overhang
        cut = samples[:frames]
        missing = [(0, frames - len(cut))] + [(0, 0)] * (samples.ndim - 1)
        whole = np.pad(cut, missing)
        return np.concatenate([whole[frames - self._overhang :], whole])

    def _section(self, window: Window) -> np.ndarray | None:
        """The part of the take that a window follows, mono at the generator's rate; shorter than
        the window or empty after the end of the take."""
        return None if self.imitation is None else self.imitation[window.begin : window.end]

    def _sides_of(self, window: Window) -> Sides | None:
        """The channels of the part that a window follows; None where they hold the same."""
        sides = self._sides
        if sides is None:
            return None
        return replace(sides, samples=sides.samples[window.begin : window.end])

    def _led_by(self, window: Window) -> np.ndarray | None:
        """The sound that leads a window, (frames,), or (frames, channels) where each channel
        follows its own; None for a free window."""
        section, sides = self._section(window), self._sides_of(window)
        if not self._leads(section):
            return None
        return section if sides is None else sides.samples

    def _leads(self, section: np.ndarray | None) -> bool:
        """Whether a section decides when there is sound; a melody does not."""
        is_followed = bool(self._starts) or self.request.follow > 0.0
        return section is not None and is_followed and not self._is_melody

    def _pauses(self, section: np.ndarray | None) -> bool:
        """Whether a window stays silent because the take pauses there."""
        if section is None or self.imitation is None or not self._leads(section):
            return False
        loudest = float(np.abs(self.imitation).max(initial=0.0))
        return bool(np.abs(section).max(initial=0.0) <= SILENT_SHARE * loudest)

    def _asked_of(self, window: Window, seed: int, own_seed: int) -> Asked:
        """The generator's task for a window, without the window before."""
        frames, section = window.end - window.begin, self._section(window)
        start = self._start_of(seed)
        starts = {} if start is None else {own_seed: self._along(start.clip, window, section)}
        found = None if start is None else start.found
        is_over = section is not None and not len(section)
        return replace(
            self._asked,
            duration_s=frames / self.rate_hz,
            voice=None if is_over and self._is_melody else self._voice_of(window),
            followed=None if is_over else self._clip(section),
            strength=self._spread.strength_of(seed),
            starts=starts,
            found={} if found is None else {own_seed: found},
            morph=self._morph_of(window),
        )

    def _behind(self, asked: Asked, window: Window, before: Before | None) -> Asked:
        """The task, continuing the window before."""
        if before is None:
            return asked
        kept_s = window.kept / self.rate_hz
        end = AudioClip(before.samples, self.rate_hz)
        kept = Kept(end, ((kept_s, asked.duration_s),))
        return replace(asked, kept=kept, goes_on=before.goes_on)

    def _voice_of(self, window: Window) -> Voice | None:
        """The voice that conditions a window: its own section of the take if that is long enough,
        or the mix of both sounds at the window's middle in a morph over time."""
        take = self.request.imitation
        if self._voice is not None and self._embeddings is not None:
            middle = (window.begin + window.end) / (2 * self.samples)
            return Voice(self._voice.clip, between(*self._embeddings, middle))
        if take is None or self.request.morph_sound or self.request.timbre is not None:
            return self._voice
        ahead = self._overhang  # the lead-in of a loop
        begin, end = (max(0, frame - ahead) for frame in (window.begin, window.end))
        scale = take.sample_rate / self.rate_hz
        clip = AudioClip(
            take.samples[round(begin * scale) : round(end * scale)],
            take.sample_rate,
        )
        if clip.duration_s < LEAST_VOICE_S or self._pauses(self._section(window)):
            return self._voice
        embedding = self.loaded.embedder.embed(level_for_embedding(clip), self.embedded_as)
        return Voice(clip, embedding)

    def _morph_of(self, window: Window) -> Morph | None:
        """The section of a morph's second sound, and the progress of the morph over time."""
        morph = self._asked.morph
        if morph is None:
            return None
        span = window.begin / self.samples, window.end / self.samples
        second = AudioClip(
            fitted(morph.second.samples[window.begin : window.end], window.end - window.begin),
            self.rate_hz,
        )
        return Morph(second, morph.at, span)

    def _along(self, clip: AudioClip, window: Window, section: np.ndarray | None) -> AudioClip:
        """The sound that a window starts from: its section of the take if the request starts from
        the take, else the found sound, arranged along that section or sustained for the whole
        window."""
        frames = window.end - window.begin
        if self.request.start is Start.IMITATION:
            samples = clip.samples[window.begin : window.end]
        elif section is None:
            samples = sustain(clip.samples, frames, self.rate_hz)
        else:
            samples = arrange(clip.samples, section, self.rate_hz)
        return AudioClip(fitted(samples, frames), self.rate_hz)

    def _arranged(self, clip: AudioClip) -> np.ndarray:
        """The sound unchanged, because each window arranges its own section."""
        return self._as_made(clip)

    def _opening(self, clip: AudioClip) -> AudioClip:
        return AudioClip(clip.samples[: round(OPENING_S * clip.sample_rate)], clip.sample_rate)


def fitted(samples: np.ndarray, frames: int) -> np.ndarray:
    """Samples (frames, channels), cut or padded with silence to ``frames``."""
    missing = max(0, frames - len(samples))
    return np.pad(samples[:frames], ((0, missing), (0, 0)))
