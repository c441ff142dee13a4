"""Reads the sizes of a MusicGen checkpoint from its configuration, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, read_json, shown
from qvim_studio.networks.coders.encodec_shape import EncodecShape

CONFIG_FILE = "config.json"
MELODY_TYPE, WORDS_TYPE = "musicgen_melody", "musicgen"  # as transformers spells them
BACKBONE = "decoder.model.decoder."  # in front of the names of the transformer's weights


@dataclass(frozen=True)
class MusicgenShape:
    """The sizes of one checkpoint.

    has_melody: whether chroma conditions it (MusicGen-Melody). width, feed_forward, heads, layers:
    of the transformer over codes. channels: 1, or 2 whose codebooks alternate. chroma_bins,
    chroma_frames: of the melody in front of the codes. text_width: of the text encoder, whose own
    configuration is ``text``.
    """

    has_melody: bool
    layers: int
    width: int
    feed_forward: int
    heads: int
    vocabulary: int
    codebooks: int
    channels: int
    chroma_bins: int
    chroma_frames: int
    text_width: int
    text: Mapping[str, Any]
    coder: EncodecShape

    @property
    def silent_code(self) -> int:
        """The code before a codebook begins and after it ends: the token after all codes."""
        return self.vocabulary

    @property
    def delays(self) -> tuple[int, ...]:
        """The delay of each codebook in frames (Copet et al. 2023, section 2.2, "delay")."""
        return tuple(codebook // self.channels for codebook in range(self.codebooks))


def read_shape(folder: Path) -> MusicgenShape:
    """The shape of the checkpoint in a folder. Raises CheckpointError for a folder of another kind
    or a damaged configuration."""
    path = folder / CONFIG_FILE
    try:
        return _shape(as_object(read_json(path)))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} does not describe a MusicGen that can be loaded ({reason_of(error)}). "
            "Copy or download the checkpoint again."
        ) from error


def is_musicgen(folder: Path) -> bool:
    """Whether the configuration names this family, whatever else is in the folder."""
    try:
        kind = as_object(read_json(folder / CONFIG_FILE)).get("model_type")
    except (OSError, ValueError):
        return False
    return kind in (MELODY_TYPE, WORDS_TYPE)


def _shape(config: Mapping[str, Any]) -> MusicgenShape:
    kind = config.get("model_type")
    if kind not in (MELODY_TYPE, WORDS_TYPE):
        raise ValueError(f"model_type is {shown(kind)}, expected {MELODY_TYPE} or {WORDS_TYPE}")
    decoder, text = as_object(config.get("decoder")), as_object(config.get("text_encoder"))
    for part, name, wanted in (
        (text, "model_type", "t5"),
        (as_object(config.get("audio_encoder")), "model_type", "encodec"),
        (decoder, "activation_function", "gelu"),
    ):
        if part.get(name, wanted) != wanted:
            raise ValueError(f"{name} is {shown(part[name])}, expected {wanted}")
    coder = EncodecShape.from_config(as_object(config["audio_encoder"]))

    def whole(source: Mapping[str, Any], name: str, default: int) -> int:
        return int(number_of(source, name, default, 1, 1_000_000))

    shape = MusicgenShape(
        has_melody=kind == MELODY_TYPE,
        layers=whole(decoder, "num_hidden_layers", 24),
        width=whole(decoder, "hidden_size", 1024),
        feed_forward=whole(decoder, "ffn_dim", 4096),
        heads=whole(decoder, "num_attention_heads", 16),
        vocabulary=whole(decoder, "vocab_size", 2048),
        codebooks=whole(decoder, "num_codebooks", 4),
        channels=int(number_of(decoder, "audio_channels", 1, 1, 2)),
        chroma_bins=whole(config, "num_chroma", 12),
        chroma_frames=whole(config, "chroma_length", 235),
        text_width=whole(text, "d_model", 512),
        text=text,
        coder=coder,
    )
    if shape.codebooks != coder.codebooks * shape.channels:
        raise ValueError(
            f"{shape.codebooks} codebooks for {shape.channels} channels, expected "
            f"{coder.codebooks} for each"
        )
    if shape.width % (2 * shape.heads) or shape.vocabulary != coder.codebook_size:
        raise ValueError(
            f"width {shape.width} with {shape.heads} heads and {shape.vocabulary} codes of "
            f"{coder.codebook_size} do not fit together"
        )
    return shape
