"""How curves over time enter a generator that was trained without them."""

from __future__ import annotations

from enum import Enum


class ControlKind(str, Enum):
    """FiLM scales and shifts channels, concat adds input channels, cross-attention looks at the
    curves, a ControlNet is a copy of the encoder that sees them."""

    FILM = "film"
    CONCAT = "concat"
    CROSS_ATTENTION = "cross-attention"
    CONTROLNET = "controlnet"
