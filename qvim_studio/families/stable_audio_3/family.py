"""Declares Stable Audio 3 as a family, without torch."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout
from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.stable_audio_3.config import (
    CONFIG_FILE,
    TEXT_FOLDER,
    DenoiserConfig,
    is_stable_audio_3,
    read_config,
)
from qvim_studio.families.stable_audio_3.options import capabilities_of
from qvim_studio.families.stable_audio_3.published_names import (
    coder_name,
    denoiser_name,
    duration_name,
)
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.networks.files.weight_names import is_storable, tensor_shapes

if TYPE_CHECKING:
    from qvim_studio.families.protocol import Generator
    from qvim_studio.memory.compute_plan import ComputePlan

SAMPLE_RATE, CHANNELS = 44_100, 2
PUBLISHED_RATIO = 4096  # samples per latent
BASE = "-base"  # ends the names of the checkpoints before distillation
ENCODER = ".encoder."  # in the names of T5Gemma's tensors
LONGEST_S, LONGEST_OF_SMALL_S = 380.0, 120.0
HEADROOM_S = 6.0  # the same as in the options
# Elements alive at once in a pass of the denoiser, in units of its width: for a row of any length
# (memory tokens, words, gates) and for each latent; counted on meta tensors. Norms are computed in
# 32 bits, the rest in 16.
ROW_ELEMENTS, LATENT_ELEMENTS, ELEMENT_BYTES = 2600, 23, 3
# The same for the coder, in units of its width, all in 32 bits.
CODER_ROW_ELEMENTS, CODER_LATENT_ELEMENTS, CODER_ELEMENT_BYTES = 3200, 380, 4
PIECE_LATENTS = 128  # the same as in networks.same_coder
TEXT_ROW_BYTES = 32 * 2**20  # 256 tokens through T5Gemma


@dataclass(frozen=True)
class Sizes:
    """Numbers of weights of each part; largest_layer: of the denoiser."""

    text: int
    denoiser: int
    storable: int
    largest_layer: int
    coder: int


# Sizes of the published files, for checkpoints that are not installed. Small: 1024 wide with
# SAME-S; medium: 1536 wide with SAME-L.
TEXT_WEIGHTS = 281_600_000
PUBLISHED = {
    "small": (
        Sizes(TEXT_WEIGHTS, 459_131_664, 458_000_000, 8_388_608, 108_244_529),
        DenoiserConfig(1024, 20, 16, False, 768, 257, 64, 4.0, 1e-5),
        768,
    ),
    "medium": (
        Sizes(TEXT_WEIGHTS, 1_453_170_960, 1_452_000_000, 18_874_368, 852_127_073),
        DenoiserConfig(1536, 24, 24, True, 768, 257, 64, 4.0, 1e-5),
        1536,
    ),
}


class StableAudio3Family:
    """See families.protocol.Family."""

    id = "stable_audio_3"
    layout = Layout(CONFIG_FILE, (".", TEXT_FOLDER))

    def recognizes(self, folder: Path) -> bool:
        return is_stable_audio_3(folder)

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        if checkpoint.folder is None:
            name = checkpoint.repo or checkpoint.id
            longest_s = LONGEST_S if "medium" in name else LONGEST_OF_SMALL_S
            return capabilities_of(
                SAMPLE_RATE, CHANNELS, longest_s, is_distilled=not name.endswith(BASE)
            )
        config = read_config(checkpoint.folder)
        longest_s = math.floor(config.longest_samples / config.sample_rate * 10) / 10
        return capabilities_of(
            config.sample_rate,
            config.coder.audio_channels,
            min(longest_s, config.longest_conditioned_s, LONGEST_S),
            is_distilled=config.is_distilled,
        )

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        if checkpoint.folder is None:
            name = checkpoint.repo or checkpoint.id
            size = "medium" if "medium" in name else "small"
            per_s = SAMPLE_RATE / PUBLISHED_RATIO
            return _footprint(*PUBLISHED[size], per_s, is_distilled=not name.endswith(BASE))
        config = read_config(checkpoint.folder)
        sizes = read_sizes(checkpoint.folder)
        per_s = config.sample_rate / config.samples_per_latent
        return _footprint(
            sizes, config.denoiser, config.coder.width, per_s, is_distilled=config.is_distilled
        )

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        from qvim_studio.families.stable_audio_3.generator import StableAudio3Generator
        from qvim_studio.families.stable_audio_3.parts import load_stable_audio_3

        return StableAudio3Generator(load_stable_audio_3(checkpoint.installed_folder(), plan))


def read_sizes(folder: Path) -> Sizes:
    """The sizes in the headers of the files. Raises CheckpointError if they are damaged."""
    try:
        published = tensor_shapes(folder)
        text = tensor_shapes(folder / TEXT_FOLDER)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Copy or download "
            "it again."
        ) from error
    denoiser = {
        own: shape for name, shape in published.items() if (own := denoiser_name(name)) is not None
    }
    storable = [math.prod(shape) for name, shape in denoiser.items() if is_storable(name, shape)]
    return Sizes(
        text=_count({name: shape for name, shape in text.items() if ENCODER in f".{name}"}),
        denoiser=_count(denoiser)
        + _count({name: shape for name, shape in published.items() if duration_name(name)}),
        storable=sum(storable),
        largest_layer=max(storable, default=0),
        coder=_count({name: shape for name, shape in published.items() if coder_name(name)}),
    )


def _count(shapes: Mapping[str, tuple[int, ...]]) -> int:
    return sum(map(math.prod, shapes.values()))


def _footprint(
    sizes: Sizes,
    denoiser: DenoiserConfig,
    coder_width: int,
    latents_per_s: float,
    *,
    is_distilled: bool,
) -> Footprint:
    latent_bytes = LATENT_ELEMENTS * denoiser.width * ELEMENT_BYTES
    room = HEADROOM_S * latents_per_s * latent_bytes
    coder_latent_bytes = CODER_LATENT_ELEMENTS * coder_width * CODER_ELEMENT_BYTES
    return Footprint(
        (
            Stage("text", sizes.text, row_bytes=TEXT_ROW_BYTES),
            Stage(
                "denoise",
                sizes.denoiser,
                sizes.storable,
                sizes.largest_layer,
                row_bytes=math.ceil(ROW_ELEMENTS * denoiser.width * ELEMENT_BYTES + room),
                row_bytes_per_s=math.ceil(latents_per_s * latent_bytes),
                rows=1 if is_distilled else 2,
                is_batched=True,
            ),
            Stage(
                "decode",
                sizes.coder,
                row_bytes=CODER_ROW_ELEMENTS * coder_width * CODER_ELEMENT_BYTES,
                row_bytes_per_s=math.ceil(latents_per_s * coder_latent_bytes),
                piece_s=PIECE_LATENTS / latents_per_s,
            ),
        )
    )


FAMILY = StableAudio3Family()
