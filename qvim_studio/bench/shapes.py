"""Makes checkpoints of the true AudioLDM shapes with random weights.

They have the speed and memory use of the real checkpoints, but make noise; they serve where the
real weights are absent. Sizes: the configurations of ``cvssp/audioldm-s-full-v2``, ``-m-``,
``-l-full``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.families.audioldm.sizes import PartSizes
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.files.weight_names import is_storable
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel  # isort: skip
from transformers import (  # isort: skip
    ClapTextConfig,
    ClapTextModelWithProjection,
    RobertaTokenizer,
    SpeechT5HifiGan,
    SpeechT5HifiGanConfig,
)

WIDTHS = {"s": 128, "m": 192, "l": 256}
LEVELS = (1, 2, 3, 5)
VOCABULARY = 50_265
# Small enough that random residual networks neither overflow nor fade into denormal numbers.
WEIGHT_STD = 0.02


def unet_of_size(size: str) -> UNet2DConditionModel:
    """AudioLDM's UNet "s", "m" or "l"."""
    widths = [WIDTHS[size] * level for level in LEVELS]
    return UNet2DConditionModel(
        sample_size=128,
        in_channels=8,
        out_channels=8,
        down_block_types=("DownBlock2D", *("CrossAttnDownBlock2D",) * 3),
        up_block_types=(*("CrossAttnUpBlock2D",) * 3, "UpBlock2D"),
        block_out_channels=widths,
        layers_per_block=2,
        cross_attention_dim=widths,
        attention_head_dim=8,
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=512,
        class_embeddings_concat=True,
    )


def vae_of_audioldm() -> AutoencoderKL:
    """The VAE of all sizes."""
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(128, 256, 512),
        layers_per_block=2,
        latent_channels=8,
        sample_size=512,
        scaling_factor=0.9227,
    )


def hifigan() -> SpeechT5HifiGan:
    """The vocoder of all sizes."""
    return SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            sampling_rate=16_000,
            upsample_initial_channel=1024,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
            normalize_before=False,
        )
    )


def sizes_of(size: str) -> PartSizes:
    """Numbers of weights of the size "s", "m" or "l", for estimates without its files."""
    with without_values():
        unet, vae, vocoder = unet_of_size(size), vae_of_audioldm(), hifigan()
    weights = [(name, weight.shape) for name, weight in unet.named_parameters()]
    storable = [math.prod(shape) for name, shape in weights if is_storable(name, tuple(shape))]
    return PartSizes(
        *(_count(unet), sum(storable), _count(vae), _count(vocoder), max(storable)),
        unet_width=WIDTHS[size],
        vae_width=vae.config.block_out_channels[0],
        vocoder_width=vocoder.config.upsample_initial_channel,
    )


def _count(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def make_random_checkpoint(folder: Path, size: str, seed: int = 0) -> Path:
    """Write a float32 checkpoint of the size "s", "m" or "l" in the diffusers layout.

    It is readable by diffusers' pipeline and by ours, text tower and tokenizer included.
    """
    generator = torch.Generator().manual_seed(seed)
    _random(lambda: unet_of_size(size), generator).save_pretrained(folder / "unet")
    _random(vae_of_audioldm, generator).save_pretrained(folder / "vae")
    _random(hifigan, generator).save_pretrained(folder / "vocoder")
    text_config = ClapTextConfig(vocab_size=VOCABULARY, max_position_embeddings=514)
    tower = ClapTextModelWithProjection(text_config)
    tower.save_pretrained(folder / "text_encoder")
    _make_tokenizer().save_pretrained(folder / "tokenizer")
    DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    ).save_pretrained(folder / "scheduler")
    _write_index(folder)
    return folder


def _random(build: Callable[[], Any], generator: torch.Generator) -> Any:
    """A network of diffusers or transformers with random weights."""
    with without_values():
        network = build()
    network.to_empty(device="cpu")
    for name, value in network.state_dict().items():
        if name.endswith("bias") or name.endswith("mean"):
            value.zero_()
        elif value.ndim < 2:
            value.fill_(1.0)
        else:
            value.normal_(0.0, WEIGHT_STD, generator=generator)
    return network


def _make_tokenizer() -> RobertaTokenizer:
    special = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    letters = ("Ġ", *map(chr, range(ord("a"), ord("z") + 1)))
    vocabulary = {token: index for index, token in enumerate((*special, *letters))}
    return RobertaTokenizer(vocab=vocabulary, merges=[], model_max_length=512)


def _write_index(folder: Path) -> None:
    index = {
        "_class_name": "AudioLDMPipeline",
        "_diffusers_version": "0.42.1",
        "_name_or_path": "random weights",
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "ClapTextModelWithProjection"],
        "tokenizer": ["transformers", "RobertaTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "vocoder": ["transformers", "SpeechT5HifiGan"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
