"""Names of tensors in files of the original AudioLDM code, and what diffusers and transformers
call the same tensors.

AudioLDM, AudioLDM 2, AudioSR and SemantiCodec share that code: their UNets are of the CompVis
latent diffusion, their autoencoders and vocoders as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

RESNET_PARTS = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
VAE_ATTENTION_PARTS = {
    "norm": "group_norm",
    "q": "to_q",
    "k": "to_k",
    "v": "to_v",
    "proj_out": "to_out.0",
}
WEIGHT_AND_BIAS = r"(weight|bias)"


def unet_names(names: Iterable[str], resnets: int, transformers: int) -> dict[str, str]:
    """The name in diffusers of each tensor of a UNet (without ``model.diffusion_model.``).

    resnets: of a level. transformers: behind each of them where a level has attention.
    Raises ValueError for a name that no such UNet has.
    """
    given = list(names)
    middle = [int(name.split(".")[1]) for name in given if name.startswith("middle_block.")]
    last = max(middle, default=0)
    return {name: _unet_name(name, resnets, transformers, last) for name in given}


def _unet_name(name: str, resnets: int, transformers: int, last_middle: int) -> str:
    kind, number, rest = (*name.split(".", 2), "", "")[:3]
    if kind == "time_embed":
        return f"time_embedding.linear_{1 if number == '0' else 2}.{rest}"
    if kind == "film_emb":
        return f"class_embedding.{number}"
    if kind == "out":
        return f"{'conv_norm_out' if number == '0' else 'conv_out'}.{rest}"
    if kind == "middle_block":
        place = int(number)
        if place in (0, last_middle):
            return f"mid_block.resnets.{int(place > 0)}.{_resnet_name(rest)}"
        return f"mid_block.attentions.{place - 1}.{rest}"
    if kind not in ("input_blocks", "output_blocks") or not number.isdigit():
        raise ValueError(f"{name} is not a tensor of a known UNet")
    return _block_name(int(number), rest, resnets, transformers, is_down=kind == "input_blocks")


def _block_name(number: int, rest: str, resnets: int, transformers: int, *, is_down: bool) -> str:
    place, rest = rest.split(".", 1)
    if is_down and number == 0:
        return f"conv_in.{rest}"
    level, resnet = divmod(number - is_down, resnets + 1)
    side = "down_blocks" if is_down else "up_blocks"
    if is_down and rest.startswith("op."):
        return f"{side}.{level}.downsamplers.0.conv.{rest[3:]}"
    if not is_down and rest.startswith("conv."):
        return f"{side}.{level}.upsamplers.0.conv.{rest[5:]}"
    if place == "0":
        return f"{side}.{level}.resnets.{resnet}.{_resnet_name(rest)}"
    return f"{side}.{level}.attentions.{resnet * transformers + int(place) - 1}.{rest}"


def _resnet_name(rest: str) -> str:
    for old, new in RESNET_PARTS.items():
        if rest.startswith(f"{old}."):
            return new + rest[len(old) :]
    raise ValueError(f"{rest} is not a tensor of a residual block")


def vae_names(names: Iterable[str]) -> dict[str, str]:
    """The name in diffusers of each tensor of an autoencoder (without ``first_stage_model.``).

    Its attention has 1 x 1 convolutions where diffusers has linear layers: same values, two
    dimensions less.
    """
    given = list(names)
    ups = [int(name.split(".")[2]) for name in given if name.startswith("decoder.up.")]
    top = max(ups, default=0)
    return {name: _vae_name(name, top).replace("nin_shortcut", "conv_shortcut") for name in given}


def _vae_name(name: str, top: int) -> str:
    if found := re.fullmatch(r"(encoder|decoder)\.mid\.block_([12])\.(.+)", name):
        return f"{found[1]}.mid_block.resnets.{int(found[2]) - 1}.{found[3]}"
    if found := re.fullmatch(rf"(encoder|decoder)\.mid\.attn_1\.(\w+)\.{WEIGHT_AND_BIAS}", name):
        return f"{found[1]}.mid_block.attentions.0.{VAE_ATTENTION_PARTS[found[2]]}.{found[3]}"
    if found := re.fullmatch(r"encoder\.down\.(\d+)\.block\.(.+)", name):
        return f"encoder.down_blocks.{found[1]}.resnets.{found[2]}"
    if found := re.fullmatch(r"encoder\.down\.(\d+)\.downsample\.conv\.(\w+)", name):
        return f"encoder.down_blocks.{found[1]}.downsamplers.0.conv.{found[2]}"
    if found := re.fullmatch(r"decoder\.up\.(\d+)\.block\.(.+)", name):
        return f"decoder.up_blocks.{top - int(found[1])}.resnets.{found[2]}"
    if found := re.fullmatch(r"decoder\.up\.(\d+)\.upsample\.conv\.(\w+)", name):
        return f"decoder.up_blocks.{top - int(found[1])}.upsamplers.0.conv.{found[2]}"
    if found := re.fullmatch(rf"(encoder|decoder)\.norm_out\.{WEIGHT_AND_BIAS}", name):
        return f"{found[1]}.conv_norm_out.{found[2]}"
    return name


def vocoder_names(names: Iterable[str]) -> dict[str, str]:
    """The name in transformers of each tensor of a HiFi-GAN without weight norm."""
    return {name: re.sub(r"^ups\.", "upsampler.", name) for name in names}
