"""Turns SemantiCodec's published files into a folder of safetensors.

A rate has two pickles, ``semanticodec_tokenrate_100/encoder.ckpt`` and ``decoder.ckpt``, and tables
of centroids beside that folder, ``codebook_idx/combine_512_audioset_dominate/codebook_*_0.npy``.
The names of the tables are wrong: ``codebook_2048_0.npy`` has 4,096 rows, and so on. The largest
table is taken, because it is the most precise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from qvim_studio.checkpoints.conversion import (
    Converted,
    ConvertedPart,
    Weights,
    below,
    read_original,
    renamed,
)
from qvim_studio.checkpoints.original_names import unet_names, vae_names, vocoder_names
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.semanticodec.build import (
    make_encoder,
    make_unet,
    make_vae,
    make_vocoder,
)
from qvim_studio.families.semanticodec.config import (
    CLASS_NAME,
    ENCODER,
    MEL_BANDS,
    PATCH_ROWS,
    POSITION_WIDTH,
    STACKED,
    UNET,
    VAE,
    VOCODER,
    unet_config,
    vae_config,
    vocoder_config,
)

ENCODER_FILE, DECODER_FILE = "encoder.ckpt", "decoder.ckpt"
TABLES = "codebook_idx/combine_{pairs}_audioset_dominate/codebook_*_0.npy"
PAIRS_OF_WINDOW = 512  # at 100 tokens a second
SOURCE = (
    "the folder semanticodec_tokenrate_100 or semanticodec_tokenrate_50 of haoheliu/SemantiCodec, "
    "with codebook_idx/ beside it"
)
MAE, CODEBOOK = "audiomae.model.", "quantizer._codebook.embed"
HEAD_WIDTH = 64  # of AudioMAE's attention: ViT-B
AVERAGED = 3  # AudioMAE's layers 9, 10 and 11
RESNETS, TRANSFORMERS = 2, 2


def recognizes_source(source: Path) -> bool:
    """Whether a folder holds both of the published files of one rate."""
    return all((source / name).is_file() for name in (ENCODER_FILE, DECODER_FILE))


def convert_source(source: Path) -> Converted:
    """Every part of one rate, mapped. Raises CheckpointError."""
    encoder = read_original(source / ENCODER_FILE)
    decoder = read_original(source / DECODER_FILE)
    try:
        first = _encoder(encoder, source)
        parts = (first, *_decoder(decoder, 2 * first.weights["centroids"].shape[1]))
    except (KeyError, ValueError, IndexError) as error:
        raise CheckpointError(
            f"{source} is not a complete SemantiCodec ({error}). Download its files again."
        ) from error
    rate = 100 // first.config["stacked"]
    return Converted({"_class_name": CLASS_NAME}, parts, {"title": f"SemantiCodec {rate}"})


def _encoder(weights: Weights, source: Path) -> ConvertedPart:
    codebook = weights[CODEBOOK].reshape(-1, weights[CODEBOOK].shape[-1])
    features, mae = codebook.shape[1], below(weights, MAE)
    width = mae["cls_token"].shape[-1]
    depth = len({name.split(".")[1] for name in mae if name.startswith("blocks.")})
    stacked = features // width
    if stacked not in STACKED.values():
        raise ValueError(f"its tokens stand for {stacked} patches each; rates 100 and 50 are read")
    centroids = _centroids(source, PAIRS_OF_WINDOW // stacked, features)
    lstm = below(weights, "encoder.")
    config = {
        "width": width,
        "depth": depth,
        "heads": max(width // HEAD_WIDTH, 1),
        "averaged": AVERAGED,
        "window_steps": (mae["pos_embed"].shape[1] - 1) // PATCH_ROWS,
        "stacked": stacked,
        "lstm_layers": sum(
            name.startswith("weight_ih_l") and "reverse" not in name for name in lstm
        ),
        "semantic": len(centroids),
        "acoustic": len(codebook),
    }
    names = {f"{MAE}{name}": f"audiomae.{name}" for name in mae if not _is_of_mae_decoder(name)}
    names |= {f"encoder.{name}": f"encoder.{name}" for name in lstm}
    names["encoder_output_linear.weight"] = "encoder_output_linear.weight"
    given = {name: weights[name] for name in names}
    given |= {"centroids": centroids, "codebook": codebook}
    names |= {"centroids": "centroids", "codebook": "codebook"}
    return ConvertedPart(ENCODER, config, renamed(given, names, lambda: make_encoder(config)))


def _is_of_mae_decoder(name: str) -> bool:
    """Whether a tensor belongs to AudioMAE's decoder, which only its training used."""
    return name.startswith(("decoder_", "mask_token"))


def _centroids(source: Path, pairs: int, features: int) -> torch.Tensor:
    """The largest table of centroids of that rate, (rows, features), mapped."""
    pattern = TABLES.format(pairs=pairs)
    paths = [path for folder in (source, source.parent) for path in folder.glob(pattern)]
    # Without pickles, which a table of numbers does not need.
    tables = [np.load(path, mmap_mode="c", allow_pickle=False) for path in sorted(paths)]
    fitting = [table for table in tables if table.ndim == 2 and table.shape[1] == features]
    if not fitting:
        raise ValueError(f"found no {pattern} with {features} columns in it or beside it")
    return torch.from_numpy(max(fitting, key=len)).float()


def _decoder(weights: Weights, features: int) -> tuple[ConvertedPart, ...]:
    unet = below(weights, "model.diffusion_model.")
    first = below(weights, "first_stage_model.")
    vocoder = below(first, "vocoder.") | {
        "mean": torch.zeros(MEL_BANDS),
        "scale": torch.ones(MEL_BANDS),
    }
    halves = ("encoder.", "decoder.", "quant_conv.", "post_quant_conv.")
    vae = {name: value for name, value in first.items() if name.startswith(halves)}
    unet_settings = unet_config(unet["input_blocks.0.0.weight"].shape[0], features + POSITION_WIDTH)
    vae_settings = vae_config(
        vae["encoder.conv_in.weight"].shape[0], float(weights["scale_factor"])
    )
    vocoder_settings = vocoder_config(vocoder["conv_pre.weight"].shape[0])
    return (
        ConvertedPart(
            UNET,
            unet_settings,
            renamed(
                unet, unet_names(unet, RESNETS, TRANSFORMERS), lambda: make_unet(unet_settings)
            ),
        ),
        ConvertedPart(
            VAE, vae_settings, renamed(vae, vae_names(vae), lambda: make_vae(vae_settings))
        ),
        ConvertedPart(
            VOCODER,
            vocoder_settings,
            renamed(vocoder, vocoder_names(vocoder), lambda: make_vocoder(vocoder_settings)),
        ),
    )
