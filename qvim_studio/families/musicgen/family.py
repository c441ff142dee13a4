"""Declares MusicGen as a family of generators."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import Layout
from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute, Windows
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.core.request import MAX_AT_ONCE_S, MIN_DURATION_S
from qvim_studio.families.musicgen.published import published_shape, published_weights
from qvim_studio.families.musicgen.shape import (
    BACKBONE,
    CONFIG_FILE,
    MusicgenShape,
    is_musicgen,
    read_shape,
)
from qvim_studio.memory.footprint import COUNTED_BYTES, Footprint, Stage
from qvim_studio.networks.files.weight_names import is_storable, tensor_shapes

if TYPE_CHECKING:
    from qvim_studio.checkpoints.checkpoint import Checkpoint
    from qvim_studio.families.musicgen.generator import MusicgenGenerator
    from qvim_studio.memory.compute_plan import ComputePlan

WINDOW_S = 30.0  # the checkpoints' training length; longer sounds take several windows
KEPT_S = 12.0  # the end of a window that the next continues (audiocraft: extend_stride 18 s)
PIECES_OF_WORDS = 128  # tokens counted for a text; each further token takes as much as a code
PUBLISHED_RATE_HZ = 32_000
DECODED_FRAMES = 50  # codes decoded at once: one second
DECODED_AROUND = 10  # frames decoded with them, before and after
HALVES = 2  # of guidance
FLOAT_IN_HALVES = 2  # a float32 weight takes the room of two 16-bit weights
# Elements alive at once, counted by test_family.py: states of the transformer's width for each
# token read, beside two of the feed-forward layer; elements for each decoded sample and filter of
# the coder's last level; elements for each piece of a text and unit of its encoder's width.
READING_STATES, CODER_ELEMENTS, TEXT_ELEMENTS = 8, 6, 40

LAYOUT = Layout(CONFIG_FILE, (".",))
# Defaults of audiocraft (MusicGen.set_generation_params: cfg_coef 3, top_k 250). The top_k of 50
# in transformers is its default for text models.
OPTIONS = (
    Option("guidance", "Guidance", 3.0, Role.ADHERENCE, 1.0, 10.0, 0.5),
    Option("temperature", "Temperature", 1.0, Role.VARIETY, 0.1, 2.0, 0.05),
    Option("top_k", "Likeliest codes", 250, Role.EXPERT, 1, 2048, 1),
    Option("top_p", "Share of the likeliest codes", 1.0, Role.EXPERT, 0.05, 1.0, 0.05),
)
# Without guidance, half of the work is saved. Guidance above the published value follows words and
# melody more closely and varies less.
PRESETS = (
    Preset("sketch", "Sketch", OptionValues({"guidance": 1.0})),
    Preset("standard", "Standard", OptionValues({"guidance": 3.0})),
    Preset("fine", "Fine", OptionValues({"guidance": 4.0, "top_p": 0.95})),
)


class MusicgenFamily:
    """MusicGen-Melody and the text models, mono and stereo, in transformers' layout."""

    id = "musicgen"
    layout = LAYOUT

    def recognizes(self, folder: Path) -> bool:
        return is_musicgen(folder)

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        """The checkpoint's capabilities; from the registry if it is not installed.

        Raises CheckpointError for a damaged folder.
        """
        if checkpoint.folder is None:
            has_melody = Input.MELODY.value in checkpoint.capabilities
            rate_hz, channels = PUBLISHED_RATE_HZ, 1 + ("stereo" in checkpoint.capabilities)
        else:
            shape = read_shape(checkpoint.folder)
            has_melody, channels = shape.has_melody, shape.channels
            rate_hz = shape.coder.sample_rate_hz
        inputs = {Input.TEXT, Input.NEGATIVE_TEXT}
        return Capabilities(
            inputs=frozenset(inputs | {Input.VOICE, Input.MELODY} if has_melody else inputs),
            edits=frozenset({EditKind.CONTINUE}),
            voice_route=VoiceRoute.MELODY if has_melody else VoiceRoute.NONE,
            sample_rate_hz=rate_hz,
            channels=channels,
            min_s=MIN_DURATION_S,
            max_s=MAX_AT_ONCE_S,
            windows=Windows(WINDOW_S, KEPT_S),
            has_previews=True,
            options=OPTIONS,
            presets=PRESETS,
        )

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        """The footprint by the checkpoint's files; by the registry's sizes if it is not installed.

        Raises CheckpointError if the files are damaged or the registry has no sizes.
        """
        folder = checkpoint.folder
        if folder is None:
            shape = published_shape(checkpoint.sizes)
            return footprint_of(shape, published_weights(shape))
        shape = read_shape(folder)
        try:
            sizes = tensor_shapes(folder)
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise CheckpointError(
                f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Copy or "
                "download it again."
            ) from error
        return footprint_of(shape, sizes)

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> MusicgenGenerator:
        from qvim_studio.families.musicgen.generator import MusicgenGenerator
        from qvim_studio.families.musicgen.parts import load_musicgen

        return MusicgenGenerator(checkpoint, load_musicgen(checkpoint.installed_folder(), plan))


def footprint_of(shape: MusicgenShape, sizes: Mapping[str, tuple[int, ...]]) -> Footprint:
    """The footprint of a shape. sizes: shapes of the tensors, by their names in the published file.

    Reading the text is a stage of its own; codes and sound are made side by side. A row is a
    variation with both halves of its guidance: the keys and values of both stay in memory, even
    where the halves are computed one after the other.
    """
    weights = {name: math.prod(size) for name, size in sizes.items()}

    def count(prefix: str) -> int:
        return sum(number for name, number in weights.items() if name.startswith(prefix))

    text, coder = count("text_encoder."), count("audio_encoder.")
    storable = [
        weights[name]
        for name, size in sizes.items()
        if name.startswith(f"{BACKBONE}layers.") and is_storable(name, size)
    ]
    frames_per_s = shape.coder.frames_per_s
    token_bytes = 2 * shape.layers * shape.width * COUNTED_BYTES  # a key and a value in each layer
    front = PIECES_OF_WORDS + (shape.chroma_frames if shape.has_melody else 0)
    tokens = front + KEPT_S * frames_per_s  # read at once at the beginning of a window
    reading = tokens * (2 * shape.feed_forward + READING_STATES * shape.width) * COUNTED_BYTES
    samples = (DECODED_FRAMES + DECODED_AROUND) * shape.coder.hop * shape.channels
    decoding = samples * shape.coder.filters * CODER_ELEMENTS * FLOAT_IN_HALVES * COUNTED_BYTES
    words = Stage(
        "text",
        text,
        row_bytes=PIECES_OF_WORDS * shape.text_width * TEXT_ELEMENTS * COUNTED_BYTES,
        on_processor=True,
    )
    codes = Stage(
        "codes",
        sum(weights.values()) - text - coder + FLOAT_IN_HALVES * coder,
        storable=sum(storable),
        largest_layer=max(storable, default=0),
        is_batched=True,
        row_bytes=round(HALVES * front * token_bytes + max(HALVES * reading, decoding)),
        row_bytes_per_s=round(HALVES * frames_per_s * token_bytes),
        piece_s=WINDOW_S,
    )
    return Footprint((words, codes))


FAMILY = MusicgenFamily()
