"""From a voice to the space of a checkpoint's conditions: by an adapter, else by an audio tower."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.parts import find_clap
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.voice.adapter import Adapter, check_binding, load_adapter
from qvim_studio.voice.clap_audio import ClapAudioConditioner
from qvim_studio.voice.embedder import encoder_folder, load_embedder

ADAPTER_FOLDER = "adapter"
BY_TOWER = "No adapter fits this checkpoint: the imitation's own CLAP embedding conditions."


class VoiceBridge:
    """The ways in of one checkpoint. The tower is read when it is first needed."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Raises CheckpointError if the adapter beside it is damaged or belongs to another encoder,
        space or generator."""
        self._checkpoint = checkpoint
        self._adapter = _bound_adapter(checkpoint)

    @torch.inference_mode()
    def vector(self, voice: AudioClip, embedding: np.ndarray) -> tuple[torch.Tensor, str]:
        """What the voice asks for, (1, 512), unit norm, and a note for the user, often empty.

        embedding: of the QVIM encoder, (960,). Raises CheckpointError if there is neither an
        adapter nor a tower.
        """
        if self._adapter is None:
            return self._heard(voice), BY_TOWER
        heard = self._heard(voice) if self._adapter.hears else None
        return self._adapter(torch.from_numpy(embedding)[None], heard), ""

    def _heard(self, voice: AudioClip) -> torch.Tensor:
        if self._tower is None:
            raise CheckpointError(
                f"{self._checkpoint.title} has no CLAP audio tower that could listen to the "
                "imitation. Describe the sound in words, copy the whole checkpoint again, or train "
                "an adapter for it."
            )
        return self._tower.embed(mono_at(voice, self._tower.sample_rate))

    @cached_property
    def _tower(self) -> ClapAudioConditioner | None:
        folder: Path | None = find_clap(self._checkpoint)
        return None if folder is None else ClapAudioConditioner(folder)


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
