"""Which sound each seed starts from, and how far, where an imitation is itself a start.

For families of the voice route START at 44.1 kHz in stereo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from qvim_studio.audio.resample import mono_at, stereo_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.families.protocol import Asked, Kept

VOICE_PEAK = 0.7  # -3 dBFS: a take's level says how far the microphone was, not what is meant
VOICE_ONLY = 0.0  # the balance at which words count for nothing
VOICE_CHANGE = "voice_change"  # the option that says how far a sound may leave the imitation


@dataclass(frozen=True, eq=False)
class Starting:
    """Of one request. sample_rate: of the sounds that are made."""

    asked: Asked
    sample_rate: int

    @property
    def text(self) -> str:
        """The words that count beside the voice."""
        asked = self.asked
        is_left_out = asked.voice is not None and asked.balance == VOICE_ONLY
        return "" if is_left_out else asked.text

    def share(self, seed: int) -> float:
        """Of the noise schedule that a seed goes through; 1 starts from noise."""
        asked = self.asked
        if seed in asked.starts:
            return asked.strength
        if asked.voice is None:
            return 1.0
        share = asked.options.number(VOICE_CHANGE)
        return balanced(share, asked.balance) if asked.text.strip() else share

    def batches(self, seeds: Sequence[int], largest: int) -> Iterator[list[int]]:
        """Neighbouring seeds that go through the same share of the schedule."""
        for _, alike in groupby(seeds, key=self.share):
            group = list(alike)
            for begin in range(0, len(group), largest):
                yield group[begin : begin + largest]

    def sounds(self, batch: Sequence[int]) -> list[tuple[list[int], np.ndarray]]:
        """The sounds, (frames, 2) each, that seeds start from, and the places in the batch of those
        that share one."""
        places: dict[int, list[int]] = {}
        for place, seed in enumerate(batch):
            start = self.asked.starts.get(seed)
            places.setdefault(id(start), []).append(place)
        return [(shared, self.sound(batch[shared[0]])) for shared in places.values()]

    def sound(self, seed: int) -> np.ndarray:
        """(frames, 2): its own, else the imitation. A seed without either is a bug (KeyError)."""
        asked = self.asked
        if seed in asked.starts or asked.voice is None:
            return stereo_at(asked.starts[seed], self.sample_rate)
        voice = self._levelled(asked.voice.clip)
        return voice if asked.kept is None else self._in_part(voice, asked.kept)

    def _levelled(self, voice: AudioClip) -> np.ndarray:
        samples = mono_at(voice, self.sample_rate)
        peak = float(np.abs(samples).max(initial=0.0))
        gain = VOICE_PEAK / peak if peak > 0.0 else 1.0
        return np.repeat(gain * samples[:, None], 2, axis=1)

    def _in_part(self, voice: np.ndarray, kept: Kept) -> np.ndarray:
        """What is kept, with the voice, which begins with the first part, where parts are."""
        sound = stereo_at(kept.sound, self.sample_rate)
        parts = parts_in_frames(kept, self.sample_rate)
        first, last = parts[0][0], parts[-1][1]
        whole = np.zeros((max(len(sound), last), 2), np.float32)
        whole[: len(sound)] = sound
        for begin, end in parts:
            whole[begin:end] = 0.0
            fitting = voice[begin - first : end - first]
            whole[begin : begin + len(fitting)] = fitting
        return whole


def balanced(share: float, balance: float) -> float:
    """The share of the noise schedule over the imitation, where words were given, too: half of it
    for the voice only (balance 0), all of the schedule for words only (1)."""
    if balance <= 0.5:
        return share * (0.5 + balance)
    return share + (1.0 - share) * (2.0 * balance - 1.0)


def parts_in_frames(kept: Kept, sample_rate: int) -> list[tuple[int, int]]:
    """Begin and end of each part that the generator replaces."""
    return [
        (round(begin_s * sample_rate), round(end_s * sample_rate))
        for begin_s, end_s in kept.parts_s
    ]


def kept_latents(
    kept: Kept, frames: int, latents: int, samples_per_latent: int, sample_rate: int
) -> np.ndarray:
    """(latents,) bool: those within a sound of so many frames and outside of every part."""
    begins = np.arange(latents) * samples_per_latent
    ends = begins + samples_per_latent
    is_kept = ends <= frames
    for begin, end in parts_in_frames(kept, sample_rate):
        is_kept &= (ends <= begin) | (begins >= end)
    return is_kept


def padded_to(sound: np.ndarray, frames: int) -> np.ndarray:
    """(frames, 2) → (2, frames), with silence after the end of the sound."""
    padded = np.zeros((2, frames), np.float32)
    usable = sound[:frames].T
    padded[:, : usable.shape[1]] = usable
    return padded
