"""Turns requests into codes and codes into sound with a loaded MusicGen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from qvim_studio.audio.melody import SILENT, Melody, melody_of
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.batch import MELODY_FRAMES_PER_S, Batch, MusicCondition
from qvim_studio.families.musicgen.family import KEPT_S, WINDOW_S
from qvim_studio.families.musicgen.parts import MusicgenParts
from qvim_studio.families.protocol import Asked, Generator, Made, Report

END_TOLERANCE_S = 0.02  # a part that ends less than this before the sound counts as its end


class MusicgenGenerator(Generator):
    """See families.protocol.Generator."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        parts: MusicgenParts,
        window_s: float = WINDOW_S,
        kept_s: float = KEPT_S,
    ) -> None:
        """window_s, kept_s: see Batch."""
        super().__init__()
        self._checkpoint = checkpoint
        self._parts: MusicgenParts | None = parts
        self._window_s, self._kept_s = window_s, kept_s

    def condition(self, asked: Asked) -> MusicCondition:
        """The condition of words, unwanted words and the melody of the followed sound.

        With words and a melody, both have their full weight at a balance of one half, as in
        training; towards either end the other fades to the model's null condition. Raises
        CheckpointError for a voice without words where the checkpoint takes words alone, and for
        parts inside a sound.
        """
        self.notes.clear()
        parts = self.parts
        _check_kept(asked, self._checkpoint.title)
        words, unwanted = asked.text.strip(), asked.negative_text.strip()
        sung = asked.followed or (asked.voice.clip if asked.voice else None)
        melody = self._melody(asked, sung) if sung is not None and parts.shape.has_melody else None
        if sung is not None and not parts.shape.has_melody:
            if not words and asked.kept is None:
                raise CheckpointError(
                    f"{self._checkpoint.title} takes words alone, got an imitation without any. "
                    "Describe the music in words, or choose MusicGen-Melody, which follows what is "
                    "sung."
                )
            if asked.kept is None:
                self.notes.append("This checkpoint follows words alone: the melody was not heard.")
        is_both = bool(words) and melody is not None
        return MusicCondition(
            words=parts.words.states(words) if words else None,
            unwanted=parts.words.states(unwanted) if unwanted else None,
            melody=melody,
            words_share=min(1.0, 2 * asked.balance) if is_both else 1.0,
            melody_share=min(1.0, 2 * (1 - asked.balance)) if is_both else 1.0,
        )

    def make(
        self, condition: MusicCondition, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        size = self.parts.plan.max_batch
        if len(seeds) > 1:
            report = replace(report, on_samples=None)
        for first in range(0, len(seeds), size):
            with self.parts.at_work(), torch.inference_mode():
                part = seeds[first : first + size]
                batch = Batch(self.parts, condition, asked, part, self._window_s, self._kept_s)
                made = batch.run(report, first * batch.steps, len(seeds) * batch.steps)
            yield from made

    def close(self) -> None:
        self._parts = None

    @property
    def parts(self) -> MusicgenParts:
        """The loaded networks. Raises ValueError after ``close``."""
        if self._parts is None:
            raise ValueError("expected a generator in memory, got one that was closed")
        return self._parts

    def _melody(self, asked: Asked, sung: AudioClip) -> Melody | None:
        melody = melody_of(sung)
        if melody.is_silent:
            self.notes.append("No melody was heard in the imitation.")
            return None
        if asked.kept is not None and asked.followed is None:  # the imitation covers the part alone
            before = np.full(round(asked.kept.parts_s[0][0] * MELODY_FRAMES_PER_S), SILENT)
            melody = Melody(np.concatenate([before, melody.classes]))
        return melody


def _check_kept(asked: Asked, title: str) -> None:
    if asked.kept is None:
        return
    parts = asked.kept.parts_s
    if len(parts) != 1 or parts[0][1] < asked.duration_s - END_TOLERANCE_S:
        raise CheckpointError(
            f"{title} makes music from beginning to end, so it can continue a sound but "
            "not regenerate a part inside it. Choose a part that lasts to the end, or another "
            "checkpoint."
        )
