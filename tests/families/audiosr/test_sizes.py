"""What AudioSR is said to take of memory holds what is counted."""

from __future__ import annotations

import torch
from live_elements import LiveElements

from qvim_studio.families.audiosr.build import make_unet, make_vae, make_vocoder
from qvim_studio.families.audiosr.config import unet_config, vae_config, vocoder_config
from qvim_studio.families.audiosr.sizes import CANVAS_S, PUBLISHED_FOOTPRINT
from qvim_studio.networks.files.meta_device import without_values


def test_the_footprint_of_the_published_size_holds_what_is_counted() -> None:
    """On meta tensors, 5.12 s; encoder, decoder and vocoder work in float32."""
    with without_values(), torch.inference_mode():
        unet, vae = make_unet(unet_config(128, 16)).eval(), make_vae(vae_config(128, 16, 1.0))
        vocoder = make_vocoder(vocoder_config(1536))
        with LiveElements() as reading:
            vae.encode(torch.zeros(1, 1, 512, 256))
        with LiveElements() as denoising:
            unet(
                torch.zeros(2, 32, 64, 32),
                torch.zeros((), dtype=torch.long),
                encoder_hidden_states=None,
            )
        with LiveElements() as decoding:
            vae.decode(torch.zeros(1, 16, 64, 32))
        with LiveElements() as sounding:
            vocoder(torch.zeros(1, 512, 256))
    encode, denoise, decode = PUBLISHED_FOOTPRINT.stages
    unet_weights, vae_weights, vocoder_weights = (
        sum(value.numel() for value in each.parameters()) for each in (unet, vae, vocoder)
    )
    assert denoise.weights >= unet_weights
    assert decode.weights >= 2 * (vae_weights + vocoder_weights)
    assert encode.activation_bytes(CANVAS_S, 1) >= 4 * reading.peak
    assert denoise.activation_bytes(CANVAS_S, 2) >= 2 * denoising.peak
    assert decode.activation_bytes(CANVAS_S, 1) >= 4 * max(decoding.peak, sounding.peak)
