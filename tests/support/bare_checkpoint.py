"""Folders that have every part of a checkpoint by name, with nothing in them."""

from __future__ import annotations

import json
from pathlib import Path


def make_bare_checkpoint(folder: Path) -> Path:
    """An AudioLDM as far as lists look."""
    for part in ("unet", "vae", "vocoder", "scheduler"):
        (folder / part).mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "AudioLDMPipeline"}))
    return folder
