"""How the command line says how well a sound answers an imitation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvim_studio.core.match import DOTS, Match

DIGITS = 3  # of numbers in --json


def match_fields(match: Match | None) -> dict[str, Any]:
    """For --json: kind 1..5, movement 0..1, and what the kind was compared with. All null for words
    alone; kind alone where the ears are unsure."""
    if match is None:
        return {"kind": None, "movement": None, "compared": None}
    movement = round(match.movement, DIGITS)
    return {"kind": match.kind, "movement": movement, "compared": match.compared.value}


def match_column(fields: Mapping[str, Any]) -> str:
    """The beginning of a line about a sound, from ``match_fields``; empty for words alone."""
    kind, movement = fields["kind"], fields["movement"]
    if movement is None:
        return ""
    dots = "unsure" if kind is None else "●" * kind + "○" * (DOTS - kind)
    return f"kind {dots:6}  movement {movement:.2f}  "
