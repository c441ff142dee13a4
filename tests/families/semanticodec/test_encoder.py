"""A sound's tokens, against the published steps written down a second time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from qvim_studio.families.semanticodec.audio_mae import AudioMae, kaldi_log_mel
from qvim_studio.families.semanticodec.config import EncoderConfig
from qvim_studio.families.semanticodec.encoder import (
    heard_share,
    nearest,
    stacked_patches,
)
from qvim_studio.families.semanticodec.parts import SemantiCodecParts


def sound(seconds: float) -> np.ndarray:
    at = np.arange(round(seconds * 16_000)) / 16_000
    noise = np.random.default_rng(0).standard_normal(len(at))
    return (0.2 * np.sin(2 * np.pi * 300 * at * (1 + at)) + 0.02 * noise).astype(np.float32)


def kaldi_by_definition(samples: np.ndarray) -> np.ndarray:
    """Kaldi's fbank: frames of 25 ms every 10, without their mean, pre-emphasised by 0.97, a Hann
    window, power of 512 points, 128 triangles on the mel scale 1127 ln(1 + f / 700) from 20 Hz."""
    frames = np.stack([samples[at : at + 400] for at in range(0, len(samples) - 399, 160)])
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)
    power = np.abs(np.fft.rfft((frames - 0.97 * before) * window, 512)) ** 2
    mels = 1127 * np.log(1 + np.arange(256) * 16_000 / 512 / 700)
    low, high = (1127 * math.log(1 + hz / 700) for hz in (20.0, 8000.0))
    step = (high - low) / 129
    bands = []
    for band in range(128):
        rising = (mels - low - band * step) / step
        bands.append(np.maximum(0, np.minimum(rising, 2 - rising)))
    return np.log(np.maximum(power[:, :256] @ np.stack(bands).T, 1.1920929e-07))


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


def test_neighbours_in_frequency_are_one_token() -> None:
    patches = torch.arange(512.0)[None, :, None].expand(1, 512, 3)
    stacked = stacked_patches(patches, 2)
    assert stacked.shape == (1, 256, 6)
    assert stacked[0, 5].tolist() == [10.0, 10.0, 10.0, 11.0, 11.0, 11.0]


def test_nearest_row_by_distance() -> None:
    generator = torch.Generator().manual_seed(0)
    vectors, table = torch.randn(20, 5, generator=generator), torch.randn(9, 5, generator=generator)
    assert torch.equal(nearest(vectors, table), torch.cdist(vectors, table).argmin(dim=1))


def test_padding_is_what_has_no_bands() -> None:
    log_mel = torch.zeros(1000, 8)
    log_mel[10:300] = torch.randn(290, 8)
    assert heard_share(log_mel) == 0.3 and heard_share(torch.zeros(10, 8)) == 0.0


@pytest.mark.parametrize("seconds", [0.02, 1.0, 10.24, 11.0])
def test_every_column_and_the_one_behind_has_its_tokens(
    parts: SemantiCodecParts, seconds: float
) -> None:
    tokens = parts.encoder.encode(sound(seconds))
    columns = int(round(seconds * 16_000) // 2560) + 1
    assert len(tokens) == 8 * columns
    assert (tokens.token_rate, tokens.semantic_vocabulary) == (100, 64)
    if seconds >= 1.0:  # of a shorter sound nearly everything is padding
        assert len(set(tokens.semantic.tolist())) > 1 and len(set(tokens.acoustic.tolist())) > 1


@torch.inference_mode()
def test_tokens_are_those_of_the_published_steps(parts: SemantiCodecParts) -> None:
    """The official package needs libraries that the studio has not: its steps, from its code."""
    encoder, samples = parts.encoder, sound(1.0)
    waveform = np.zeros(20_480)
    waveform[:16_000] = samples
    log_mel = kaldi_by_definition(waveform - waveform.mean())
    log_mel = np.concatenate([log_mel, np.zeros((128 - len(log_mel), 128))])
    given = torch.from_numpy((log_mel + 4.2677393) / (2 * 4.5689974)).float()
    features = encoder.audiomae(given[None])[0]
    semantic = torch.cdist(features, encoder.centroids).argmin(dim=1)
    both = torch.cat([features, encoder.centroids[semantic]], dim=1)
    heard = (given.std(dim=1) > 1e-7).nonzero().max() + 1
    both[math.ceil(64 * float(heard) / 128) :] = -1.0
    residual = encoder.encoder_output_linear(encoder.encoder(both[None])[0])[0]
    acoustic = torch.cdist(residual, encoder.codebook).argmin(dim=1)
    tokens = encoder.encode(samples)
    same = (tokens.semantic == semantic[:56].numpy()) & (tokens.acoustic == acoustic[:56].numpy())
    assert len(tokens) == 56 and same.mean() > 0.9  # rounding moves what lies between two rows
    said = encoder.features(tokens)
    assert torch.equal(said[3, :64], encoder.codebook[tokens.acoustic[3]])
    assert torch.equal(said[3, 64:], encoder.centroids[tokens.semantic[3]])
