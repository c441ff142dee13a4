"""Derives shapes and weights of published MusicGens that are not installed from a few numbers."""

from __future__ import annotations

from collections.abc import Mapping

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.shape import BACKBONE, MusicgenShape
from qvim_studio.networks.coders.encodec_shape import EncodecShape

# All of them share the coder facebook/encodec_32khz and the text encoder of T5-base.
ENCODEC_32KHZ = EncodecShape(
    sample_rate_hz=32_000,
    ratios=(8, 5, 4, 4),
    filters=64,
    width=128,
    codebooks=4,
    codebook_size=2048,
    lstm_layers=2,
    residual_layers=1,
    kernel=7,
    last_kernel=7,
    residual_kernel=3,
    compress=2,
    is_causal=False,
    has_conv_shortcut=False,
    pad_mode="reflect",
)
CODER_WEIGHTS, TEXT_WEIGHTS = 58_000_000, 109_628_544
TEXT_WIDTH, HEAD_WIDTH, CHROMA_BINS, CHROMA_FRAMES = 768, 64, 12, 235


def published_shape(sizes: Mapping[str, int]) -> MusicgenShape:
    """The shape by the registry's sizes: layers, width, channels, and has_melody (1 or 0).

    Raises CheckpointError if one of them is missing.
    """
    missing = [name for name in ("layers", "width", "channels") if not sizes.get(name)]
    if missing:
        raise CheckpointError(
            f"The registry does not say the {missing[0]} of this MusicGen, so its memory is not "
            "known. Download it to see."
        )
    width, channels = sizes["width"], sizes["channels"]
    return MusicgenShape(
        has_melody=bool(sizes.get("has_melody")),
        layers=sizes["layers"],
        width=width,
        feed_forward=4 * width,
        heads=width // HEAD_WIDTH,
        vocabulary=ENCODEC_32KHZ.codebook_size,
        codebooks=channels * ENCODEC_32KHZ.codebooks,
        channels=channels,
        chroma_bins=CHROMA_BINS,
        chroma_frames=CHROMA_FRAMES,
        text_width=TEXT_WIDTH,
        text={},
        coder=ENCODEC_32KHZ,
    )


def published_weights(shape: MusicgenShape) -> dict[str, tuple[int, ...]]:
    """Shapes of weights by their names in the files; text encoder and coder count as one each."""
    width = shape.width
    sizes: dict[str, tuple[int, ...]] = {"text_encoder.all": (TEXT_WEIGHTS,)}
    sizes["audio_encoder.all"] = (CODER_WEIGHTS,)
    attentions = ("self_attn",) if shape.has_melody else ("self_attn", "encoder_attn")
    for number in range(shape.layers):
        layer = f"{BACKBONE}layers.{number}."
        for name in (f"{a}.{part}_proj" for a in attentions for part in ("k", "v", "q", "out")):
            sizes[f"{layer}{name}.weight"] = (width, width)
        sizes[f"{layer}fc1.weight"] = sizes[f"{layer}fc2.weight"] = (shape.feed_forward, width)
        norms = 1 + len(attentions)  # each with a bias
        sizes[f"{layer}norms"] = (2 * norms, width)
    sizes["tables and heads"] = (2 * shape.vocabulary + 1, width * shape.codebooks)
    sizes["last norm and projections"] = (TEXT_WIDTH + 3 + shape.has_melody * 13, width)
    return sizes
