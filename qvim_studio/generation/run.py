"""Runs one request on a loaded checkpoint: condition, make, finish, rank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import EngineError
from qvim_studio.core.result import Progress, Variation, best_first
from qvim_studio.families.protocol import Asked, Made, Report
from qvim_studio.generation.finish.endings import ended
from qvim_studio.generation.finish.finishing import finish, is_silent
from qvim_studio.generation.finish.highs import CountedHighs
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.preparation import PreparedRun
from qvim_studio.generation.sides import make_each

SILENT_REST = "The imitation is shorter than the sound that was asked for: the rest is silent."
DIES_AWAY = "A sound to start from dies away early: what was made from it is as short."
OnMade = Callable[[Variation, "np.ndarray | None"], None]


class Run(PreparedRun):
    """The steps of one request, in the order of its methods."""

    def make(
        self,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        on_made: OnMade,
        clock: PhaseClock,
    ) -> tuple[Variation, ...]:
        """The finished variations, the best match with the imitation first.

        on_made: called with each variation and its picture (see Progress.preview) as soon as it is
        finished. Raises EngineError if all variations are silent.
        """
        count = self.request.variations
        if self._highs is not None:
            channels = count * self.loaded.capabilities.channels
            self._counted = CountedHighs(self._highs, channels, on_progress, is_cancelled)
        made: list[Variation] = []
        silent: list[int] = []

        def on_step(step: int, steps: int, preview: np.ndarray | None) -> None:
            on_progress(Progress("denoise", step, steps, preview))

        def on_decode() -> None:
            clock.lap("denoise")
            on_progress(Progress("decode", len(made), count))

        def take(sound: Made) -> None:
            clock.lap("decode")
            variation = self._finished(sound, is_cancelled)
            clock.lap("rank")
            if variation is not None:
                made.append(variation)
                on_made(variation, sound.picture)

        report = Report(on_step, is_cancelled, on_decode)
        seeds = range(self.request.seed, self.request.seed + count)
        parts = self._spread.groups(seeds, self._asked, report)
        for sound in chain.from_iterable(self._made(*part) for part in parts):
            if self._starts and self._is_empty(sound.samples):
                silent.append(sound.seed)
            else:
                take(sound)
        for seed in silent:
            for sound in self._made_again(seed, report):
                take(sound)
        if not made:
            raise EngineError(self.notes[-1])
        return best_first(made)

    def _made(self, seeds: Sequence[int], asked: Asked, report: Report) -> Iterator[Made]:
        for sound in self._sounds(asked, seeds, report):
            self._take_notes()
            yield self._ended(sound)

    def _sounds(self, asked: Asked, seeds: Sequence[int], report: Report) -> Iterator[Made]:
        generator, conditions = self.loaded.generator, self._conditions
        if not self._is_made_by_sides or self._sides is None:
            return generator.make(conditions[0], asked, seeds, report)
        size = self.loaded.plan.max_batch
        batches = [seeds[first : first + size] for first in range(0, len(seeds), size)]
        return make_each(generator, self._sides, conditions, asked, batches, report)

    def _made_again(self, seed: int, report: Report) -> Iterator[Made]:
        """Make a silent variation again, nearer to its starting sound."""
        asked_strength = self._spread.strength_of(seed)
        strength = self._spread.come_nearer(seed)
        self.notes.append(
            f"Seed {seed} came out silent: made again with {strength:.0%} of the starting sound "
            f"replaced instead of {asked_strength:.0%}."
        )
        asked = replace(self._asked, strength=strength)
        return self._made([seed], asked, report)

    def _finished(self, sound: Made, is_cancelled: IsCancelled) -> Variation | None:
        """The finished variation; None, with a note, for a silent one. The other variations are
        kept."""
        extender = self._extender(sound.seed)
        samples, follow = sound.samples, self.request.follow
        if self.window is not None and self._is_empty(samples):
            samples = np.zeros_like(samples)  # silence is refused, whatever surrounds it
        try:
            clip = finish(
                samples,
                self.rate_hz,
                self._imposed,
                follow,
                sound.seed,
                extender,
                is_cancelled,
                clean_pauses=self.request.clean_pauses,
                finishing=self.request.finishing,
                overhang=self._overhang,
            )
        except EngineError as error:
            self.notes.append(str(error))
            return None
        start = self._start_of(sound.seed)
        variation = Variation(
            clip=clip,
            seed=sound.seed,
            bandwidth_hz=self.loaded.capabilities.reach_hz,
            start_name=start.name if start else "",
            start_strength=self._spread.strength_of(sound.seed) if self._starts else None,
            extended_to_hz=extender.reach_hz if extender else None,
            **self.compare(clip),
        )
        return variation if self.window is None else self.window.spliced(variation)

    @property
    def _imposed(self) -> np.ndarray | None:
        """The sound whose time course is imposed on the finished sound, at the generator's rate:
        (frames,), or (frames, channels) where each channel follows its own."""
        if self._is_melody:
            return None
        return self.imitation if self._sides is None else self._sides.samples

    def _is_empty(self, samples: np.ndarray) -> bool:
        is_empty = is_silent(samples)
        return is_empty or (self.window is not None and is_silent(self.window.of_parts(samples)))

    def _ended(self, sound: Made) -> Made:
        """The sound without the material that a model invents after the end of the followed sound.

        With a voice the duration stays; with words alone it shortens. Edits, melodies and loops
        stay as they are.
        """
        start, samples = self._start_of(sound.seed), sound.samples
        if self.window is not None or self._is_melody or self._overhang:
            return sound
        if self.imitation is None:
            source, note = start and start.clip.samples, DIES_AWAY
        else:
            is_followed = start is not None or self.request.follow > 0.0
            source, note = self.imitation if is_followed else None, SILENT_REST
        if source is None or len(source) >= len(samples):
            return sound
        if note not in self.notes:
            self.notes.append(note)
        length = None if self.imitation is None else len(samples)
        return ended(sound, len(source), self.rate_hz, length)
