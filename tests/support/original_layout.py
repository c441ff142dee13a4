"""Names of tensors as the original AudioLDM code has them, by walking its modules in their order.

Each function gives pairs (original name → name in diffusers) for networks without weights of their
own: the walk is written from the structure, not from the rules that are tested with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch

RESNET = (
    ("in_layers.0", "norm1"),
    ("in_layers.2", "conv1"),
    ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"),
    ("out_layers.3", "conv2"),
    ("skip_connection", "conv_shortcut"),
)
VAE_RESNET = (
    *((name, name) for name in ("norm1", "conv1", "norm2", "conv2")),
    ("nin_shortcut", "conv_shortcut"),
)
VAE_ATTENTION = (
    ("norm", "group_norm"),
    ("q", "to_q"),
    ("k", "to_k"),
    ("v", "to_v"),
    ("proj_out", "to_out.0"),
)


def unet_layers(levels: int, resnets: int, transformers: int) -> list[tuple[str, str]]:
    """Prefixes of modules. The first level has no attention."""
    pairs = [
        ("time_embed.0", "time_embedding.linear_1"),
        ("time_embed.2", "time_embedding.linear_2"),
    ]
    pairs.append(("input_blocks.0.0", "conv_in"))
    number = 1
    for level in range(levels):
        for resnet in range(resnets):
            down = f"down_blocks.{level}"
            pairs += _resnet(f"input_blocks.{number}.0", f"{down}.resnets.{resnet}")
            if level > 0:
                for one in range(transformers):
                    place = resnet * transformers + one
                    pairs.append((f"input_blocks.{number}.{one + 1}", f"{down}.attentions.{place}"))
            number += 1
        if level < levels - 1:
            pairs.append((f"input_blocks.{number}.0.op", f"{down}.downsamplers.0.conv"))
            number += 1
    pairs += _resnet("middle_block.0", "mid_block.resnets.0")
    for one in range(transformers):
        pairs.append((f"middle_block.{one + 1}", f"mid_block.attentions.{one}"))
    pairs += _resnet(f"middle_block.{transformers + 1}", "mid_block.resnets.1")
    number = 0
    for level in range(levels):
        has_attention = level < levels - 1
        for resnet in range(resnets + 1):
            up, block = f"up_blocks.{level}", f"output_blocks.{number}"
            pairs += _resnet(f"{block}.0", f"{up}.resnets.{resnet}")
            after = 1
            if has_attention:
                for one in range(transformers):
                    place = resnet * transformers + one
                    pairs.append((f"{block}.{after}", f"{up}.attentions.{place}"))
                    after += 1
            if resnet == resnets and level < levels - 1:
                pairs.append((f"{block}.{after}.conv", f"{up}.upsamplers.0.conv"))
            number += 1
    return [*pairs, ("out.0", "conv_norm_out"), ("out.2", "conv_out")]


def vae_layers(levels: int, resnets: int) -> list[tuple[str, str]]:
    """Prefixes of modules. The decoder of the original counts its levels from below."""
    pairs = [("quant_conv", "quant_conv"), ("post_quant_conv", "post_quant_conv")]
    for half in ("encoder", "decoder"):
        pairs += [(f"{half}.conv_in", f"{half}.conv_in"), (f"{half}.conv_out", f"{half}.conv_out")]
        pairs.append((f"{half}.norm_out", f"{half}.conv_norm_out"))
        for one in (0, 1):
            pairs += _named(
                f"{half}.mid.block_{one + 1}", f"{half}.mid_block.resnets.{one}", VAE_RESNET
            )
        pairs += _named(f"{half}.mid.attn_1", f"{half}.mid_block.attentions.0", VAE_ATTENTION)
    for level in range(levels):
        down, up = f"encoder.down_blocks.{level}", f"decoder.up_blocks.{levels - 1 - level}"
        for one in range(resnets):
            pairs += _named(
                f"encoder.down.{level}.block.{one}", f"{down}.resnets.{one}", VAE_RESNET
            )
        for one in range(resnets + 1):
            pairs += _named(f"decoder.up.{level}.block.{one}", f"{up}.resnets.{one}", VAE_RESNET)
        pairs.append((f"encoder.down.{level}.downsample.conv", f"{down}.downsamplers.0.conv"))
        pairs.append((f"decoder.up.{level}.upsample.conv", f"{up}.upsamplers.0.conv"))
    return pairs


def vocoder_layers(upsamplers: int) -> list[tuple[str, str]]:
    pairs = [(name, name) for name in ("conv_pre", "conv_post", "resblocks")]
    return pairs + [(f"ups.{one}", f"upsampler.{one}") for one in range(upsamplers)]


def as_original(
    state: Mapping[str, torch.Tensor], layers: Iterable[tuple[str, str]], prefix: str
) -> dict[str, torch.Tensor]:
    """A network's tensors under their original names; attention of autoencoders as 1 x 1
    convolutions. Every tensor but a vocoder's mean and scale has one."""
    by_new = {new: old for old, new in layers}
    original = {}
    for name, value in state.items():
        if name in ("mean", "scale"):
            continue
        new = max((each for each in by_new if name.startswith(f"{each}.")), key=len)
        is_flat = ".mid.attn_1." in by_new[new] and value.ndim == 2
        given = value[:, :, None, None] if is_flat else value
        original[prefix + by_new[new] + name[len(new) :]] = given.clone()
    return original


def _resnet(old: str, new: str) -> list[tuple[str, str]]:
    return _named(old, new, RESNET)


def _named(old: str, new: str, parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"{old}.{before}", f"{new}.{after}") for before, after in parts]


HTSAT_BLOCK = (
    ("norm1", "layernorm_before"),
    ("norm2", "layernorm_after"),
    ("attn.proj", "attention.output.dense"),
    ("mlp.fc1", "intermediate.dense"),
    ("mlp.fc2", "output.dense"),
)


def as_laion(state: Mapping[str, torch.Tensor], depths: Iterable[int]) -> dict[str, torch.Tensor]:
    """The tensors of a ClapModel under the names of LAION's code, and what that code keeps beside
    them; attention's three projections are one there. depths: blocks of each stage of HTSAT."""
    state = dict(state)
    original = {}
    for stage, count in enumerate(depths):
        for block in range(count):
            new = f"audio_model.audio_encoder.layers.{stage}.blocks.{block}."
            old = f"audio_branch.layers.{stage}.blocks.{block}."
            for kind in ("weight", "bias"):
                joined = [
                    state.pop(f"{new}attention.self.{word}.{kind}")
                    for word in ("query", "key", "value")
                ]
                original[f"{old}attn.qkv.{kind}"] = torch.cat(joined)
                for before, after in HTSAT_BLOCK:
                    original[f"{old}{before}.{kind}"] = state.pop(f"{new}{after}.{kind}")
            for name in ("relative_position_bias_table", "relative_position_index"):
                original[f"{old}attn.{name}"] = state.pop(f"{new}attention.self.{name}")
        original[f"audio_branch.layers.{stage}.blocks.1.attn_mask"] = torch.zeros(1)
    for side in ("text", "audio"):
        for number, layer in ((0, "linear1"), (2, "linear2")):
            for kind in ("weight", "bias"):
                value = state.pop(f"{side}_projection.{layer}.{kind}")
                original[f"{side}_projection.{number}.{kind}"] = value
        original[f"{side}_transform.sequential.0.weight"] = torch.zeros(2, 2)
    state.pop("text_model.embeddings.token_type_ids", None)
    for name, value in state.items():
        old = name.replace("text_model.", "text_branch.")
        old = old.replace("audio_model.audio_encoder.batch_norm.", "audio_branch.bn0.")
        original[old.replace("audio_model.audio_encoder.", "audio_branch.")] = value
    original["audio_branch.spectrogram_extractor.stft.conv_real.weight"] = torch.zeros(3)
    original["audio_branch.logmel_extractor.melW"] = torch.zeros(3)
    original["audio_branch.tscam_conv.weight"] = torch.zeros(3)
    original["audio_branch.head.bias"] = torch.zeros(3)
    return {name: value.clone() for name, value in original.items()}
