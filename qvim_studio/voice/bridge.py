"""From a voice to the space of a checkpoint's conditions: by an adapter, else by an audio tower."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER, Checkpoint
from qvim_studio.checkpoints.parts import find_clap, voice_part
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.sound_effects_tower import SoundEffectsTower
from qvim_studio.voice.adapter import Adapter, check_binding, load_adapter
from qvim_studio.voice.clap_audio import ClapAudioConditioner
from qvim_studio.voice.embedder import encoder_folder, load_embedder

ADAPTER_FOLDER = "adapter"
BY_TOWER = "No adapter fits this checkpoint: the imitation's own CLAP embedding conditions."


class VoiceBridge:
    """The ways in of one checkpoint. adapter: None where none lies beside it; then what the
    ``audio_tower`` hears is the condition."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Raises CheckpointError if the adapter is damaged or belongs to another encoder, space or
        generator."""
        self.checkpoint = checkpoint
        self.adapter = _bound_adapter(checkpoint)

    @torch.inference_mode()
    def vector(self, voice: AudioClip, embedding: np.ndarray) -> tuple[torch.Tensor, str]:
        """What the voice asks for, (1, dims), unit norm, and a note for the user, often empty.

        embedding: of the QVIM encoder, (960,). Raises CheckpointError if what is needed is missing.
        """
        if self.adapter is None:
            return self.heard(voice), BY_TOWER
        heard = self.heard(voice) if self.adapter.hears else None
        return self.adapter(torch.from_numpy(embedding)[None], heard), ""

    def heard(self, voice: AudioClip) -> torch.Tensor:
        """What the audio tower says of a voice, (1, dims).

        Raises CheckpointError if there is none.
        """
        if self.audio_tower is not None:
            return self.audio_tower.embed(mono_at(voice, self.audio_tower.sample_rate))
        if self.adapter is not None:
            raise CheckpointError(
                f"The adapter of {self.checkpoint.title} listens with an audio tower, and the "
                f"checkpoint has none: expected {TOWER_FOLDER}/ or clap/ in it. Copy it again, or "
                "train an adapter for it."
            )
        part = voice_part(self.checkpoint.id)
        remedy = "train an adapter for it."
        if part is not None:
            remedy = (
                f"give it ears: Add voice among the checkpoints, or qvim-studio checkpoints "
                f"download {part.id}"
            )
        raise CheckpointError(
            f"{self.checkpoint.title} has neither an adapter for the voice nor a CLAP audio "
            f"tower. Describe the sound in words, or {remedy}"
        )

    @cached_property
    def audio_tower(self) -> SoundEffectsTower | ClapAudioConditioner | None:
        """What hears sounds in the space of the conditions, read when it is first needed; None
        where none is there."""
        own = self.checkpoint.installed_folder() / TOWER_FOLDER
        if own.is_dir():
            return SoundEffectsTower.load(own)
        clap = find_clap(self.checkpoint)
        return ClapAudioConditioner(clap) if clap is not None else None


def _bound_adapter(checkpoint: Checkpoint) -> Adapter | None:
    folder = checkpoint.installed_folder()
    if not (folder / ADAPTER_FOLDER).is_dir():
        return None
    adapter, binding = load_adapter(folder / ADAPTER_FOLDER)
    check_binding(
        binding,
        encoder_id=load_embedder(encoder_folder(folder)).encoder_id,
        clap_id=checkpoint.clap_id,
        generator_id=checkpoint.id,
    )
    return adapter
