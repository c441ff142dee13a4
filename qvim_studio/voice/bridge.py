"""Brings a voice into the space of a checkpoint's conditions, by an adapter or an audio tower."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER, Checkpoint
from qvim_studio.checkpoints.encoders import is_own_encoder
from qvim_studio.checkpoints.parts import find_clap, voice_part
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.sound_effects_tower import SoundEffectsTower
from qvim_studio.voice.adapter import Adapter, check_binding, load_adapter
from qvim_studio.voice.clap_audio import ClapAudioConditioner
from qvim_studio.voice.embedder import folder_of_encoder, load_embedder

ADAPTER_FOLDER = "adapter"
BY_TOWER = "No adapter fits this checkpoint: the imitation's own CLAP embedding conditions."


class VoiceBridge:
    """The bridge of one checkpoint. adapter: for the chosen encoder, or the one beside the
    checkpoint; None if the checkpoint has none, so that the embedding of the ``audio_tower`` is the
    condition."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Raises CheckpointError if the adapter is damaged or belongs to another encoder, space or
        generator."""
        self.checkpoint = checkpoint
        self.adapter = _bound_adapter(checkpoint)

    @torch.inference_mode()
    def vector(self, voice: AudioClip, embedding: np.ndarray) -> tuple[torch.Tensor, str]:
        """The condition of the voice, (1, dims), unit norm, and a note for the user, often empty.

        embedding: of the QVIM encoder, (960,). Raises CheckpointError if neither adapter nor audio
        tower can be used."""
        if self.adapter is None:
            return self.tower_embedding(voice), BY_TOWER
        tower_embedding = self.tower_embedding(voice) if self.adapter.hears else None
        folder = folder_of_encoder(self.checkpoint)
        condition = self.adapter(torch.from_numpy(embedding)[None], tower_embedding)
        if not is_own_encoder(folder):
            return condition, ""
        return condition, f"Your own encoder {folder.name!r} heard the imitation."

    def tower_embedding(self, voice: AudioClip) -> torch.Tensor:
        """The audio tower's embedding of a voice, (1, dims).

        Raises CheckpointError without an audio tower.
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
        """The tower that embeds sounds in the space of the conditions, loaded at its first use;
        None if the checkpoint has none."""
        own = self.checkpoint.installed_folder() / TOWER_FOLDER
        if own.is_dir():
            return SoundEffectsTower.load(own)
        clap = find_clap(self.checkpoint)
        return ClapAudioConditioner(clap) if clap is not None else None


def _bound_adapter(checkpoint: Checkpoint) -> Adapter | None:
    chosen = checkpoint.heard_by
    folder = chosen.adapter if chosen else checkpoint.installed_folder() / ADAPTER_FOLDER
    if not folder.is_dir():
        return None
    adapter, binding = load_adapter(folder)
    check_binding(
        binding,
        encoder_id=load_embedder(folder_of_encoder(checkpoint)).encoder_id,
        clap_id=checkpoint.clap_id,
        generator_id=chosen.generator_id if chosen else checkpoint.id,
    )
    return adapter
