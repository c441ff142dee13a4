"""Control curves for a UNet that was trained without them: added layers, by default a small branch.

The first convolution of AudioLDM takes the 8 latent channels. A branch of two convolutions takes
the control channels beside them and adds its output; its last layer begins with zeros, so an
untrained branch changes nothing. Because it has no biases, it also adds nothing where the controls
are zero, "no control". Idea: Sketch2Sound (Garcia et al. 2024) and the zero convolutions of
ControlNet
(Zhang et al. 2023). Only the branch is trained and stored: 0.3 MB for AudioLDM-s. Other kinds of
added layers (diffusion.unet_controls) take the curves in the same place and have the same files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.checkpoints.checkpoint import CONTROL_CONFIG_FILE, CONTROL_FILE
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.diffusion.unet_controls import SteeredInput, attach_control
from qvim_studio.families.audioldm.control_channels import check_curves
from qvim_studio.networks.label_unet import LabelUnet

if TYPE_CHECKING:
    from diffusers import AudioLDM2UNet2DConditionModel, UNet2DConditionModel

AnyUnet: TypeAlias = "LabelUnet | UNet2DConditionModel"
CurvedUnet: TypeAlias = "AnyUnet | AudioLDM2UNet2DConditionModel"
HIDDEN_CHANNELS = 64  # of the branch: four curves and their movement, not the timbre


class ControlledInput(nn.Module):
    """A UNet's first convolution, whose input ends with control channels.

    Input (batch, latent channels + controls, frames, bins), or the latent channels alone.
    """

    def __init__(self, base: nn.Conv2d, controls: int) -> None:
        super().__init__()
        self.base = base
        self.latent_channels = base.in_channels  # the base may be replaced by one in few bits
        last = nn.Conv2d(HIDDEN_CHANNELS, base.out_channels, 3, padding=1, bias=False)
        nn.init.zeros_(last.weight)
        self.branch = nn.Sequential(
            nn.Conv2d(controls, HIDDEN_CHANNELS, 3, padding=1, bias=False), nn.SiLU(), last
        )

    def forward(self, channels: torch.Tensor) -> torch.Tensor:
        latents, controls = channels.tensor_split([self.latent_channels], dim=1)
        hidden = self.base(latents.contiguous())
        return hidden + self.branch(controls) if controls.shape[1] else hidden


def takes_added_curves(unet: CurvedUnet) -> bool:
    """Whether layers for curves have been added to the UNet; it then also takes latents alone, and
    is what it was without those layers."""
    return isinstance(unet.conv_in, (ControlledInput, SteeredInput))


def add_control(
    unet: CurvedUnet, controls: int, kind: ControlKind = ControlKind.CONCAT
) -> nn.Module:
    """Let a UNet take ``controls`` additional channels; returns the untrained layers."""
    entrance: ControlledInput | SteeredInput
    base = cast("nn.Conv2d", unet.conv_in)
    if kind is ControlKind.CONCAT:
        entrance = ControlledInput(base, controls)
        added: nn.Module = entrance.branch.to(unet.device, unet.dtype)
    else:
        added = control = attach_control(unet, kind, controls)
        entrance = SteeredInput(base, control)
    in_channels = entrance.latent_channels + controls
    if isinstance(unet, LabelUnet):
        unet.widen_input(entrance, in_channels)
    else:
        unet.conv_in = entrance
        unet.register_to_config(in_channels=in_channels)
    return added


def freeze_all_but_control(unet: nn.Module, branch: nn.Module) -> None:
    """Freeze everything except the branch."""
    unet.requires_grad_(False)
    branch.requires_grad_(True)


def save_control(
    branch: nn.Module,
    generator_id: str,
    names: Sequence[str],
    folder: str | Path,
    kind: ControlKind = ControlKind.CONCAT,
) -> None:
    """Write the added layers (float32) with the names of their curves, bound to a generator."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: value.detach().float().cpu().contiguous().clone()
        for name, value in branch.state_dict().items()
    }
    save_file(weights, folder / CONTROL_FILE)
    config = {"generator_id": generator_id, "controls": list(names), "kind": kind.value}
    (folder / CONTROL_CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def load_control(
    unet: CurvedUnet, generator_id: str, names: Sequence[str], folder: str | Path
) -> None:
    """Add the stored layers to the UNet, strictly; files without a kind hold a branch.

    Raises CheckpointError if the files are damaged or belong to another generator or shape.
    """
    folder = Path(folder)
    try:
        config = as_object(read_json(folder / CONTROL_CONFIG_FILE))
        made_for = config["generator_id"]
        kind = ControlKind(config.get("kind", ControlKind.CONCAT.value))
        stored = load_file(folder / CONTROL_FILE)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The control weights in {folder} cannot be read ({reason_of(error)}). "
            "Copy or train them again."
        ) from error
    check_curves(names, folder)
    if made_for != generator_id:
        raise CheckpointError(
            f"The control weights in {folder} were trained for the generator {made_for!r}, but "
            f"this checkpoint is {generator_id!r}. Use those that belong to it, or train some."
        )
    branch = add_control(unet, len(names), kind)
    try:
        branch.load_state_dict(stored)
    except RuntimeError as error:
        raise CheckpointError(
            f"The control weights in {folder} do not fit this UNet and its {len(names)} curves "
            f"({str(error).splitlines()[-1].strip()}). Use those that belong to it."
        ) from error
    branch.requires_grad_(False)
