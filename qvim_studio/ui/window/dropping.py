"""Reads files that other programs provide by drag and drop or the clipboard."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl


def local_files(data: QMimeData | None) -> list[Path]:
    """The dragged or pasted files and folders of this computer, in their order."""
    urls = data.urls() if data is not None else []  # an empty clipboard has none
    return [path for path in map(path_of, urls) if path is not None]


def path_of(url: QUrl) -> Path | None:
    """The local file of a URL, None for others; names that are not valid UTF-8 keep their bytes."""
    if not url.isLocalFile():
        return None
    if sys.platform == "win32":
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
    return Path(os.fsdecode(unquote_to_bytes(encoded)))
