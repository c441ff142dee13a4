"""The VAE computes what diffusers' network does, and says which configurations are beyond it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from qvim_studio.networks.coders.mel_vae import MelVae, MelVaeConfig
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import AutoencoderKL  # isort: skip

CONFIG: dict[str, Any] = {
    "in_channels": 1,
    "out_channels": 1,
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "up_block_types": ("UpDecoderBlock2D",) * 3,
    "block_out_channels": (8, 16, 24),
    "layers_per_block": 2,
    "latent_channels": 4,
    "norm_num_groups": 4,
    "scaling_factor": 0.5,
}
WITHOUT = ("mid_block_add_attention", "use_quant_conv", "use_post_quant_conv")


@pytest.mark.parametrize("changes", [{}, dict.fromkeys(WITHOUT, False), {"layers_per_block": 1}])
@torch.inference_mode()
def test_it_computes_what_diffusers_network_computes(changes: dict[str, Any]) -> None:
    torch.manual_seed(0)
    theirs = AutoencoderKL(**{**CONFIG, **changes}).eval()
    for value in theirs.parameters():
        torch.nn.init.normal_(value, std=0.1)
    sizes = MelVaeConfig.from_published(dict(theirs.config))
    assert sizes is not None
    ours = MelVae(sizes).eval()
    ours.load_state_dict(theirs.state_dict())
    log_mel, latents = torch.randn(2, 1, 24, 16), torch.randn(2, 4, 6, 4)
    pairs = [
        (ours.encode(log_mel).latent_dist.mode(), theirs.encode(log_mel).latent_dist.mode()),
        (ours.decode(latents).sample, theirs.decode(latents).sample),
    ]
    for made, expected in pairs:
        assert (made - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize(
    "change",
    [
        {"up_block_types": ("AttnUpDecoderBlock2D",) * 3},
        {"act_fn": "gelu"},
        {"shift_factor": 0.1},
    ],
)
def test_what_it_would_compute_otherwise_is_beyond_it(change: dict[str, Any]) -> None:
    assert MelVaeConfig.from_published(CONFIG) is not None
    assert MelVaeConfig.from_published({**CONFIG, **change}) is None
