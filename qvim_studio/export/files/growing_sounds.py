"""The long sounds of one request, each in a file that grows while the sound is made."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from qvim_studio.audio.files.mapped_clip import MappedClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.result import GenerationResult, Progress, SoundChunk, Variation
from qvim_studio.export.files.growing_wave import GrowingWave

log = logging.getLogger(__name__)


class GrowingSounds:
    """Appends the chunks of each sound to a file of its own.

    While a sound grows, its file is named after its seed (``dog_growing_7.wav``): whatever ends the
    process, the file can be played.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        self._waves: dict[int, GrowingWave] = {}  # by seed
        self._growing: set[int] = set()  # seeds whose last chunk has not come

    def with_sound(self, progress: Progress) -> Progress:
        """The message with the sound so far in place of a chunk, and with the whole sound in place
        of one that came in chunks. Raises OutputError if the folder takes no more."""
        if progress.chunk is not None:
            return replace(progress, arrived=self._grown(progress.chunk), chunk=None)
        if progress.arrived is not None:
            return replace(progress, arrived=self.filled(progress.arrived))
        return progress

    def filled(self, result: GenerationResult) -> GenerationResult:
        """A result whose variations have the samples that came in chunks."""
        sounds = tuple(self._filled(variation) for variation in result.variations)
        return replace(result, variations=sounds)

    def fade_ends(self) -> None:
        """No more chunks come: unfinished sounds end without a click. A file that cannot be written
        keeps its end."""
        for seed in self._growing:
            try:
                self._waves[seed].fade_end()
            except OutputError as error:
                log.warning("The end of an unfinished sound is not faded: %s", error)

    def follow(self, seed: int, path: Path) -> None:
        """From now on the file of a sound is this one, to which it may have been moved."""
        if seed in self._waves:
            self._waves[seed].path = path

    def forget_others(self, result: GenerationResult) -> None:
        """Delete the files of sounds that are not in the result because they came out silent."""
        seeds = {variation.seed for variation in result.variations}
        for seed in self._waves.keys() - seeds:
            self._waves.pop(seed).discard()

    def _grown(self, chunk: SoundChunk) -> GenerationResult:
        variation = chunk.variation
        seed = variation.seed
        if chunk.begin == 0:
            # When memory runs short, the engine begins again in a smaller mode.
            if seed in self._waves:
                self._waves.pop(seed).discard()
                self._growing.discard(seed)
            name = f"{self._stem}_growing_{seed}"
            self._waves[seed] = GrowingWave(self._folder, name, variation.clip)
        else:
            self._waves[seed].append(variation.clip)
        self._growing.add(seed)
        if chunk.end == chunk.planned:
            self._growing.discard(seed)
        planned_s = chunk.planned / variation.clip.sample_rate
        sound = replace(variation, clip=self._waves[seed].clip, planned_s=planned_s)
        return replace(chunk.result, variations=(sound,))

    def _filled(self, variation: Variation) -> Variation:
        is_held = len(variation.clip.samples) and not isinstance(variation.clip, MappedClip)
        if is_held or variation.seed not in self._waves:
            return variation
        return replace(variation, clip=self._waves[variation.seed].clip)
