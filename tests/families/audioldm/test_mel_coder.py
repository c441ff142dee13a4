"""Sounds become latents of unit variance and come back, long ones in pieces as short ones whole."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from qvim_studio.families.audioldm.mel_coder import LATENT_SAMPLES, MelCoder
from qvim_studio.families.audioldm.sizes import PIECE_LATENT_FRAMES
from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.training.trainers.vae import make_vae


@cache
def coder() -> MelCoder:
    torch.manual_seed(0)
    vae = make_vae((8, 8, 8)).eval()
    vae.register_to_config(scaling_factor=0.25)
    vocoder = VocosVocoder(VocosConfig(channels=8, hidden_channels=16, blocks=1)).eval()
    return MelCoder(vae, vocoder, "cpu", torch.float32, "cpu")


def hum(count: int) -> np.ndarray:
    return (0.3 * np.sin(0.2 * np.arange(count))).astype(np.float32)


def test_a_short_sound_is_followed_by_silence_and_a_long_one_is_cut() -> None:
    whole = hum(8 * LATENT_SAMPLES)
    whole[4 * LATENT_SAMPLES :] = 0.0
    short = coder().encode(whole[: 4 * LATENT_SAMPLES], 8)
    assert short.shape == (1, 8, 8, 16) and short.dtype == torch.float32
    assert torch.equal(short, coder().encode(whole, 8))
    assert torch.equal(short, coder().encode(np.append(whole, hum(999)), 8))
    assert not torch.equal(short, coder().encode(hum(8 * LATENT_SAMPLES), 8))


@torch.inference_mode()
def test_latents_are_scaled_on_their_way_in_and_out() -> None:
    latents = torch.randn(1, 8, 4, 16)
    made = coder().log_mel(latents)
    torch.testing.assert_close(made, coder().vae.decode(4.0 * latents).sample)
    seen: list[torch.Tensor] = []
    hook = coder().vae.quant_conv.register_forward_hook(lambda _, __, out: seen.append(out))
    encoded = coder().encode(hum(4 * LATENT_SAMPLES), 4)
    hook.remove()
    torch.testing.assert_close(encoded, 0.25 * seen[0].chunk(2, dim=1)[0])


@torch.inference_mode()
@pytest.mark.parametrize("more", [0, 3])
def test_sounds_of_any_length_are_decoded_as_if_in_one_piece(more: int) -> None:
    latents = torch.randn(1, 8, PIECE_LATENT_FRAMES + more, 16)
    made = coder().log_mel(latents)
    torch.testing.assert_close(
        made, coder().vae.decode(latents / 0.25).sample, atol=1e-4, rtol=1e-3
    )
    sound = coder().sound(made)
    assert sound.dtype == np.float32 and sound.shape == (made.shape[2] * 160,)
    expected = coder().vocoder(made[:, 0]).numpy().reshape(-1)
    np.testing.assert_allclose(sound, expected, atol=1e-4 * np.abs(expected).max())
