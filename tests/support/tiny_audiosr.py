"""AudioSR with random weights in the layout of the published file: one pickle with everything."""

from __future__ import annotations

from pathlib import Path

import torch
from original_layout import as_original, unet_layers, vae_layers, vocoder_layers

from qvim_studio.families.audiosr.build import make_unet, make_vae, make_vocoder
from qvim_studio.families.audiosr.config import unet_config, vae_config, vocoder_config

WIDTH, LATENT_CHANNELS, SCALE = 32, 16, 0.6


def write_published_file(path: Path, has_own_encoder: bool = True) -> dict[str, torch.Tensor]:
    """A file as it is published, with what nobody uses; gives back the tensors of the UNet by
    their names in diffusers."""
    torch.manual_seed(0)
    unet = make_unet(unet_config(WIDTH, LATENT_CHANNELS))
    vae, other = (make_vae(vae_config(WIDTH, LATENT_CHANNELS, SCALE)) for _ in range(2))
    vocoder = make_vocoder(vocoder_config(WIDTH))
    with torch.no_grad():
        for parameter in unet.parameters():
            if parameter.ndim > 1 and not parameter.any():
                parameter.normal_(0.0, 0.05)  # zero-initialised branches would hide differences
        for parameter in vocoder.parameters():
            if parameter.ndim > 1:
                parameter.mul_(4.0)  # random ones are as good as silent
    layers = vae_layers(4, 2)
    first = as_original(vae.state_dict(), layers, "first_stage_model.")
    condition = (other if has_own_encoder else vae).state_dict()
    sounding = as_original(vocoder.state_dict(), vocoder_layers(5), "first_stage_model.vocoder.")
    state = {
        **as_original(unet.state_dict(), unet_layers(4, 2, 2), "model.diffusion_model."),
        **first,
        **sounding,
        **as_original(condition, layers, "cond_stage_models.0.vae."),
        "cond_stage_models.0.vae.vocoder.conv_pre.bias": torch.zeros(WIDTH),
        "model_ema.decay": torch.tensor(0.9999),
        "model_ema.diffusion_modelinput_blocks00weight": torch.zeros(3),
        "clap.model.logit_scale_a": torch.tensor(1.0),
        "scale_factor": torch.tensor(SCALE),
        "logvar": torch.zeros(1000),
    }
    torch.save({"state_dict": state, "global_step": 3}, path)
    return dict(unet.state_dict())
