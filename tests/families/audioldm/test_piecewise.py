"""Long sounds decoded piece by piece are the sounds decoded whole."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from qvim_studio.core.errors import EngineError
from qvim_studio.families.audioldm.piecewise import (
    check_decoder,
    decode_in_pieces,
    vocode_in_pieces,
    vocoder_halo,
)
from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.training.trainers.vae import make_vae

import diffusers  # isort: skip
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig  # isort: skip

TOLERANCE = 1e-4  # relative to the largest value


def difference(made: torch.Tensor, whole: torch.Tensor) -> float:
    return float((made - whole).abs().max() / whole.abs().max())


@torch.no_grad()
@pytest.mark.parametrize("piece_frames", [5, 16, 64])
def test_the_vae_decodes_pieces_without_seams(piece_frames: int) -> None:
    torch.manual_seed(0)
    vae = make_vae((16, 16, 32)).eval()
    for norm in (module for module in vae.modules() if isinstance(module, nn.GroupNorm)):
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    # Louder at the end: statistics of a piece would not be those of the whole.
    latents = torch.randn(1, 8, 40, 16) * torch.linspace(0.1, 3, 40)[:, None]
    whole = vae.decode(latents).sample
    assert difference(decode_in_pieces(vae, latents, piece_frames), whole) < TOLERANCE


def test_this_diffusers_builds_decoders_as_they_are_walked() -> None:
    try:
        check_decoder(make_vae((16, 16, 32)).decoder)
    except EngineError as error:
        pytest.fail(f"diffusers {diffusers.__version__} is built otherwise than 0.42: {error}")


def test_a_decoder_of_unknown_layers_is_refused_by_their_names() -> None:
    decoder = make_vae((16, 16, 32)).decoder
    decoder.add_module("conv_extra", nn.Conv2d(1, 1, 1))
    with pytest.raises(EngineError, match=r"unknown way \(conv_extra\)"):
        check_decoder(decoder)


def make_hifigan() -> SpeechT5HifiGan:
    config = SpeechT5HifiGanConfig(
        model_in_dim=64,
        upsample_initial_channel=64,
        upsample_rates=[5, 4, 2, 2, 2],
        upsample_kernel_sizes=[16, 16, 8, 4, 4],
        normalize_before=False,
    )
    vocoder = SpeechT5HifiGan(config).eval()
    for weight in vocoder.parameters():
        nn.init.normal_(weight, std=0.2 if weight.ndim < 2 else (weight[0].numel()) ** -0.5)
    return vocoder


@torch.no_grad()
@pytest.mark.parametrize("kind", ["hifigan", "vocos", "vocos with noise"])
def test_the_vocoder_renders_pieces_without_seams(kind: str) -> None:
    torch.manual_seed(0)
    extras = (8, 2) if kind.endswith("noise") else (0, 0)
    config = VocosConfig(32, 32, 3, noise_channels=extras[0], corrections=extras[1])
    vocoder = make_hifigan() if kind == "hifigan" else VocosVocoder(config).eval()
    log_mel = torch.randn(1, 150, 64)
    whole = vocoder(log_mel).reshape(-1)
    made = vocode_in_pieces(vocoder, log_mel, 60)
    assert len(made) == len(whole)
    assert difference(made, whole) < TOLERANCE


@torch.no_grad()
def test_the_halo_covers_what_the_vocoder_sees() -> None:
    torch.manual_seed(0)
    vocoder = make_hifigan()
    halo = vocoder_halo(vocoder)
    log_mel = torch.randn(1, 2 * halo + 21, 64)
    changed = log_mel.clone()
    changed[:, 0] += 5.0
    far = slice((halo + 1) * 160, None)
    difference_far = (vocoder(changed) - vocoder(log_mel)).reshape(-1)[far]
    assert difference_far.abs().max() == 0.0
