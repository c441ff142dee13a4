"""A sound's tokens, against the published steps written down a second time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from kaldi_mel import kaldi_by_definition, sound

from qvim_studio.families.semanticodec.encoder import nearest, sounding_share, stacked_patches
from qvim_studio.families.semanticodec.parts import SemantiCodecParts


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
    assert sounding_share(log_mel) == 0.3 and sounding_share(torch.zeros(10, 8)) == 0.0


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
    which = (given.std(dim=1) > 1e-7).nonzero().max() + 1
    both[math.ceil(64 * float(which) / 128) :] = -1.0
    residual = encoder.encoder_output_linear(encoder.encoder(both[None])[0])[0]
    acoustic = torch.cdist(residual, encoder.codebook).argmin(dim=1)
    tokens = encoder.encode(samples)
    same = (tokens.semantic == semantic[:56].numpy()) & (tokens.acoustic == acoustic[:56].numpy())
    assert len(tokens) == 56 and same.mean() > 0.9  # rounding moves what lies between two rows
    features = encoder.features(tokens)
    assert torch.equal(features[3, :64], encoder.codebook[tokens.acoustic[3]])
    assert torch.equal(features[3, 64:], encoder.centroids[tokens.semantic[3]])
