"""Keeps channels of a regenerated sound apart where their content differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.independent_channels import independent_channels
from qvim_studio.families.protocol import Asked, Generator, Made, Report, Voice

MIN_RMS = 1e-6


@dataclass(frozen=True, eq=False)
class Sides:
    """A sound whose channels differ in content.

    samples: (frames, channels) at the generator's rate. sources: the channels with content of their
    own, loudest first. mix: (sources, channels), the gain of each source in each channel.
    """

    samples: np.ndarray
    sources: tuple[int, ...]
    mix: np.ndarray

    @classmethod
    def of(cls, samples: np.ndarray) -> Sides | None:
        """The sides of samples (frames, channels); None where one signal is enough: one channel,
        several equal channels, or silence."""
        found = independent_channels(samples)
        return None if found is None else cls(samples, *found)

    def asked_of(self, source: int, asked: Asked) -> Asked:
        """The generator's task for one of the sources."""
        channel = self.sources[source]

        def side(clip: AudioClip) -> AudioClip:
            is_sided = clip.channels == self.samples.shape[1]
            return channel_of(clip, channel) if is_sided else clip

        followed, voice, kept = asked.followed, asked.voice, asked.kept
        if followed is not None:
            followed = AudioClip.from_mono(self.samples[:, channel], followed.sample_rate)
        clips = {id(clip): side(clip) for clip in asked.starts.values()}
        return replace(
            asked,
            followed=followed,
            voice=None if voice is None else Voice(side(voice.clip), voice.embedding),
            kept=None if kept is None else replace(kept, sound=side(kept.sound)),
            starts={seed: clips[id(clip)] for seed, clip in asked.starts.items()},
        )

    def joined(self, made: Sequence[np.ndarray]) -> np.ndarray:
        """Sounds of the sources, (frames, 1) each → (frames, channels), with the level differences
        of the sources."""
        columns = [
            samples[:, 0] * (_rms(self.samples[:, channel]) / max(_rms(samples), MIN_RMS))
            for samples, channel in zip(made, self.sources, strict=True)
        ]
        return (np.stack(columns, axis=1) @ self.mix).astype(np.float32)


def make_each(
    generator: Generator,
    sides: Sides,
    conditions: Sequence[object],
    asked: Asked,
    batches: Sequence[Sequence[int]],
    report: Report,
) -> Iterator[Made]:
    """Make each source by itself, with the same seeds, with a generator of one channel.

    conditions: those of ``sides.asked_of`` for each source.
    """
    progress = _JoinedProgress(report, sum(map(len, batches)) * len(sides.sources))
    for batch in batches:
        made = [
            list(generator.make(condition, sides.asked_of(source, asked), batch, own))
            for source, condition in enumerate(conditions)
            for own in (progress.of_next(len(batch)),)
        ]
        for alike in zip(*made, strict=True):
            joined = sides.joined([one.samples for one in alike])
            yield Made(alike[0].seed, joined, alike[0].picture)


def sides_for(samples: np.ndarray, capabilities: Capabilities) -> Sides | None:
    """The sides of a sound (frames, channels) that a checkpoint regenerates; None where one signal
    is enough."""
    if not capabilities.denoises_sounds:
        return None  # a continuation, channel by channel, would be two pieces of music
    sides = Sides.of(samples)
    if sides is None or capabilities.channels not in (1, sides.samples.shape[1]):
        return None
    return sides


class _JoinedProgress:
    """Joins the progress of all sources of all sounds. sounds: their number over all sources."""

    def __init__(self, report: Report, sounds: int) -> None:
        self._report, self._sounds = report, sounds
        self._size = self._done = self._steps = 0

    def of_next(self, size: int) -> Report:
        """The report for the generator's next call, which makes ``size`` sounds."""
        self._done += self._steps
        self._size, self._steps = size, 0
        return replace(self._report, on_step=self._on_step)

    def _on_step(self, step: int, steps: int, picture: np.ndarray | None) -> None:
        self._steps = steps
        total = steps * self._sounds // self._size
        self._report.on_step(self._done + step, total, picture)


def channel_of(clip: AudioClip, channel: int) -> AudioClip:
    """One channel of a clip by itself."""
    return AudioClip.from_mono(clip.samples[:, channel], clip.sample_rate)


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0
