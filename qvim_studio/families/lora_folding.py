"""Adds the LoRAs that a request chose to the weights of a UNet that was just loaded."""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.checkpoints.changes.lora import read_lora
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError

WEIGHT = ".weight"


@torch.no_grad()
def fold_loras(unet: nn.Module, checkpoint: Checkpoint) -> None:
    """Change the weights in their own precision, LoRA by LoRA, before they are stored in few bits.

    Raises CheckpointError for a LoRA that is damaged or does not fit.
    """
    if not checkpoint.loras:
        return
    weights = {name: each for name, each in unet.named_parameters() if name.endswith(WEIGHT)}
    layers = [name.removesuffix(WEIGHT) for name in weights]
    for chosen in checkpoint.loras:
        for layer, change in read_lora(chosen.file, layers).pairs.items():
            parameter = weights[f"{layer}{WEIGHT}"]
            try:
                parameter.data = change.added_to(parameter.data, chosen.weight)
            except ValueError as error:
                raise CheckpointError(
                    f"The LoRA {chosen.name} does not fit {checkpoint.title} at {layer} ({error}). "
                    "Remove it, and import it for the checkpoint that it was trained on."
                ) from error
