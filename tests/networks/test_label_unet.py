"""The denoiser computes what diffusers' network does, and says what is beyond it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from qvim_studio.networks.label_unet import LabelUnet, LabelUnetConfig
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import UNet2DConditionModel  # isort: skip

CONFIG: dict[str, Any] = {
    "sample_size": 64,
    "in_channels": 12,
    "out_channels": 8,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (8, 16, 24),
    "layers_per_block": 2,
    "norm_num_groups": 4,
    "cross_attention_dim": (8, 16, 24),
    "attention_head_dim": (1, 2, 3),
    "class_embed_type": "simple_projection",
    "projection_class_embeddings_input_dim": 512,
    "class_embeddings_concat": True,
}


def published(**changes: Any) -> UNet2DConditionModel:
    """With random weights: those that begin as zeros or ones are random, too."""
    torch.manual_seed(0)
    network = UNet2DConditionModel(**{**CONFIG, **changes}).eval()
    for value in network.parameters():
        torch.nn.init.normal_(value, std=0.1)
    return network


def own(config: dict[str, Any]) -> LabelUnet:
    sizes = LabelUnetConfig.from_published(config)
    assert sizes is not None
    return LabelUnet(sizes).eval()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            "block_out_channels": (8, 16),
            "cross_attention_dim": (8, 16),
            "attention_head_dim": (1, 2),
            "layers_per_block": 1,
        },
    ],
)
@torch.inference_mode()
def test_it_computes_what_diffusers_network_computes(changes: dict[str, Any]) -> None:
    theirs = published(**changes)
    ours = own(dict(theirs.config))
    ours.load_state_dict(theirs.state_dict())
    given, labels = torch.randn(2, 12, 16, 16), torch.randn(2, 512)
    for timestep in (torch.tensor(3), torch.tensor([999, 250])):
        expected = theirs(given, timestep, None, class_labels=labels).sample
        (made,) = ours(given, timestep, None, class_labels=labels)
        assert (made - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize(
    "change",
    [
        {"resnet_time_scale_shift": "scale_shift"},
        {"cross_attention_dim": 768},
        {"class_embed_type": None},
        {"down_block_types": ("ResnetDownsampleBlock2D",) * 3},
        {"up_block_types": ("UpBlock2D",) * 3},
        {"layers_per_block": (1, 2, 2)},
        {"use_linear_projection": True},
    ],
)
def test_what_it_would_compute_otherwise_is_beyond_it(change: dict[str, Any]) -> None:
    assert LabelUnetConfig.from_published(CONFIG) is not None
    assert LabelUnetConfig.from_published({**CONFIG, **change}) is None
