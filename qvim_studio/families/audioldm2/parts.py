"""Loads the networks of an AudioLDM 2 folder, strictly and offline."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.checkpoints.checkpoint import CONTROL_FOLDER, Checkpoint
from qvim_studio.checkpoints.part_loading import (
    load_diffusers,
    load_hifigan,
    load_part,
    load_transformers,
)
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.families.audioldm.control import load_control
from qvim_studio.families.audioldm.mel_coder import MelCoder
from qvim_studio.families.audioldm2.config import read_config
from qvim_studio.families.audioldm2.prompt import PromptEncoder, PromptNetworks
from qvim_studio.families.lora_folding import fold_loras
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import (  # isort: skip
    AudioLDM2ProjectionModel,
    AudioLDM2UNet2DConditionModel,
    AutoencoderKL,
    DDIMScheduler,
)
from transformers import (  # isort: skip
    AutoTokenizer,
    ClapTextModelWithProjection,
    GPT2Model,
    T5EncoderModel,
)

log = logging.getLogger(__name__)


@dataclass(eq=False)
class AudioLdm2Parts:
    """unet and the networks of coder: on the plan's device, or in main memory. controls: names of
    the curves that the UNet follows."""

    unet: AudioLDM2UNet2DConditionModel
    coder: MelCoder
    prompt: PromptEncoder
    scheduler_config: dict[str, Any]
    latent_channels: int
    controls: tuple[str, ...]
    plan: ComputePlan

    def denoising(self) -> AbstractContextManager[None]:
        """Within the context the UNet is on the plan's device."""
        return nullcontext() if self.plan.streams else self._visiting(self.unet)

    def coding(self, *, with_vocoder: bool = True) -> AbstractContextManager[None]:
        """Within the context VAE and vocoder are on the plan's device."""
        vae, vocoder = self.coder.vae, self.coder.vocoder
        return self._visiting(nn.ModuleList([vae, vocoder] if with_vocoder else [vae]))

    def _visiting(self, network: nn.Module) -> AbstractContextManager[None]:
        is_guest = self.plan.traits.swaps_parts
        return visiting(network, self.plan.device) if is_guest else nullcontext()


def load_audioldm2(checkpoint: Checkpoint, plan: ComputePlan) -> AudioLdm2Parts:
    """Load all parts. Raises CheckpointError naming the part that is missing or damaged."""
    quiet_libraries()
    folder = checkpoint.installed_folder()
    config = read_config(folder)
    # Parts that visit the device later, or are stored in few bits first, start in main memory.
    home = "cpu" if plan.traits.swaps_parts else plan.device
    heads = {} if config.heads is None else {"attention_head_dim": config.heads}
    unet = load_part(
        folder,
        "unet",
        lambda path: load_diffusers(AudioLDM2UNet2DConditionModel, path, home, plan.dtype, **heads),
    )
    fold_loras(unet, checkpoint)
    if checkpoint.controls:
        load_control(unet, checkpoint.id, checkpoint.controls, folder / CONTROL_FOLDER)
    if plan.traits.stored_bits < FULL_BITS:
        share = store_weights(unet, plan.traits.stored_bits)
        log.info("%.0f %% of the UNet in %d bits", 100 * share, plan.traits.stored_bits)
    if plan.streams:
        stream(unet, plan.device)
    coder = MelCoder(
        load_part(
            folder, "vae", lambda path: load_diffusers(AutoencoderKL, path, home, plan.dtype)
        ),
        load_part(folder, "vocoder", lambda path: _load_vocoder(path, home, plan.dtype)),
        plan.device,
        plan.dtype,
        home,
    )
    scheduler = load_part(folder, "scheduler", DDIMScheduler.from_pretrained)
    prompt = PromptEncoder(
        PromptNetworks(
            clap=load_part(
                folder,
                "text_encoder",
                lambda path: load_transformers(
                    ClapTextModelWithProjection, path, **config.text_options
                ),
            ),
            clap_tokenizer=load_part(folder, "tokenizer", _load_tokenizer),
            t5=load_part(
                folder, "text_encoder_2", lambda path: load_transformers(T5EncoderModel, path)
            ),
            t5_tokenizer=load_part(folder, "tokenizer_2", _load_tokenizer),
            projection=load_part(
                folder,
                "projection_model",
                lambda path: load_diffusers(AudioLDM2ProjectionModel, path, "cpu", torch.float32),
            ),
            language_model=load_part(
                folder, "language_model", lambda path: load_transformers(GPT2Model, path)
            ),
            new_tokens=config.new_tokens,
        )
    )
    return AudioLdm2Parts(
        unet,
        coder,
        prompt,
        dict(scheduler.config),
        config.latent_channels,
        checkpoint.controls,
        plan,
    )


def _load_vocoder(path: Path, device: str, dtype: torch.dtype) -> Any:
    return load_hifigan(as_object(read_json(path / "config.json")), path, device, dtype)


def _load_tokenizer(path: Path) -> Any:
    return AutoTokenizer.from_pretrained(path, local_files_only=True)
