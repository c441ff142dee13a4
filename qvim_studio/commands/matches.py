"""Formats how well a sound matches an imitation, for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvim_studio.core.match import DOTS


def match_column(fields: Mapping[str, Any]) -> str:
    """The beginning of a line about a sound, from ``match_facts``; empty for words alone."""
    kind, movement = fields["kind"], fields["movement"]
    if movement is None:
        return ""
    dots = "unsure" if kind is None else "●" * kind + "○" * (DOTS - kind)
    return f"kind {dots:6}  movement {movement:.2f}  "
