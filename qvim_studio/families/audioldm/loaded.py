"""A checkpoint in memory, and the conditions of its requests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.families.audioldm.control import takes_added_curves
from qvim_studio.families.audioldm.light_vae import LIGHT_VAE_FOLDER, is_true_enough, load_light_vae
from qvim_studio.families.audioldm.light_vocoder import is_good_enough, load_light_vocoder
from qvim_studio.families.audioldm.listener import LatentListener, load_listener
from qvim_studio.families.audioldm.parts import AudioLdmParts, load_audioldm, load_unet
from qvim_studio.families.audioldm.student import (
    STUDENT_FOLDER,
    StudentCard,
    add_student,
    fingerprint,
    read_student_card,
)
from qvim_studio.families.protocol import Asked
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.graphs import ReplayedUnet, can_replay, capture_pass
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.networks.coders.vocos import VocosVocoder
from qvim_studio.networks.mel import SAMPLE_RATE, MelSpectrogram
from qvim_studio.networks.sound_effects_tower import SoundEffectsTower
from qvim_studio.voice.adapter import Adapter
from qvim_studio.voice.bridge import VoiceBridge
from qvim_studio.voice.clap_audio import ClapAudioConditioner
from qvim_studio.voice.conditioning import Wanted
from qvim_studio.voice.embedder import folder_of_encoder
from qvim_studio.voice.text_conditioner import TextConditioner

if TYPE_CHECKING:
    from diffusers import AutoencoderTiny

    from qvim_studio.families.audioldm.control import AnyUnet

SAYS_NOTHING = 0.8  # cosine with the empty text, above which words count as unknown


@dataclass(frozen=True, eq=False)
class Student:
    """A UNet that needs few steps with one pass each, see families.audioldm.student."""

    unet: AnyUnet
    card: StudentCard

    @property
    def weight_bytes(self) -> int:
        """Bytes of its weights, beside those of the checkpoint's own UNet."""
        return sum(value.numel() * value.element_size() for value in self.unet.parameters())


@dataclass(eq=False)
class LoadedCheckpoint:
    """The parts of a checkpoint that requests use. text: None if it reads no words."""

    checkpoint: Checkpoint
    plan: ComputePlan
    parts: AudioLdmParts
    mel: MelSpectrogram
    text: TextConditioner | None
    bridge: VoiceBridge
    replayed: dict[bool, ReplayedUnet] = field(default_factory=dict)

    @property
    def has_program_encoder(self) -> bool:
        """Whether the checkpoint's encoder is that of the program's ears."""
        return folder_of_encoder(self.checkpoint) == resource_path("starter", "qvim")

    @property
    def adapter(self) -> Adapter | None:
        """The adapter; None if none fits, so that the ``audio_tower`` gives the condition."""
        return self.bridge.adapter

    @property
    def audio_tower(self) -> SoundEffectsTower | ClapAudioConditioner | None:
        """The tower that embeds sounds in the space of the conditions; None without one."""
        return self.bridge.audio_tower

    def tower_embedding(self, target: AudioClip) -> torch.Tensor:
        """See VoiceBridge.tower_embedding."""
        return self.bridge.tower_embedding(target)

    @cached_property
    def light_vocoder(self) -> VocosVocoder | None:
        """The checkpoint's vocoder if it is light, or a light one in its place; None if none is
        good enough. Call it inside ``parts.coding()``, because both are tried once."""
        if isinstance(self.parts.vocoder, VocosVocoder):
            return self.parts.vocoder
        light = load_light_vocoder(self.checkpoint.installed_folder(), self.plan.device)
        return light if is_good_enough(light, self.parts.vocoder, _some_sound()) else None

    @cached_property
    def listener(self) -> LatentListener | None:
        """The network that leads the denoising to its condition; None without one."""
        return load_listener(self.checkpoint.installed_folder(), self.plan.device)

    @property
    def has_light_vae(self) -> bool:
        """Whether the checkpoint brings a light decoder, true enough or not."""
        return (self.checkpoint.installed_folder() / LIGHT_VAE_FOLDER).is_dir()

    @cached_property
    def light_vae(self) -> AutoencoderTiny | None:
        """The checkpoint's light decoder; None without one that is true enough. Call it inside
        ``parts.coding()``, because both decoders are tried once."""
        light = load_light_vae(self.checkpoint.installed_folder(), self.plan.device)
        is_fit = light is not None and is_true_enough(light, self.parts.vae, _some_sound())
        return light if is_fit else None

    @cached_property
    def student_card(self) -> StudentCard | None:
        """The card of the checkpoint's few-step student, good enough or not; None without a student
        or without room for a second UNet in the plan."""
        traits = self.plan.traits
        has_room = not traits.swaps_parts and traits.stored_bits == FULL_BITS
        folder = self.checkpoint.installed_folder() / STUDENT_FOLDER
        return read_student_card(folder) if has_room and folder.is_dir() else None

    @cached_property
    def student(self) -> Student | None:
        """The checkpoint's student; None without one, or if it belongs to another UNet or is worse
        than as many steps of the UNet itself."""
        card = self.student_card
        if card is None or not card.is_better:
            return None
        # In float32 until the changes, which are small, have been added.
        unet = load_unet(self.checkpoint, replace(self.plan, dtype=torch.float32))
        if card.teacher != fingerprint(unet.state_dict()):
            return None
        add_student(unet, self.checkpoint.installed_folder() / STUDENT_FOLDER)
        return Student(unet.to(self.plan.dtype), card)

    @property
    def has_added_curves(self) -> bool:
        """Whether the UNet follows curves by layers that were added to it."""
        return takes_added_curves(self.parts.unet)

    @property
    def can_replay(self) -> bool:
        """Whether the plan lets passes be replayed as CUDA graphs."""
        return can_replay(self.plan)

    def denoiser(self, student: Student | None, *, wants_graphs: bool) -> AnyUnet | ReplayedUnet:
        """The network for the steps of one request; call it once, because graphs count requests."""
        unet = self.parts.unet if student is None else student.unet
        if not (wants_graphs and self.can_replay):
            self.replayed.clear()
            return unet
        is_student = student is not None
        if is_student not in self.replayed:
            self.replayed[is_student] = ReplayedUnet(unet, capture_pass)
        self.replayed[is_student].begin_request()
        return self.replayed[is_student]

    def conditions(self, asked: Asked) -> tuple[Wanted, torch.Tensor, list[str]]:
        """The wanted conditions, the unwanted conditioning (1, 512), and notes for the user.

        Raises CheckpointError if the checkpoint cannot take what the request gives.
        """
        notes: list[str] = []
        words = asked.text.strip()
        voice = None
        if asked.voice is not None:
            voice, note = self.bridge.vector(asked.voice.clip, asked.voice.embedding)
            notes += [note] if note else []
        if (words or asked.negative_text) and self.text is None:
            raise CheckpointError(
                f"{self.checkpoint.title} has no text tower, so it cannot follow the text "
                f"{words or asked.negative_text!r}. Leave the text empty or choose another "
                "checkpoint."
            )
        text = unwanted = None
        if self.text is not None:
            # Together: a large tower is read once for both.
            text, unwanted, nothing = self.text.embed([words, asked.negative_text, ""])
            if words and _is_same(text, nothing):
                notes.append(
                    f"This checkpoint hardly knows these words: {words}. Others may do more."
                )
        wanted = Wanted(voice, text if words else None, asked.balance)
        if unwanted is None:
            unwanted = self._nothing_asked(wanted.vector)
        return wanted, unwanted.to(self.plan.device), notes

    def _nothing_asked(self, wanted: torch.Tensor) -> torch.Tensor:
        """The unconditional embedding of a checkpoint that reads no words."""
        folder = self.checkpoint.installed_folder()
        if not TextConditioner.has_tower(folder):
            return torch.zeros_like(wanted)
        return TextConditioner(folder).nothing()

    @torch.inference_mode()
    def led_to(self, found: AudioClip, wanted: Wanted) -> Wanted:
        """The wanted conditions with the voice moved towards a real sound that is likely of the
        kind, because the sound shows the kind more clearly than a mouth does."""
        share = self.checkpoint.defaults.found_share
        if wanted.voice is None or self.audio_tower is None or not share:
            return wanted
        return wanted.led_to(self.tower_embedding(found), share)

    def imagine(self, words: str) -> np.ndarray | None:
        """See ``imagine``; None also if a part is missing."""
        if self.text is None or self.adapter is None:
            return None
        return imagine(words, self.text, self.adapter)


def load_checkpoint(checkpoint: Checkpoint, plan: ComputePlan) -> LoadedCheckpoint:
    """Load every part. Raises CheckpointError naming what is wrong."""
    folder = checkpoint.installed_folder()
    return LoadedCheckpoint(
        checkpoint=checkpoint,
        plan=plan,
        parts=load_audioldm(checkpoint, plan),
        mel=MelSpectrogram(),
        text=TextConditioner(folder) if TextConditioner.is_in(folder) else None,
        bridge=VoiceBridge(checkpoint),
    )


def imagine(words: str, text: TextConditioner, adapter: Adapter) -> np.ndarray | None:
    """The encoder embedding (960,) that sounds of these words would have; None if the text tower
    does not know the words or the adapter remembers no sounds."""
    if not words.strip():
        return None
    wanted, nothing = text.embed([words.strip(), ""])
    imagined = None if _is_same(wanted, nothing) else adapter.imagine(wanted)
    return None if imagined is None else imagined[0].numpy()


def _is_same(text: torch.Tensor, nothing: torch.Tensor) -> bool:
    return float((text * nothing).sum()) > SAYS_NOTHING


def _some_sound() -> np.ndarray:
    """A bundled recording on which light parts are tried: only one second, mono at 16 kHz, because
    the full parts take half a second for it."""
    sound = read_audio(min(resource_path("library").glob("*.ogg")))
    return mono_at(sound, SAMPLE_RATE)[:SAMPLE_RATE]
