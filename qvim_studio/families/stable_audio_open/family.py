"""Declares Stable Audio Open as a family, without torch."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, Checkpoint, Layout
from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, read_json, shown
from qvim_studio.families.diffusers_folder import class_name_of
from qvim_studio.families.stable_audio_open.options import capabilities_of
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.networks.files.weight_names import is_storable, tensor_shapes

if TYPE_CHECKING:
    from qvim_studio.families.protocol import Generator
    from qvim_studio.memory.compute_plan import ComputePlan

PIPELINE = "StableAudioPipeline"
WEIGHTED = ("projection_model", "text_encoder", "transformer", "vae")
SCHEDULE = {"sigma_min": 0.3, "sigma_max": 500.0, "sigma_data": 1.0, "solver_order": 2}
MOST = 10**6
# Elements alive at once, counted on meta tensors: in a pass of the denoiser, for each latent of its
# canvas, in units of its width; in the decoder, for each sample, in units of its narrowest width.
LATENT_ELEMENTS, SAMPLE_ELEMENTS, ELEMENT_BYTES = 75.0, 8.0, 2
PIECE_LATENTS = 128  # 5.9 s of sound in a piece, with its surroundings
TEXT_ROW_BYTES = 16 * 2**20
ENCODER = "encoder."  # in the names of T5's tensors
# Sizes of the published files, for checkpoints that are not installed.
PUBLISHED_WEIGHTS = (109_600_000, 1_057_300_000, 1_055_000_000, 18_874_368, 156_112_514)


@dataclass(frozen=True)
class StableAudioOpenConfig:
    """The sizes of a checkpoint.

    canvas: latents that the denoiser makes in every pass. text_tokens: of a padded prompt.

    width: of the denoiser. coder_width: of the coder's level at the rate of samples.
    """

    sample_rate: int
    channels: int
    latent_channels: int
    canvas: int
    samples_per_latent: int
    width: int
    coder_width: int


PUBLISHED = StableAudioOpenConfig(44_100, 2, 64, 1024, 2048, 1536, 128)


class StableAudioOpenFamily:
    """See families.protocol.Family."""

    id = "stable_audio_open"
    layout = Layout(INDEX_FILE, WEIGHTED, ("scheduler", "tokenizer"))

    def recognizes(self, folder: Path) -> bool:
        return class_name_of(folder) == PIPELINE

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        config = PUBLISHED if checkpoint.folder is None else read_config(checkpoint.folder)
        seconds = config.canvas * config.samples_per_latent / config.sample_rate
        max_s = math.floor(seconds * 10) / 10
        return capabilities_of(config.sample_rate, config.channels, max_s)

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        if checkpoint.folder is None:
            return _footprint(PUBLISHED, *PUBLISHED_WEIGHTS)
        return _footprint(read_config(checkpoint.folder), *_read_weights(checkpoint.folder))

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        from qvim_studio.families.stable_audio_open.generator import StableAudioOpenGenerator
        from qvim_studio.families.stable_audio_open.parts import load_stable_audio_open

        return StableAudioOpenGenerator(load_stable_audio_open(checkpoint.installed_folder(), plan))


def read_config(folder: Path) -> StableAudioOpenConfig:
    """The configuration of a folder. Raises CheckpointError if it is damaged or of another kind."""
    name = ""
    try:
        name = "vae"
        coder = _config(folder / "vae")
        name = "transformer"
        denoiser = _config(folder / "transformer")
        name = "scheduler"
        _check_schedule(as_object(read_json(folder / "scheduler" / "scheduler_config.json")))
        name = "vae"
        ratios = coder.get("downsampling_ratios")
        if not isinstance(ratios, list) or not ratios or any(type(r) is not int for r in ratios):
            raise ValueError(f"downsampling_ratios is {shown(ratios)}, expected whole numbers")
        heads, head = (
            int(number_of(denoiser, each, default, 1, MOST))
            for each, default in (("num_attention_heads", 24), ("attention_head_dim", 64))
        )
        return StableAudioOpenConfig(
            sample_rate=int(number_of(coder, "sampling_rate", 44_100, 1, MOST)),
            channels=int(number_of(coder, "audio_channels", 2, 1, 2)),
            latent_channels=int(number_of(denoiser, "in_channels", 64, 1, MOST)),
            canvas=int(number_of(denoiser, "sample_size", 1024, 1, MOST)),
            samples_per_latent=math.prod(ratios),
            width=heads * head,
            coder_width=int(number_of(coder, "decoder_channels", 128, 1, MOST)),
        )
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder} holds no usable Stable Audio Open: the configuration in {name}/ "
            f"cannot be read ({reason_of(error)}). Copy or download the whole checkpoint again."
        ) from error


def _config(folder: Path) -> dict[str, Any]:
    return as_object(read_json(folder / "config.json"))


def _check_schedule(values: Mapping[str, Any]) -> None:
    """Refuse a schedule that our own solver does not compute."""
    for name, published in SCHEDULE.items():
        got = number_of(values, name, published, 0, MOST)
        if got != published:
            raise ValueError(f"{name} is {got}, expected {published}")
    if values.get("sigma_schedule", "exponential") != "exponential":
        raise ValueError(f"sigma_schedule is {shown(values['sigma_schedule'])}")
    if values.get("prediction_type", "v_prediction") != "v_prediction":
        raise ValueError(f"prediction_type is {shown(values['prediction_type'])}")


def _read_weights(folder: Path) -> tuple[int, int, int, int, int]:
    """Numbers of weights: of the text encoder, of the denoiser, of its part that can be stored in
    few bits, of its largest layer, and of the coder."""
    try:
        parts = {name: tensor_shapes(folder / name) for name in WEIGHTED}
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Copy or download "
            "it again."
        ) from error
    counts = {name: sum(map(math.prod, shapes.values())) for name, shapes in parts.items()}
    denoiser = parts["transformer"].items()
    storable = [math.prod(shape) for name, shape in denoiser if is_storable(name, shape)]
    return (
        counts["text_encoder"] + counts["projection_model"],
        counts["transformer"],
        sum(storable),
        max(storable, default=0),
        counts["vae"],
    )


def _footprint(
    config: StableAudioOpenConfig,
    text: int,
    denoiser: int,
    storable: int,
    largest_layer: int,
    coder: int,
) -> Footprint:
    canvas_bytes = LATENT_ELEMENTS * config.width * config.canvas * ELEMENT_BYTES
    around = 2 * 16 * config.samples_per_latent  # the overlap of a piece
    sample_bytes = SAMPLE_ELEMENTS * config.coder_width * ELEMENT_BYTES
    return Footprint(
        (
            Stage("text", text, row_bytes=TEXT_ROW_BYTES),
            Stage(
                "denoise",
                denoiser,
                storable,
                largest_layer,
                row_bytes=math.ceil(canvas_bytes),
                rows=2,
                is_batched=True,
            ),
            Stage(
                "decode",
                coder,
                row_bytes=math.ceil(around * sample_bytes),
                row_bytes_per_s=math.ceil(config.sample_rate * sample_bytes),
                piece_s=PIECE_LATENTS * config.samples_per_latent / config.sample_rate,
            ),
        )
    )


FAMILY = StableAudioOpenFamily()
