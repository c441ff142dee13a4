"""AudioMAE's input is Kaldi's, and its blocks are those of the paper."""

from __future__ import annotations

import numpy as np
import torch
from kaldi_mel import kaldi_by_definition, sound
from torch import nn

from qvim_studio.families.semanticodec.audio_mae import AudioMae, kaldi_log_mel
from qvim_studio.families.semanticodec.config import EncoderConfig


def test_log_mel_is_kaldis() -> None:
    samples = sound(1.0)
    got = kaldi_log_mel(torch.from_numpy(samples), 110)
    expected = kaldi_by_definition((samples - samples.mean()).astype(np.float64))
    scaled = (expected + 4.2677393) / (2 * 4.5689974)
    assert got.shape == (110, 128)
    assert np.abs(got[: len(scaled)].numpy() - scaled).max() < 2e-3
    assert torch.allclose(got[len(scaled) :], torch.tensor(4.2677393 / (2 * 4.5689974)))


def test_transformer_is_the_one_of_the_paper() -> None:
    """Against torch's own encoder layers, which have the same pre-norm blocks."""
    torch.manual_seed(0)
    config = EncoderConfig(32, 4, 2, 3, 8, 1, 1, 4, 4)
    ours = AudioMae(config)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.copy_(0.1 * torch.randn(parameter.shape))
    log_mel = torch.randn(1, 128, 128)
    patches = nn.functional.conv2d(
        log_mel[:, None], ours.patch_embed.proj.weight, ours.patch_embed.proj.bias, 16
    )
    hidden = patches[0].flatten(1).T[None] + ours.pos_embed[:, 1:]
    hidden = torch.cat([ours.cls_token + ours.pos_embed[:, :1], hidden], dim=1)
    outputs = []
    for block in ours.blocks:
        layer = nn.TransformerEncoderLayer(
            32, 2, 128, 0.0, "gelu", 1e-6, batch_first=True, norm_first=True
        )
        layer.load_state_dict(
            {
                "self_attn.in_proj_weight": block.attn.qkv.weight,
                "self_attn.in_proj_bias": block.attn.qkv.bias,
                "self_attn.out_proj.weight": block.attn.proj.weight,
                "self_attn.out_proj.bias": block.attn.proj.bias,
                "linear1.weight": block.mlp.fc1.weight,
                "linear1.bias": block.mlp.fc1.bias,
                "linear2.weight": block.mlp.fc2.weight,
                "linear2.bias": block.mlp.fc2.bias,
                "norm1.weight": block.norm1.weight,
                "norm1.bias": block.norm1.bias,
                "norm2.weight": block.norm2.weight,
                "norm2.bias": block.norm2.bias,
            }
        )
        hidden = layer.train()(hidden)
        outputs.append(ours.norm(hidden))
    expected = sum(outputs[-3:]) / 3
    assert torch.allclose(ours(log_mel), expected[:, 1:], atol=1e-4)
