"""Reads the shape of an EnCodec from its configuration, without torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qvim_studio.core.text.json_text import number_of, shown, text_of

DILATION_GROWTH = 2  # from one residual layer to the next


@dataclass(frozen=True)
class EncodecShape:
    """The shape of the network. ratios: of the decoder's upsampling layers."""

    sample_rate_hz: int
    ratios: tuple[int, ...]
    filters: int
    width: int
    codebooks: int
    codebook_size: int
    lstm_layers: int
    residual_layers: int
    kernel: int
    last_kernel: int
    residual_kernel: int
    compress: int
    is_causal: bool
    has_conv_shortcut: bool
    pad_mode: str

    @property
    def hop(self) -> int:
        """Samples of a frame."""
        return math.prod(self.ratios)

    @property
    def frames_per_s(self) -> float:
        return self.sample_rate_hz / self.hop

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> EncodecShape:
        """The shape in transformers' EncodecConfig. Raises ValueError for an unsupported kind."""
        required = {
            "audio_channels": 1,
            "normalize": False,
            "chunk_length_s": None,
            "norm_type": "weight_norm",
            "trim_right_ratio": 1.0,
            "dilation_growth_rate": DILATION_GROWTH,
        }
        for name, wanted in required.items():
            if config.get(name, wanted) != wanted:
                raise ValueError(f"{name} is {shown(config[name])}, expected {shown(wanted)}")
        ratios = config.get("upsampling_ratios", [8, 5, 4, 2])
        is_list = isinstance(ratios, list) and all(type(r) is int and 1 < r < 64 for r in ratios)
        if not (is_list and ratios):
            raise ValueError(f"upsampling_ratios is {shown(ratios)}, expected whole numbers")

        def whole(name: str, default: int, high: int = 65_536) -> int:
            return int(number_of(config, name, default, 1, high))

        rate, size = whole("sampling_rate", 24_000, 384_000), whole("codebook_size", 1024)
        frames_per_s = math.ceil(rate / math.prod(ratios))
        kilobits = config.get("target_bandwidths", [1.5, 3.0, 6.0, 12.0, 24.0])
        if not (isinstance(kilobits, list) and kilobits and isinstance(kilobits[-1], (int, float))):
            raise ValueError(f"target_bandwidths is {shown(kilobits)}, expected numbers")
        bits_per_s = frames_per_s * math.ceil(math.log2(size))
        width = whole("hidden_size", 128)
        if config.get("codebook_dim") not in (None, width):
            raise ValueError(f"codebook_dim is {shown(config['codebook_dim'])}, expected {width}")
        return cls(
            sample_rate_hz=rate,
            ratios=tuple(ratios),
            filters=whole("num_filters", 32),
            width=width,
            codebooks=max(1, int(1000 * kilobits[-1] // bits_per_s)),
            codebook_size=size,
            lstm_layers=whole("num_lstm_layers", 2, 16),
            residual_layers=whole("num_residual_layers", 1, 16),
            kernel=whole("kernel_size", 7, 64),
            last_kernel=whole("last_kernel_size", 7, 64),
            residual_kernel=whole("residual_kernel_size", 3, 64),
            compress=whole("compress", 2, 64),
            is_causal=config.get("use_causal_conv", True) is True,
            has_conv_shortcut=config.get("use_conv_shortcut", True) is True,
            pad_mode=text_of(config, "pad_mode", "reflect"),
        )
