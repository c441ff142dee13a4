"""A listener without torch for a spawned child: the embedding is the sound's level."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.library.sound_facts import SoundReport, read_sound

log = logging.getLogger(__name__)


class ScriptedHearing:
    """Files named "die…" end the process, "bug…" raise ZeroDivisionError, "full…" MemoryError."""

    def get_encoder_id(self) -> str:
        return "scripted"

    def listen(self, paths: Sequence[Path]) -> list[SoundReport]:
        return [self._report(path) for path in paths]

    def embed(self, clip: AudioClip, branch: str) -> np.ndarray:
        log.info("embedding a %s", branch)
        angle = float(np.abs(clip.samples).max())
        return np.array([np.cos(angle), np.sin(angle)], np.float32)

    def hear(self, clip: AudioClip) -> tuple[SoundWord, ...]:
        """Loud sounds are thunder, quiet ones rain."""
        is_loud = float(np.abs(clip.samples).max()) > 0.5
        return (SoundWord("thunder" if is_loud else "rain", 0.9, "thunder" if is_loud else "rain"),)

    def close(self) -> None:
        """Nothing is open."""

    def _report(self, path: Path) -> SoundReport:
        if path.name.startswith("die"):
            os._exit(7)
        if path.name.startswith("bug"):
            raise ZeroDivisionError("a bug")
        if path.name.startswith("full"):
            raise MemoryError
        try:
            facts, clip = read_sound(path)
        except AudioFileError as error:
            return SoundReport(None, None, str(error))
        return SoundReport(facts, self.embed(clip, "reference"), words=self.hear(clip))


def make_hearing_service() -> ScriptedHearing:
    return ScriptedHearing()
