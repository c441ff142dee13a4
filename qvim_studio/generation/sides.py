"""Channels of a sound that is regenerated, which stay apart where they hold different things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.families.protocol import Asked, Generator, Made, Report, Voice

SAME_DB = -30.0  # below the loudest channel: what another channel holds besides is crosstalk
MIN_RMS = 1e-6


@dataclass(frozen=True, eq=False)
class Sides:
    """A sound of several channels that do not all hold the same.

    samples: (frames, channels) at the generator's rate. sources: the channels that hold something
    of their own, loudest first. mix: (sources, channels), how much of each is in every channel.
    """

    samples: np.ndarray
    sources: tuple[int, ...]
    mix: np.ndarray

    @classmethod
    def of(cls, samples: np.ndarray) -> Sides | None:
        """samples: (frames, channels). None where one signal says everything: one channel, several
        that are alike, or silence."""
        channels = samples.astype(np.float64).T
        power = np.square(channels).sum(axis=1)
        limit = power.max(initial=0.0) * 10 ** (SAME_DB / 10)
        if len(channels) < 2 or limit == 0.0:
            return None
        sources: list[int] = []
        mix = np.zeros((len(channels), len(channels)))
        for channel in np.argsort(-power, kind="stable"):
            signal = channels[channel]
            gains = [float(channels[one] @ signal / power[one]) for one in sources]
            rests = [
                float(np.square(signal - gain * channels[one]).sum())
                for one, gain in zip(sources, gains, strict=True)
            ]
            nearest = int(np.argmin(rests)) if rests else 0
            if rests and rests[nearest] <= limit:
                mix[nearest, channel] = gains[nearest]
            else:
                mix[len(sources), channel] = 1.0
                sources.append(int(channel))
        mix = mix[: len(sources)]
        if len(sources) == 1 and np.allclose(mix, 1.0, atol=10 ** (SAME_DB / 20)):
            return None
        return cls(samples, tuple(sources), mix)

    def asked_of(self, source: int, asked: Asked) -> Asked:
        """What is asked of the generator for one of the sources."""
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
        """Sounds of the sources, (frames, 1) each → (frames, channels), as loud against each other
        as the sources are."""
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
    """Each source by itself, with the same seeds, through a generator of one channel.

    conditions: of ``sides.asked_of`` each source.
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


class _JoinedProgress:
    """How far all sources of all sounds are, told as one. sounds: of all sources together."""

    def __init__(self, report: Report, sounds: int) -> None:
        self._report, self._sounds = report, sounds
        self._size = self._done = self._steps = 0

    def of_next(self, size: int) -> Report:
        """For the generator's next call, of so many sounds."""
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
