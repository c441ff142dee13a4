"""Loads a checkpoint of the AudioLDM family, part by part, strictly and offline."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from qvim_studio.checkpoints.checkpoint import CONTROL_FOLDER, Checkpoint
from qvim_studio.checkpoints.part_loading import load_diffusers, load_hifigan, load_part
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.diffusion.noise_schedule import NoiseSchedule
from qvim_studio.families.audioldm.control import load_control
from qvim_studio.families.audioldm.control_channels import check_curves
from qvim_studio.families.audioldm.film import load_film
from qvim_studio.families.lora_folding import fold_loras
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.coders.mel_vae import MelVae, MelVaeConfig
from qvim_studio.networks.coders.vocos import VocosVocoder
from qvim_studio.networks.files.weights import load_mapped_network
from qvim_studio.networks.label_unet import LabelUnet, LabelUnetConfig
from qvim_studio.networks.quiet import quiet_libraries

if TYPE_CHECKING:
    from diffusers import AutoencoderKL

    from qvim_studio.families.audioldm.control import AnyUnet

log = logging.getLogger(__name__)

FILM_FOLDER = "film"  # optional tuned conditioning weights beside the parts
HEAD_CHANNELS = {128: 32, 192: 32, 256: 64}  # per attention head, by model width (s, m, l)
CONVERTED_HEADS = 8  # the value in every converted configuration
AUDIOLDM_LEVELS = (1, 2, 3, 5)  # block widths as multiples of the model width


@dataclass(eq=False)
class AudioLdmParts:
    """The networks of one checkpoint, on the plan's device or in main memory.

    latents: (batch, 8, frames / 4, 16); scaling_factor brings the VAE's latents to unit variance.
    vocoder: log-mel (batch, frames, 64) → (batch, frames * 160) at 16 kHz.
    """

    unet: AnyUnet
    vae: MelVae | AutoencoderKL
    vocoder: nn.Module
    scheduler_config: dict[str, Any]
    plan: ComputePlan

    def denoising(self) -> AbstractContextManager[None]:
        """Within the context the UNet is on the plan's device."""
        return self._visiting(self.unet) if not self.plan.streams else nullcontext()

    def coding(self, *, with_vocoder: bool = True) -> AbstractContextManager[None]:
        """Within the context VAE and vocoder are on the plan's device."""
        both = nn.ModuleList([self.vae, self.vocoder] if with_vocoder else [self.vae])
        return self._visiting(both)

    def _visiting(self, network: nn.Module) -> AbstractContextManager[None]:
        return (
            visiting(network, self.plan.device) if self.plan.traits.swaps_parts else nullcontext()
        )

    @property
    def scaling_factor(self) -> float:
        return float(self.vae.config.scaling_factor)

    @property
    def latent_channels(self) -> int:
        return int(self.vae.config.latent_channels)


def load_audioldm(
    checkpoint: Checkpoint, plan: ComputePlan, *, converted_heads: bool = False
) -> AudioLdmParts:
    """Load UNet, VAE, vocoder and scheduler settings in the plan's precision.

    converted_heads: keep the attention heads of the converted ``cvssp`` configurations, which
    split the same weights differently from the original model.
    Raises CheckpointError naming the part that is missing, damaged or of another kind.
    """
    folder = checkpoint.installed_folder()
    # Parts that visit the device later, or are stored in few bits first, start in main memory.
    home = replace(plan, device="cpu") if plan.traits.swaps_parts else plan
    unet = load_unet(checkpoint, home, converted_heads=converted_heads)
    if plan.traits.stored_bits < FULL_BITS:
        share = store_weights(unet, plan.traits.stored_bits)
        log.info("%.0f %% of the UNet in %d bits", 100 * share, plan.traits.stored_bits)
    if plan.streams:
        stream(unet, plan.device)
    vae = load_part(folder, "vae", lambda path: _load_vae(path, home))
    vocoder = load_part(folder, "vocoder", lambda path: _load_vocoder(path, home))
    scheduler_config = load_part(folder, "scheduler", _read_schedule)
    parts = AudioLdmParts(unet, vae, vocoder, scheduler_config, plan)
    _check_parts(parts, checkpoint)
    return parts


def load_unet(
    checkpoint: Checkpoint, plan: ComputePlan, *, converted_heads: bool = False
) -> AnyUnet:
    """The UNet with tuned weights, in the plan's precision on its device; see load_audioldm."""
    folder = checkpoint.installed_folder()
    heads = None if converted_heads else original_heads(_read_config(folder, "unet"))
    # The option is given only where the heads differ: None would overwrite the configuration.
    options: dict[str, Any] = {} if heads is None else {"attention_head_dim": heads}
    unet = load_part(folder, "unet", lambda path: _load_denoiser(path, plan, options))
    if (folder / FILM_FOLDER).is_dir():
        load_film(unet, checkpoint.id, folder / FILM_FOLDER)
    fold_loras(unet, checkpoint)
    if checkpoint.controls and (folder / CONTROL_FOLDER).is_dir():
        load_control(unet, checkpoint.id, checkpoint.controls, folder / CONTROL_FOLDER)
    return unet


def original_heads(unet_config: dict[str, Any]) -> tuple[int, ...] | None:
    """Heads per level of the original AudioLDM where a configuration is a converted one.

    None if the configuration is not that of a converted AudioLDM and therefore right.
    """
    widths = tuple(unet_config.get("block_out_channels", ()))
    base = widths[0] if widths else 0
    is_converted = (
        unet_config.get("attention_head_dim") == CONVERTED_HEADS
        and unet_config.get("class_embeddings_concat") is True
        and base in HEAD_CHANNELS
        and widths == tuple(base * level for level in AUDIOLDM_LEVELS)
    )
    if not is_converted:
        return None
    return tuple(width // HEAD_CHANNELS[base] for width in widths)


def _load_denoiser(path: Path, plan: ComputePlan, options: dict[str, Any]) -> AnyUnet:
    """Our own network if it supports the configuration, else that of diffusers."""
    sizes = LabelUnetConfig.from_published({**_read(path / "config.json"), **options})
    if sizes is not None:
        return load_mapped_network(lambda: LabelUnet(sizes), path, plan.device, plan.dtype)
    quiet_libraries()
    from diffusers import UNet2DConditionModel

    return load_diffusers(UNet2DConditionModel, path, plan.device, plan.dtype, **options)


def _load_vae(path: Path, plan: ComputePlan) -> MelVae | AutoencoderKL:
    """Likewise."""
    sizes = MelVaeConfig.from_published(_read(path / "config.json"))
    if sizes is not None:
        return load_mapped_network(lambda: MelVae(sizes), path, plan.device, plan.dtype)
    quiet_libraries()
    from diffusers import AutoencoderKL

    return load_diffusers(AutoencoderKL, path, plan.device, plan.dtype)


def _read_schedule(path: Path) -> dict[str, Any]:
    """The scheduler settings. Raises ValueError for a schedule that the solvers do not support."""
    config = _read(path / "scheduler_config.json")
    NoiseSchedule.from_config(config)
    return config


def _load_vocoder(path: Path, plan: ComputePlan) -> nn.Module:
    config = _read(path / "config.json")
    if config.get("model_type") == "vocos":
        vocoder = VocosVocoder.from_pretrained(path).to(plan.device, plan.dtype)
        return vocoder.requires_grad_(False)
    quiet_libraries()
    return load_hifigan(config, path, plan.device, plan.dtype)


def _read(path: Path) -> dict[str, Any]:
    return as_object(read_json(path))


def _read_config(folder: Path, part: str) -> dict[str, Any]:
    try:
        return _read(folder / part / "config.json")
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"The part {part}/ of the checkpoint in {folder} has no readable config.json "
            f"({reason_of(error)}). Copy or download it again."
        ) from error


def _check_parts(parts: AudioLdmParts, checkpoint: Checkpoint) -> None:
    check_curves(checkpoint.controls, checkpoint.installed_folder())
    expected = parts.latent_channels + len(checkpoint.controls)
    got = parts.unet.config.in_channels
    if got != expected:
        raise CheckpointError(
            f"The UNet of {checkpoint.id!r} takes {got} channels, expected {expected} "
            f"({parts.latent_channels} of the VAE and {len(checkpoint.controls)} controls). "
            "The parts do not belong together."
        )
