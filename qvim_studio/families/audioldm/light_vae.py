"""A light decoder in place of a checkpoint's VAE, for quick looks, if it is nearly as accurate.

Every VAE has latents of its own, so a checkpoint needs its own light decoder: ``train light``
distils it in the layout of diffusers' AutoencoderTiny (Bohan, "Tiny autoencoder for Stable
Diffusion", 2023), and it lies in the checkpoint's ``light_vae/``.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.mel import (
    LOG_FLOOR,
    MelSpectrogram,
    condition_waveform,
    reconstruction_error_db,
)

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, AutoencoderTiny

    from qvim_studio.networks.coders.mel_vae import MelVae

log = logging.getLogger(__name__)

LIGHT_VAE_FOLDER = "light_vae"
CHANNELS = 48
MARGIN_DB = 1.0  # by which the light decoder may be farther from the sound than the VAE's own


def make_light_vae(latent_channels: int) -> AutoencoderTiny:
    """Latents (batch, channels, frames, bins) → log-mel (batch, 1, 4 frames, 4 bins), untrained.

    Its encoder is as small as possible and never used.
    """
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

    from diffusers import AutoencoderTiny  # isort: skip

    light = AutoencoderTiny(
        in_channels=1,
        out_channels=1,
        latent_channels=latent_channels,
        encoder_block_out_channels=(8,),
        num_encoder_blocks=(1,),
        decoder_block_out_channels=(CHANNELS,) * 3,
        num_decoder_blocks=(3, 2, 1),
    )
    # Begins in the middle of the range; twice what leaves the layers, less one, comes out.
    light.decoder.layers[-1].bias.data.fill_((LOG_FLOOR / 2 + 1) / 2)
    return light


def load_light_vae(checkpoint_folder: Path, device: str) -> AutoencoderTiny | None:
    """The checkpoint's light decoder in float32; None without one.

    Raises CheckpointError if its files are damaged.
    """
    folder = checkpoint_folder / LIGHT_VAE_FOLDER
    if not folder.is_dir():
        return None
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

    from diffusers import AutoencoderTiny  # isort: skip

    try:
        light = AutoencoderTiny.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"The light decoder in {folder} cannot be loaded: {str(error).splitlines()[0][:160]}. "
            "Delete the folder or train it again with: qvim-studio train light"
        ) from error
    return light.float().to(device).eval().requires_grad_(False)


@torch.inference_mode()
def is_true_enough(light: AutoencoderTiny, vae: MelVae | AutoencoderKL, sound: np.ndarray) -> bool:
    """Whether ``light`` rebuilds a sound about as truly as the VAE's own decoder does.

    sound: mono at 16 kHz. Compared in dB of the log-mel over active frames.
    """
    asked = MelSpectrogram()(condition_waveform(torch.from_numpy(sound)[None]))
    asked = asked[:, :, : asked.shape[2] // 4 * 4]
    weights = next(vae.parameters())
    latents = vae.encode(asked.to(weights)).latent_dist.mode()
    own = vae.decode(latents).sample
    made = light.decode(latents.to(next(light.parameters()))).sample
    errors = [reconstruction_error_db(asked, each.float().cpu()) for each in (made, own)]
    log.info("light decoder %.2f dB from the sound, the checkpoint's own %.2f dB", *errors)
    return errors[0] <= errors[1] + MARGIN_DB
