"""Makes music of held-out voices with one model: MusicGen, or any checkpoint that hears a voice."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Input
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import DEFAULT_BALANCE
from qvim_studio.families.known import family_of
from qvim_studio.families.musicgen.generator import MusicgenGenerator
from qvim_studio.families.musicgen.parts import load_musicgen
from qvim_studio.families.protocol import Asked, Generator, Report, Voice
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.voice.embedder import folder_of_encoder, level_for_embedding, load_embedder


class MusicMaker(Protocol):
    """reads_words: whether words change what is made."""

    reads_words: bool

    def make(self, voice: AudioClip, words: str, seed: int) -> AudioClip:
        """Music as the model makes it: finishing, which follows the voice, would flatter it."""
        ...

    def close(self) -> None:
        """Free its memory."""
        ...


class MusicgenMaker:
    """MusicGen-Melody with or without the changes of a folder."""

    reads_words = True

    def __init__(
        self, checkpoint: Checkpoint, plan: ComputePlan, low_rank: Path, *, is_changed: bool
    ) -> None:
        """Raises StudioError if it follows words alone."""
        folder = checkpoint.installed_folder()
        parts = load_musicgen(folder, plan, low_rank, is_changed=is_changed)
        if not parts.shape.has_melody:
            raise StudioError(
                f"{checkpoint.title} follows words alone. Choose MusicGen-Melody, which follows "
                "voices."
            )
        self._generator = MusicgenGenerator(checkpoint, parts)
        self._rate_hz = parts.shape.coder.sample_rate_hz

    def make(self, voice: AudioClip, words: str, seed: int) -> AudioClip:
        unheard = np.zeros(EMBEDDING_DIM, np.float32)  # the generator hears only the melody
        asked = Asked(voice.duration_s, text=words, voice=Voice(voice, unheard))
        return _made(self._generator, asked, seed, self._rate_hz)

    def close(self) -> None:
        self._generator.close()


class VoiceMaker:
    """A checkpoint that hears voices by an adapter or a tower, such as AudioLDM, with its own
    defaults and from noise."""

    def __init__(self, checkpoint: Checkpoint, plan: ComputePlan) -> None:
        """Raises StudioError if it hears no voice."""
        family = family_of(checkpoint)
        self._capabilities = family.describe(checkpoint)
        if not self._capabilities.takes(Input.VOICE):
            raise StudioError(
                f"{checkpoint.title} hears no voice. Give it an adapter or a CLAP first, or choose "
                "another checkpoint."
            )
        self.reads_words = self._capabilities.takes(Input.TEXT)
        self._generator = family.load(checkpoint, plan)
        self._embedder = load_embedder(folder_of_encoder(checkpoint))

    def make(self, voice: AudioClip, words: str, seed: int) -> AudioClip:
        embedding = self._embedder.embed(level_for_embedding(voice), "imitation")
        asked = Asked(
            voice.duration_s,
            text=words,
            balance=DEFAULT_BALANCE if words else 0.0,
            voice=Voice(voice, embedding),
            options=self._capabilities.filled(OptionValues()),
        )
        rate_hz = self._capabilities.sample_rate_hz
        return _made(self._generator, self._generator.settle(asked), seed, rate_hz)

    def close(self) -> None:
        self._generator.close()


def _made(generator: Generator, asked: Asked, seed: int, rate_hz: int) -> AudioClip:
    report = Report(lambda *_: None, lambda: False)
    (made,) = generator.make(generator.condition(asked), asked, [seed], report)
    return AudioClip(made.samples, rate_hz)
