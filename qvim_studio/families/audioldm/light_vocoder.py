"""A light vocoder in place of a checkpoint's own, for quick looks, if it is about as good.

Every AudioLDM uses the starter's log-mel (networks.mel), so the starter's vocoder fits all of them,
at a fraction of a HiFi-GAN's cost. ``train vocoder`` makes others; one that lies in the
checkpoint's ``light_vocoder/`` is preferred.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.core.program.resources import resource_path
from qvim_studio.networks.coders.vocos import VocosVocoder
from qvim_studio.networks.mel import (
    MelSpectrogram,
    condition_waveform,
    reconstruction_error_db,
)

log = logging.getLogger(__name__)

LIGHT_FOLDER = "light_vocoder"
SAME_MEL_DB = 6.0
MARGIN_DB = 1.0  # by which the light vocoder may be farther from the mel than the checkpoint's own


def load_light_vocoder(checkpoint_folder: Path, device: str) -> VocosVocoder:
    """The checkpoint's own light vocoder or the starter's; it computes in float32.

    Raises CheckpointError if its files are damaged.
    """
    own = checkpoint_folder / LIGHT_FOLDER
    folder = own if own.is_dir() else resource_path("starter", "vocoder")
    return VocosVocoder.from_pretrained(folder).to(device).requires_grad_(False)


@torch.inference_mode()
def is_good_enough(light: nn.Module, own: nn.Module, sound: np.ndarray) -> bool:
    """Whether ``light`` turns a mel into sound about as accurately as the checkpoint's own vocoder.

    sound: mono at 16 kHz. Both vocoders render its mel, and the mels of the results are compared
    with it, in dB over active frames. If the checkpoint's own vocoder is far off, its mel has
    another scale, and the light vocoder does not fit.
    """
    mel = MelSpectrogram()
    asked = mel(condition_waveform(torch.from_numpy(sound)[None]))
    errors = []
    for vocoder in (light, own):
        weights = next(vocoder.parameters())
        made = vocoder(asked[:, 0].to(weights)).float().cpu().reshape(1, -1)
        errors.append(reconstruction_error_db(asked, mel(made)))
    log.info("light vocoder %.2f dB from the mel, the checkpoint's own %.2f dB", *errors)
    return errors[1] <= SAME_MEL_DB and errors[0] <= errors[1] + MARGIN_DB
