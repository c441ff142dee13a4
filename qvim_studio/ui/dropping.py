"""Files that come from other programs: dragged in or pasted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl


def local_file(data: QMimeData | None) -> Path | None:
    """The one local file that is dragged or pasted, if that is what it is."""
    urls = data.urls() if data is not None else []  # an empty clipboard has none
    return path_of(urls[0]) if len(urls) == 1 else None


def path_of(url: QUrl) -> Path | None:
    """The local file of an address; names that are no UTF-8 keep their bytes."""
    if not url.isLocalFile():
        return None
    if sys.platform == "win32":
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
    return Path(os.fsdecode(unquote_to_bytes(encoded)))
