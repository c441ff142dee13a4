"""Reads checkpoints in the layout of diffusers: a folder for each part, and an index that names
them."""

from __future__ import annotations

from pathlib import Path

from qvim_studio.checkpoints.checkpoint import INDEX_FILE
from qvim_studio.core.text.json_text import as_object, read_json


def class_name_of(folder: Path) -> str:
    """The class name of a folder's pipeline; empty if the folder states none."""
    try:
        name = as_object(read_json(folder / INDEX_FILE)).get("_class_name")
    except (OSError, ValueError):
        return ""
    return name if isinstance(name, str) else ""
