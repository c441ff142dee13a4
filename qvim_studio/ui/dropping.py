"""Files that come from other programs: dragged in or pasted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData


def local_file(data: QMimeData | None) -> Path | None:
    """The one local file that is dragged or pasted, if that is what it is."""
    urls = data.urls() if data is not None else []  # an empty clipboard has none
    if len(urls) == 1 and urls[0].isLocalFile():
        return Path(urls[0].toLocalFile())
    return None
