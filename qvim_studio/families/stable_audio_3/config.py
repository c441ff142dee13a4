"""Reads the structure of a published Stable Audio 3 checkpoint from its model_config.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, read_json, shown, text_of
from qvim_studio.networks.coders.same_config import SameConfig

CONFIG_FILE = "model_config.json"
TEXT_FOLDER = "t5gemma-b-b-ul2"
OBJECTIVES = ("rf_denoiser", "rectified_flow")  # distilled, and the base checkpoint
ANY = 10**9


@dataclass(frozen=True)
class DenoiserConfig:
    """Sizes of the denoiser. width, depth, heads: of the transformer. has_difference: attention is
    the difference of two attentions. norm_eps: of the blocks' norms. local_channels: channels that
    inpainting adds to each latent."""

    width: int
    depth: int
    heads: int
    has_difference: bool
    text_channels: int
    local_channels: int
    memory_tokens: int
    feed_forward: float
    norm_eps: float


@dataclass(frozen=True)
class StableAudio3Config:
    """The structure of a checkpoint.

    is_distilled: eight ping-pong steps without guidance; else Euler's method with guidance.

    longest_samples: of a sound with the room after its end. text_tokens: length to which a prompt
    is padded. longest_conditioned_s: the longest duration that can condition the network.
    """

    sample_rate: int
    longest_samples: int
    is_distilled: bool
    text_tokens: int
    longest_conditioned_s: float
    denoiser: DenoiserConfig
    coder: SameConfig

    @property
    def samples_per_latent(self) -> int:
        return self.coder.samples_per_latent


def is_stable_audio_3(folder: Path) -> bool:
    """Whether a folder's configuration belongs to this family; False for a damaged one."""
    try:
        model = _part(as_object(read_json(folder / CONFIG_FILE)), "model")
        objective = text_of(_part(model, "diffusion"), "diffusion_objective", "")
        return objective in OBJECTIVES and _conditioner(model, "prompt").get("type") == "t5gemma"
    except (OSError, ValueError):
        return False


def read_config(folder: Path) -> StableAudio3Config:
    """The configuration of a folder. Raises CheckpointError if it is damaged or of another kind."""
    try:
        return _parsed(as_object(read_json(folder / CONFIG_FILE)))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder} holds no usable Stable Audio 3: {CONFIG_FILE} cannot be read "
            f"({reason_of(error)}). Copy or download the whole checkpoint again."
        ) from error


def _parsed(values: Mapping[str, Any]) -> StableAudio3Config:
    model = _part(values, "model")
    diffusion = _part(model, "diffusion")
    objective = text_of(diffusion, "diffusion_objective", "v")
    if objective not in OBJECTIVES:
        raise ValueError(
            f"diffusion_objective is {objective!r}, expected {' or '.join(OBJECTIVES)}"
        )
    if diffusion.get("sampling_distribution_shift_options") is not None:
        raise ValueError("it has a noise schedule of its own, expected the published one")
    prompt, seconds = _conditioner(model, "prompt"), _conditioner(model, "seconds_total")
    if prompt.get("type") != "t5gemma" or seconds.get("type") != "number":
        raise ValueError("its conditioners are not T5Gemma and a duration, as published")
    return StableAudio3Config(
        sample_rate=int(_count(values, "sample_rate")),
        longest_samples=int(_count(values, "sample_size")),
        is_distilled=objective == "rf_denoiser",
        text_tokens=int(_count(_part(prompt, "config"), "max_length")),
        longest_conditioned_s=number_of(_part(seconds, "config"), "max_val", 384.0, 1.0, 1e5),
        denoiser=_denoiser(_part(diffusion, "config")),
        coder=_coder(_part(model, "pretransform")),
    )


def _denoiser(values: Mapping[str, Any]) -> DenoiserConfig:
    if number_of(values, "patch_size", 1, 1, ANY) != 1:
        raise ValueError("its denoiser joins latents to patches, expected none")
    attention = as_object(values.get("attn_kwargs") or {})
    return DenoiserConfig(
        width=int(_count(values, "embed_dim")),
        depth=int(_count(values, "depth")),
        heads=int(_count(values, "num_heads")),
        has_difference=_is_on(attention, "differential", default=False),
        text_channels=int(_count(values, "cond_token_dim")),
        local_channels=int(_count(values, "local_add_cond_dim")),
        memory_tokens=int(_count(values, "num_memory_tokens")),
        feed_forward=number_of(as_object(values.get("ff_kwargs") or {}), "mult", 4.0, 0.1, 64.0),
        # The constructor's default; diffusers has 1e-6.
        norm_eps=number_of(as_object(values.get("norm_kwargs") or {}), "eps", 1e-5, 0.0, 1.0),
    )


def _coder(pretransform: Mapping[str, Any]) -> SameConfig:
    if number_of(pretransform, "scale", 1.0, 0.0, 1e6) != 1.0:
        raise ValueError("its latents are scaled, expected latents as they are")
    coder = _part(pretransform, "config")
    patches = _part(_part(coder, "pretransform"), "config")
    encoder, decoder = (_part(_part(coder, name), "config") for name in ("encoder", "decoder"))
    stride = _only(encoder, "strides")
    for values in (encoder, decoder):
        if not _is_on(values, "differential", default=True) or not _is_on(
            values, "dyt", default=True
        ):
            raise ValueError("its coder has other attention or norms than the published ones")
        if _only(values, "strides") != stride:
            raise ValueError("its encoder and decoder have different strides")
    if _is_on(encoder, "conv_mapping", default=False):
        raise ValueError("its encoder has a wide mapping, expected a decoder with one at most")
    return SameConfig(
        audio_channels=int(_count(patches, "channels")),
        patch=int(_count(patches, "patch_size")),
        stride=stride,
        latent_channels=int(_count(coder, "latent_dim")),
        width=int(_count(encoder, "channels")) * _only(encoder, "c_mults"),
        layers=_only(encoder, "transformer_depths"),
        head_channels=int(number_of(encoder, "dim_heads", 128, 1, ANY)),
        feed_forward=int(number_of(encoder, "ff_mult", 3, 1, 64)),
        chunk=_chunk(encoder, stride),
        sine_layers=_only(decoder, "sinusoidal_blocks") if "sinusoidal_blocks" in decoder else 0,
        decoder_kernel=3 if _is_on(decoder, "conv_mapping", default=False) else 1,
    )


def _chunk(values: Mapping[str, Any], stride: int) -> int | None:
    """Latents of a chunk; None where attention slides by one latent."""
    window = values.get("sliding_window")
    if window is not None:
        if window != [1, 1]:
            raise ValueError(f"sliding_window is {shown(window)}, expected [1, 1]")
        return None
    chunk = int(number_of(values, "chunk_size", 128, 1, ANY))
    if chunk != 2 * stride or not _is_on(values, "chunk_midpoint_shift", default=False):
        raise ValueError(f"chunk_size is {chunk}, expected {2 * stride} with a shift by one half")
    return 2


def _conditioner(model: Mapping[str, Any], name: str) -> dict[str, Any]:
    configs = _part(model, "conditioning").get("configs")
    for each in configs if isinstance(configs, list) else ():
        if isinstance(each, dict) and each.get("id") == name:
            return each
    raise ValueError(f"it has no conditioner {name!r}")


def _part(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    if name not in values:
        raise ValueError(f"it has no {name}")
    return as_object(values[name])


def _count(values: Mapping[str, Any], name: str) -> float:
    if name not in values:
        raise ValueError(f"it has no {name}")
    return number_of(values, name, 0, 1, ANY)


def _only(values: Mapping[str, Any], name: str) -> int:
    """The only whole number of a list; all published coders have one level."""
    value = values.get(name)
    if not isinstance(value, list) or len(value) != 1 or type(value[0]) is not int:
        raise ValueError(f"{name} is {shown(value)}, expected a list of one whole number")
    if not 0 <= value[0] <= ANY:
        raise ValueError(f"{name} is {value[0]}, expected a count")
    return value[0]


def _is_on(values: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = values.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {shown(value)}, expected true or false")
    return value
