"""What a person must know to choose a checkpoint, without loading anything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckpointChoice:
    """One entry of the checkpoint menu.

    commercial: "yes", "no" or "conditional": may the sounds be sold?
    steps, guidance: the checkpoint's own defaults, shown where the user chose none.
    """

    id: str
    title: str
    licence: str
    commercial: str
    is_installed: bool
    steps: int
    guidance: float
