"""A pickle that makes a folder when it is read as programs read pickles."""

from __future__ import annotations

import os
from pathlib import Path


class Malicious:
    """path: of the folder that must never come to be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)
