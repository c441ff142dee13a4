"""SemantiCodec with random weights in the layout of the published files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from original_layout import as_original, unet_layers, vae_layers, vocoder_layers

from qvim_studio.checkpoints.conversion import write_converted
from qvim_studio.families.semanticodec.build import (
    make_encoder,
    make_unet,
    make_vae,
    make_vocoder,
)
from qvim_studio.families.semanticodec.config import unet_config, vae_config, vocoder_config
from qvim_studio.families.semanticodec.conversion import convert_source

WIDTH, SCALE, ACOUSTIC = 64, 0.7, 40
DEPTH = 4


def write_published_files(root: Path, rate: int = 100) -> Path:
    """The folder of one rate, with its tables beside it; the larger table has the smaller name's
    double of rows, as published."""
    torch.manual_seed(0)
    stacked = 100 // rate
    folder = root / f"semanticodec_tokenrate_{rate}"
    folder.mkdir(parents=True)
    _write_encoder(folder / "encoder.ckpt", stacked)
    _write_decoder(folder / "decoder.ckpt", 2 * WIDTH * stacked + 192)
    tables = root / f"codebook_idx/combine_{512 // stacked}_audioset_dominate"
    tables.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, rows in ((16, 32), (32, 64)):
        table = rng.standard_normal((rows, WIDTH * stacked)).astype(np.float32)
        np.save(tables / f"codebook_{name}_0.npy", table)
    return folder


def build_tiny_semanticodec(folder: Path) -> Path:
    """A whole checkpoint as the studio stores it."""
    published = write_published_files(folder.with_name(f"{folder.name}-published"))
    write_converted(convert_source(published), folder)
    return folder


def _write_encoder(path: Path, stacked: int) -> None:
    config = {
        "width": WIDTH,
        "depth": DEPTH,
        "heads": 1,
        "averaged": 3,
        "window_steps": 8,
        "stacked": stacked,
        "lstm_layers": 2,
        "semantic": 8,
        "acoustic": ACOUSTIC,
    }
    encoder = make_encoder(config)
    with torch.no_grad():
        for parameter in encoder.audiomae.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape))
    state = {}
    for name, value in encoder.state_dict().items():
        if name.startswith("audiomae."):
            state[name.replace("audiomae.", "audiomae.model.", 1)] = value
        elif name not in ("centroids", "codebook"):
            state[name] = value
    torch.save(
        {
            **state,
            "audiomae.model.mask_token": torch.zeros(1, 1, 8),
            "audiomae.model.decoder_blocks.0.norm1.weight": torch.ones(8),
            "quantizer._codebook.embed": 0.1 * torch.randn(1, ACOUSTIC, WIDTH * stacked),
            "quantizer._codebook.initted": torch.tensor([True]),
        },
        path,
    )


def _write_decoder(path: Path, context: int) -> None:
    unet = make_unet(unet_config(32, context))
    vae, vocoder = make_vae(vae_config(32, SCALE)), make_vocoder(vocoder_config(32))
    with torch.no_grad():
        for parameter in unet.parameters():
            if parameter.ndim > 1 and not parameter.any():
                parameter.normal_(0.0, 0.05)  # zero-initialised branches would hide differences
        for parameter in vocoder.parameters():
            if parameter.ndim > 1:
                parameter.mul_(8.0)  # random ones are as good as silent
    torch.save(
        {
            **as_original(unet.state_dict(), unet_layers(4, 2, 2), "model.diffusion_model."),
            **as_original(vae.state_dict(), vae_layers(3, 2), "first_stage_model."),
            **as_original(vocoder.state_dict(), vocoder_layers(5), "first_stage_model.vocoder."),
            "model_ema.decay": torch.tensor(0.9999),
            "scale_factor": torch.tensor(SCALE),
            "betas": torch.zeros(1000),
        },
        path,
    )
