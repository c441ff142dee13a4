"""Writes small text files completely or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def save_text(path: Path, text: str) -> None:
    """Write UTF-8 completely or not at all. Raises OSError; the old file is then unchanged."""
    temporary = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
