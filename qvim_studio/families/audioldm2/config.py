"""Reads the configuration files of an AudioLDM 2 folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json, shown
from qvim_studio.families.audioldm.family import SAMPLE_RATE_HZ
from qvim_studio.families.audioldm.sizes import MEL_BINS, MEL_PER_LATENT, SAMPLES_PER_MEL
from qvim_studio.families.diffusers_folder import class_name_of

PIPELINE = "AudioLDM2Pipeline"
CONVERTED_HEADS = 8  # the value of every converted configuration, at all levels
HEAD_CHANNELS = 32  # of each attention head in the original networks
WIDTHS = (128, 256, 384, 640)  # of the original networks, all three of them
NEW_TOKENS = 8  # tokens of the language model, if its configuration does not state them
# RoBERTa's, which the CLAP was trained with; transformers' default for CLAP is the other.
ORIGINAL_NORM_EPS, DEFAULT_NORM_EPS = 1e-5, 1e-12
PARTS = (
    "unet",
    "vae",
    "vocoder",
    "text_encoder",
    "text_encoder_2",
    "projection_model",
    "language_model",
)


@dataclass(frozen=True)
class AudioLdm2Config:
    """heads: of the UNet's attention by level, if a converted file states them wrongly; None if the
    file is right. text_options: options for loading the CLAP.

    new_tokens: the number of tokens that the language model makes.
    """

    heads: tuple[int, ...] | None
    text_options: dict[str, Any]
    new_tokens: int
    latent_channels: int


def is_audioldm2(folder: Path) -> bool:
    """Whether a folder states that it holds an AudioLDM 2; False for damaged files."""
    return class_name_of(folder) == PIPELINE


def read_config(folder: Path) -> AudioLdm2Config:
    """The configuration of a folder. Raises CheckpointError if a file is damaged or of an
    unsupported kind."""
    configs = {part: _read(folder, part) for part in PARTS}
    try:
        _check_streams(configs)
        _check_sound(configs)
        return AudioLdm2Config(
            heads=original_heads(configs["unet"]),
            text_options=_text_options(configs["text_encoder"]),
            new_tokens=_whole(configs["language_model"], "max_new_tokens", NEW_TOKENS),
            latent_channels=_whole(configs["vae"], "latent_channels"),
        )
    except ValueError as error:
        raise CheckpointError(
            f"The checkpoint in {folder} is not a usable AudioLDM 2: {error}. Choose "
            "cvssp/audioldm2, audioldm2-large or audioldm2-music, or copy the folder again."
        ) from error


def original_heads(unet: dict[str, Any]) -> tuple[int, ...] | None:
    """The heads of each level as trained, if the file is a converted one; None if the file is
    right.

    diffusers calls the number of heads ``attention_head_dim``. The converter wrote 8 everywhere;
    the original has heads of 32 channels, and with other heads the same weights give other results.
    """
    is_converted = (
        unet.get("attention_head_dim") == CONVERTED_HEADS
        and tuple(_wholes(unet, "block_out_channels")) == WIDTHS
    )
    return tuple(width // HEAD_CHANNELS for width in WIDTHS) if is_converted else None


def _text_options(clap: dict[str, Any]) -> dict[str, Any]:
    named = as_object(clap.get("text_config") or {})
    is_default = named.get("layer_norm_eps", DEFAULT_NORM_EPS) == DEFAULT_NORM_EPS
    return {"layer_norm_eps": ORIGINAL_NORM_EPS} if is_default else {}


def _check_streams(configs: dict[str, dict[str, Any]]) -> None:
    """Check that language model and T5 have the widths that the UNet expects."""
    kind = configs["text_encoder_2"].get("model_type")
    if kind != "t5":
        raise ValueError(
            f"its second text encoder is of the kind {shown(kind)}, expected t5 (the variants that "
            "speak a text are left out)"
        )
    made = _whole(configs["language_model"], "n_embd", 768)
    read = _whole(configs["text_encoder_2"], "d_model")
    levels = configs["unet"].get("cross_attention_dim")
    for level in levels if isinstance(levels, list) and levels else [None]:
        if level not in ([None, made, read], [None, made, read, None]):
            raise ValueError(
                f"a level of its UNet listens to {shown(level)}, expected [null, {made}, {read}] "
                f"or [null, {made}, {read}, null]"
            )


def _check_sound(configs: dict[str, dict[str, Any]]) -> None:
    """Check that latents, spectrograms and samples have the supported shapes."""
    vae, vocoder = configs["vae"], configs["vocoder"]
    channels = _whole(vae, "latent_channels")
    hop = math.prod(_wholes(vocoder, "upsample_rates"))
    factor = 2 ** (len(_wholes(vae, "block_out_channels")) - 1)
    wanted = {
        "channels into the UNet": (_whole(configs["unet"], "in_channels"), channels),
        "mel frames for each latent frame": (factor, MEL_PER_LATENT),
        "mel bands": (_whole(vocoder, "model_in_dim"), MEL_BINS),
        "Hz as its sample rate": (_whole(vocoder, "sampling_rate"), SAMPLE_RATE_HZ),
        "samples for each mel frame": (hop, SAMPLES_PER_MEL),
    }
    for what, (got, expected) in wanted.items():
        if got != expected:
            raise ValueError(f"it has {got} {what}, expected {expected}")


def _whole(values: dict[str, Any], name: str, default: int | None = None) -> int:
    value = values.get(name, default)
    if type(value) is not int or value < 1:
        raise ValueError(f"{name} is {shown(value)}, expected a whole number")
    return value


def _wholes(values: dict[str, Any], name: str) -> list[int]:
    value = values.get(name)
    if not isinstance(value, list) or not value:
        raise ValueError(f"{name} is {shown(value)}, expected whole numbers")
    if any(type(each) is not int or each < 1 for each in value):
        raise ValueError(f"{name} is {shown(value)}, expected whole numbers")
    return value


def _read(folder: Path, part: str) -> dict[str, Any]:
    path = folder / part / "config.json"
    try:
        return as_object(read_json(path))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"The part {part}/ of the checkpoint in {folder} has no readable config.json "
            f"({reason_of(error)}). Copy or download it again."
        ) from error
