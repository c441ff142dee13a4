"""Checkpoints with random weights and the real interfaces: they prove plumbing, never quality."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from kept_files import read_files, write_files

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES
from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)
from qvim_studio.networks.sound_effects_tower import (
    SoundEffectsEar,
    SoundEffectsNetwork,
    SoundEffectsTower,
)
from qvim_studio.training.trainers.unet import make_training_scheduler
from qvim_studio.training.trainers.vae import make_vae
from qvim_studio.voice.adapter import Adapter, AdapterBinding, load_adapter, save_adapter

from diffusers import UNet2DConditionModel  # isort: skip

CARD = {
    "id": "tiny",
    "title": "Tiny",
    "revision": "test",
    "licence": "CC0",
    "commercial": "yes",
    "clap_id": "tiny-clap",
    "controls": list(CONTROL_NAMES),
    "defaults": {"steps": 3, "guidance": 2.0, "start": "noise", "strength": 0.5},
}


def make_tiny_unet(in_channels: int = 12) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=64,
        in_channels=in_channels,
        out_channels=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        cross_attention_dim=(8, 16),
        attention_head_dim=(1, 2),
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=512,
        class_embeddings_concat=True,
    )


def build_tiny_checkpoint(folder: Path, seed: int = 0, has_controls: bool = True) -> Path:
    """A whole checkpoint without a text tower: a voice is needed.

    has_controls: as the starter; without, the UNet takes the 8 latent channels of AudioLDM. The
    weights of a seed are drawn once in a process, torch's own generator begins again with it.
    """
    write_files(_tiny_files(seed, has_controls), folder)
    torch.manual_seed(seed)
    return folder


@cache
def _tiny_files(seed: int, has_controls: bool) -> dict[str, bytes]:
    torch.manual_seed(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_tiny_unet(12 if has_controls else 8).save_pretrained(folder / "unet")
        vae = make_vae((8, 8, 8))
        vae.save_pretrained(folder / "vae")
        vocoder = VocosVocoder(VocosConfig(channels=16, hidden_channels=16, blocks=1))
        vocoder.save_pretrained(folder / "vocoder")
        make_training_scheduler().save_pretrained(folder / "scheduler")
        ears = QvimEncoder()
        ears.reference = ears.imitation  # what they share is stored once
        save_qvim_encoder(ears, folder / "qvim")
        encoder = encoder_id(load_qvim_encoder(folder / "qvim"))
        save_adapter(Adapter(), AdapterBinding(encoder, "tiny-clap", "tiny"), folder / "adapter")
        (folder / "model_index.json").write_text(json.dumps({"_class_name": "AudioLDMPipeline"}))
        write_card(folder, CARD | ({} if has_controls else {"controls": []}))
        return read_files(folder)


def give_second_ear(folder: Path) -> None:
    """An audio tower for a tiny checkpoint, and an adapter that listens with it."""
    _, binding = load_adapter(folder / "adapter")
    save_adapter(Adapter(hears=True), replace(binding, hears=True), folder / "adapter")
    ear = SoundEffectsEar(SoundEffectsNetwork())
    SoundEffectsTower(ear, torch.zeros(512), torch.eye(512)).save(folder / TOWER_FOLDER)
