"""LoRAs with random weights for the tiny checkpoint's UNet."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from tiny_checkpoint import make_tiny_unet

LORA_LAYERS = (
    "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q",
    "down_blocks.0.resnets.0.conv1",
)
LORA_RANK = 2


def write_tiny_lora(path: Path, seed: int = 3) -> Path:
    """In the layout of kohya's scripts, with an alpha of twice the rank."""
    numbers = torch.Generator().manual_seed(seed)
    unet, stored = make_tiny_unet(8), {}
    for layer in LORA_LAYERS:
        weight, name = unet.get_submodule(layer).weight, f"lora_unet_{layer.replace('.', '_')}"
        ones = (1,) * (weight.ndim - 2)
        down = torch.randn(LORA_RANK, *weight.shape[1:], generator=numbers) * 0.3
        up = torch.randn(len(weight), LORA_RANK, *ones, generator=numbers) * 0.3
        stored |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
        stored[f"{name}.alpha"] = torch.tensor(2.0 * LORA_RANK)
    save_file(stored, path)
    return path
